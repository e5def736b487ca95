package io.multipath4j.scsi;

/** Told how a task management function ended. */
@FunctionalInterface
public interface TaskManagementListener {

  /** The function ended. Exactly once, on the loop thread. */
  void completed(TaskManagementResult result);
}
