package io.multipath4j.block;

/**
 * An operation of {@link BlockOperations} failed. The number is the one that the same operation on
 * Linux would give. Has no stack trace: it is an answer, not a defect.
 */
public final class BlockOperationException extends Exception {

  private static final long serialVersionUID = 1;

  private final BlockStatus status;
  private final int errno;
  private final String errnoName;

  private BlockOperationException(BlockStatus status, int errno, String errnoName, String message) {
    super(message, null, false, false);
    this.status = status;
    this.errno = errno;
    this.errnoName = errnoName;
  }

  /**
   * Returns an exception for a status, AGAIN (EWOULDBLOCK) when there is no path, NOTSUPP
   * (EOPNOTSUPP) when the device does not do the operation, RESV_CONFLICT when a reservation
   * forbids it.
   *
   * @param message what was asked, of what, what happened, what to do
   * @throws IllegalArgumentException when the status is OK
   */
  public static BlockOperationException of(BlockStatus status, String message) {
    if (status == BlockStatus.OK) {
      throw new IllegalArgumentException("no failure: " + message);
    }
    return new BlockOperationException(status, status.errno(), status.errnoName(), message);
  }

  /** Returns ENOTTY: the device does not know this request. */
  public static BlockOperationException notTty(String message) {
    return new BlockOperationException(BlockStatus.NOTSUPP, 25, "ENOTTY", message);
  }

  /** Returns ENXIO: the device is going away, or gone. */
  public static BlockOperationException gone(String message) {
    return new BlockOperationException(BlockStatus.OFFLINE, 6, "ENXIO", message);
  }

  /** Returns EPERM: the caller may not. */
  public static BlockOperationException notPermitted(String message) {
    return new BlockOperationException(BlockStatus.TARGET, 1, "EPERM", message);
  }

  /** Returns the status that comes nearest, never OK. */
  public BlockStatus status() {
    return status;
  }

  /** Returns the Linux errno, positive. */
  public int errno() {
    return errno;
  }

  /** Returns the errno's name. */
  public String errnoName() {
    return errnoName;
  }
}
