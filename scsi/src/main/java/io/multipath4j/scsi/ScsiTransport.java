package io.multipath4j.scsi;

/**
 * One I_T nexus: carries commands to the logical units behind one target port. Implemented by an
 * iSCSI session, by a local SG device, and by the emulated fake of the tests. Loop thread only,
 * except where said.
 *
 * <p>A transport finds out by itself that it is dead, as fast as it can; it then ends every
 * outstanding command with DID_TRANSPORT_DISRUPTED, tells its listener, and tries to return. It
 * never retries a command.
 */
public interface ScsiTransport {

  /**
   * Returns what an operator would call it, for example the target's name and portal. Any thread.
   */
  String name();

  /** Returns the most commands it carries at a time. Any thread. */
  int canQueue();

  /** Returns the longest data part of one command, in bytes. Any thread. */
  int maxTransferBytes();

  /** Returns the NUMA node of its network interface or adapter, -1 when unknown. Any thread. */
  int numaNode();

  /** Returns how it is shown in the attribute tree. Any thread. */
  default TransportDescription description() {
    return TransportDescription.NONE;
  }

  /** Tells whether commands can be submitted now. */
  boolean isUp();

  /** Sets who is told about loss and return; replaces the former listener. */
  void setListener(ScsiTransportListener listener);

  /**
   * Sends a command. Its listener is called exactly once, never inside this call; when the
   * transport is down, with DID_NO_CONNECT. The caller respects {@link #canQueue()}.
   *
   * @param lun the 8-byte LUN (SAM-5 4.7) as a big-endian number
   */
  void submit(long lun, ScsiCommand command);

  /**
   * Asks the device to abort an outstanding command. On COMPLETE and NO_SUCH_TASK the command
   * itself has been ended (by its own answer, or with DID_ABORT) before {@code listener} is told.
   */
  void abortTask(long lun, ScsiCommand command, TaskManagementListener listener);

  /** Asks the device to reset a logical unit; its outstanding commands end with DID_RESET. */
  void resetLogicalUnit(long lun, TaskManagementListener listener);

  /**
   * Drops the connection and makes a new one, because the device does not answer. Outstanding
   * commands end with DID_TRANSPORT_DISRUPTED.
   *
   * @param reason one clause for the log, such as {@code "LUN reset timed out after 2000 ms"}
   */
  void reconnect(String reason);

  /** Ends it in the orderly way and for good; outstanding commands end with DID_NO_CONNECT. */
  void close();
}
