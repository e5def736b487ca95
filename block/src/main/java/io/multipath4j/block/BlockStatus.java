package io.multipath4j.block;

/**
 * How a bio ended. Names, errno and the failover rule are those of the Linux block layer, so that
 * an error seen here is the one an operator knows.
 */
public enum BlockStatus {
  /** Done in full. */
  OK(0, "", false),
  /** The device does not do this operation. */
  NOTSUPP(95, "EOPNOTSUPP", false),
  /** The deadline passed. */
  TIMEOUT(110, "ETIMEDOUT", true),
  /** A thin-provisioned device has no space left. */
  NOSPC(28, "ENOSPC", false),
  /** The transport failed before the device answered. */
  TRANSPORT(67, "ENOLINK", true),
  /** The target refused, and would refuse on every path. */
  TARGET(121, "EREMOTEIO", false),
  /** Another initiator holds a reservation. */
  RESV_CONFLICT(52, "EBADE", false),
  /** The medium is damaged. */
  MEDIUM(61, "ENODATA", false),
  /** Protection information does not match. */
  PROTECTION(84, "EILSEQ", false),
  /** A resource of this host ran out. */
  RESOURCE(12, "ENOMEM", true),
  /** The device is not available now. */
  OFFLINE(19, "ENODEV", true),
  /** An error that is none of the others. */
  IOERR(5, "EIO", true),
  /** The device asks to try again. */
  AGAIN(11, "EAGAIN", true),
  /** A limit on zones was hit; the same on every path. */
  ZONE_RESOURCE(75, "EOVERFLOW", false),
  /** A command duration limit passed; asking another path would not be in time either. */
  DURATION_LIMIT(62, "ETIME", false),
  /** The request itself is wrong: out of range, unaligned, too long. */
  INVAL(22, "EINVAL", false),
  /** The write may or may not have happened, and it is not known which. */
  OUTCOME_UNKNOWN(5, "EIO", false);

  private final int errno;
  private final String errnoName;
  private final boolean pathError;

  BlockStatus(int errno, String errnoName, boolean pathError) {
    this.errno = errno;
    this.errnoName = errnoName;
    this.pathError = pathError;
  }

  /** Returns the Linux errno, positive; 0 for {@link #OK}. */
  public int errno() {
    return errno;
  }

  /** Returns the errno's name, empty for {@link #OK}. */
  public String errnoName() {
    return errnoName;
  }

  /**
   * Tells whether another path may do better ({@code blk_path_error} of Linux, except that requests
   * which are wrong in themselves, duration limits and zone limits are final).
   */
  public boolean isPathError() {
    return pathError;
  }
}
