package io.multipath4j.sysfs;

/** Why an operation on the tree was refused, by the names and numbers of Linux. */
public enum SysfsErrno {
  /** No node has that path. */
  ENOENT(2),
  /** The caller was told to stop waiting. */
  EINTR(4),
  /** The device did not do it. */
  EIO(5),
  /** The attribute's object has no such thing now. */
  ENXIO(6),
  /** Not now; it may be possible later. */
  EAGAIN(11),
  /** The attribute's mode does not allow it, for root neither. */
  EACCES(13),
  /** Something else holds it. */
  EBUSY(16),
  /** The directory already has a node of that name. */
  EEXIST(17),
  /** The node was removed while it was held. */
  ENODEV(19),
  /** A part of the path that must be a directory is not one. */
  ENOTDIR(20),
  /** A directory has no text to read or write. */
  EISDIR(21),
  /** The value or the kind of node does not fit. */
  EINVAL(22),
  /** A number that the attribute cannot hold. */
  ERANGE(34),
  /** A name or a path is too long. */
  ENAMETOOLONG(36),
  /** Too many symbolic links in one path. */
  ELOOP(40),
  /** The device's object knows no such operation. */
  EOPNOTSUPP(95),
  /** Whoever does it did not do it in time. */
  ETIMEDOUT(110);

  private final int number;

  SysfsErrno(int number) {
    this.number = number;
  }

  /** Returns the number of Linux, positive. */
  public int number() {
    return number;
  }
}
