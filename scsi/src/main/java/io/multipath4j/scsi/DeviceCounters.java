package io.multipath4j.scsi;

/**
 * What a device counts. Any thread may read.
 *
 * @param requests requests given to the device
 * @param inFlight requests given and not ended: waiting, outstanding, delayed
 * @param errors requests that ended with an error
 * @param retries attempts after the first
 * @param timeouts commands that were not answered in time
 * @param busy answers BUSY or TASK SET FULL
 * @param aborts ABORT TASK functions sent
 * @param resets LOGICAL UNIT RESET functions sent
 */
public record DeviceCounters(
    Counter requests,
    Counter inFlight,
    Counter errors,
    Counter retries,
    Counter timeouts,
    Counter busy,
    Counter aborts,
    Counter resets) {

  DeviceCounters() {
    this(
        new Counter(),
        new Counter(),
        new Counter(),
        new Counter(),
        new Counter(),
        new Counter(),
        new Counter(),
        new Counter());
  }
}
