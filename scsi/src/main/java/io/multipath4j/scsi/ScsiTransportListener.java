package io.multipath4j.scsi;

/** Told when a transport is lost and when it returns. Loop thread. */
public interface ScsiTransportListener {

  /** Commands can be submitted (again). */
  void transportUp();

  /**
   * The connection is lost; outstanding commands have been ended. The transport tries to return by
   * itself.
   *
   * @param reason one clause for a person, such as {@code "connection reset by peer"}
   */
  void transportDown(String reason);

  /** The device reported an event outside any command, with sense data (RFC 7143 11.9, event 0). */
  void asyncEvent(long lun, byte[] sense);
}
