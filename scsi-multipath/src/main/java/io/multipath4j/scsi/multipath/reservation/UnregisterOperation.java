package io.multipath4j.scsi.multipath.reservation;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.multipath.reservation.Membership.Leaving;
import io.multipath4j.scsi.multipath.reservation.Membership.Registered;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Removes the key from every path; from those that are away when they return. With its registration
 * a holder gives the reservation up (SPC-5 5.14.11.3), so it goes first: the paths after it would
 * otherwise be kept out by a reservation of their own host. I/O waits meanwhile. Loop thread only;
 * used once.
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
          : group.suspended(
              idle -> holding.holdThroughLivePath().thenCompose(ok -> leave(registered)));
    }
    return ignoreExisting
        ? Group.each(group.nexuses().reachable(), group.registrar()::unregister)
            .thenCompose(done -> group.settle())
        : conflict("this host has no key registered");
  }

  private CompletableFuture<Void> conflict(String why) {
    return Failure.future(BlockStatus.RESV_CONFLICT, group.name() + ": not unregistered: " + why);
  }

  private CompletableFuture<Void> leave(Registered registered) {
    Nexus holder = group.holder();
    List<Nexus> order = new ArrayList<>(group.nexuses().reachable());
    if (holder != null && order.remove(holder)) {
      order.addFirst(holder);
    }
    group.become(new Leaving(registered.key()));
    group.decided(Registration.NONE);
    return group
        .tryToKeep(group.membership())
        .thenCompose(kept -> Group.each(order, group::bringOrTakeOut))
        .thenCompose(done -> group.settle());
  }
}
