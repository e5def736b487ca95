package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.bit;
import static io.multipath4j.scsi.codec.BigEndian.i64;
import static io.multipath4j.scsi.codec.BigEndian.put32;
import static io.multipath4j.scsi.codec.BigEndian.put64;
import static io.multipath4j.scsi.codec.BigEndian.u32;
import static io.multipath4j.scsi.codec.BigEndian.u8;

import java.util.Arrays;

/**
 * Sense data (SPC-4 4.5), fixed and descriptor format. What it says is packed into one int, the
 * sense code {@code 0x00KKAAQQ} (key, additional sense code, qualifier), so that the data path
 * decodes and compares without allocating.
 */
public final class Sense {

  /** The sense code when there is no sense data, or none that can be read. */
  public static final int NONE = -1;

  /** Length in bytes of the fixed format that {@link #fixed} makes. */
  public static final int FIXED_BYTES = 18;

  private static final int FIXED_CURRENT = 0x70;
  private static final int FIXED_DEFERRED = 0x71;
  private static final int DESCRIPTOR_CURRENT = 0x72;
  private static final int DESCRIPTOR_DEFERRED = 0x73;
  private static final int INFORMATION_DESCRIPTOR_BYTES = 12;

  private Sense() {}

  /** Packs a sense code. */
  public static int code(SenseKey key, int asc, int ascq) {
    return key.number() << 16 | (asc & 0xFF) << 8 | (ascq & 0xFF);
  }

  /** Returns the key of a sense code other than {@link #NONE}. */
  public static SenseKey key(int code) {
    return SenseKey.of(code >> 16);
  }

  /** Returns the additional sense code. */
  public static int asc(int code) {
    return code >> 8 & 0xFF;
  }

  /** Returns the additional sense code qualifier. */
  public static int ascq(int code) {
    return code & 0xFF;
  }

  /** Returns both, {@code 0xAAQQ}. */
  public static int ascAndAscq(int code) {
    return code & 0xFFFF;
  }

  /**
   * Reads the sense code.
   *
   * @param length bytes that count, 0 to {@code sense.length}; what a short reply leaves out is 0
   * @return the sense code, or {@link #NONE}
   */
  public static int decode(byte[] sense, int length) {
    if (length < 3) {
      return NONE;
    }
    return switch (responseCode(sense)) {
      case FIXED_CURRENT, FIXED_DEFERRED -> {
        int end = length > 7 ? Math.min(length, 8 + u8(sense, 7)) : length;
        int asc = end > 12 ? u8(sense, 12) : 0;
        int ascq = end > 13 ? u8(sense, 13) : 0;
        yield (sense[2] & 0xF) << 16 | asc << 8 | ascq;
      }
      case DESCRIPTOR_CURRENT, DESCRIPTOR_DEFERRED -> {
        int ascq = length > 3 ? u8(sense, 3) : 0;
        yield (sense[1] & 0xF) << 16 | u8(sense, 2) << 8 | ascq;
      }
      default -> NONE;
    };
  }

  /** Tells whether the sense data is about an earlier command (deferred error). */
  public static boolean isDeferred(byte[] sense, int length) {
    return length > 0
        && (responseCode(sense) == FIXED_DEFERRED || responseCode(sense) == DESCRIPTOR_DEFERRED);
  }

  /**
   * Returns the information field, for a medium error the LBA; -1 when there is none or it is not
   * valid.
   */
  public static long information(byte[] sense, int length) {
    if (length < 8) {
      return -1;
    }
    int code = responseCode(sense);
    if (code == FIXED_CURRENT || code == FIXED_DEFERRED) {
      return bit(sense, 0, 7) ? u32(sense, 3) : -1;
    }
    if (code != DESCRIPTOR_CURRENT && code != DESCRIPTOR_DEFERRED) {
      return -1;
    }
    int end = Math.min(length, 8 + u8(sense, 7));
    int at = 8;
    while (at + 2 <= end) {
      boolean information = sense[at] == 0 && u8(sense, at + 1) == 0x0A;
      if (information && at + INFORMATION_DESCRIPTOR_BYTES <= end) {
        return bit(sense, at + 2, 7) ? i64(sense, at + 4) : -1;
      }
      at += 2 + u8(sense, at + 1);
    }
    return -1;
  }

  private static int responseCode(byte[] sense) {
    return sense[0] & 0x7F;
  }

  /** Returns fixed-format sense data of a current error. */
  public static byte[] fixed(SenseKey key, int asc, int ascq) {
    byte[] sense = new byte[FIXED_BYTES];
    sense[0] = FIXED_CURRENT;
    sense[2] = (byte) key.number();
    sense[7] = FIXED_BYTES - 8;
    sense[12] = (byte) asc;
    sense[13] = (byte) ascq;
    return sense;
  }

  /**
   * As {@link #fixed(SenseKey, int, int)}, with an information field.
   *
   * @param information 0 or more; left out when it does not fit the field's 32 bits
   */
  public static byte[] fixed(SenseKey key, int asc, int ascq, long information) {
    byte[] sense = fixed(key, asc, ascq);
    if (information >>> 32 == 0) {
      sense[0] |= (byte) 0x80;
      put32(sense, 3, (int) information);
    }
    return sense;
  }

  /** Returns descriptor-format sense data of a current error. */
  public static byte[] descriptor(SenseKey key, int asc, int ascq) {
    byte[] sense = new byte[8];
    sense[0] = DESCRIPTOR_CURRENT;
    sense[1] = (byte) key.number();
    sense[2] = (byte) asc;
    sense[3] = (byte) ascq;
    return sense;
  }

  /** As {@link #descriptor(SenseKey, int, int)}, with an information descriptor. */
  public static byte[] descriptor(SenseKey key, int asc, int ascq, long information) {
    byte[] head = descriptor(key, asc, ascq);
    byte[] sense = Arrays.copyOf(head, 8 + INFORMATION_DESCRIPTOR_BYTES);
    sense[7] = INFORMATION_DESCRIPTOR_BYTES;
    sense[9] = 0x0A;
    sense[10] = (byte) 0x80;
    put64(sense, 12, information);
    return sense;
  }

  /** Returns a sense code in words: {@code "ILLEGAL REQUEST 25h/00h logical unit ..."}. */
  public static String text(int code) {
    if (code == NONE) {
      return "no sense data";
    }
    String numbers = String.format("%s %02Xh/%02Xh", key(code).text(), asc(code), ascq(code));
    String words = AdditionalSense.text(ascAndAscq(code));
    return words.isEmpty() ? numbers : numbers + " " + words;
  }
}
