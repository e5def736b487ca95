package io.multipath4j.array.lu;

import org.jspecify.annotations.Nullable;

/** One I_T nexus: an initiator port and a target port that talk to each other. Loop thread only. */
public final class Nexus {

  private final String initiatorPort;
  private final TargetPort port;
  private final NexusId id;
  private TaskAborter aborter = lun -> false;
  private final @Nullable UnitAttentions[] attentions =
      new UnitAttentions[TargetDevice.MAX_LOGICAL_UNITS];

  /**
   * Makes a nexus that has nothing to be told.
   *
   * @param initiatorPort the SCSI initiator port's name, for example {@code iqn...,i,0x...}
   */
  Nexus(String initiatorPort, TargetPort port) {
    this.initiatorPort = initiatorPort;
    this.port = port;
    this.id = new NexusId(initiatorPort, port.relativeId());
  }

  /** Ends the tasks of a nexus when another one wants it. */
  @FunctionalInterface
  public interface TaskAborter {

    /** Aborts all tasks on a logical unit, without an answer; tells whether there were any. */
    boolean abortTasks(int lun);
  }

  /** Sets who aborts the tasks of this nexus: whoever queues them. */
  public void setTaskAborter(TaskAborter by) {
    aborter = by;
  }

  /** Aborts all tasks on a logical unit; tells whether there were any. */
  boolean abortTasks(int lun) {
    return aborter.abortTasks(lun);
  }

  /** Returns who it is, also after its session has ended. */
  NexusId id() {
    return id;
  }

  /** Returns the initiator port's name. */
  public String initiatorPort() {
    return initiatorPort;
  }

  /** Returns the target port. */
  public TargetPort port() {
    return port;
  }

  /** There is another unit at a LUN, or none: what was to be told about the former is of no use. */
  void forget(int lun) {
    attentions[lun] = null;
  }

  UnitAttentions attentions(int lun) {
    UnitAttentions pending = attentions[lun];
    if (pending == null) {
      pending = new UnitAttentions();
      attentions[lun] = pending;
    }
    return pending;
  }

  @Override
  public String toString() {
    return initiatorPort + " -> " + port.name();
  }
}
