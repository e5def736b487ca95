package io.multipath4j.iscsi.login;

import io.multipath4j.iscsi.pdu.IscsiProtocolException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns text data segments into key=value pairs and back (RFC 7143 6.1). */
public final class TextKeys {

  /** Longest text of one request or answer, over all its PDUs, in bytes. */
  public static final int MAX_TEXT_BYTES = 1024 * 1024;

  /**
   * Longest text of one login PDU, in bytes: the default of MaxRecvDataSegmentLength, which holds
   * during login (RFC 7143 13.12).
   */
  public static final int MAX_LOGIN_TEXT_BYTES = 8192;

  /** Longest key, in bytes (RFC 7143 6.1). */
  public static final int MAX_KEY_BYTES = 63;

  /** Longest value, in bytes (RFC 7143 6.1; binary values and lists may exceed 255). */
  public static final int MAX_VALUE_BYTES = 8192;

  /** Most pairs of one request or answer; two per target of a discovery. */
  public static final int MAX_PAIRS = 32 * 1024;

  private TextKeys() {}

  /** Returns the wire form: each pair ended by a zero byte. */
  public static byte[] encode(List<TextKey> pairs) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (TextKey pair : pairs) {
      out.writeBytes((pair.key() + "=" + pair.value()).getBytes(StandardCharsets.UTF_8));
      out.write(0);
    }
    return out.toByteArray();
  }

  /**
   * Reads the wire form.
   *
   * @throws IscsiProtocolException when it is malformed or beyond a limit; the message says where
   */
  public static List<TextKey> decode(byte[] text) {
    List<TextKey> pairs = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < text.length; i++) {
      if (text[i] == 0) {
        if (i > start) { // some targets pad with more zero bytes
          pairs.add(pair(text, start, i));
        }
        start = i + 1;
      }
      if (pairs.size() > MAX_PAIRS) {
        throw new IscsiProtocolException("more than " + MAX_PAIRS + " text keys");
      }
    }
    if (start < text.length) {
      throw new IscsiProtocolException("text key at byte " + start + " does not end");
    }
    return pairs;
  }

  private static TextKey pair(byte[] text, int from, int to) {
    int equals = from;
    while (equals < to && text[equals] != '=') {
      equals++;
    }
    if (equals == from || equals == to || equals - from > MAX_KEY_BYTES) {
      throw new IscsiProtocolException(
          "text at byte " + from + " is not key=value with a key of 1 to 63 bytes");
    }
    String key = new String(text, from, equals - from, StandardCharsets.UTF_8);
    if (to - equals - 1 > MAX_VALUE_BYTES) {
      throw new IscsiProtocolException(
          "value of " + key + " has " + (to - equals - 1) + " bytes, at most " + MAX_VALUE_BYTES);
    }
    return new TextKey(key, new String(text, equals + 1, to - equals - 1, StandardCharsets.UTF_8));
  }

  /** Returns the value of the first pair with this key, or null. */
  public static @Nullable String find(List<TextKey> pairs, String key) {
    for (TextKey pair : pairs) {
      if (pair.key().equals(key)) {
        return pair.value();
      }
    }
    return null;
  }

  /** Collects a text that comes in several PDUs (C bit, RFC 7143 6.2); bounded. */
  public static final class Assembler {

    private final ByteArrayOutputStream collected = new ByteArrayOutputStream();

    /** Makes an empty one. */
    public Assembler() {}

    /** Adds a data segment. */
    public void add(ByteBuffer buffer, int at, int length) {
      if (collected.size() + length > MAX_TEXT_BYTES) {
        throw new IscsiProtocolException("text of more than " + MAX_TEXT_BYTES + " bytes");
      }
      byte[] part = new byte[length];
      buffer.get(at, part);
      collected.writeBytes(part);
    }

    /** Returns the pairs that have been collected, and starts anew. */
    public List<TextKey> finish() {
      byte[] text = collected.toByteArray();
      collected.reset();
      return decode(text);
    }
  }
}
