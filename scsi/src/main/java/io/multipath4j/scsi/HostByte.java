package io.multipath4j.scsi;

/** How the transport fared with a command, apart from the SCSI status. Names are those of Linux. */
public enum HostByte {
  /** The command reached the device and its status is valid. */
  DID_OK(0x00),
  /** There is no connection. */
  DID_NO_CONNECT(0x01),
  /** The transport was busy. */
  DID_BUS_BUSY(0x02),
  /** The command timed out. */
  DID_TIME_OUT(0x03),
  /** There is no such target. */
  DID_BAD_TARGET(0x04),
  /** The command was aborted on request. */
  DID_ABORT(0x05),
  /** A checksum did not match. */
  DID_PARITY(0x06),
  /** The transport broke its own rules. */
  DID_ERROR(0x07),
  /** Somebody reset the bus, the target or the logical unit. */
  DID_RESET(0x08),
  /** A soft error: try again. */
  DID_SOFT_ERROR(0x0B),
  /** Retry at once, uncounted. */
  DID_IMM_RETRY(0x0C),
  /** Requeue, uncounted. */
  DID_REQUEUE(0x0D),
  /** The transport was lost with the command outstanding. */
  DID_TRANSPORT_DISRUPTED(0x0E),
  /** The transport is lost and will not be waited for. */
  DID_TRANSPORT_FAILFAST(0x0F),
  /** The path is marginal. */
  DID_TRANSPORT_MARGINAL(0x14);

  private final int code;

  HostByte(int code) {
    this.code = code;
  }

  /** Returns the number that Linux prints for it. */
  public int code() {
    return code;
  }
}
