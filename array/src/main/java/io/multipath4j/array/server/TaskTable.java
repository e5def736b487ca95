package io.multipath4j.array.server;

import org.jspecify.annotations.Nullable;

/** The outstanding tasks of a session, found by tag without allocating. */
final class TaskTable {

  private static final int BUCKETS = 512;

  private final TaskSlot[] slots;
  private final int[] free;
  private int freeCount;
  private final int[] firstOfBucket = new int[BUCKETS]; // index + 1, 0 is none
  private final int[] nextInBucket;

  TaskTable(IscsiServer server, int size) {
    slots = new TaskSlot[size];
    free = new int[size];
    nextInBucket = new int[size];
    for (int i = 0; i < size; i++) {
      slots[i] = new TaskSlot(i, server.newTask());
      free[freeCount++] = size - 1 - i;
    }
  }

  int freeCount() {
    return freeCount;
  }

  int size() {
    return slots.length;
  }

  /** Returns a slot whether it is in use or not. */
  TaskSlot slot(int index) {
    return slots[index];
  }

  /** Takes a slot for a new task; null when all are taken. */
  @Nullable TaskSlot begin(int itt) {
    if (freeCount == 0) {
      return null;
    }
    int index = free[--freeCount];
    TaskSlot slot = slots[index];
    slot.begin(itt);
    int bucket = bucket(itt);
    nextInBucket[index] = firstOfBucket[bucket];
    firstOfBucket[bucket] = index + 1;
    return slot;
  }

  /** Returns the outstanding task with an Initiator Task Tag, or null. */
  @Nullable TaskSlot find(int itt) {
    for (int i = firstOfBucket[bucket(itt)]; i != 0; i = nextInBucket[i - 1]) {
      if (slots[i - 1].itt == itt) {
        return slots[i - 1];
      }
    }
    return null;
  }

  /** Ends a task: its data is given back and its slot is free. */
  void end(TaskSlot slot) {
    slot.end();
    int bucket = bucket(slot.itt);
    if (firstOfBucket[bucket] == slot.index + 1) {
      firstOfBucket[bucket] = nextInBucket[slot.index];
    } else {
      int i = firstOfBucket[bucket] - 1;
      while (nextInBucket[i] != slot.index + 1) {
        i = nextInBucket[i] - 1;
      }
      nextInBucket[i] = nextInBucket[slot.index];
    }
    free[freeCount++] = slot.index;
  }

  private static int bucket(int itt) {
    return (itt ^ itt >>> 16) & (BUCKETS - 1);
  }
}
