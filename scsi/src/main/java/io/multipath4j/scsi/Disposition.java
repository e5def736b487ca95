package io.multipath4j.scsi;

/** What is done with a command that came back from a device. */
public enum Disposition {
  /** It did what it was to do. */
  SUCCESS,
  /** Again on the same path, at once; counted against the limit of retries. */
  RETRY,
  /** Again on the same path after a delay; counted against the limit of retries. */
  RETRY_LATER,
  /** Again on the same path as soon as the device takes it; not counted, but limited in time. */
  REQUEUE,
  /** Not again on this path. */
  FAIL
}
