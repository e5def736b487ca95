package io.multipath4j.scsi.multipath;

import io.multipath4j.reactor.EventLoop;
import io.multipath4j.scsi.DeviceState;
import io.multipath4j.scsi.PassthroughGate;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiDeviceListener;
import io.multipath4j.scsi.codec.Opcode;
import io.multipath4j.scsi.codec.Sense;
import io.multipath4j.scsi.codec.SenseKey;
import io.multipath4j.scsi.multipath.reservation.HeadReservations;
import io.multipath4j.scsi.multipath.reservation.KeyStore;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Gives disks their persistent reservations, and tells those what happens to paths. Loop thread
 * only.
 */
final class PathReservations implements AdmissionStep, TopologyListener, ScsiDeviceListener {

  /** RESERVATIONS PREEMPTED. */
  private static final int RESERVATIONS_PREEMPTED = 0x2A03;

  /** RESERVATIONS RELEASED. */
  private static final int RESERVATIONS_RELEASED = 0x2A04;

  /** REGISTRATIONS PREEMPTED. */
  private static final int REGISTRATIONS_PREEMPTED = 0x2A05;

  /** How long a change of reservations waits for I/O that is on the paths. */
  private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** Longest time that a change of reservations holds I/O back. */
  private static final long HOLD_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final PassthroughGate NO_CHANGE =
      cdb ->
          (cdb[0] & 0xFF) == Opcode.PERSISTENT_RESERVE_OUT
              ? Opcode.name(Opcode.PERSISTENT_RESERVE_OUT)
                  + " is refused on a path of a multipath disk, since it would change one of several"
                  + " registrations; ask the disk instead"
              : "";

  private final EventLoop loop;
  private final KeyStore store;
  private final PathEvents events;
  private final Map<ScsiMpathHead, HeadReservations> heads = new HashMap<>();
  private final Map<ScsiDevice, PathNexus> nexuses = new LinkedHashMap<>();

  PathReservations(EventLoop loop, KeyStore store, PathEvents events) {
    this.loop = loop;
    this.store = store;
    this.events = events;
  }

  HeadReservations of(ScsiMpathHead head) {
    return heads.computeIfAbsent(
        head,
        made ->
            new HeadReservations(
                made.diskName(),
                made.id().text(),
                loop,
                () -> made.mpath().suspend(DRAIN_NANOS, HOLD_NANOS).thenApply(hold -> hold::resume),
                store,
                text -> events.preempted(made.diskName(), text)));
  }

  // ---- paths ------------------------------------------------------------------------------------

  @Override
  public CompletableFuture<String> admit(ScsiMpathDevice path) {
    forgetRemoved();
    PathNexus nexus = nexuses.get(path.device());
    if (nexus == null || nexus.path() != path) {
      nexus = new PathNexus(path);
      nexuses.put(path.device(), nexus);
      path.device().addListener(this);
      path.device().setPassthroughGate(NO_CHANGE);
    }
    nexus.proved();
    return of(path.head())
        .admit(nexus)
        .handle((done, failure) ->
            failure == null ? "" : "its reservations are not in order: " + failure.getMessage());
  }

  @Override
  public void pathRemoved(ScsiMpathDevice path) {
    forgetRemoved();
  }

  /** A path may also be removed before it was added. */
  private void forgetRemoved() {
    for (PathNexus nexus : List.copyOf(nexuses.values())) {
      if (nexus.path().isRemoved()) {
        nexuses.remove(nexus.path().device());
        nexus.path().device().removeListener(this);
        HeadReservations head = heads.get(nexus.path().head());
        if (head != null) {
          head.forget(nexus);
        }
      }
    }
  }

  @Override
  public void headRemoved(ScsiMpathHead head) {
    forgetRemoved();
    heads.remove(head);
  }

  // ---- news -------------------------------------------------------------------------------------

  @Override
  public void stateChanged(ScsiDevice device, DeviceState before, DeviceState after) {
    PathNexus nexus = nexuses.get(device);
    if (nexus != null && before == DeviceState.RUNNING) {
      of(nexus.path().head()).pathDown(nexus);
    }
  }

  @Override
  public void senseReported(ScsiDevice device, int sense) {
    if (Sense.key(sense) == SenseKey.UNIT_ATTENTION) {
      switch (Sense.ascAndAscq(sense)) {
        case RESERVATIONS_PREEMPTED, RESERVATIONS_RELEASED, REGISTRATIONS_PREEMPTED -> look(device);
        default -> {}
      }
    }
  }

  @Override
  public void reservationConflict(ScsiDevice device) {
    look(device);
  }

  private void look(ScsiDevice device) {
    @Nullable PathNexus nexus = nexuses.get(device);
    if (nexus != null) {
      of(nexus.path().head()).look();
    }
  }
}
