package io.multipath4j.libmultipath;

import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.block.Ioctl;
import java.util.concurrent.CompletableFuture;

/**
 * The driver's side of a head's character device: commands past the block layer. An optional part
 * of a {@link MpathHeadTemplate}; making, ending and ioctl come together. Head's loop.
 *
 * @param <P> the driver's own object of a path
 */
public interface CharDeviceDriver<P> {

  /**
   * The disk is live: makes the device known. An exception is logged; the disk works all the same.
   */
  void addCharDevice(MpathHead<P> head);

  /** The disk was removed: forgets the device. Not called if making it had failed. */
  void deleteCharDevice(MpathHead<P> head);

  /**
   * Does a request on one path.
   *
   * @param openForWrite whether the caller has the device open for writing
   * @return completed when the request carries its answer, exceptionally with a {@link
   *     BlockOperationException}
   */
  CompletableFuture<Void> ioctl(P path, Ioctl request, boolean openForWrite);

  /**
   * Starts a command on one path, as io_uring's passthrough does. NOTSUPP unless overridden.
   *
   * @param flags the driver's
   * @return completed when the command carries its answer
   */
  default CompletableFuture<Void> submitCommand(P path, Ioctl command, int flags) {
    return CompletableFuture.failedFuture(
        BlockOperationException.of(
            BlockStatus.NOTSUPP,
            command.description() + ": this device takes no asynchronous commands"));
  }

  /**
   * Looks for the end of a command that was submitted, without waiting. NOTSUPP unless overridden.
   *
   * @param flags the driver's
   * @return how many commands were found ended
   */
  default int pollCommand(Ioctl command, int flags) throws BlockOperationException {
    throw BlockOperationException.of(
        BlockStatus.NOTSUPP, command.description() + ": this device's commands cannot be polled");
  }
}
