package io.multipath4j.scsi.multipath.reservation;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.scsi.codec.ReservationType;
import io.multipath4j.scsi.multipath.reservation.Membership.Leaving;
import io.multipath4j.scsi.multipath.reservation.Membership.Out;
import io.multipath4j.scsi.multipath.reservation.Membership.Preempted;
import io.multipath4j.scsi.multipath.reservation.Membership.Registered;
import java.lang.System.Logger.Level;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The nexuses of one head and what they are to have: the state that the operations on a disk's
 * reservations share. Loop thread only.
 */
final class Group {

  private static final System.Logger LOG = System.getLogger(Group.class.getName());

  private final String name;
  private final String wwid;
  private final EventLoop loop;
  private final IoHold io;
  private final KeyStore store;
  private final Consumer<String> whenPreempted;
  private final Nexuses nexuses = new Nexuses();
  private final Registrar registrar = new Registrar(nexuses, this::beforeDoubt);
  private Membership membership;
  private @Nullable ReservationType heldType;

  /** Null when no path of this head holds the reservation alone, or it is not known which. */
  private @Nullable Nexus holder;

  /**
   * What a nexus has that was never here: an earlier run of this program may have registered it.
   */
  private Registration newcomer = Registration.NONE;

  private boolean restored;
  private boolean holderSought;

  /** An earlier run began to register, and nothing shows yet that it did. */
  private boolean unfinished;

  /**
   * How many keys an earlier run may have left on the device without a right: only if there are
   * more, nobody preempted this host.
   */
  private int unproved;

  /** The doubts that the store knows of. */
  private int keptDoubts;

  Group(
      String name,
      String wwid,
      EventLoop loop,
      IoHold io,
      KeyStore store,
      Consumer<String> whenPreempted) {
    this.name = name;
    this.wwid = wwid;
    this.loop = loop;
    this.io = io;
    this.store = store;
    this.whenPreempted = whenPreempted;
    this.membership = store.get(wwid).map(this::restore).orElse(Membership.OUT);
  }

  private Membership restore(KeyRecord kept) {
    restored = true;
    unfinished = kept.state() == KeyRecord.State.REGISTERING;
    long key = kept.key();
    return switch (kept.state()) {
      case REGISTERING, REGISTERED -> {
        unproved = kept.doubts();
        keptDoubts = unproved;
        newcomer = unproved == 0 ? new Registration.Perhaps(key) : Registration.UNCERTAIN;
        yield new Registered(key, kept.persist());
      }
      case PREEMPTED -> {
        newcomer = Registration.UNCERTAIN;
        yield new Preempted(key);
      }
      case LEAVING -> {
        newcomer = Registration.UNCERTAIN;
        yield new Leaving(key);
      }
    };
  }

  long nanoTime() {
    return loop.clock().nanoTime();
  }

  String name() {
    return name;
  }

  Nexuses nexuses() {
    return nexuses;
  }

  Registrar registrar() {
    return registrar;
  }

  Membership membership() {
    return membership;
  }

  Nexus add(NexusPath path) {
    return nexuses.add(path, newcomer);
  }

  // ---- what the paths are to have ---------------------------------------------------------------

  /** Sets what they are to have, without keeping it. */
  void become(Membership next) {
    membership = next;
    if (!(next instanceof Registered)) {
      released();
    }
  }

  /** The operator has decided: what an earlier run left counts no more. */
  void decided(Registration newcomers) {
    restored = false;
    unfinished = false;
    unproved = 0;
    newcomer = newcomers;
  }

  /** Keeps a state; completed on the loop. */
  CompletableFuture<Void> keep(long key, boolean persist, KeyRecord.State state) {
    return keep(new KeyRecord(key, persist, state, nexuses.uncertain(null) + unproved));
  }

  private CompletableFuture<Void> keep(KeyRecord kept) {
    return onLoop(store.put(wwid, kept)).thenRun(() -> keptDoubts = kept.doubts());
  }

  /** Without it, a crash amid a late registration would make a stolen key look like a kept one. */
  private CompletableFuture<Void> beforeDoubt(Nexus subject) {
    int doubts = nexuses.uncertain(subject) + 1;
    return membership instanceof Registered(long key, boolean persist) && doubts > keptDoubts
        ? keep(new KeyRecord(key, persist, KeyRecord.State.REGISTERED, doubts))
        : done();
  }

  /** Keeps a state; a failure is only logged. */
  CompletableFuture<Void> tryToKeep(Membership state) {
    CompletableFuture<Void> kept =
        switch (state) {
          case Out() -> onLoop(store.remove(wwid));
          case Leaving(long key) -> keep(key, false, KeyRecord.State.LEAVING);
          case Registered(long key, boolean persist) ->
              keep(key, persist, KeyRecord.State.REGISTERED);
          case Preempted(long key) -> keep(key, false, KeyRecord.State.PREEMPTED);
        };
    return kept.exceptionally(failure -> {
      LOG.log(Level.ERROR, name + ": its reservation key could not be kept", failure);
      return null;
    });
  }

  private CompletableFuture<Void> onLoop(CompletableFuture<Void> kept) {
    CompletableFuture<Void> here = new CompletableFuture<>();
    var _ =
        kept.whenComplete((done, failure) -> {
          Runnable end =
              () -> {
                if (failure == null) {
                  here.complete(null);
                } else {
                  here.completeExceptionally(failure);
                }
              };
          if (loop.inEventLoop()) {
            end.run();
          } else {
            loop.execute(end);
          }
        });
    return here;
  }

  /** Brings a nexus to have what it is to have. Fails when it could not be brought there. */
  CompletableFuture<Void> bring(Nexus nexus) {
    return switch (membership) {
      case Out() -> {
        nexus.registration(Registration.NONE);
        yield done();
      }
      case Leaving l -> unregister(nexus);
      case Preempted p -> unregister(nexus);
      case Registered registered ->
          register(nexus, registered)
              .thenCompose(verdict ->
                  switch (verdict) {
                    case OURS -> {
                      unfinished = false;
                      yield done();
                    }
                    case PREEMPTED -> preempted();
                    case UNDECIDED ->
                        Failure.future(
                            BlockStatus.AGAIN,
                            "whether another host removed the key cannot be told while other paths"
                                + " are away");
                  });
    };
  }

  private CompletableFuture<Witness.Verdict> register(Nexus nexus, Registered wanted) {
    if (unproved == 0) {
      return registrar.register(nexus, wanted);
    }
    return nexus
        .commands()
        .readKeys()
        .thenCompose(keys -> {
          if (Collections.frequency(keys.keys(), wanted.key()) <= unproved) {
            return CompletableFuture.completedFuture(Witness.Verdict.PREEMPTED);
          }
          unproved = 0;
          newcomer = new Registration.Perhaps(wanted.key());
          nexus.registration(newcomer);
          return registrar.register(nexus, wanted);
        });
  }

  private CompletableFuture<Void> unregister(Nexus nexus) {
    return nexus.isClean() ? done() : registrar.unregister(nexus);
  }

  /** As {@link #bring}; a path that cannot be brought there carries no I/O until it is. */
  CompletableFuture<Void> bringOrTakeOut(Nexus nexus) {
    return bring(nexus)
        .handle((done, failure) -> {
          if (failure != null) {
            takeOut(nexus, failure);
          }
          return null;
        });
  }

  void takeOut(Nexus nexus, Throwable failure) {
    LOG.log(
        Level.WARNING,
        "{0}: {1} carries no I/O until its reservations are in order: {2}",
        name,
        nexus,
        Failure.text(failure));
    nexus.doubtRegistration();
    nexus.path().doubt();
  }

  /** Another host has removed the key: this one stays out. */
  CompletableFuture<Void> preempted() {
    if (!(membership instanceof Registered(long key, boolean persist))) {
      return done();
    }
    nexuses.stripped();
    if (unfinished) {
      become(Membership.OUT); // it had only been about to register
      decided(Registration.NONE);
      return tryToKeep(Membership.OUT);
    }
    become(new Preempted(key));
    decided(unproved > 0 ? Registration.UNCERTAIN : Registration.NONE);
    whenPreempted.accept(
        name
            + ": preempted: another host removed the reservation key of this one; I/O that its"
            + " reservation forbids fails until the disk is registered anew");
    return tryToKeep(membership)
        .thenCompose(kept ->
            each(nexuses.reachable(), nexus -> nexus.isClean() ? done() : bringOrTakeOut(nexus)));
  }

  /** Leaving is over when nobody can have a key any more; doubts are when they are removed. */
  CompletableFuture<Void> settle() {
    if (membership instanceof Leaving && !restored && nexuses.areClean()) {
      membership = Membership.OUT;
      return tryToKeep(Membership.OUT);
    }
    return membership instanceof Registered
            && unproved == 0
            && !unfinished
            && keptDoubts > nexuses.uncertain(null)
        ? tryToKeep(membership)
        : done();
  }

  // ---- the reservation --------------------------------------------------------------------------

  @Nullable ReservationType heldType() {
    return heldType;
  }

  @Nullable Nexus holder() {
    return holder;
  }

  /** Tells whether only one path may do I/O. */
  boolean isExclusive() {
    ReservationType type = heldType;
    return type != null && !type.admitsRegistrants();
  }

  /**
   * This host holds the device.
   *
   * @param by null when all registrants do, or it is not known which path
   */
  void reserved(ReservationType type, @Nullable Nexus by) {
    heldType = type;
    holder = type.isAllRegistrants() ? null : by;
    barOthers();
  }

  /** This host does not hold the device. */
  void released() {
    heldType = null;
    holder = null;
    barOthers();
  }

  /** A path was removed: if it held the reservation, nobody knows a holder. */
  void gone(Nexus nexus) {
    if (holder == nexus) {
      holder = null;
    }
  }

  /** Tells, once after a restart, that it is to be looked up who holds the device. */
  boolean takeUnknownHolder() {
    boolean unknown = restored && !holderSought;
    holderSought = true;
    return unknown;
  }

  /** With a type that lets only the holder do I/O, the other paths get none. */
  void barOthers() {
    for (Nexus nexus : nexuses.all()) {
      nexus.anotherHolds(isExclusive() && nexus != holder);
    }
  }

  // ---- flow -------------------------------------------------------------------------------------

  /** Runs an operation while no I/O is on any path. */
  <T> CompletableFuture<T> suspended(Function<Void, CompletableFuture<T>> operation) {
    return io.suspend()
        .thenCompose(resume -> done().thenCompose(operation).whenComplete((r, f) -> resume.run()));
  }

  /** Runs a step for each nexus, one after the other; ends with the first failure. */
  static CompletableFuture<Void> each(
      List<Nexus> some, Function<Nexus, CompletableFuture<Void>> step) {
    CompletableFuture<Void> steps = done();
    for (Nexus nexus : some) {
      steps = steps.thenCompose(before -> step.apply(nexus));
    }
    return steps;
  }

  void couldNotLook(Throwable failure) {
    LOG.log(Level.WARNING, "{0}: reservations not looked at: {1}", name, Failure.text(failure));
  }

  ReservationSnapshot snapshot() {
    ReservationType type = heldType;
    return new ReservationSnapshot(
        switch (membership) {
          case Out() -> "out";
          case Leaving l -> "leaving";
          case Registered r -> "registered";
          case Preempted p -> "preempted";
        },
        type == null ? "" : ReservationTypes.of(type).word(),
        holder == null ? "" : holder.path().label(),
        nexuses.all().stream()
            .map(nexus ->
                new ReservationSnapshot.Path(
                    nexus.path().label(),
                    switch (nexus.registration()) {
                      case Registration.None() -> "none";
                      case Registration.Holds(long key) -> "registered";
                      case Registration.Perhaps(long key) -> "asked when it returns";
                      case Registration.Uncertain() -> "uncertain";
                    }))
            .toList());
  }

  static CompletableFuture<Void> done() {
    return CompletableFuture.completedFuture(null);
  }
}
