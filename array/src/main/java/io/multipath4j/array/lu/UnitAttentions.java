package io.multipath4j.array.lu;

/** What one I_T nexus has yet to be told about one logical unit, oldest first. */
final class UnitAttentions {

  /** Most that are kept; when full, the newest is dropped (SAM-5 5.14.1 allows to). */
  static final int MAX_PENDING = 8;

  private final int[] conditions = new int[MAX_PENDING];
  private int count;

  boolean isEmpty() {
    return count == 0;
  }

  /** Adds a condition, once; one of class 29h replaces all others (SAM-5 5.14.2). */
  void add(int condition) {
    if ((condition >> 8 & 0xFF) == 0x29) {
      count = 0;
    }
    for (int i = 0; i < count; i++) {
      if (conditions[i] == condition) {
        return;
      }
    }
    if (count < MAX_PENDING) {
      conditions[count++] = condition;
    }
  }

  int take() {
    int first = conditions[0];
    count--;
    System.arraycopy(conditions, 1, conditions, 0, count);
    return first;
  }
}
