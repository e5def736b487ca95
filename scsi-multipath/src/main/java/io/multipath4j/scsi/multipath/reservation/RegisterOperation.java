package io.multipath4j.scsi.multipath.reservation;

import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.multipath.reservation.Membership.Leaving;
import io.multipath4j.scsi.multipath.reservation.Membership.Out;
import io.multipath4j.scsi.multipath.reservation.Membership.Preempted;
import io.multipath4j.scsi.multipath.reservation.Membership.Registered;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Registers a key on every path or on none. Paths that are away, or fall away meanwhile, get theirs
 * when they return. Loop thread only; used once.
 */
final class RegisterOperation {

  private final Group group;
  private final long oldKey;
  private final Registered wanted;
  private final boolean ignoreExisting;
  private final Membership before;
  private final List<Nexus> paths;
  private final List<Nexus> registered = new ArrayList<>();

  /**
   * @param oldKey the one that is registered; 0 for none
   */
  RegisterOperation(Group group, long oldKey, Registered wanted, boolean ignoreExisting) {
    this.group = group;
    this.oldKey = oldKey;
    this.wanted = wanted;
    this.ignoreExisting = ignoreExisting;
    this.before = group.membership();
    this.paths = group.nexuses().reachable();
  }

  CompletableFuture<Void> run() {
    if (paths.isEmpty()) {
      return Failure.future(
          BlockStatus.AGAIN, group.name() + ": no path is up through which to register");
    }
    return group
        .keep(wanted.key(), wanted.persist(), KeyRecord.State.REGISTERING)
        .exceptionallyCompose(failure ->
            Failure.future(
                BlockStatus.IOERR,
                group.name()
                    + ": not registered, because the key could not be kept: "
                    + Failure.text(failure)))
        .thenCompose(kept ->
            first(0)
                .thenCompose(done -> Group.each(paths, this::other))
                .thenCompose(done -> group.tryToKeep(group.membership()))
                .exceptionallyCompose(this::rollBack));
  }

  /** The first nexus that answers decides whether the old key is right. */
  private CompletableFuture<Void> first(int index) {
    Nexus nexus = paths.get(index);
    boolean unclean = nexus.isUncertain();
    CompletableFuture<Void> clean = unclean ? group.registrar().unregister(nexus) : Group.done();
    return clean
        .thenCompose(ready -> send(nexus))
        .thenAccept(done -> {
          nexus.registration(new Registration.Holds(wanted.key()));
          registered.add(nexus);
          group.decided(Registration.NONE);
          group.become(wanted);
        })
        .exceptionallyCompose(failure -> {
          if (Failure.isRefusal(failure) || index + 1 == paths.size()) {
            return CompletableFuture.failedFuture(failure);
          }
          group.takeOut(nexus, failure);
          return first(index + 1);
        });
  }

  private CompletableFuture<Void> send(Nexus nexus) {
    // REGISTER with the right old key may be found done or not done, and is right in both cases.
    boolean checked = !ignoreExisting && !nexus.isClean();
    Registration former = nexus.registration();
    nexus.registration(checked ? former : Registration.UNCERTAIN);
    CompletableFuture<Void> sent =
        ignoreExisting
            ? nexus.commands().registerAndIgnoreExisting(wanted.key(), wanted.persist())
            : nexus.commands().register(oldKey, wanted.key(), wanted.persist());
    return sent.whenComplete((done, failure) -> {
      if (failure != null && Failure.status(failure) != BlockStatus.OUTCOME_UNKNOWN) {
        nexus.registration(former);
      }
    });
  }

  private CompletableFuture<Void> other(Nexus nexus) {
    if (registered.contains(nexus) || !nexus.path().isReachable()) {
      return Group.done();
    }
    return group
        .bring(nexus)
        .exceptionallyCompose(failure -> {
          if (Failure.isRefusal(failure)) {
            return Failure.future(
                Failure.status(failure),
                "registered on %d of %d paths, but not on %s: %s"
                    .formatted(registered.size(), paths.size(), nexus, Failure.text(failure)));
          }
          group.takeOut(nexus, failure);
          return Group.done();
        })
        .thenCompose(brought -> {
          if (group.membership() instanceof Preempted) {
            return Failure.future(
                BlockStatus.RESV_CONFLICT, "another host preempted this one meanwhile");
          }
          registered.add(nexus);
          return Group.done();
        });
  }

  private CompletableFuture<Void> rollBack(Throwable failure) {
    if (group.membership() instanceof Preempted && !(before instanceof Preempted)) {
      return report(failure, "");
    }
    boolean wasOut = before instanceof Out;
    group.become(wasOut ? new Leaving(wanted.key()) : before);
    return Group.each(group.nexuses().reachable(), group::bringOrTakeOut)
        .thenCompose(done -> group.settle())
        .thenCompose(done -> group.tryToKeep(group.membership()))
        .thenCompose(done -> {
          String left =
              group.nexuses().all().stream()
                  .filter(nexus -> nexus.isUncertain())
                  .map(Nexus::toString)
                  .reduce((a, b) -> a + ", " + b)
                  .orElse("");
          return report(
              failure,
              registered.isEmpty()
                  ? ""
                  : left.isEmpty()
                      ? "; rolled back"
                      : "; rolled back, but for " + left + ", which carries no I/O until it is");
        });
  }

  private CompletableFuture<Void> report(Throwable failure, String rolledBack) {
    return CompletableFuture.failedFuture(
        BlockOperationException.of(
            Failure.status(failure),
            group.name() + ": not registered: " + Failure.text(failure) + rolledBack));
  }
}
