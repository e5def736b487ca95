package io.multipath4j.scsi.multipath.reservation;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.codec.ReservationStatus;
import io.multipath4j.scsi.codec.ReservationType;
import io.multipath4j.scsi.multipath.reservation.Membership.Preempted;
import io.multipath4j.scsi.multipath.reservation.Membership.Registered;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Takes, gives back and moves the reservation of a registered host. Loop thread only. */
final class HoldOperations {

  /** How long I/O waits at most for paths that are to be registered again. */
  static final long BRING_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Group group;

  HoldOperations(Group group) {
    this.group = group;
  }

  // ---- reserve ----------------------------------------------------------------------------------

  CompletableFuture<Void> reserve(long key, ReservationType type) {
    return asRegistered(
        key,
        "not reserved",
        registered -> {
          Nexus nexus = holderOrAny(key);
          if (nexus == null) {
            return noPath("not reserved");
          }
          return type.admitsRegistrants()
              ? reserveThrough(nexus, key, type)
              : group.suspended(idle -> reserveThrough(nexus, key, type));
        });
  }

  private CompletableFuture<Void> reserveThrough(Nexus nexus, long key, ReservationType type) {
    return nexus
        .commands()
        .reserve(key, type)
        .thenRun(() -> group.reserved(type, nexus))
        .exceptionallyCompose(failure ->
            readReservation(nexus)
                .thenCompose(now -> {
                  if (isOurs(now, key) && now.type() == type) {
                    group.reserved(type, group.holder()); // through another path of this host
                    return holdThroughLivePath();
                  }
                  return CompletableFuture.<Void>failedFuture(failure);
                }));
  }

  // ---- release ----------------------------------------------------------------------------------

  CompletableFuture<Void> release(long key, ReservationType type) {
    return asRegistered(
        key,
        "not released",
        registered -> {
          Nexus nexus = holderOrAny(key);
          if (nexus == null) {
            return noPath("not released");
          }
          return releaseThrough(nexus, key, type)
              .thenCompose(released ->
                  released
                      ? Group.done()
                      : group.suspended(idle ->
                          moveTo(nexus, type)
                              .thenCompose(moved -> releaseThrough(nexus, key, type))
                              .thenCompose(done -> stillHeld(done))));
        });
  }

  /** A nexus that is not the holder is told GOOD, and nothing happens: so look. */
  private CompletableFuture<Boolean> releaseThrough(Nexus nexus, long key, ReservationType type) {
    return nexus
        .commands()
        .release(key, type)
        .thenCompose(done -> readReservation(nexus))
        .thenApply(now -> {
          boolean held = isOurs(now, key) && now.type() == type;
          if (!held) {
            group.released();
          }
          return !held;
        });
  }

  private CompletableFuture<Void> stillHeld(boolean released) {
    return released
        ? Group.done()
        : Failure.future(
            BlockStatus.IOERR,
            group.name() + ": not released: the device still shows the reservation");
  }

  // ---- preempt, clear ---------------------------------------------------------------------------

  CompletableFuture<Void> preempt(long key, long victim, ReservationType type, boolean abort) {
    return asRegistered(
        key,
        "not preempted",
        registered -> {
          Nexus nexus = holderOrAny(key);
          if (nexus == null) {
            return noPath("not preempted");
          }
          if (victim == key || victim == 0) {
            return preemptSelf(nexus, victim, type, abort);
          }
          return group.suspended(idle ->
              nexus
                  .commands()
                  .preempt(key, victim, type, abort)
                  .thenCompose(done -> {
                    group.nexuses().stripped(victim); // may have been a former key of this host
                    return refresh(nexus, key, nexus);
                  })
                  .exceptionallyCompose(failure ->
                      group.bringOrTakeOut(nexus).thenCompose(looked -> failed(failure))));
        });
  }

  /** Changes the type; with 0 as the victim, that of an all-registrants reservation. */
  private CompletableFuture<Void> preemptSelf(
      Nexus nexus, long victim, ReservationType type, boolean abort) {
    return readReservation(nexus)
        .thenCompose(now -> {
          ReservationType held = now.type();
          boolean takesOver =
              held != null
                  && (held.isAllRegistrants() ? victim == 0 : victim != 0 && isOurs(now, victim));
          if (!takesOver) {
            return Failure.future(
                BlockStatus.RESV_CONFLICT,
                group.name()
                    + ": not preempted: "
                    + (victim == 0
                        ? "key 0 stands for a reservation of all registrants, and there is none"
                        : "this host does not hold the reservation alone, so that preempting itself"
                            + " would only unregister it"));
          }
          return group.suspended(idle -> move(nexus, now.key(), type, abort));
        });
  }

  CompletableFuture<Void> clear(long key) {
    return asRegistered(
        key,
        "not cleared",
        registered -> {
          Nexus nexus = holderOrAny(key);
          if (nexus == null) {
            return noPath("not cleared");
          }
          return nexus
              .commands()
              .clear(key)
              .exceptionallyCompose(failure -> wasCleared(key, failure))
              .thenCompose(done -> {
                group.nexuses().cleared();
                group.decided(Registration.NONE);
                group.become(Membership.OUT);
                return group.tryToKeep(Membership.OUT);
              });
        });
  }

  /** Whether it was done is not known: then this host's key is there, or is not. */
  private CompletableFuture<Void> wasCleared(long key, Throwable failure) {
    Nexus other = any(key);
    if (Failure.status(failure) != BlockStatus.OUTCOME_UNKNOWN || other == null) {
      return failed(failure);
    }
    return other
        .commands()
        .readKeys()
        .thenCompose(keys -> keys.keys().contains(key) ? failed(failure) : Group.done());
  }

  // ---- moving it --------------------------------------------------------------------------------

  /**
   * Makes a nexus the holder by preempting this host's own key there. That takes the key from all
   * other paths: they are registered again, and if another host preempted meanwhile, that is
   * undone. I/O is to be suspended, or barred from all paths.
   */
  private CompletableFuture<Void> moveTo(Nexus to, ReservationType type) {
    return readReservation(to)
        .thenCompose(now -> {
          if (!(group.membership() instanceof Registered registered)) {
            return Group.done();
          }
          if (!isOurs(now, registered.key())) {
            group.released();
            return Group.done();
          }
          return move(to, now.key(), type, false);
        });
  }

  /**
   * @param victim the key under which this host holds the reservation; 0 for all registrants
   */
  private CompletableFuture<Void> move(Nexus to, long victim, ReservationType type, boolean abort) {
    if (!(group.membership() instanceof Registered(long key, boolean persist))) {
      return Failure.future(BlockStatus.RESV_CONFLICT, group.name() + ": is not registered");
    }
    for (Nexus nexus : group.nexuses().all()) {
      nexus.doubtRegistration();
    }
    return to.commands()
        .preempt(key, victim, type, abort)
        .thenCompose(done -> {
          if (victim == 0) {
            group.nexuses().stripped();
          } else {
            group.nexuses().stripped(victim);
          }
          to.registration(new Registration.Holds(key));
          group.reserved(type, to);
          return bringAll();
        })
        .exceptionallyCompose(failure ->
            // Done or not, by the device or by another host: each path is asked.
            bringAll().thenCompose(looked -> refreshAny(key)).thenCompose(l -> failed(failure)))
        .thenCompose(done ->
            group.membership() instanceof Preempted
                ? Failure.future(
                    BlockStatus.RESV_CONFLICT,
                    group.name() + ": another host preempted this one meanwhile")
                : Group.done());
  }

  /** I/O waits for this, so it has a deadline: what is not done then is done at the admission. */
  private CompletableFuture<Void> bringAll() {
    long startNanos = group.nanoTime();
    return Group.each(
            group.nexuses().reachable(),
            nexus -> {
              if (group.nanoTime() - startNanos < BRING_NANOS) {
                return group.bringOrTakeOut(nexus);
              }
              group.takeOut(nexus, new TimeoutException("the other paths took too long"));
              return Group.done();
            })
        .thenCompose(done -> group.settle());
  }

  /**
   * Sees to it that the reservation is held through a path that is up, where it matters: when only
   * the holder does I/O, or is to give it up.
   */
  CompletableFuture<Void> holdThroughLivePath() {
    ReservationType type = group.heldType();
    Nexus holder = group.holder();
    if (type == null
        || type.isAllRegistrants()
        || (holder != null && holder.path().isReachable())
        || !(group.membership() instanceof Registered(long key, boolean persist))) {
      return Group.done();
    }
    Nexus to = any(key);
    return to == null ? Group.done() : moveTo(to, type);
  }

  /** The same, where only the holder does I/O. */
  CompletableFuture<Void> holdThroughLivePathIfExclusive() {
    return group.isExclusive() ? holdThroughLivePath() : Group.done();
  }

  // ---- what the device says ---------------------------------------------------------------------

  /**
   * Looks who holds the device now.
   *
   * @param taker the nexus that holds it if this host does and did not before; null when unknown
   */
  CompletableFuture<Void> refresh(Nexus asked, long key, @Nullable Nexus taker) {
    return readReservation(asked)
        .thenAccept(now -> {
          ReservationType type = now.type();
          if (type == null || !isOurs(now, key)) {
            group.released();
          } else if (group.heldType() != type) {
            group.reserved(type, taker);
          }
        });
  }

  private CompletableFuture<Void> refreshAny(long key) {
    Nexus nexus = any(key);
    return nexus == null
        ? Group.done()
        : refresh(nexus, key, null).exceptionallyCompose(failure -> Group.done());
  }

  private static CompletableFuture<ReservationStatus> readReservation(Nexus nexus) {
    return nexus.commands().readReservation();
  }

  /** A holder that is away may still have a key that the others have changed. */
  private boolean isOurs(ReservationStatus now, long key) {
    ReservationType type = now.type();
    return type != null
        && (type.isAllRegistrants() || now.key() == key || group.nexuses().know(now.key()));
  }

  // ---- who may, and through which path ----------------------------------------------------------

  private interface Step {
    CompletableFuture<Void> run(Registered registered);
  }

  private CompletableFuture<Void> asRegistered(long key, String what, Step step) {
    if (group.membership() instanceof Registered registered) {
      return registered.key() == key
          ? step.run(registered)
          : conflict(what, "the key that is registered is another one");
    }
    return conflict(
        what,
        group.membership() instanceof Preempted
            ? "another host preempted this one; register anew"
            : "this host has no key registered");
  }

  private CompletableFuture<Void> conflict(String what, String why) {
    return Failure.future(BlockStatus.RESV_CONFLICT, group.name() + ": " + what + ": " + why);
  }

  private CompletableFuture<Void> noPath(String what) {
    return Failure.future(
        BlockStatus.AGAIN, group.name() + ": " + what + ": no registered path is up");
  }

  private static CompletableFuture<Void> failed(Throwable failure) {
    return CompletableFuture.failedFuture(failure);
  }

  private @Nullable Nexus holderOrAny(long key) {
    Nexus holder = group.holder();
    return holder != null && holder.holds(key) && holder.path().isReachable() ? holder : any(key);
  }

  private @Nullable Nexus any(long key) {
    for (Nexus nexus : group.nexuses().reachable()) {
      if (nexus.holds(key)) {
        return nexus;
      }
    }
    return null;
  }
}
