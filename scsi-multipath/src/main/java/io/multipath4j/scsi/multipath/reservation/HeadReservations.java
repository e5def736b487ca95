package io.multipath4j.scsi.multipath.reservation;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.block.PersistentReservations;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.scsi.codec.ReservationCapabilities;
import io.multipath4j.scsi.codec.ReservationFullStatus;
import io.multipath4j.scsi.multipath.reservation.Membership.Out;
import io.multipath4j.scsi.multipath.reservation.Membership.Registered;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The persistent reservations of a multipath disk: one host with one key, whatever its paths do.
 * Operations run one at a time; each of their steps is bounded in time. Loop thread only.
 */
public final class HeadReservations implements PersistentReservations {

  /** Shortest time between two looks at the keys that nobody asked for. */
  static final long LOOK_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final EventLoop loop;
  private final Group group;
  private final HoldOperations holding;
  private final OperationQueue queue;
  private boolean lookPlanned;
  private boolean looked;
  private long lastLookNanos;

  /**
   * Makes the reservations of a disk without paths, in the state that the store has kept.
   *
   * @param name the disk's name
   * @param wwid its unique id, under which the store keeps the key
   * @param io holds its I/O back
   * @param whenPreempted told one sentence for a person when another host has preempted this one
   */
  public HeadReservations(
      String name,
      String wwid,
      EventLoop loop,
      IoHold io,
      KeyStore store,
      Consumer<String> whenPreempted) {
    this.loop = loop;
    this.group = new Group(name, wwid, loop, io, store, whenPreempted);
    this.holding = new HoldOperations(group);
    this.queue = new OperationQueue(name);
  }

  // ---- paths ------------------------------------------------------------------------------------

  /**
   * Brings a path to have the registration that its host has, or has not. To be called when the
   * path has proved to lead to the logical unit, before it carries I/O, each time.
   *
   * @return completed when it may carry I/O; a failure says why it may not yet, and the call is to
   *     be repeated
   */
  public CompletableFuture<Void> admit(NexusPath path) {
    Nexus known = group.nexuses().of(path);
    if (known != null) {
      known.doubtRegistration();
    }
    if (known == null && group.membership() instanceof Out && queue.isIdle()) {
      group.add(path);
      return Group.done();
    }
    return queue.run(() -> {
      Nexus found = group.nexuses().of(path);
      Nexus nexus = found == null ? group.add(path) : found;
      return group
          .bring(nexus)
          .thenCompose(done -> group.settle())
          .thenCompose(done -> findHolder(nexus))
          .thenCompose(done -> holding.holdThroughLivePathIfExclusive())
          .thenRun(group::barOthers);
    });
  }

  /** After a restart it is not known what this host holds. */
  private CompletableFuture<Void> findHolder(Nexus nexus) {
    return group.membership() instanceof Registered(long key, boolean persist)
            && group.takeUnknownHolder()
        ? holding.refresh(nexus, key, null)
        : Group.done();
  }

  /** A path was removed. */
  public void forget(NexusPath path) {
    Nexus nexus = group.nexuses().of(path);
    if (nexus != null) {
      group.nexuses().remove(nexus);
      group.gone(nexus);
      path.bar(false);
      holderMayBeAway();
    }
  }

  /** A path went away, for a while or for good. */
  public void pathDown(NexusPath path) {
    Nexus nexus = group.nexuses().of(path);
    if (nexus != null) {
      nexus.doubtRegistration();
      holderMayBeAway();
    }
  }

  private void holderMayBeAway() {
    if (group.isExclusive()) {
      background(holding::holdThroughLivePathIfExclusive);
    }
  }

  // ---- news -------------------------------------------------------------------------------------

  /**
   * Something says that reservations or registrations changed: a unit attention 2Ah/03h, 04h or
   * 05h, or a RESERVATION CONFLICT. Many such words make one look.
   */
  public void look() {
    if (lookPlanned || !(group.membership() instanceof Registered)) {
      return;
    }
    lookPlanned = true;
    long sinceNanos = loop.clock().nanoTime() - lastLookNanos;
    long delay = looked ? Math.max(0, LOOK_INTERVAL_NANOS - sinceNanos) : 0;
    loop.schedule(
        delay,
        () -> {
          lookPlanned = false;
          background(this::lookNow);
        });
  }

  private CompletableFuture<Void> lookNow() {
    looked = true;
    lastLookNanos = loop.clock().nanoTime();
    List<Nexus> reachable = group.nexuses().reachable();
    if (reachable.isEmpty()
        || !(group.membership() instanceof Registered(long key, boolean persist))) {
      return Group.done();
    }
    Nexus nexus = reachable.getFirst();
    return nexus
        .commands()
        .readKeys()
        .thenCompose(keys -> {
          int count = Collections.frequency(keys.keys(), key);
          return count > 0 && count >= group.nexuses().holding(key)
              ? Group.done()
              : Group.each(reachable, group::bringOrTakeOut);
        })
        .thenCompose(done ->
            group.membership() instanceof Registered
                ? holding.refresh(nexus, key, null)
                : Group.done())
        .thenCompose(done -> holding.holdThroughLivePathIfExclusive())
        .thenCompose(done -> group.settle());
  }

  private void background(Supplier<CompletableFuture<Void>> operation) {
    var _ =
        queue
            .run(operation)
            .exceptionally(failure -> {
              group.couldNotLook(failure);
              if (group.isExclusive()) {
                loop.schedule(LOOK_INTERVAL_NANOS, this::holderMayBeAway); // or I/O waits for ever
              }
              return null;
            });
  }

  // ---- what an operator asks for ----------------------------------------------------------------

  /**
   * {@inheritDoc}
   *
   * <p>On every path or on none; paths that are away get or lose it when they return, before they
   * carry I/O.
   */
  @Override
  public CompletableFuture<Void> register(
      long oldKey, long newKey, boolean ignoreExisting, boolean throughPowerLoss) {
    return queue.run(() ->
        told(
            newKey == 0
                ? new UnregisterOperation(group, holding, oldKey, ignoreExisting).run()
                : new RegisterOperation(
                        group, oldKey, new Registered(newKey, throughPowerLoss), ignoreExisting)
                    .run()));
  }

  /**
   * {@inheritDoc}
   *
   * <p>With a type that lets only the holder do I/O, one path gets all I/O from now on; when it
   * falls away, the reservation moves to another one.
   */
  @Override
  public CompletableFuture<Void> reserve(long key, Type type) {
    return queue.run(() -> told(holding.reserve(key, ReservationTypes.of(type))));
  }

  /** {@inheritDoc} Also when the path that holds it is down. */
  @Override
  public CompletableFuture<Void> release(long key, Type type) {
    return queue.run(() -> told(holding.release(key, ReservationTypes.of(type))));
  }

  /** {@inheritDoc} With this host's own key as the victim, the type of its reservation changes. */
  @Override
  public CompletableFuture<Void> preempt(long key, long victim, Type type, boolean abort) {
    return queue.run(() -> told(holding.preempt(key, victim, ReservationTypes.of(type), abort)));
  }

  @Override
  public CompletableFuture<Void> clear(long key) {
    return queue.run(() -> told(holding.clear(key)));
  }

  @Override
  public CompletableFuture<Keys> readKeys() {
    return read(NexusCommands::readKeys)
        .thenApply(keys -> new Keys(keys.generation(), keys.keys()));
  }

  @Override
  public CompletableFuture<Optional<Reservation>> readReservation() {
    return read(NexusCommands::readReservation)
        .thenApply(now ->
            Optional.ofNullable(now.type())
                .map(type ->
                    new Reservation(now.generation(), now.key(), ReservationTypes.of(type))));
  }

  /** Returns each registration with its nexus; not every device tells. */
  public CompletableFuture<ReservationFullStatus> readFullStatus() {
    return read(NexusCommands::readFullStatus);
  }

  /** Returns what the device can do; not every device tells. */
  public CompletableFuture<ReservationCapabilities> reportCapabilities() {
    return read(NexusCommands::reportCapabilities);
  }

  private <T> CompletableFuture<T> told(CompletableFuture<T> outcome) {
    return outcome.exceptionallyCompose(failure -> {
      if (Failure.isConflict(failure)) {
        look(); // the device may know more than this host
      }
      return CompletableFuture.failedFuture(Failure.of(group.name(), failure));
    });
  }

  /** Questions may be asked through any path, and again through another one. */
  private <T> CompletableFuture<T> read(Function<NexusCommands, CompletableFuture<T>> question) {
    return told(readThrough(group.nexuses().reachable(), question));
  }

  private <T> CompletableFuture<T> readThrough(
      List<Nexus> paths, Function<NexusCommands, CompletableFuture<T>> question) {
    if (paths.isEmpty()) {
      return Failure.future(BlockStatus.AGAIN, group.name() + ": no path is up to ask");
    }
    List<Nexus> rest = paths.subList(1, paths.size());
    return question
        .apply(paths.getFirst().commands())
        .exceptionallyCompose(failure ->
            rest.isEmpty() || Failure.isRefusal(failure)
                ? CompletableFuture.failedFuture(failure)
                : readThrough(rest, question));
  }

  /** Returns what this host believes, for people. */
  public ReservationSnapshot snapshot() {
    return group.snapshot();
  }
}
