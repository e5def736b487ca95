package io.multipath4j.scsi;

/**
 * How many commands a device gets at a time. A device that says TASK SET FULL or BUSY gets as many
 * as it was doing then; each full round of good answers is worth one more.
 */
final class QueueDepth {

  private int max;
  private volatile int current;
  private int goodAnswers;

  QueueDepth(int max) {
    this.max = max;
    this.current = max;
  }

  int max() {
    return max;
  }

  int current() {
    return current;
  }

  void setMax(int newMax) {
    max = newMax;
    current = newMax;
    goodAnswers = 0;
  }

  /** The device had no room for one more than {@code outstanding}. */
  void full(int outstanding) {
    current = Math.clamp(outstanding, 1, current);
    goodAnswers = 0;
  }

  void good() {
    if (current == max) {
      return;
    }
    goodAnswers++;
    if (goodAnswers >= current) {
      goodAnswers = 0;
      int more = current + 1;
      current = more;
    }
  }
}
