package io.multipath4j.scsi;

/** How a task management function ended (SAM-5 7.1). */
public enum TaskManagementResult {
  /** Done: the tasks it names are known to be dead. */
  COMPLETE,
  /** The task is not known to the device: it has ended, or never arrived. */
  NO_SUCH_TASK,
  /** There is no such logical unit. */
  NO_SUCH_LUN,
  /** The device does not do this function, or refused it. */
  REJECTED,
  /** The transport went away before the answer came. */
  TRANSPORT_LOST
}
