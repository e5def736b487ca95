package io.multipath4j.fuse;

import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * One request of the kernel and its answer, with the buffer that both live in; used again and
 * again. Whoever holds it answers it once, and by that gives it back to its pool.
 *
 * <pre>
 *   0            4016   4056       4096                      EDGES_AT
 *   | lead       | in   | write_in | data of a WRITE or READ | two blocks |
 *   | any answer |      |          | and a block behind it   | for edges  |
 * </pre>
 *
 * The data of a write so starts at a page, with room before and behind it for the rest of the
 * blocks that it does not fill: it goes to the device from where the kernel put it.
 */
final class FuseRequest {
  /** Most bytes of data in one request; told to the kernel at INIT and as {@code max_read}. */
  static final int MAX_DATA_BYTES = 256 << 10;

  /** Largest logical block of a disk that can be shown. */
  static final int MAX_BLOCK_BYTES = 4096;

  /** {@code struct fuse_in_header}. */
  static final int IN_HEADER_BYTES = 40;

  /** {@code struct fuse_out_header}. */
  static final int OUT_HEADER_BYTES = 16;

  /** Where the body of an answer begins. */
  static final int BODY_AT = OUT_HEADER_BYTES;

  /** Where data of READ and WRITE begin. */
  static final int DATA_AT = MAX_BLOCK_BYTES;

  /** {@code struct fuse_write_in}. */
  static final int WRITE_IN_BYTES = 40;

  /** Where the kernel's header is read to. */
  static final int HEADER_AT = DATA_AT - WRITE_IN_BYTES - IN_HEADER_BYTES;

  /** Where the arguments of a request begin. */
  static final int ARGUMENTS_AT = HEADER_AT + IN_HEADER_BYTES;

  /** The longest request. */
  static final int MAX_REQUEST_BYTES = IN_HEADER_BYTES + WRITE_IN_BYTES + MAX_DATA_BYTES;

  /** Room for the first and the last block of a range that does not fill them. */
  static final int EDGES_AT = DATA_AT + MAX_DATA_BYTES + MAX_BLOCK_BYTES;

  static final int CAPACITY = EDGES_AT + 2 * MAX_BLOCK_BYTES;

  private static final System.Logger LOG = System.getLogger(FuseRequest.class.getName());

  private final FuseDevice device;
  private final RequestPool pool;
  private final ByteBuffer buffer =
      ByteBuffer.allocateDirect(CAPACITY).order(ByteOrder.nativeOrder());
  private final MemorySegment segment = MemorySegment.ofBuffer(buffer);
  private final MemorySegment readTarget = segment.asSlice(HEADER_AT, MAX_REQUEST_BYTES);
  private final MemorySegment callState =
      MemorySegment.ofBuffer(ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder()));
  private final DiskTransfer transfer = new DiskTransfer(this);

  private int opcode;
  private long unique;
  private long nodeId;
  private int argumentBytes;
  private boolean answered = true;

  FuseRequest(FuseDevice device, RequestPool pool) {
    this.device = device;
    this.pool = pool;
  }

  /** Returns the whole buffer; its position and limit are anybody's. */
  ByteBuffer buffer() {
    return buffer;
  }

  /** Returns the same memory. */
  MemorySegment segment() {
    return segment;
  }

  /** Returns where the kernel puts a request. */
  MemorySegment readTarget() {
    return readTarget;
  }

  /** Returns room for the errno of a native call. */
  MemorySegment callState() {
    return callState;
  }

  /** Returns the I/O that belongs to this request. */
  DiskTransfer transfer() {
    return transfer;
  }

  // ---- the question

  /**
   * Takes what was read.
   *
   * @return false when it is no whole request; then nobody waits for an answer
   */
  boolean parse(int byteCount) {
    buffer.clear();
    if (byteCount < IN_HEADER_BYTES || buffer.getInt(HEADER_AT) != byteCount) {
      LOG.log(Level.ERROR, "the kernel sent {0} bytes that are not a request", byteCount);
      return false;
    }
    opcode = buffer.getInt(HEADER_AT + 4);
    unique = buffer.getLong(HEADER_AT + 8);
    nodeId = buffer.getLong(HEADER_AT + 16);
    argumentBytes = byteCount - IN_HEADER_BYTES;
    answered = false;
    return true;
  }

  int opcode() {
    return opcode;
  }

  long nodeId() {
    return nodeId;
  }

  /** Returns how many bytes of arguments there are. */
  int argumentBytes() {
    return argumentBytes;
  }

  /** Returns a 32 bit argument, 0 when the request ends before it, as in older kernels. */
  int int32(int at) {
    return at + Integer.BYTES <= argumentBytes ? buffer.getInt(ARGUMENTS_AT + at) : 0;
  }

  /** Returns a 64 bit argument, 0 when the request ends before it. */
  long int64(int at) {
    return at + Long.BYTES <= argumentBytes ? buffer.getLong(ARGUMENTS_AT + at) : 0;
  }

  /** Returns the arguments from {@code at} up to a NUL or the end as text. */
  String text(int at) {
    int end = at;
    while (end < argumentBytes && buffer.get(ARGUMENTS_AT + end) != 0) {
      end++;
    }
    byte[] bytes = new byte[Math.max(0, end - at)];
    buffer.get(ARGUMENTS_AT + at, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  // ---- the answer

  boolean isAnswered() {
    return answered;
  }

  /** Ends a request that wants no answer. */
  void endSilently() {
    answered = true;
    pool.give(this);
  }

  /** Answers with an errno; 0 is plain success. */
  void replyErrno(int errno) {
    reply(0, 0, errno);
  }

  /** Answers with the body that was put at {@link #BODY_AT}. */
  void replyBody(int byteCount) {
    reply(0, byteCount, Errno.OK);
  }

  /** Answers with data of this buffer, which have room for a header before them. */
  void replyData(int at, int byteCount) {
    reply(at - OUT_HEADER_BYTES, byteCount, Errno.OK);
  }

  private void reply(int headerAt, int bodyBytes, int errno) {
    answered = true;
    buffer.clear();
    int result = send(headerAt, bodyBytes, errno);
    // ENOENT: the request was given up by its caller. ENODEV: the mount is gone.
    if (result != 0 && result != -Errno.ENOENT && result != -Errno.ENODEV) {
      LOG.log(
          Level.ERROR,
          "the kernel refused the answer to request {0} of kind {1}: errno {2}",
          unique,
          opcode,
          -result);
      if (send(0, 0, Errno.EIO) != 0) {
        LOG.log(Level.ERROR, "request {0} stays without an answer", unique);
      }
    }
    pool.give(this);
  }

  private int send(int headerAt, int bodyBytes, int errno) {
    int length = OUT_HEADER_BYTES + bodyBytes;
    buffer.putInt(headerAt, length);
    buffer.putInt(headerAt + 4, -errno);
    buffer.putLong(headerAt + 8, unique);
    return device.write(this, headerAt, length);
  }
}
