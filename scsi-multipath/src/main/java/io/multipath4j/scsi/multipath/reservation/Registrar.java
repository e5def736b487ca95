package io.multipath4j.scsi.multipath.reservation;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.multipath.reservation.Witness.Verdict;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Registers and unregisters single nexuses of a host that is registered. Loop thread only. */
final class Registrar {

  private final Nexuses nexuses;
  private final Function<Nexus, CompletableFuture<Void>> beforeDoubt;

  /**
   * @param beforeDoubt makes sure that it is known after a crash that a nexus may be registered
   *     without a right to it
   */
  Registrar(Nexuses nexuses, Function<Nexus, CompletableFuture<Void>> beforeDoubt) {
    this.nexuses = nexuses;
    this.beforeDoubt = beforeDoubt;
  }

  /**
   * Brings a nexus to have the key, if the host rightfully has it on others.
   *
   * @return OURS when it has the key now; else it does not have it, unless it is left uncertain.
   *     Fails when a command did
   */
  CompletableFuture<Verdict> register(Nexus nexus, Membership.Registered wanted) {
    return switch (nexus.registration()) {
      case Registration.None() -> join(nexus, wanted);
      case Registration.Uncertain() ->
          unregister(nexus).thenCompose(removed -> join(nexus, wanted));
      case Registration.Holds(long key) -> confirm(nexus, key, wanted);
      case Registration.Perhaps(long key) -> confirm(nexus, key, wanted);
    };
  }

  /** Removes whatever key the nexus has. */
  CompletableFuture<Void> unregister(Nexus nexus) {
    return nexus
        .commands()
        .registerAndIgnoreExisting(0, false)
        .thenRun(() -> nexus.registration(Registration.NONE));
  }

  /** It had a key: a REGISTER that names it is done only if it still does. */
  private CompletableFuture<Verdict> confirm(
      Nexus nexus, long before, Membership.Registered wanted) {
    return attempt(nexus, wanted.key(), wanted)
        .thenCompose(done -> {
          if (done) {
            return CompletableFuture.completedFuture(Verdict.OURS);
          }
          if (before != wanted.key()) {
            return change(nexus, before, wanted);
          }
          nexus.registration(Registration.NONE);
          return join(nexus, wanted);
        });
  }

  /** The key of the others was changed while it had the old one. */
  private CompletableFuture<Verdict> change(
      Nexus nexus, long before, Membership.Registered wanted) {
    Witness witness = new Witness(nexuses, nexus, wanted);
    return beforeDoubt
        .apply(nexus)
        .thenCompose(kept -> attempt(nexus, before, wanted))
        .thenCompose(done -> {
          if (!done) {
            // The old key was a key of this host: who removed it meant this host.
            nexus.registration(Registration.NONE);
            return CompletableFuture.completedFuture(Verdict.PREEMPTED);
          }
          nexus.registration(Registration.UNCERTAIN);
          return witness.after().thenCompose(verdict -> conclude(nexus, wanted, verdict));
        });
  }

  /** REGISTER; false when the nexus does not have the key that was named. */
  private static CompletableFuture<Boolean> attempt(
      Nexus nexus, long named, Membership.Registered wanted) {
    return nexus
        .commands()
        .register(named, wanted.key(), wanted.persist())
        .thenApply(done -> {
          nexus.registration(new Registration.Holds(wanted.key()));
          return true;
        })
        .exceptionallyCompose(failure ->
            Failure.isConflict(failure)
                ? CompletableFuture.completedFuture(false)
                : CompletableFuture.failedFuture(failure));
  }

  /** It has no key, or another one. */
  private CompletableFuture<Verdict> join(Nexus nexus, Membership.Registered wanted) {
    Witness witness = new Witness(nexuses, nexus, wanted);
    return witness
        .before()
        .thenCompose(verdict ->
            verdict == Verdict.OURS
                ? beforeDoubt.apply(nexus).thenCompose(kept -> joinWith(witness, nexus, wanted))
                : CompletableFuture.completedFuture(verdict));
  }

  private CompletableFuture<Verdict> joinWith(
      Witness witness, Nexus nexus, Membership.Registered wanted) {
    nexus.registration(Registration.UNCERTAIN);
    return nexus
        .commands()
        .registerAndIgnoreExisting(wanted.key(), wanted.persist())
        .whenComplete((done, failure) -> {
          if (failure != null && Failure.status(failure) != BlockStatus.OUTCOME_UNKNOWN) {
            nexus.registration(Registration.NONE);
          }
        })
        .thenCompose(done -> witness.after())
        .thenCompose(verdict -> conclude(nexus, wanted, verdict));
  }

  private CompletableFuture<Verdict> conclude(
      Nexus nexus, Membership.Registered wanted, Verdict verdict) {
    if (verdict == Verdict.OURS) {
      nexus.registration(new Registration.Holds(wanted.key()));
      return CompletableFuture.completedFuture(verdict);
    }
    // What fails here leaves it uncertain: it is removed before the path carries I/O again.
    return unregister(nexus).handle((removed, failure) -> verdict);
  }
}
