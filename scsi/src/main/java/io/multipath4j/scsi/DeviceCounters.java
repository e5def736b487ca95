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
 * @param ioRequests commands sent, each attempt anew ({@code iorequest_cnt} of Linux)
 * @param ioDone commands that came back ({@code iodone_cnt})
 * @param ioErrors commands that came back with anything but GOOD ({@code ioerr_cnt}); those that
 *     were not answered in time are {@code timeouts} ({@code iotmo_cnt})
 */
public record DeviceCounters(
    Counter requests,
    Counter inFlight,
    Counter errors,
    Counter retries,
    Counter timeouts,
    Counter busy,
    Counter aborts,
    Counter resets,
    Counter ioRequests,
    Counter ioDone,
    Counter ioErrors) {

  DeviceCounters() {
    this(
        new Counter(),
        new Counter(),
        new Counter(),
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
