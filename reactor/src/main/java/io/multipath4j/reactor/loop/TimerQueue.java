package io.multipath4j.reactor.loop;

import io.multipath4j.reactor.Timer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The timers of one loop: a binary heap, soonest first, in order of creation among equals. */
public final class TimerQueue {

  /** More timers than this at a time are a leak. */
  public static final int MAX_TIMERS = 1 << 20;

  private static final int FIRST_CAPACITY = 16;

  private @Nullable Entry[] heap = new @Nullable Entry[FIRST_CAPACITY];
  private int size;
  private long nextSequence;
  private long turnSequence;

  /** Adds a timer that is due at {@code deadlineNanos} of the loop's clock. */
  public Timer add(long deadlineNanos, Runnable task) {
    if (size == MAX_TIMERS) {
      throw new IllegalStateException(
          "more than " + MAX_TIMERS + " timers on one loop: they are made faster than they end");
    }
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size * 2);
    }
    Entry entry = new Entry(deadlineNanos, nextSequence++, task);
    siftUp(size++, entry);
    return entry;
  }

  /** Tells whether no timer is left. */
  public boolean isEmpty() {
    return size == 0;
  }

  /** Returns the nanoseconds until the first timer is due, 0 if it is, MAX_VALUE without timers. */
  public long nanosToNext(long nowNanos) {
    if (size == 0) {
      return Long.MAX_VALUE;
    }
    return Math.max(0, entry(0).deadlineNanos - nowNanos);
  }

  /** Starts a turn: timers that are added from now on do not run in it, not even with no delay. */
  public void beginTurn() {
    turnSequence = nextSequence;
  }

  /** Takes the next timer of this turn that is due, or returns null. */
  public @Nullable Runnable pollExpired(long nowNanos) {
    if (size == 0) {
      return null;
    }
    Entry first = entry(0);
    // A timer of this turn that is due already may hide an older one, until the next turn.
    if (first.deadlineNanos - nowNanos > 0 || first.sequence >= turnSequence) {
      return null;
    }
    remove(first);
    return first.task;
  }

  private Entry entry(int index) {
    Entry entry = heap[index];
    if (entry == null) {
      throw new IllegalStateException("hole in the timer heap at " + index);
    }
    return entry;
  }

  private void remove(Entry entry) {
    int index = entry.index;
    entry.index = -1;
    Entry last = entry(--size);
    heap[size] = null;
    if (last != entry) {
      siftUp(index, last);
      if (last.index == index) {
        siftDown(index, last);
      }
    }
  }

  private void siftUp(int start, Entry entry) {
    int index = start;
    while (index > 0) {
      int parent = (index - 1) >>> 1;
      Entry above = entry(parent);
      if (!entry.isBefore(above)) {
        break;
      }
      place(index, above);
      index = parent;
    }
    place(index, entry);
  }

  private void siftDown(int start, Entry entry) {
    int index = start;
    for (int child = 2 * index + 1; child < size; child = 2 * index + 1) {
      if (child + 1 < size && entry(child + 1).isBefore(entry(child))) {
        child++;
      }
      Entry below = entry(child);
      if (!below.isBefore(entry)) {
        break;
      }
      place(index, below);
      index = child;
    }
    place(index, entry);
  }

  private void place(int index, Entry entry) {
    heap[index] = entry;
    entry.index = index;
  }

  private final class Entry implements Timer {
    final long deadlineNanos;
    final long sequence;
    final Runnable task;
    int index;

    Entry(long deadlineNanos, long sequence, Runnable task) {
      this.deadlineNanos = deadlineNanos;
      this.sequence = sequence;
      this.task = task;
    }

    boolean isBefore(Entry other) {
      long difference = deadlineNanos - other.deadlineNanos;
      return difference < 0 || (difference == 0 && sequence < other.sequence);
    }

    @Override
    public void cancel() {
      if (index >= 0) {
        remove(this);
      }
    }
  }
}
