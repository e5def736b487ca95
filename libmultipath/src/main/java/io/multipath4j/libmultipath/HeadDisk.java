package io.multipath4j.libmultipath;

import io.multipath4j.reactor.EventLoop;
import java.util.Optional;

/**
 * Where a head's disk is in its life, and what the outside sees of it. Loop thread only, except
 * {@link #isLive}.
 */
final class HeadDisk<P> {

  private static final System.Logger LOG = System.getLogger(HeadDisk.class.getName());

  private enum State {
    NEW,
    LIVE,
    REMOVED
  }

  private final MpathHead<P> head;
  private final EventLoop loop;
  private final Optional<HeadPublisher<P>> publisher;
  private final Optional<HeadCharDevice<P>> charDevice;
  private volatile State state = State.NEW;

  HeadDisk(MpathHead<P> head, EventLoop loop, PathCalls<P> calls) {
    this.head = head;
    this.loop = loop;
    this.publisher = head.template().publisher();
    this.charDevice =
        head.template().charDevice().map(driver -> new HeadCharDevice<>(head, calls, driver));
  }

  Optional<HeadCharDevice<P>> charDevice() {
    return charDevice;
  }

  /** Tells whether the disk takes I/O. Any thread. */
  boolean isLive() {
    return state == State.LIVE;
  }

  boolean isRemoved() {
    return state == State.REMOVED;
  }

  /**
   * Makes the disk live if it was not, publishes it, and then makes the character device.
   *
   * @return true when it was not live
   */
  boolean setLive() {
    if (state == State.LIVE) {
      return false;
    }
    state = State.LIVE;
    boolean published = false;
    try {
      publisher.ifPresent(shown -> shown.publishDisk(head));
      published = true;
    } finally {
      if (!published && state == State.LIVE) {
        state = State.NEW;
        head.kick(); // what came meanwhile fails
      }
    }
    if (state == State.LIVE) { // else whoever was told has removed it
      charDevice.ifPresent(HeadCharDevice::add);
    }
    return true;
  }

  /** Links the paths that are not yet. */
  void linkPaths(MpathDevice<P>[] paths) {
    if (publisher.isPresent() && state == State.LIVE) {
      HeadPublisher<P> shown = publisher.get();
      for (MpathDevice<P> path : paths) {
        if (!path.linked) {
          link(shown, path);
        }
      }
    }
  }

  private void link(HeadPublisher<P> shown, MpathDevice<P> path) {
    try {
      shown.linkPath(head, path);
      path.linked = true;
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, head.name() + ": cannot link to path " + path, e);
    }
  }

  void unlink(MpathDevice<P> path) {
    if (path.linked) {
      path.linked = false;
      publisher.ifPresent(
          shown -> quietly("cannot unlink path " + path, () -> shown.unlinkPath(head, path)));
    }
  }

  /**
   * Ends the disk. First it is no longer live, then what is parked fails, so that its owners hear
   * of that and not of a disk that is gone; the character device goes; and only when nobody looks
   * at the paths any more, the outside forgets the disk.
   */
  void remove() {
    boolean wasLive = state == State.LIVE;
    state = State.REMOVED;
    quietly("an owner of parked I/O threw", head::flush);
    charDevice.ifPresent(
        device -> quietly("cannot take its character device away", device::delete));
    if (wasLive && publisher.isPresent()) {
      HeadPublisher<P> shown = publisher.get();
      head.synchronize()
          .thenRun(
              () -> onLoop(() -> quietly("cannot unpublish it", () -> shown.unpublishDisk(head))));
    }
  }

  /** What is being taken away goes, whatever the outside makes of it. */
  private void quietly(String problem, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, head.name() + ": " + problem, e);
    }
  }

  private void onLoop(Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
    } else {
      loop.execute(task);
    }
  }
}
