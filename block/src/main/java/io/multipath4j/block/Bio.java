package io.multipath4j.block;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One block I/O request: what, where, from or to which memory, and whom to tell. Mutable and
 * reusable, so that the steady state allocates nothing: its owner sets it up, submits it, and owns
 * it again when its completion is called.
 *
 * <p>Offsets and lengths are in bytes. While the bio is submitted, position and limit of the data
 * buffer are scratch space of whoever drives the I/O; the range is {@code dataOffset} and {@code
 * length}.
 */
public final class Bio {

  /** The write is to be durable when it completes (force unit access). */
  public static final int FUA = 1;

  /** {@link BioOp#WRITE_ZEROES} must leave the range allocated. */
  public static final int NO_UNMAP = 1 << 1;

  /** {@link BioOp#WRITE_ZEROES} must fail with NOTSUPP rather than be as slow as writing. */
  public static final int FAST_ONLY = 1 << 2;

  /**
   * A failed path must not be waited for: report at once, another path may serve. Set on clones.
   */
  public static final int FAIL_FAST = 1 << 3;

  /**
   * An earlier attempt at the same request failed without an answer that can be trusted: the device
   * may have done it, and may be doing it. Set on clones.
   */
  public static final int REPEATED = 1 << 4;

  private BioOp op = BioOp.READ;
  private int flags;
  private long offset;
  private long length;
  private @Nullable ByteBuffer data;
  private int dataOffset;
  private BioCompletion completion = UNOWNED;
  private BlockStatus status = BlockStatus.OK;

  private static final BioCompletion UNOWNED =
      bio -> {
        throw new IllegalStateException("bio completed without an owner: " + bio);
      };

  /** Makes an empty bio; set it up with one of the {@code as...} methods. */
  public Bio() {}

  /** Sets this bio up to read {@code length} bytes at {@code offset} into {@code data}. */
  public Bio asRead(
      long offset, int length, ByteBuffer data, int dataOffset, BioCompletion completion) {
    return withData(BioOp.READ, offset, length, data, dataOffset, 0, completion);
  }

  /** Sets this bio up to write {@code length} bytes of {@code data} at {@code offset}. */
  public Bio asWrite(
      long offset,
      int length,
      ByteBuffer data,
      int dataOffset,
      int flags,
      BioCompletion completion) {
    return withData(BioOp.WRITE, offset, length, data, dataOffset, flags, completion);
  }

  /** Sets this bio up as a flush. */
  public Bio asFlush(BioCompletion completion) {
    return set(BioOp.FLUSH, 0, 0, null, 0, 0, completion);
  }

  /** Sets this bio up to discard a range, which may be longer than any buffer. */
  public Bio asDiscard(long offset, long length, BioCompletion completion) {
    return set(BioOp.DISCARD, offset, length, null, 0, 0, completion);
  }

  /** Sets this bio up to zero a range, which may be longer than any buffer. */
  public Bio asWriteZeroes(long offset, long length, int flags, BioCompletion completion) {
    return set(BioOp.WRITE_ZEROES, offset, length, null, 0, flags, completion);
  }

  /**
   * Sets this bio up as a zone action.
   *
   * @param op one for which {@link BioOp#isZoneAction} holds
   * @param offset first byte of the zone; 0 for all
   * @param length of the zone; of the device for all
   */
  public Bio asZoneAction(BioOp op, long offset, long length, BioCompletion completion) {
    if (!op.isZoneAction()) {
      throw new IllegalArgumentException(op + " is no zone action");
    }
    return set(op, offset, length, null, 0, 0, completion);
  }

  /** Makes this bio a clone of {@code original}: same request, same memory, other owner. */
  public Bio asCloneOf(Bio original, int extraFlags, BioCompletion completion) {
    return set(
        original.op,
        original.offset,
        original.length,
        original.data,
        original.dataOffset,
        original.flags | extraFlags,
        completion);
  }

  /**
   * Makes this bio a clone of {@code original} for a device on which its range begins {@code
   * shiftBytes} later. A flush has no range and is a plain clone.
   */
  public Bio asShiftedCloneOf(Bio original, long shiftBytes, BioCompletion completion) {
    asCloneOf(original, 0, completion);
    if (op != BioOp.FLUSH) {
      offset = Math.addExact(offset, shiftBytes);
    }
    return this;
  }

  /**
   * Makes this bio a part of {@code original}: bytes {@code skip} to {@code skip + length} of its
   * range.
   *
   * @param view the original's data buffer as this part sees it: a duplicate of its own when parts
   *     are submitted side by side, since position and limit are scratch space of whoever drives an
   *     I/O; null when the operation has no data
   */
  public Bio asPartOf(
      Bio original, long skip, long length, @Nullable ByteBuffer view, BioCompletion completion) {
    Objects.checkFromIndexSize(skip, length, original.length);
    return set(
        original.op,
        original.offset + skip,
        length,
        view,
        original.op.hasData() ? original.dataOffset + Math.toIntExact(skip) : 0,
        original.flags,
        completion);
  }

  private Bio withData(
      BioOp op,
      long offset,
      int length,
      ByteBuffer data,
      int dataOffset,
      int flags,
      BioCompletion completion) {
    Objects.checkFromIndexSize(dataOffset, length, data.capacity());
    return set(op, offset, length, data, dataOffset, flags, completion);
  }

  private Bio set(
      BioOp op,
      long offset,
      long length,
      @Nullable ByteBuffer data,
      int dataOffset,
      int flags,
      BioCompletion completion) {
    this.op = op;
    this.offset = offset;
    this.length = length;
    this.data = data;
    this.dataOffset = dataOffset;
    this.flags = flags;
    this.completion = completion;
    this.status = BlockStatus.OK;
    return this;
  }

  /** Returns what is asked. */
  public BioOp op() {
    return op;
  }

  /** Returns the flag bits. */
  public int flags() {
    return flags;
  }

  /** Tells whether all bits of {@code flag} are set. */
  public boolean has(int flag) {
    return (flags & flag) == flag;
  }

  /** Returns the first byte's position on the device; 0 for a flush. */
  public long offset() {
    return offset;
  }

  /** Returns the length in bytes; 0 for a flush; fits an int when there is data. */
  public long length() {
    return length;
  }

  /** Returns the memory, a direct buffer; null when the operation has none. */
  public @Nullable ByteBuffer data() {
    return data;
  }

  /** Returns the index in {@link #data()} of this bio's first byte. */
  public int dataOffset() {
    return dataOffset;
  }

  /** Returns how the bio ended. Valid when it has completed. */
  public BlockStatus status() {
    return status;
  }

  /** Ends this bio: called by the device, exactly once for each submission. */
  public void complete(BlockStatus result) {
    this.status = result;
    completion.completed(this);
  }

  @Override
  public String toString() {
    return op + " " + length + " bytes at " + offset;
  }
}
