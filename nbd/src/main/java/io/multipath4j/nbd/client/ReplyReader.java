package io.multipath4j.nbd.client;

import static io.multipath4j.nbd.wire.Transmitting.REPLY_BLOCK_STATUS;
import static io.multipath4j.nbd.wire.Transmitting.REPLY_FLAG_DONE;
import static io.multipath4j.nbd.wire.Transmitting.REPLY_NONE;
import static io.multipath4j.nbd.wire.Transmitting.REPLY_OFFSET_DATA;
import static io.multipath4j.nbd.wire.Transmitting.REPLY_OFFSET_HOLE;
import static java.util.Objects.requireNonNull;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioOp;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.nbd.wire.NbdError;
import io.multipath4j.nbd.wire.ReceiveBuffer;
import io.multipath4j.nbd.wire.Wire;
import io.multipath4j.reactor.Endpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Takes apart the replies of a server; payload goes straight into the bios' buffers. */
final class ReplyReader {

  /** Chunks other than data are bounded: an error with its message, or some thousand extents. */
  private static final int MAX_SMALL_CHUNK_BYTES = 64 * 1024;

  private static final int ERROR_CHUNK_BIT = 1 << 15;

  private final NbdClient client;
  private final Endpoint server;
  private final ReceiveBuffer in;
  private final ExportInfo info;

  private @Nullable Pending receiving;
  private @Nullable ByteBuffer target;
  private int targetIndex;
  private int targetEnd;
  private boolean lastChunk;

  ReplyReader(NbdClient client, Endpoint server, ReceiveBuffer in, ExportInfo info) {
    this.client = client;
    this.server = server;
    this.in = in;
    this.info = info;
  }

  /** Puts the rest of a payload's destination into {@code targets}; returns how many it put. */
  int readTargets(ByteBuffer[] targets) {
    ByteBuffer buffer = target;
    if (buffer == null) {
      return 0;
    }
    targets[0] = buffer.limit(targetEnd).position(targetIndex);
    return 1;
  }

  /** Takes what has arrived. */
  void parse() throws IOException {
    ByteBuffer buffer = target;
    if (buffer != null) {
      targetIndex = buffer.position();
      takePayload(buffer);
    }
    while (target == null && !client.hasEnded() && parseHeader()) {
      // one reply or chunk each
    }
  }

  private boolean parseHeader() throws IOException {
    if (in.available() < Wire.SIMPLE_REPLY_BYTES) {
      return false;
    }
    int magic = in.getInt(0);
    if (magic == Wire.SIMPLE_REPLY_MAGIC) {
      takeSimple();
      return true;
    }
    check(magic == Wire.STRUCTURED_REPLY_MAGIC, "sent something that is no reply");
    check(info.structuredReplies(), "sent a structured reply that was not negotiated");
    return in.available() >= Wire.CHUNK_HEADER_BYTES && takeChunk();
  }

  private Pending find(long cookie) throws IOException {
    Pending pending = client.find(cookie);
    if (pending == null) {
      throw problem("answered a request that is not in flight");
    }
    return pending;
  }

  private void takeSimple() throws IOException {
    int error = in.getInt(4);
    Pending pending = find(in.getLong(8));
    in.skip(Wire.SIMPLE_REPLY_BYTES);
    if (error != 0) {
      pending.failed(NbdError.ofNumber(error).toBlockStatus());
      client.answered(pending);
      return;
    }
    Bio bio = pending.bio;
    if (bio == null || bio.op() == BioOp.READ) {
      check(!info.structuredReplies(), "answered in the simple way what needs a structured reply");
      receive(pending, requireNonNull(bio).offset(), (int) bio.length(), true);
    } else {
      client.answered(pending);
    }
  }

  /** Returns false when not all of it has arrived that is needed to go on. */
  private boolean takeChunk() throws IOException {
    boolean done = (in.getShort(4) & REPLY_FLAG_DONE) != 0;
    int type = Short.toUnsignedInt(in.getShort(6));
    Pending pending = find(in.getLong(8));
    int length = in.getInt(16);
    int needed = type == REPLY_OFFSET_DATA ? Long.BYTES : length;
    check(length >= 0 && needed <= MAX_SMALL_CHUNK_BYTES, "sent a chunk of absurd length");
    if (in.available() < Wire.CHUNK_HEADER_BYTES + needed) {
      return false;
    }
    in.skip(Wire.CHUNK_HEADER_BYTES);
    switch (type) {
      case REPLY_NONE -> check(length == 0 && done, "sent a wrong NONE chunk");
      case REPLY_OFFSET_DATA -> {
        check(length > Long.BYTES, "sent a data chunk without data");
        long offset = in.getLong(0);
        in.skip(Long.BYTES);
        receive(pending, offset, length - Long.BYTES, done);
        return true;
      }
      case REPLY_OFFSET_HOLE -> takeHole(pending, length);
      case REPLY_BLOCK_STATUS -> takeExtents(pending, length);
      default -> takeError(pending, type, length);
    }
    if (done) {
      finish(pending);
    }
    return true;
  }

  private void takeHole(Pending pending, int length) throws IOException {
    check(length == 12, "sent a hole chunk of wrong length");
    long offset = in.getLong(0);
    long holeBytes = Integer.toUnsignedLong(in.getInt(8));
    in.skip(length);
    Bio bio = readOf(pending, offset, holeBytes);
    int index = bio.dataOffset() + (int) (offset - bio.offset());
    ByteBuffer data = requireNonNull(bio.data()).clear();
    for (int end = index + (int) holeBytes; index < end; index++) {
      data.put(index, (byte) 0);
    }
  }

  private void takeExtents(Pending pending, int length) throws IOException {
    BlockStatusListener query = pending.query;
    if (query == null || length < 12 || (length - 4) % 8 != 0) {
      throw problem("sent a wrong block status");
    }
    check(
        Integer.toUnsignedLong(in.getInt(0)) == info.allocationContextId(),
        "sent the status of a context that was not selected");
    for (int at = 4; at < length; at += 8) {
      long extentBytes = Integer.toUnsignedLong(in.getInt(at));
      check(extentBytes > 0, "sent an extent without length");
      pending.coveredBytes += extentBytes;
      query.extent(extentBytes, in.getInt(at + 4));
    }
    in.skip(length);
  }

  private void takeError(Pending pending, int type, int length) throws IOException {
    check((type & ERROR_CHUNK_BIT) != 0, "sent a chunk of unknown type " + type);
    check(length >= 6, "sent an error chunk that is too short");
    check(
        Short.toUnsignedInt(in.getShort(4)) <= length - 6, "sent a message longer than its chunk");
    NbdError error = NbdError.ofNumber(in.getInt(0));
    in.skip(length);
    pending.failed(error == NbdError.OK ? BlockStatus.IOERR : error.toBlockStatus());
  }

  /** Returns the bio of a READ whose range holds these bytes, and counts them. */
  private Bio readOf(Pending pending, long offset, long byteCount) throws IOException {
    Bio bio = pending.bio;
    if (bio == null || bio.op() != BioOp.READ) {
      throw problem("sent data for a request that is no READ");
    }
    long skip = offset - bio.offset();
    check(
        skip >= 0 && byteCount <= bio.length() && skip <= bio.length() - byteCount,
        "sent data outside of the range that was asked");
    check(
        skip >= pending.coveredEnd,
        "sent parts of an answer that overlap or are out of order, which this client does not take");
    pending.coveredEnd = skip + byteCount;
    pending.coveredBytes += byteCount;
    return bio;
  }

  /** The next {@code byteCount} bytes are data of the device from {@code offset} on. */
  private void receive(Pending pending, long offset, int byteCount, boolean last)
      throws IOException {
    Bio bio = readOf(pending, offset, byteCount);
    receiving = pending;
    lastChunk = last;
    ByteBuffer buffer = requireNonNull(bio.data()).clear();
    target = buffer;
    targetIndex = bio.dataOffset() + (int) (offset - bio.offset());
    targetEnd = targetIndex + byteCount;
    takePayload(buffer);
  }

  private void takePayload(ByteBuffer buffer) throws IOException {
    buffer.clear();
    if (targetIndex < targetEnd) {
      targetIndex += in.moveTo(buffer, targetIndex, targetEnd - targetIndex);
    }
    if (targetIndex == targetEnd) {
      Pending complete = requireNonNull(receiving);
      target = null;
      receiving = null;
      if (lastChunk) {
        finish(complete);
      }
    }
  }

  private void finish(Pending pending) throws IOException {
    Bio bio = pending.bio;
    boolean whole =
        pending.status != BlockStatus.OK
            || (bio == null
                ? pending.coveredBytes > 0
                : bio.op() != BioOp.READ || pending.coveredBytes == bio.length());
    check(whole, "ended an answer that is not complete");
    client.answered(pending);
  }

  private IOException problem(String what) {
    return new IOException("NBD server " + server + " " + what);
  }

  private void check(boolean holds, String what) throws IOException {
    if (!holds) {
      throw problem(what);
    }
  }
}
