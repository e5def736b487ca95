package io.multipath4j.array.lu;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A pooled direct buffer for the data part of one task. One owner at a time; loop thread only. */
public final class DataBuffer {

  final int sizeClass;
  private final ByteBuffer bytes;
  private @Nullable ByteBuffer[] views = new ByteBuffer[1];

  DataBuffer(int sizeClass, int capacity) {
    this.sizeClass = sizeClass;
    this.bytes = ByteBuffer.allocateDirect(capacity);
  }

  /** Returns the whole buffer, to be addressed by index. */
  public ByteBuffer bytes() {
    return bytes;
  }

  /**
   * Returns a buffer object over the same bytes with position and limit of its own: a stream wants
   * one for each piece it has queued. Kept and returned again, so that steady state does not
   * allocate.
   *
   * @param number 0 or more, small
   */
  public ByteBuffer view(int number) {
    if (number >= views.length) {
      views = Arrays.copyOf(views, Math.max(number + 1, views.length * 2));
    }
    ByteBuffer view = views[number];
    if (view == null) {
      view = bytes.duplicate();
      views[number] = view;
    }
    return view;
  }
}
