package io.multipath4j.simulation;

import io.multipath4j.array.lu.TargetDevice;
import io.multipath4j.block.BlockOperationException;
import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.scsi.DeviceState;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.ScsiPassthrough;
import io.multipath4j.scsi.multipath.OpenDisk;
import io.multipath4j.scsi.multipath.ScsiMpathDevice;
import io.multipath4j.scsi.multipath.ScsiMpathHead;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What operators, programs and the array's administrator do, at random. All of it but the array's
 * part happens on the initiator's loop.
 */
final class DriverEvents {

  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final int MAX_USERS = 6;
  private static final int MAX_BURST = 24;

  /** What can happen. */
  enum Kind {
    BURST,
    OPEN,
    CLOSE,
    DELETE_DEVICE,
    DELETE_ALL_DEVICES,
    REMOVE_PATH,
    RESCAN_DEVICE,
    SCAN_HOST,
    OFFLINE,
    RUNNING,
    QUIESCE,
    MODE,
    UNMAP,
    MAP,
    SWAP,
    RESIZE,
    REMOVE_HOST,
    ADD_HOST,
    DELAYED_REMOVAL,
    AROUND_EXPIRY,
    POLICY,
    QUEUE_DEPTH,
    QUEUE_IF_NO_PATH,
    NO_PATH_TIMEOUT,
    PASSTHROUGH,
    SUSPEND,
    READ_TREE
  }

  private static final List<Kind> ALL = Arrays.asList(Kind.values());

  private static final List<String> MODES = List.of("off", "on", "always");

  final List<DiskUser> users = new ArrayList<>();
  private final DriverStack stack;

  /** Heads whose I/O was told not to wait for ever. */
  private final Set<ScsiMpathHead> impatient = new HashSet<>();

  private final TreeWalk walk;
  private final SplittableRandom random;
  private int passthroughs;
  private int suspensions;

  DriverEvents(DriverStack stack, SplittableRandom random) {
    this.stack = stack;
    this.random = random;
    this.walk = new TreeWalk(stack.tree, stack.trace, random.split());
  }

  /** Plans something at random; from a loop's turn, or between turns. */
  void plan(long delayNanos) {
    // Without I/O most of the rest would be seen by nobody.
    Kind kind = random.nextInt(3) == 0 ? Kind.BURST : ALL.get(random.nextInt(ALL.size()));
    stack.initiatorLoop.schedule(delayNanos, () -> happen(kind));
  }

  /** Returns how much is still under way, beside I/O. */
  int underWay() {
    return passthroughs + suspensions;
  }

  void readTree() {
    walk.run();
  }

  void happen(Kind kind) {
    stack.trace.add(kind.toString());
    switch (kind) {
      case BURST -> users.forEach(user -> user.burst(1 + random.nextInt(MAX_BURST)));
      case OPEN -> open();
      case CLOSE -> users.removeIf(user -> random.nextInt(3) == 0 && user.close());
      case DELETE_DEVICE -> anyDevice().ifPresent(this::delete);
      case DELETE_ALL_DEVICES ->
          anyHead().ifPresent(head -> head.paths().forEach(path -> delete(path.device())));
      case REMOVE_PATH -> anyDevice().ifPresent(stack.multipath::removePath);
      case RESCAN_DEVICE -> anyDevice().ifPresent(device -> write(device, "rescan", "1"));
      case SCAN_HOST ->
          anyHost()
              .ifPresent(host ->
                  stack.write(
                      "/class/scsi_host/host" + host.number() + "/scan",
                      random.nextInt(4) == 0 ? "0 0 " + random.nextInt(4) : "- - -"));
      case OFFLINE -> anyDevice().ifPresent(device -> write(device, "state", "offline"));
      case RUNNING -> anyDevice().ifPresent(device -> write(device, "state", "running"));
      case QUIESCE -> anyDevice().ifPresent(this::quiesce);
      case MODE -> stack.setMode(MODES.get(random.nextInt(MODES.size())));
      case UNMAP -> onArray(this::unmap);
      case MAP -> onArray(this::map);
      case SWAP -> onArray(this::swap);
      case RESIZE -> onArray(this::resize);
      case REMOVE_HOST -> stack.removeHost(random.nextInt(stack.portals()));
      case ADD_HOST -> stack.addHost(random.nextInt(stack.portals()));
      case DELAYED_REMOVAL -> anyHead().ifPresent(head -> delayedRemoval(head, random.nextInt(4)));
      case AROUND_EXPIRY -> anyHead().ifPresent(this::aroundExpiry);
      case POLICY -> anyHead().ifPresent(this::policy);
      case QUEUE_DEPTH ->
          anyDevice()
              .ifPresent(
                  device -> write(device, "queue_depth", String.valueOf(1 << random.nextInt(8))));
      case QUEUE_IF_NO_PATH ->
          anyHead().ifPresent(head -> head.mpath().setQueueIfNoPath(random.nextBoolean()));
      case NO_PATH_TIMEOUT -> anyHead().ifPresent(this::noPathTimeout);
      case PASSTHROUGH -> anyHead().ifPresent(this::passthrough);
      case SUSPEND -> anyHead().ifPresent(this::suspend);
      case READ_TREE -> walk.run();
    }
  }

  // ---- whom it happens to

  private <T> Optional<T> any(List<T> all) {
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
  }

  private Optional<ScsiMpathHead> anyHead() {
    return any(stack.heads());
  }

  private Optional<ScsiHost> anyHost() {
    return any(stack.multipath.hosts());
  }

  private Optional<ScsiDevice> anyDevice() {
    return anyHost().flatMap(host -> any(host.devices()));
  }

  private void write(ScsiDevice device, String attribute, String text) {
    stack.write("/bus/scsi/devices/" + device.address() + "/" + attribute, text);
  }

  void delete(ScsiDevice device) {
    write(device, "delete", "1");
  }

  /** Error recovery and suspends of transports do this; there is no file for it. */
  private void quiesce(ScsiDevice device) {
    if (device.state() == DeviceState.RUNNING) {
      device.setState(DeviceState.QUIESCE);
      stack.initiatorLoop.schedule(
          random.nextLong(SECOND),
          () -> {
            if (device.state() == DeviceState.QUIESCE) {
              device.setState(DeviceState.RUNNING);
            }
          });
    }
  }

  // ---- disks

  private void open() {
    if (users.size() < MAX_USERS) {
      anyHead().ifPresent(this::open);
    }
  }

  /** Opens a disk; returns null when it is not live. */
  @Nullable DiskUser open(ScsiMpathHead head) {
    OpenDisk open;
    try {
      open = stack.multipath.open(head.diskName());
    } catch (BlockOperationException e) {
      stack.trace.check(!head.mpath().isLive(), head.diskName() + " is live: " + e.getMessage());
      return null;
    }
    DiskUser user = new DiskUser(stack, head, open, random.split());
    if (impatient.contains(head)) {
      user.mayTimeOut();
    }
    users.add(user);
    return user;
  }

  private void delayedRemoval(ScsiMpathHead head, int seconds) {
    stack.write("/block/" + head.diskName() + "/delayed_removal_secs", String.valueOf(seconds));
  }

  /** A path is taken in just before the time of a disk is over, at that moment, or just after. */
  private void aroundExpiry(ScsiMpathHead head) {
    int seconds = 1 + random.nextInt(2);
    delayedRemoval(head, seconds);
    List<ScsiDevice> devices = head.paths().stream().map(ScsiMpathDevice::device).toList();
    if (devices.isEmpty()) {
      return;
    }
    ScsiDevice back = devices.get(random.nextInt(devices.size()));
    long expiry = seconds * SECOND;
    int way = random.nextInt(5);
    if (way == 0) {
      stack.initiatorLoop.schedule(expiry, () -> takeIn(back)); // in the same turn, before
    }
    devices.forEach(stack.multipath::removePath);
    switch (way) {
      case 0 -> {}
      case 1 -> stack.initiatorLoop.schedule(expiry, () -> takeIn(back));
      case 2 -> stack.initiatorLoop.schedule(expiry - 1, () -> takeIn(back));
      case 3 -> stack.initiatorLoop.schedule(expiry + 1, () -> takeIn(back));
      // A scan takes its time: its claim is somewhere around the expiry.
      default ->
          stack.initiatorLoop.schedule(
              expiry - random.nextLong(2 * MILLI), () -> happen(Kind.SCAN_HOST));
    }
  }

  private void takeIn(ScsiDevice device) {
    boolean there = device.host().device(device.address().lun()) == device;
    if (there && stack.multipath.path(device).isEmpty()) {
      stack.trace.add("takes in " + device);
      var _ = stack.multipath.addDevice(device);
    }
  }

  private void policy(ScsiMpathHead head) {
    String word = IoPolicies.ALL.get(random.nextInt(IoPolicies.ALL.size())).word();
    stack.write("/class/scsi_mpath_device/" + head.index() + "/iopolicy", word);
  }

  private void noPathTimeout(ScsiMpathHead head) {
    head.mpath().setNoPathTimeoutNanos(1 + random.nextLong(2 * SECOND));
    impatient.add(head);
    users.stream().filter(user -> user.head() == head).forEach(DiskUser::mayTimeOut);
  }

  private void passthrough(ScsiMpathHead head) {
    byte[] inquiry = {0x12, 0, 0, 0, 96, 0};
    ScsiPassthrough command =
        random.nextBoolean()
            ? ScsiPassthrough.withoutData(new byte[6])
            : ScsiPassthrough.dataIn(inquiry, 96);
    passthroughs++;
    boolean[] ended = new boolean[1];
    var _ =
        head.mpath()
            .operations()
            .ioctl(command.withTimeoutMillis(1 + random.nextInt(5_000)), false)
            .whenComplete((done, failure) -> {
              stack.trace.check(!ended[0], "a passed command ended twice");
              ended[0] = true;
              passthroughs--;
              String what = failure == null ? String.valueOf(command.result()) : text(failure);
              stack.trace.add("passed through: " + what);
            });
  }

  private void suspend(ScsiMpathHead head) {
    long hold = random.nextLong(SECOND);
    suspensions++;
    var _ =
        head.mpath()
            .suspend(1 + random.nextLong(SECOND), 100 * SECOND)
            .whenComplete((held, failure) -> {
              suspensions--;
              stack.trace.add("suspended: " + (failure == null ? head.diskName() : text(failure)));
              if (held != null) {
                suspensions++;
                stack.initiatorLoop.schedule(
                    hold,
                    () -> {
                      suspensions--;
                      held.resume();
                    });
              }
            });
  }

  private static String text(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return String.valueOf(cause.getMessage());
  }

  // ---- the array's administrator

  private void onArray(Runnable change) {
    stack.arrayLoop.execute(change);
  }

  private List<SimulatedUnit> mapped() {
    return stack.units.stream().filter(SimulatedUnit::isMapped).toList();
  }

  private TargetDevice array() {
    return stack.array.device();
  }

  private void unmap() {
    any(mapped()).ifPresent(this::unmap);
  }

  private void unmap(SimulatedUnit unit) {
    stack.trace.add(unit + " is no longer at LUN " + unit.lun());
    array().remove(unit.lun());
    unit.unmapped();
  }

  private void map() {
    List<SimulatedUnit> unmapped = stack.units.stream().filter(unit -> !unit.isMapped()).toList();
    any(unmapped)
        .ifPresent(unit -> {
          int lun = 1 + random.nextInt(stack.units.size());
          if (mapped().stream().noneMatch(other -> other.lun() == lun)) {
            map(unit, lun, false);
          }
        });
  }

  /** Another unit answers at a LUN from one moment to the next. */
  private void swap() {
    List<SimulatedUnit> spare = stack.units.stream().filter(unit -> !unit.isMapped()).toList();
    any(spare)
        .ifPresent(in ->
            any(mapped())
                .ifPresent(out -> {
                  int lun = out.lun();
                  out.unmapped();
                  map(in, lun, true);
                }));
  }

  /**
   * What was sent to a LUN before another unit is there is for the unit that was: no initiator can
   * call it back, so an administrator takes the connections down.
   */
  private void map(SimulatedUnit unit, int lun, boolean replace) {
    stack.trace.add(unit + " is at LUN " + lun);
    for (int i = 0; i < stack.portals(); i++) {
      stack.link(i).reset();
    }
    unit.map(array(), lun, replace);
  }

  private void resize() {
    any(stack.units)
        .ifPresent(unit -> {
          long bytes = SimulatedUnit.FULL_BYTES >> random.nextInt(2);
          stack.trace.add(unit + " has " + bytes + " bytes");
          unit.resize(array(), bytes, stack.network.clock().nanoTime());
        });
  }

  /** Puts everything in order. The array's loop. */
  void restoreArray() {
    for (SimulatedUnit unit : stack.units) {
      unit.resize(array(), SimulatedUnit.FULL_BYTES, stack.network.clock().nanoTime());
      if (unit.isMapped() && unit.lun() != unit.home) {
        unmap(unit);
      }
    }
    for (SimulatedUnit unit : stack.units) {
      boolean spare = unit.home == stack.units.size();
      if (spare && unit.isMapped()) {
        unmap(unit);
      } else if (!spare && !unit.isMapped()) {
        map(unit, unit.home, false);
      }
    }
  }
}
