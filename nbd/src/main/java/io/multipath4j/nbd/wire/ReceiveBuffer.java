package io.multipath4j.nbd.wire;

import java.nio.ByteBuffer;

/** What has arrived and is not parsed yet, and how much of what comes is to be thrown away. */
public final class ReceiveBuffer {

  /** Room for what one read brings: many requests per wake-up. */
  public static final int CAPACITY_BYTES = 256 * 1024;

  /** Below this much room the unparsed rest is moved to the front. */
  private static final int LOW_ROOM_BYTES = CAPACITY_BYTES / 2;

  private final ByteBuffer bytes;
  private int next;
  private long toSkip;

  /** Makes an empty one. */
  public ReceiveBuffer() {
    this.bytes = ByteBuffer.allocateDirect(CAPACITY_BYTES);
  }

  /** Forgets everything, for another connection. */
  public void reset() {
    bytes.clear();
    next = 0;
    toSkip = 0;
  }

  /** Returns the buffer to read into, positioned behind what arrived before. */
  public ByteBuffer target() {
    if (next == bytes.position()) {
      bytes.clear();
      next = 0;
    } else if (bytes.remaining() < LOW_ROOM_BYTES && next > 0) {
      bytes.flip().position(next);
      bytes.compact();
      next = 0;
    }
    return bytes;
  }

  /** Returns the unparsed bytes; 0 while there are bytes to throw away first. */
  public int available() {
    if (toSkip > 0) {
      throwAway();
    }
    return bytes.position() - next;
  }

  /** Tells whether bytes that have not arrived yet are to be thrown away. */
  public boolean isSkipping() {
    return toSkip > 0;
  }

  private void throwAway() {
    int now = (int) Math.min(toSkip, bytes.position() - next);
    next += now;
    toSkip -= now;
  }

  /** Throws away the next {@code byteCount} bytes, whether they have arrived or not. */
  public void skip(long byteCount) {
    toSkip += byteCount;
    throwAway();
  }

  /** Returns the two bytes that are {@code index} places behind the first unparsed one. */
  public short getShort(int index) {
    return bytes.getShort(next + index);
  }

  /** Returns the four bytes at {@code index}. */
  public int getInt(int index) {
    return bytes.getInt(next + index);
  }

  /** Returns the eight bytes at {@code index}. */
  public long getLong(int index) {
    return bytes.getLong(next + index);
  }

  /** Copies the bytes at {@code index} without taking them. */
  public void get(int index, byte[] target) {
    bytes.get(next + index, target);
  }

  /** Moves up to {@code byteCount} bytes to {@code target} at {@code index}; returns how many. */
  public int moveTo(ByteBuffer target, int index, int byteCount) {
    int moved = Math.min(available(), byteCount);
    target.put(index, bytes, next, moved);
    next += moved;
    return moved;
  }
}
