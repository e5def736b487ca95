package io.multipath4j.scsi;

import org.jspecify.annotations.Nullable;

/** A queue of requests linked through themselves; a request is in one list at most. */
final class RequestList {

  private @Nullable ScsiRequest first;
  private @Nullable ScsiRequest last;

  @Nullable ScsiRequest first() {
    return first;
  }

  boolean isEmpty() {
    return first == null;
  }

  void addLast(ScsiRequest request) {
    checkUnlinked(request);
    ScsiRequest tail = last;
    request.previous = tail;
    if (tail == null) {
      first = request;
    } else {
      tail.next = request;
    }
    last = request;
    request.list = this;
  }

  void addFirst(ScsiRequest request) {
    checkUnlinked(request);
    ScsiRequest head = first;
    request.next = head;
    if (head == null) {
      last = request;
    } else {
      head.previous = request;
    }
    first = request;
    request.list = this;
  }

  @Nullable ScsiRequest pollFirst() {
    ScsiRequest head = first;
    if (head != null) {
      unlink(head);
    }
    return head;
  }

  /** Takes a request out of whichever list it is in, if any. */
  static void unlink(ScsiRequest request) {
    RequestList list = request.list;
    if (list == null) {
      return;
    }
    ScsiRequest before = request.previous;
    ScsiRequest after = request.next;
    if (before == null) {
      list.first = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      list.last = before;
    } else {
      after.previous = before;
    }
    request.previous = null;
    request.next = null;
    request.list = null;
  }

  private static void checkUnlinked(ScsiRequest request) {
    if (request.list != null) {
      throw new IllegalStateException("request queued twice: " + request);
    }
  }
}
