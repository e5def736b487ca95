package io.multipath4j.scsi;

/** When a command goes out again on the same path, beside what {@link ResultRule} says of it. */
public enum Repeat {
  /** Whenever the table says so. */
  AS_THE_TABLE_SAYS,
  /**
   * Only when it did not come through, or something else was reported in its place: for commands
   * that are safe to repeat, and whose own errors are of interest.
   */
  WHEN_NOT_DELIVERED,
  /**
   * Only when the device certainly did not do it: a unit attention or a deferred error was reported
   * in its place, or the device was too busy. For commands that must not be done twice.
   */
  WHEN_NOT_DONE,
  /** Never: one attempt. */
  NEVER;

  /** Tells whether a result with this row may lead to another attempt. */
  boolean allowedBy(ResultRule rule) {
    return switch (this) {
      case AS_THE_TABLE_SAYS -> true;
      case NEVER -> false;
      case WHEN_NOT_DONE -> notDone(rule);
      case WHEN_NOT_DELIVERED ->
          notDone(rule)
              || switch (rule) {
                case TRANSPORT_ERROR, TRANSPORT_DISRUPTED, RESET, REQUEUED, TASK_ABORTED -> true;
                default -> false;
              };
    };
  }

  private static boolean notDone(ResultRule rule) {
    return switch (rule) {
      case UNIT_ATTENTION, DEFERRED_ERROR, BUSY -> true;
      default -> false;
    };
  }
}
