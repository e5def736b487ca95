package io.multipath4j.iscsi.pdu;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds PDUs in a byte stream, for either side of a connection. Everything goes into one big
 * receive buffer, so that one read brings many PDUs; only the rest of a data segment whose head has
 * been seen is read straight to its destination.
 *
 * <p>All readers of a thread share the receive buffer, since a loop takes one read after the other.
 * What is left of a PDU that is not complete, most often a header, waits in the reader; so a
 * connection on which nothing comes holds no memory to speak of.
 *
 * <pre>
 *   receive buffer   | done | header AHS digest | data segment pad digest | next PDU ... | room |
 *                           ^ parsed                                                     ^ filled
 * </pre>
 *
 * <p>Amid a segment that has a destination, header and AHS stay at index 0, and whatever follows
 * the segment comes behind them. One thread at a time.
 */
public final class PduReader {

  /** Longest data segment that is kept in the receive buffer, in bytes: text, sense, pings. */
  public static final int MAX_KEPT_SEGMENT_BYTES = 64 * 1024;

  /** Smallest receive buffer: the largest PDU that must fit into it. */
  public static final int MIN_BUFFER_BYTES =
      Bhs.BYTES + Bhs.MAX_AHS_BYTES + 2 * PduDigest.BYTES + MAX_KEPT_SEGMENT_BYTES;

  /**
   * After a data segment of at least this length, the next read offers little room behind the
   * destination: the next segment is probably long too, and would otherwise land in the receive
   * buffer and be copied.
   */
  private static final int LONG_SEGMENT_BYTES = 32 * 1024;

  private static final int ROOM_AFTER_LONG_SEGMENT_BYTES = 4 * 1024;

  /** Size of the shared receive buffer: one read takes what has come for many commands. */
  private static final int SHARED_BUFFER_BYTES = 256 * 1024;

  private static final ThreadLocal<ByteBuffer> SHARED =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(SHARED_BUFFER_BYTES));

  /** A header with a digest and some data; a larger room for what is left is not kept. */
  private static final int USUAL_LEFT_BYTES = 512;

  private static final byte[] NOTHING = new byte[0];
  private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

  private final @Nullable ByteBuffer own;
  private final PduSink sink;

  /** Valid from {@link #readTargets} to the end of {@link #received}. */
  private ByteBuffer buffer;

  /** Holds the bytes up to {@link #filled} between reads. */
  private byte[] left = NOTHING;

  private final PduDigest digest = new PduDigest();
  private int parsed;
  private int filled;

  private boolean headerDigest;
  private boolean dataDigest;
  private int maxAhsBytes = Bhs.MAX_AHS_BYTES;
  private int maxDataSegmentBytes = 8192; // RFC 7143 13.12: the default until declared
  private boolean stopped;

  // The PDU whose data segment is on its way: none when headerBytes is 0.
  private int headerBytes;
  private int segmentLength;
  private @Nullable ByteBuffer destination;
  private int destinationOffset;
  private int segmentReceived;
  private boolean discarding;
  private int trailerAt; // where in the buffer padding and digest are, or will be
  private boolean lastSegmentWasLong;

  /** Makes a reader on the receive buffer of whichever thread reads. */
  public PduReader(PduSink sink) {
    this.own = null;
    this.buffer = EMPTY;
    this.sink = sink;
  }

  /**
   * Makes a reader with a receive buffer of its own.
   *
   * @param buffer direct, at least {@link #MIN_BUFFER_BYTES}; belongs to the reader from now on
   */
  public PduReader(ByteBuffer buffer, PduSink sink) {
    if (buffer.capacity() < MIN_BUFFER_BYTES) {
      throw new IllegalArgumentException(
          "receive buffer of " + buffer.capacity() + " bytes, at least " + MIN_BUFFER_BYTES);
    }
    this.own = buffer;
    this.buffer = buffer;
    this.sink = sink;
  }

  /** Forgets everything, for a new connection: digests off, limits as before login. */
  public void restart() {
    parsed = 0;
    filled = 0;
    headerBytes = 0;
    destination = null;
    headerDigest = false;
    dataDigest = false;
    maxDataSegmentBytes = 8192;
    lastSegmentWasLong = false;
    stopped = false;
  }

  /** Ends the reading, for good or until {@link #restart}; callable from within the sink. */
  public void stop() {
    stopped = true;
    destination = null;
  }

  /** Sets which digests the PDUs carry, from the next PDU on. */
  public void setDigests(boolean header, boolean data) {
    headerDigest = header;
    dataDigest = data;
  }

  /** Sets the longest data segment to accept, in bytes, from the next PDU on. */
  public void setMaxDataSegmentBytes(int bytes) {
    maxDataSegmentBytes = bytes;
  }

  /** Sets the longest additional header segments to accept, in bytes, from the next PDU on. */
  public void setMaxAhsBytes(int bytes) {
    maxAhsBytes = bytes;
  }

  /**
   * Sends the announced data segment to {@code destination}, from index {@code offset}; only from
   * within {@link PduSink#dataSegment}. The destination's position and limit are scratch space
   * until the PDU is complete.
   *
   * @param destination direct, with room for the whole segment
   */
  public void into(ByteBuffer destination, int offset) {
    Objects.checkFromIndexSize(offset, segmentLength, destination.capacity());
    destination.clear();
    this.destination = destination;
    this.destinationOffset = offset;
  }

  /**
   * Lets the announced data segment, or what is still to come of it, go to waste. Callable from
   * within {@link PduSink#dataSegment}, and until the PDU is complete: then what had come before is
   * wherever it went, and its destination is not touched any more.
   *
   * <p>The data digest of such a segment is not checked: nobody uses the data, and others may
   * scribble over the scratch space meanwhile.
   *
   * @param scratch direct, as long as the longest data segment; may be shared by many readers
   */
  public void discardInto(ByteBuffer scratch) {
    if (!stopped) {
      into(scratch, 0);
      discarding = true;
    }
  }

  /** Says where the next bytes go; see {@code StreamHandler.readTargets}. */
  public int readTargets(ByteBuffer[] targets) {
    buffer = own != null ? own : SHARED.get();
    buffer.put(0, left, 0, filled);
    int count = 0;
    int room = buffer.capacity() - filled;
    ByteBuffer into = destination;
    if (into != null && segmentReceived < segmentLength) {
      into.limit(destinationOffset + segmentLength).position(destinationOffset + segmentReceived);
      targets[count++] = into;
    }
    if (lastSegmentWasLong) {
      room = Math.min(room, ROOM_AFTER_LONG_SEGMENT_BYTES);
    }
    buffer.limit(filled + room).position(filled);
    targets[count++] = buffer;
    return count;
  }

  /**
   * Takes what a read brought into the targets, and calls the sink for every PDU that is complete.
   *
   * @throws IscsiProtocolException when the other side broke the protocol
   */
  public void received(int byteCount) {
    int rest = byteCount;
    if (destination != null && segmentReceived < segmentLength) {
      int direct = Math.min(rest, segmentLength - segmentReceived);
      segmentReceived += direct;
      rest -= direct;
    }
    filled += rest;
    boolean progress = true;
    while (progress && !stopped) {
      progress = headerBytes == 0 ? header() : dataSegment();
    }
    keepRest();
  }

  private boolean header() {
    if (filled - parsed < Bhs.BYTES) {
      return false;
    }
    int at = parsed;
    int ahsBytes = Bhs.ahsBytes(buffer, at);
    int length = Bhs.dataSegmentLength(buffer, at);
    if (ahsBytes > maxAhsBytes || length > maxDataSegmentBytes) {
      // Lengths that cannot be are told at once, before a digest that may never come.
      throw tooLong(at, ahsBytes, length);
    }
    int bytes = Bhs.BYTES + ahsBytes + (headerDigest ? PduDigest.BYTES : 0);
    if (filled - at < bytes) {
      return false;
    }
    if (headerDigest) {
      checkHeaderDigest(at, Bhs.BYTES + ahsBytes);
    }
    if (length == 0) {
      parsed = at + bytes;
      sink.pdu(buffer, at, -1);
      return true;
    }
    segmentLength = length;
    segmentReceived = 0;
    destination = null;
    discarding = false;
    sink.dataSegment(this, buffer, at, length);
    if (stopped) {
      return false;
    }
    if (destination == null && length > MAX_KEPT_SEGMENT_BYTES) {
      throw new IscsiProtocolException(
          "data segment of %d bytes in %s, at most %d"
              .formatted(length, Bhs.describe(buffer, at), MAX_KEPT_SEGMENT_BYTES));
    }
    headerBytes = bytes;
    if (destination == null) {
      trailerAt = at + bytes + length;
    } else {
      takeIntoDestination(destination, at, bytes);
    }
    return true;
  }

  /** Copies what of the segment is here; if the PDU's end is not, moves the header to 0. */
  private void takeIntoDestination(ByteBuffer into, int at, int bytes) {
    int dataAt = at + bytes;
    int here = Math.min(filled - dataAt, segmentLength);
    into.put(destinationOffset, buffer, dataAt, here);
    segmentReceived = here;
    int behind = filled - dataAt - here;
    if (here == segmentLength && behind >= trailerBytes()) {
      trailerAt = dataAt + segmentLength;
    } else {
      buffer.put(0, buffer, at, bytes);
      buffer.put(bytes, buffer, dataAt + here, behind);
      parsed = 0;
      filled = bytes + behind;
      trailerAt = bytes;
    }
  }

  private int trailerBytes() {
    return Bhs.padding(segmentLength) + (dataDigest ? PduDigest.BYTES : 0);
  }

  private boolean dataSegment() {
    ByteBuffer into = destination;
    if ((into != null && segmentReceived < segmentLength) || filled - trailerAt < trailerBytes()) {
      return false;
    }
    int at = parsed;
    int dataAt = into == null ? at + headerBytes : -1;
    if (dataDigest && !discarding) {
      checkDataDigest(into, at, dataAt);
    }
    lastSegmentWasLong = segmentLength >= LONG_SEGMENT_BYTES;
    parsed = trailerAt + trailerBytes();
    headerBytes = 0;
    destination = null;
    sink.pdu(buffer, at, dataAt);
    return true;
  }

  private void checkHeaderDigest(int at, int bytes) {
    digest.reset();
    digest.update(buffer, at, bytes);
    if (digest.wireValue() != buffer.getInt(at + bytes)) {
      throw new IscsiProtocolException("header digest mismatch (RFC 7143 7.7)");
    }
  }

  private void checkDataDigest(@Nullable ByteBuffer into, int at, int dataAt) {
    digest.reset();
    if (into == null) {
      digest.update(buffer, dataAt, segmentLength);
    } else {
      digest.update(into, destinationOffset, segmentLength);
    }
    int padding = Bhs.padding(segmentLength);
    digest.update(buffer, trailerAt, padding);
    if (digest.wireValue() != buffer.getInt(trailerAt + padding)) {
      throw new IscsiProtocolException(
          "data digest mismatch in " + Bhs.describe(buffer, at) + " (RFC 7143 7.7)");
    }
  }

  private IscsiProtocolException tooLong(int at, int ahsBytes, int length) {
    String pdu = Bhs.describe(buffer, at);
    return new IscsiProtocolException(
        ahsBytes > maxAhsBytes
            ? "additional header segments of %d bytes in %s, at most %d"
                .formatted(ahsBytes, pdu, maxAhsBytes)
            : "data segment of %d bytes in %s, at most %d (MaxRecvDataSegmentLength)"
                .formatted(length, pdu, maxDataSegmentBytes));
  }

  /** Others read into the buffer before this reader does again. */
  private void keepRest() {
    int length = filled - parsed;
    if (left.length < length) {
      left = new byte[Math.max(length, USUAL_LEFT_BYTES)];
    } else if (length == 0 && left.length > USUAL_LEFT_BYTES) {
      left = NOTHING;
    }
    buffer.get(parsed, left, 0, length);
    filled = length;
    trailerAt -= parsed;
    parsed = 0;
  }
}
