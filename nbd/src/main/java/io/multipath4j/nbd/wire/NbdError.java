package io.multipath4j.nbd.wire;

import io.multipath4j.block.BlockStatus;
import java.nio.ByteBuffer;

/** The error numbers that may travel ("Error values"), each with the text sent along with it. */
public enum NbdError {
  /** No error. */
  OK(0, ""),
  /** The export is read-only, or somebody else has reserved it. */
  EPERM(1, "not permitted: the export is read-only or reserved by another initiator"),
  /** The device failed. */
  EIO(5, "the device failed to do this request"),
  /** A resource of the server ran out. */
  ENOMEM(12, "the server ran out of a resource; try again"),
  /** The request is wrong. */
  EINVAL(22, "invalid request: unaligned, out of range, too long, or a flag that does not apply"),
  /** Beyond the end of the device, or a thin device is full. */
  ENOSPC(28, "no space: beyond the end of the export, or the storage is full"),
  /** The request is too long for one reply. */
  EOVERFLOW(75, "longer than the maximum payload of this export; ask for less"),
  /** A fast zero is not possible. */
  ENOTSUP(95, "not supported, or not faster than writing"),
  /** The server is going away. */
  ESHUTDOWN(108, "the server is shutting down");

  private static final NbdError[] ALL = values();

  private final int number;
  private final String message;

  NbdError(int number, String message) {
    this.number = number;
    this.message = message;
  }

  /** Returns the number on the wire. */
  public int number() {
    return number;
  }

  /** Returns the length of the text in bytes. */
  public int messageLength() {
    return message.length();
  }

  /** Appends the text, which is plain ASCII, to {@code target}. */
  public void putMessage(ByteBuffer target) {
    for (int i = 0; i < message.length(); i++) {
      target.put((byte) message.charAt(i));
    }
  }

  /** Returns how a device's outcome is told to an NBD client. */
  public static NbdError of(BlockStatus status) {
    return switch (status) {
      case OK -> OK;
      case NOTSUPP -> ENOTSUP;
      case NOSPC -> ENOSPC;
      case RESV_CONFLICT -> EPERM;
      case RESOURCE -> ENOMEM;
      case INVAL -> EINVAL;
      case TIMEOUT,
          TRANSPORT,
          TARGET,
          MEDIUM,
          PROTECTION,
          OFFLINE,
          IOERR,
          AGAIN,
          ZONE_RESOURCE,
          DURATION_LIMIT,
          OUTCOME_UNKNOWN ->
          EIO;
    };
  }

  /** Returns the error of a number; EINVAL for one that is not in the standard, as it demands. */
  public static NbdError ofNumber(int number) {
    for (NbdError error : ALL) {
      if (error.number == number) {
        return error;
      }
    }
    return EINVAL;
  }

  /** Returns how a server's error is told to the owner of a bio. */
  public BlockStatus toBlockStatus() {
    return switch (this) {
      case OK -> BlockStatus.OK;
      case EPERM -> BlockStatus.TARGET;
      case EIO -> BlockStatus.IOERR;
      case ENOMEM -> BlockStatus.RESOURCE;
      case EINVAL, EOVERFLOW -> BlockStatus.INVAL;
      case ENOSPC -> BlockStatus.NOSPC;
      case ENOTSUP -> BlockStatus.NOTSUPP;
      case ESHUTDOWN -> BlockStatus.OFFLINE;
    };
  }
}
