package io.multipath4j.scsi.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The byte order of SCSI, and its space-padded text fields. */
final class BigEndian {

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private BigEndian() {}

  static int u8(byte[] from, int at) {
    return from[at] & 0xFF;
  }

  static int u16(byte[] from, int at) {
    return (short) SHORT.get(from, at) & 0xFFFF;
  }

  static int u24(byte[] from, int at) {
    return u8(from, at) << 16 | u16(from, at + 1);
  }

  static long u32(byte[] from, int at) {
    return (int) INT.get(from, at) & 0xFFFF_FFFFL;
  }

  static long i64(byte[] from, int at) {
    return (long) LONG.get(from, at);
  }

  static void put16(byte[] to, int at, int value) {
    SHORT.set(to, at, (short) value);
  }

  static void put32(byte[] to, int at, int value) {
    INT.set(to, at, value);
  }

  static void put64(byte[] to, int at, long value) {
    LONG.set(to, at, value);
  }

  static boolean bit(byte[] from, int at, int bit) {
    return (from[at] >> bit & 1) != 0;
  }

  /**
   * Returns a left-aligned text field without its padding. A byte that is not printable ASCII
   * becomes a question mark: the text goes to terminals and logs.
   */
  static String text(byte[] from, int at, int length) {
    StringBuilder text = new StringBuilder(length);
    for (int i = at; i < at + length; i++) {
      int c = u8(from, i);
      if (c == 0) {
        break;
      }
      text.append(c >= 0x20 && c < 0x7F ? (char) c : '?');
    }
    return text.toString().stripTrailing();
  }

  /** Writes a left-aligned, space-padded text field; what does not fit is cut. */
  static void putText(byte[] to, int at, int length, String text) {
    Arrays.fill(to, at, at + length, (byte) ' ');
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, to, at, Math.min(bytes.length, length));
  }
}
