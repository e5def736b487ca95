package io.multipath4j.iscsi.pdu;

import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.WriteCompletion;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Puts PDUs onto a stream, for either side: headers in place, payload by reference, digests and
 * padding between. Everything leaves at the end of the loop's turn in one gathering write.
 *
 * <p>Use: {@link #begin}, fill in the header at {@code position()} of what it returns, then {@link
 * #end}, {@link #endWithPayload} or {@link #endWithBytes}. Loop thread only.
 */
public final class PduWriter {

  private final Stream stream;
  private final PduDigest digest = new PduDigest();
  private boolean headerDigest;
  private boolean dataDigest;
  private @Nullable ByteBuffer header;
  private int headerAt;
  private int ahsBytes;

  /** Makes a writer with digests off. */
  public PduWriter(Stream stream) {
    this.stream = stream;
  }

  /** Sets which digests the PDUs carry, from the next PDU on. */
  public void setDigests(boolean header, boolean data) {
    headerDigest = header;
    dataDigest = data;
  }

  /** Returns the place of a header, at the buffer's position, with undefined content. */
  public ByteBuffer begin() {
    return begin(0);
  }

  /** Returns the place of a header and of AHS behind it, with undefined content. */
  public ByteBuffer begin(int ahsBytes) {
    int bytes = Bhs.BYTES + ahsBytes + (headerDigest ? PduDigest.BYTES : 0);
    ByteBuffer staged = stream.stage(bytes);
    header = staged;
    headerAt = staged.position();
    this.ahsBytes = ahsBytes;
    return staged;
  }

  /** Ends a PDU without data segment. */
  public void end() {
    ByteBuffer staged = header;
    if (staged == null) {
      throw new IllegalStateException("end without begin");
    }
    if (headerDigest) {
      int bytes = Bhs.BYTES + ahsBytes;
      digest.reset();
      digest.update(staged, headerAt, bytes);
      staged.putInt(headerAt + bytes, digest.wireValue());
    }
    header = null;
  }

  /**
   * Ends a PDU whose data segment is {@code length} bytes of a direct buffer, from index {@code
   * offset}, by reference; see {@link Stream#write}.
   */
  public void endWithPayload(
      ByteBuffer payload, int offset, int length, @Nullable WriteCompletion written) {
    announce(length);
    end();
    int dataDigestValue = 0;
    int padding = Bhs.padding(length);
    if (dataDigest) {
      digest.reset();
      digest.update(payload, offset, length);
      digest.updateZeroes(padding);
      dataDigestValue = digest.wireValue();
    }
    stream.write(payload, offset, length, written);
    int trailer = padding + (dataDigest ? PduDigest.BYTES : 0);
    if (trailer > 0) {
      ByteBuffer staged = stream.stage(trailer);
      putTrailer(staged, staged.position(), padding, dataDigestValue);
    }
  }

  /**
   * Ends a PDU whose data segment is a part of an array, by copy.
   *
   * @param length 0 to {@link PduReader#MAX_KEPT_SEGMENT_BYTES} less 8
   */
  public void endWithBytes(byte[] data, int offset, int length) {
    if (length == 0) {
      end();
      return;
    }
    announce(length);
    end();
    int padding = Bhs.padding(length);
    ByteBuffer staged = stream.stage(length + padding + (dataDigest ? PduDigest.BYTES : 0));
    int at = staged.position();
    staged.put(at, data, offset, length);
    int dataDigestValue = 0;
    if (dataDigest) {
      digest.reset();
      digest.update(staged, at, length);
      digest.updateZeroes(padding);
      dataDigestValue = digest.wireValue();
    }
    putTrailer(staged, at + length, padding, dataDigestValue);
  }

  private void announce(int length) {
    ByteBuffer staged = header;
    if (staged == null) {
      throw new IllegalStateException("data segment without begin");
    }
    Bhs.setDataSegmentLength(staged, headerAt, length);
  }

  private void putTrailer(ByteBuffer staged, int at, int padding, int dataDigestValue) {
    for (int i = 0; i < padding; i++) {
      staged.put(at + i, (byte) 0);
    }
    if (dataDigest) {
      staged.putInt(at + padding, dataDigestValue);
    }
  }
}
