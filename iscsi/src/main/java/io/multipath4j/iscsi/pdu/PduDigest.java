package io.multipath4j.iscsi.pdu;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC32C digests (RFC 7143 13.1) of buffer ranges; reusable, one thread. */
public final class PduDigest {

  /** Length of a digest, in bytes. */
  public static final int BYTES = 4;

  private final CRC32C crc = new CRC32C();

  /** Makes one. */
  public PduDigest() {}

  /** Starts anew. */
  public void reset() {
    crc.reset();
  }

  /** Adds a range. Position and limit of the buffer are as before afterwards. */
  public void update(ByteBuffer buffer, int offset, int length) {
    int position = buffer.position();
    int limit = buffer.limit();
    buffer.limit(offset + length).position(offset);
    crc.update(buffer);
    buffer.limit(limit).position(position);
  }

  /** Adds zero bytes of padding. */
  public void updateZeroes(int count) {
    for (int i = 0; i < count; i++) {
      crc.update(0);
    }
  }

  /** Returns the digest as the big-endian number whose bytes go to the wire (RFC 7143 13.1). */
  public int wireValue() {
    return Integer.reverseBytes((int) crc.getValue());
  }
}
