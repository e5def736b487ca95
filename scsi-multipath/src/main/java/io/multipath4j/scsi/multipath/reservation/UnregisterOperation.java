package io.multipath4j.scsi.multipath.reservation;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.codec.ReservationType;
import io.multipath4j.scsi.multipath.reservation.Membership.Leaving;
import io.multipath4j.scsi.multipath.reservation.Membership.Registered;
import java.util.concurrent.CompletableFuture;

/**
 * Removes the key from every path; from those that are away when they return. A reservation that
 * this host holds alone is released first: it would otherwise stay with a path that is away, and
 * keep this host's other paths out. I/O waits meanwhile. Loop thread only; used once.
 */
final class UnregisterOperation {

  private final Group group;
  private final HoldOperations holding;
  private final long oldKey;
  private final boolean ignoreExisting;

  UnregisterOperation(Group group, HoldOperations holding, long oldKey, boolean ignoreExisting) {
    this.group = group;
    this.holding = holding;
    this.oldKey = oldKey;
    this.ignoreExisting = ignoreExisting;
  }

  CompletableFuture<Void> run() {
    if (group.nexuses().reachable().isEmpty()) {
      return Failure.future(
          BlockStatus.AGAIN, group.name() + ": no path is up through which to unregister");
    }
    if (group.membership() instanceof Registered registered) {
      return !ignoreExisting && registered.key() != oldKey
          ? conflict("the key that is registered is another one")
          : group.suspended(idle -> giveUp(registered.key()).thenCompose(ok -> leave(registered)));
    }
    return ignoreExisting
        ? Group.each(group.nexuses().reachable(), group.registrar()::unregister)
            .thenCompose(done -> group.settle())
        : conflict("this host has no key registered");
  }

  private CompletableFuture<Void> conflict(String why) {
    return Failure.future(BlockStatus.RESV_CONFLICT, group.name() + ": not unregistered: " + why);
  }

  /** Of all registrants, the others go on to hold it. */
  private CompletableFuture<Void> giveUp(long key) {
    ReservationType type = group.heldType();
    if (type == null || type.isAllRegistrants()) {
      return Group.done();
    }
    return holding
        .release(key, type)
        .exceptionallyCompose(failure ->
            Failure.isRefusal(failure)
                ? CompletableFuture.failedFuture(failure)
                : holding.release(key, type)); // through another path than the one that fell away
  }

  private CompletableFuture<Void> leave(Registered registered) {
    group.become(new Leaving(registered.key()));
    group.decided(Registration.NONE);
    return group
        .tryToKeep(group.membership())
        .thenCompose(kept -> Group.each(group.nexuses().reachable(), group::bringOrTakeOut))
        .thenCompose(done -> group.settle());
  }
}
