package io.multipath4j.libmultipath;

import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.block.Ioctl;
import java.util.concurrent.CompletableFuture;

/**
 * A head as a character device: each command goes to one path that the policy chooses, and is never
 * tried again. Head's loop, except where it says "any thread".
 *
 * @param <P> the driver's own object of a path
 */
public final class HeadCharDevice<P> {

  private static final System.Logger LOG = System.getLogger(HeadCharDevice.class.getName());

  private final MpathHead<P> head;
  private final PathCalls<P> calls;
  private final CharDeviceDriver<P> driver;
  private volatile boolean live;

  HeadCharDevice(MpathHead<P> head, PathCalls<P> calls, CharDeviceDriver<P> driver) {
    this.head = head;
    this.calls = calls;
    this.driver = driver;
  }

  /** Tells whether the device is there. Any thread. */
  public boolean isLive() {
    return live;
  }

  /**
   * Opens the device. Any thread.
   *
   * @throws BlockOperationException ENXIO when it is not there
   */
  public HeadOpen open() throws BlockOperationException {
    return head.life().open("the character device of " + head.name(), this::isLive);
  }

  /**
   * Passes a request to one path.
   *
   * @param openForWrite whether the caller has the device open for writing
   * @return completed when the request carries its answer; exceptionally with a {@link
   *     BlockOperationException}, AGAIN (EWOULDBLOCK) when there is no path
   */
  public CompletableFuture<Void> ioctl(Ioctl request, boolean openForWrite) {
    return calls.ioctl(request, path -> driver.ioctl(path.driverPath(), request, openForWrite));
  }

  /**
   * Starts a command on one path, as io_uring's passthrough does.
   *
   * @param flags the driver's
   * @return completed when the command carries its answer; exceptionally with a {@link
   *     BlockOperationException}, INVAL when there is no path, NOTSUPP when the driver takes no
   *     such commands
   */
  public CompletableFuture<Void> submitCommand(Ioctl command, int flags) {
    return calls.call(
        command.description(),
        BlockStatus.INVAL,
        path -> driver.submitCommand(path.driverPath(), command, flags));
  }

  /**
   * Looks for the end of a command that was submitted, without waiting. Selects no path.
   *
   * @return how many commands were found ended
   * @throws BlockOperationException NOTSUPP when the driver's commands cannot be polled
   */
  public int pollCommand(Ioctl command, int flags) throws BlockOperationException {
    return driver.pollCommand(command, flags);
  }

  void add() {
    try {
      driver.addCharDevice(head);
      live = true;
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, head.name() + ": has no character device", e);
    }
  }

  void delete() {
    if (live) {
      live = false;
      driver.deleteCharDevice(head);
    }
  }
}
