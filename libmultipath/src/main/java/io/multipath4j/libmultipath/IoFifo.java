package io.multipath4j.libmultipath;

import org.jspecify.annotations.Nullable;

/** A queue linked through its elements, so that it allocates nothing. Loop thread only. */
final class IoFifo<P> {

  private @Nullable MpathIo<P> head;
  private @Nullable MpathIo<P> tail;
  private int size;

  boolean isEmpty() {
    return head == null;
  }

  int size() {
    return size;
  }

  @Nullable MpathIo<P> peek() {
    return head;
  }

  void add(MpathIo<P> io) {
    if (tail == null) {
      head = io;
    } else {
      tail.next = io;
    }
    tail = io;
    size++;
  }

  @Nullable MpathIo<P> poll() {
    MpathIo<P> first = head;
    if (first != null) {
      head = first.next;
      first.next = null;
      if (head == null) {
        tail = null;
      }
      size--;
    }
    return first;
  }

  /** Moves everything to the end of {@code other}. */
  void moveTo(IoFifo<P> other) {
    if (head == null) {
      return;
    }
    if (other.tail == null) {
      other.head = head;
    } else {
      other.tail.next = head;
    }
    other.tail = tail;
    other.size += size;
    head = null;
    tail = null;
    size = 0;
  }
}
