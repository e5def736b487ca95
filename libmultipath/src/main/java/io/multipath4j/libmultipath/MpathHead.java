package io.multipath4j.libmultipath;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.BlockOperations;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.reactor.EventLoop;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One logical device and its paths, as one block device. An I/O is cloned to a path that the policy
 * chooses; when that path fails it, all of it goes to another one.
 *
 * <p>Methods are for the head's loop, except where they say "any thread". Whatever makes a path
 * usable or unusable must be told: {@link #pathStateChanged}, {@link #setAccessState}, {@link
 * #setLive}; nobody polls.
 *
 * <p>The order of a driver's calls:
 *
 * <pre>
 *   a path is found     life().claim() of the head with its id, or of a new one
 *   it passes           addDevice(path), setLive(path); the first one publishes the disk
 *   it does not         life().releaseClaim(); if true: give the head up
 *   it is to go         deleteDevice(path), life().releaseClaim(); if true: give the head up
 *   no path came back   the template's removeHead(head) is called: give the head up
 *   give the head up    take it off the driver's list, removeDisk(), life().uninit()
 * </pre>
 *
 * <p>A driver with a list of heads does the first line, and the last two answers together with its
 * change of the list, in one turn of the loop (or under one lock): then no path finds a head that
 * goes.
 *
 * @param <P> the driver's own object of a path
 */
public final class MpathHead<P> implements BlockDevice {

  private final String name;
  private final MpathHeadTemplate<P> template;
  private final HeadDisk<P> disk;
  private final HeadLife<P> life;
  private final PathCalls<P> calls;
  private final HeadOperations<P> operations;
  private final PathTable<P> table;
  private final PathChooser<P> chooser;
  private final HeadCounters counters = new HeadCounters();
  private final IoDispatcher<P> dispatcher;
  private volatile long capacityBytes;
  private volatile BlockLimits limits;
  private volatile boolean queueIfNoPath;
  private volatile long noPathTimeoutNanos;
  private volatile boolean ioStatistics = true;

  /**
   * Makes a head without paths. Its disk takes I/O after the first {@link #setLive}.
   *
   * @param loop on which bios are submitted and complete, and this head's state changes
   */
  public MpathHead(EventLoop loop, MpathHeadTemplate<P> template, MpathHeadConfig config) {
    this.name = config.name();
    this.template = template;
    this.capacityBytes = config.capacityBytes();
    this.limits = config.limits();
    this.table = new PathTable<>(template, config.numa());
    this.chooser = new PathChooser<>(template, table, config.policy());
    this.dispatcher = new IoDispatcher<>(this, loop, table, counters, config.options());
    this.life = new HeadLife<>(this, loop);
    this.calls = new PathCalls<>(this, table);
    this.operations = new HeadOperations<>(this, calls);
    this.disk = new HeadDisk<>(this, loop, calls);
  }

  // The block device.

  @Override
  public String name() {
    return name;
  }

  @Override
  public long capacityBytes() {
    return capacityBytes;
  }

  @Override
  public BlockLimits limits() {
    return limits;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Ends with IOERR when the disk is not live or no path is left to wait for; with TIMEOUT when
   * it waited for a path too long; with RESOURCE when too many others wait; else as the path's disk
   * ended it.
   */
  @Override
  public void submit(Bio bio) {
    dispatcher.submit(bio);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Each goes to one path that the policy chooses and is never tried again; AGAIN (EWOULDBLOCK)
   * when there is no path, and OFFLINE (ENXIO) when the disk was removed.
   */
  @Override
  public BlockOperations operations() {
    return operations;
  }

  /** Returns the character device; empty when the driver has none. Any thread. */
  public Optional<HeadCharDevice<P>> charDevice() {
    return disk.charDevice();
  }

  /** Sets size and limits anew, after the driver found that the device has changed. */
  public void setGeometry(long newCapacityBytes, BlockLimits newLimits) {
    capacityBytes = newCapacityBytes;
    limits = newLimits;
    kick();
  }

  /** Returns what says how long this head lives: references, claims, delayed removal. */
  public HeadLife<P> life() {
    return life;
  }

  // Paths.

  /**
   * Appends a path to the list and wakes what waits: the path can be selected from now on. A
   * delayed removal that was pending does not happen. {@link #setLive} is to follow.
   *
   * @throws IllegalStateException when the list is full ({@link PathTable#MAX_PATHS}), the path is
   *     on a list, or the head was given up
   */
  public void addDevice(MpathDevice<P> path) {
    life.pathComes(path);
    table.add(path);
    path.health.forget();
    kick();
  }

  /**
   * A path came live: makes the disk live and publishes it if it was not, links the paths, chooses
   * every node's path anew if this one is optimized, and wakes what waits.
   *
   * @return true when this made the disk live
   * @throws IllegalStateException when the disk was removed
   * @throws RuntimeException when the disk could not be published; it is not live then
   */
  public boolean setLive(MpathDevice<P> path) {
    if (disk.isRemoved()) {
      throw new IllegalStateException(name + " was removed; path " + path + " comes too late");
    }
    boolean first = disk.setLive();
    disk.linkPaths(table.paths());
    path.health.forget();
    dispatcher.backOff().readmit(path);
    if (template.isOptimized(path.driverPath())) {
      table.findPathOfEveryNode(chooser.policy().usesDistance());
    }
    kick();
    return first;
  }

  /**
   * Takes a path off the list and out of the caches. I/O that is under way on it still ends through
   * it; see {@link MpathDevice#inFlight()} and {@link #synchronize}.
   *
   * @return true when no path is left
   */
  public boolean deleteDevice(MpathDevice<P> path) {
    table.remove(path);
    disk.unlink(path);
    kick();
    return devicesEmpty();
  }

  /** Tells whether the head has no path. Any thread. */
  public boolean devicesEmpty() {
    return table.paths().length == 0;
  }

  /** Returns the paths in the order of their registration. Any thread. */
  public List<MpathDevice<P>> devices() {
    return List.of(table.paths());
  }

  /**
   * The answer of one of the template's questions about {@code path} has changed, or may have. To
   * be called after the change. Gives a path that rests after errors another chance.
   */
  public void pathStateChanged(MpathDevice<P> path) {
    table.clear(path);
    dispatcher.backOff().readmit(path);
    kick();
  }

  /** Sets how well a path reaches the device; implies {@link #pathStateChanged}. */
  public void setAccessState(MpathDevice<P> path, MpathAccessState state) {
    path.accessState(state);
    pathStateChanged(path);
  }

  /** Empties the cache of each node that points at {@code path}; tells whether one did. */
  public boolean clearCurrentPath(MpathDevice<P> path) {
    return table.clear(path);
  }

  /** Returns the nodes whose I/O the policy sends over {@code path} for now. Any thread. */
  public BitSet currentNodes(MpathDevice<?> path) {
    return table.nodesOf(path);
  }

  /** Empties every node's cache. */
  public void clearPaths() {
    table.clearAll();
  }

  /**
   * Compares each path's capacity with the head's, empties the caches and wakes what waits.
   *
   * @param notReady told each path that differs
   */
  public void revalidatePaths(Consumer<? super MpathDevice<P>> notReady) {
    for (MpathDevice<P> path : table.paths()) {
      if (path.disk().capacityBytes() != capacityBytes) {
        notReady.accept(path);
      }
    }
    table.clearAll();
    kick();
  }

  /**
   * Runs {@code call} on one path that the policy chooses. Any thread.
   *
   * @return its result; AGAIN (EWOULDBLOCK) when there is no path
   */
  public BlockStatus callForDevice(Function<? super MpathDevice<P>, BlockStatus> call) {
    return calls.callOne(call);
  }

  /** Runs {@code call} on every path in the order of the list, whatever its state. Any thread. */
  public void callForAllDevices(Consumer<? super MpathDevice<P>> call) {
    calls.callAll(call);
  }

  /**
   * Waits, without blocking, until nobody uses what the head was before this call: after a path was
   * deleted, no selection or call of before still has it. I/O that it carries is another matter,
   * see {@link MpathDevice#inFlight()}. Any thread.
   *
   * @return completed at once, or on the thread of the last who used it
   */
  public CompletionStage<Void> synchronize() {
    return calls.synchronize();
  }

  /**
   * Ends the disk for good, the first time that it is called: what waits for a path fails, and so
   * does what comes later. The disk is unpublished when nobody uses it.
   */
  public void removeDisk() {
    if (!disk.isRemoved()) {
      life.diskRemoved();
      disk.remove();
    }
  }

  /**
   * Stops all I/O: what is submitted from now on, or fails over, waits on the requeue list, in
   * order; what is on a path ends. For changes that must not happen under I/O, such as those that
   * take a path's right to write away for a moment. Several suspensions may overlap; I/O goes on
   * when all were ended.
   *
   * @param drainNanos how long to wait for what is on the paths; then it is as if this had not been
   *     called
   * @param holdNanos longest time, from the call on; then I/O goes on by itself, and says so
   * @return completed, on the loop, when no I/O is on any path; fails with {@link
   *     io.multipath4j.block.BlockOperationException}, TIMEOUT
   */
  public CompletableFuture<IoSuspension.Hold> suspend(long drainNanos, long holdNanos) {
    return dispatcher.suspension().suspend(drainNanos, holdNanos);
  }

  /** Tells whether I/O is being held back by {@link #suspend}. Loop thread. */
  public boolean isSuspended() {
    return dispatcher.suspension().isSuspended();
  }

  /** Sends everything that waits for a path through selection again, at the end of this turn. */
  public void kick() {
    dispatcher.requeue().kick();
  }

  /** Looks at parked bios at once. */
  void flush() {
    dispatcher.requeue().flush();
  }

  // Knobs.

  /** Returns the policy. Any thread. */
  public IoPolicy ioPolicy() {
    return chooser.policy();
  }

  /** Sets the policy; also when it is the same, the caches are emptied and what waits is woken. */
  public void setIoPolicy(IoPolicy policy) {
    chooser.policy(policy);
    table.clearAll();
    kick();
  }

  /** Tells whether I/O waits even when no path is available. Any thread. */
  public boolean queueIfNoPath() {
    return queueIfNoPath;
  }

  /** Sets whether I/O waits even when no path is available; clearing it fails what waits so. */
  public void setQueueIfNoPath(boolean queue) {
    queueIfNoPath = queue;
    kick();
  }

  /** Returns how long a bio waits for a path, in nanoseconds; 0 is for ever. Any thread. */
  public long noPathTimeoutNanos() {
    return noPathTimeoutNanos;
  }

  /**
   * Sets how long a bio waits for a path before it ends with TIMEOUT; applies to those that wait.
   *
   * @param timeoutNanos 0, the default, is for ever
   */
  public void setNoPathTimeoutNanos(long timeoutNanos) {
    if (timeoutNanos < 0) {
      throw new IllegalArgumentException(
          "no-path timeout of " + timeoutNanos + " ns: expected 0 or more");
    }
    noPathTimeoutNanos = timeoutNanos;
    dispatcher.requeue().timeoutChanged();
  }

  /** Tells whether {@link #statistics()} are kept. Any thread. */
  public boolean ioStatistics() {
    return ioStatistics;
  }

  /** Sets whether {@link #statistics()} are kept; I/O under way goes on as it began. */
  public void setIoStatistics(boolean keep) {
    ioStatistics = keep;
  }

  // What can be seen, from any thread.

  /** Tells whether the disk takes I/O. Any thread. */
  public boolean isLive() {
    return disk.isLive();
  }

  /** Returns what was done so far. Any thread. */
  public IoStatistics statistics() {
    return counters.statistics();
  }

  /**
   * Returns how often the safety timer found parked I/O that should have been woken; anything but 0
   * is a defect. Any thread.
   */
  public long safetyTimerFirings() {
    return counters.safetyTimerFirings.get();
  }

  /** Returns the state of this head and its paths. Any thread; its parts are not of one instant. */
  public MpathHeadSnapshot snapshot() {
    return MpathHeadSnapshot.of(this, table, counters);
  }

  /** Tells whether the disk was removed for good. Any thread. */
  boolean isRemoved() {
    return disk.isRemoved();
  }

  // For the data path.

  MpathHeadTemplate<P> template() {
    return template;
  }

  PathChooser<P> chooser() {
    return chooser;
  }

  /**
   * Tells whether I/O without a path waits rather than fails: a path may come back by itself, or
   * only rests, or the operator wants it so.
   */
  boolean mayWaitForPath() {
    return queueIfNoPath || chooser.anyMayReturn();
  }
}
