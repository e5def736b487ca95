package io.multipath4j.scsi.multipath;

import io.multipath4j.libmultipath.ActiveCounter;
import io.multipath4j.libmultipath.MpathAccessState;
import io.multipath4j.libmultipath.MpathDevice;
import io.multipath4j.scsi.DeviceState;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiDisk;
import io.multipath4j.scsi.codec.AccessState;
import io.multipath4j.scsi.codec.Lun;

/**
 * One path: a SCSI device and its place in a head. Loop thread, except for what the library and
 * snapshots read, which is volatile.
 */
public final class ScsiMpathDevice {

  /** Why a path carries no I/O yet that does not tell its size. */
  static final String NO_SIZE = "its logical unit does not tell its size yet";

  private static final String ANOTHER_UNIT = "another logical unit answers: ";

  private final ScsiMpathHeads.Claim claim;
  private final ScsiDevice device;
  private final LunIdentity identity;
  private final ScsiDisk disk;
  private final MpathDevice<ScsiMpathDevice> mpath;

  /** Without ALUA a path is optimal for ever. */
  private volatile AccessState accessState = AccessState.ACTIVE_OPTIMIZED;

  private volatile String lastError = "";
  private volatile String swapped = "";
  private volatile boolean barred;
  private volatile String pending = "";

  /** What all of the above comes to, for whoever chooses a path; kept by {@link #judge}. */
  private volatile MpathAccessState standing = MpathAccessState.OPTIMIZED;

  private boolean advancing;
  private int looks;
  private boolean reportedFailed;
  private boolean lookPlanned;
  private boolean removed;

  /**
   * @param identity what the device showed
   * @param disk the hidden disk of this path
   * @param active in-flight counter of the device's host
   */
  ScsiMpathDevice(
      ScsiMpathHeads.Claim claim,
      ScsiDevice device,
      LunIdentity identity,
      ScsiDisk disk,
      ActiveCounter active) {
    this.disk = disk;
    this.claim = claim;
    this.device = device;
    this.identity = identity;
    this.mpath =
        new MpathDevice<>(
            this,
            disk,
            device.host().transport().numaNode(),
            active,
            PathStates.selection(accessState));
  }

  /** Returns a device as an operator knows it: what carries it, and its LUN. */
  static String label(ScsiDevice device) {
    return device.host().transport().name() + " LUN " + Lun.text(device.address().lun());
  }

  /** Returns this path as an operator knows it. */
  public String label() {
    return label(device);
  }

  /** Returns the SCSI device. */
  public ScsiDevice device() {
    return device;
  }

  /** Returns the path's number in its head. */
  public int index() {
    return claim.pathIndex();
  }

  /** Returns the ALUA state. Any thread. */
  public AccessState accessState() {
    return accessState;
  }

  /**
   * Sets the ALUA state, as the device reported it: I/O chooses by it from now on, and what waited
   * for a path is tried again. Loop thread.
   */
  public void setAccessState(AccessState state) {
    accessState = state;
    judge();
    head().mpath().setAccessState(mpath, PathStates.selection(state));
  }

  /**
   * Returns how well this path serves I/O as long as its device runs: OTHER if not at all. One word
   * instead of the four that it is made of, since it is read for each path of each selection. Any
   * thread.
   */
  MpathAccessState standing() {
    return standing;
  }

  /** To be called by whatever changes a part of the standing, before it tells the head. */
  private void judge() {
    boolean admitted = pending.isEmpty() && swapped.isEmpty() && !barred;
    standing = admitted ? PathStates.selection(accessState) : MpathAccessState.OTHER;
  }

  /** Returns the device's state as far as I/O is concerned: a swapped unit is never used. */
  DeviceState deviceState() {
    return swapped.isEmpty() ? device.state() : DeviceState.OFFLINE;
  }

  /** Returns the word for people. */
  String stateText() {
    return swapped.isEmpty() ? device.state().text() : "refused";
  }

  ScsiMpathHeads.Claim claim() {
    return claim;
  }

  /** Returns the head that this is a path of. Any thread. */
  public ScsiMpathHead head() {
    return claim.head();
  }

  LunIdentity identity() {
    return identity;
  }

  /** Returns the library's path, with the hidden disk. Any thread. */
  public MpathDevice<ScsiMpathDevice> mpath() {
    return mpath;
  }

  /** Returns what went wrong last; empty when nothing did. Any thread. */
  String lastError() {
    return lastError;
  }

  /** Returns why this path is not running now, as a clause, and remembers it. */
  String why() {
    String why =
        switch (device.state()) {
          case BLOCKED, CREATED_BLOCKED ->
              device.host().transport().isUp()
                  ? "its logical unit is being reset or checked"
                  : "its connection is lost" + reason();
          case TRANSPORT_OFFLINE -> "its connection did not come back in time";
          case QUIESCE -> "it is held on request";
          case RUNNING -> pending;
          default -> "its device is " + device.state().text();
        };
    lastError = swapped.isEmpty() ? why : ANOTHER_UNIT + swapped;
    return lastError;
  }

  private String reason() {
    String reason = device.host().lostBecause();
    return reason.isEmpty() ? "" : ": " + reason;
  }

  /** Returns how the unit that answers here now differs; empty while it is the right one. */
  String swapped() {
    return swapped;
  }

  /**
   * Sets how the unit that answers here differs. As long as it does, this path is not used,
   * whatever the device's state says.
   *
   * @param differences empty when it is the right one (again)
   */
  void swapped(String differences) {
    swapped = differences;
    judge();
    if (!differences.isEmpty()) {
      lastError = ANOTHER_UNIT + differences;
    }
    head().mpath().pathStateChanged(mpath);
  }

  /** Tells whether the device told its size. */
  boolean isSized() {
    return mpath.disk().capacityBytes() > 0;
  }

  /** Returns why it carries no I/O yet, one clause; empty when it may. Any thread. */
  public String pending() {
    return pending;
  }

  void setPending(String why) {
    boolean changed = !why.equals(pending);
    pending = why;
    judge();
    if (changed && mpath.isRegistered()) {
      head().mpath().pathStateChanged(mpath);
    }
  }

  /** Tells whether it can carry I/O, as far as its device and its admission are concerned. */
  boolean isWorking() {
    return deviceState() == DeviceState.RUNNING && pending.isEmpty();
  }

  /** Tells whether another path of this head alone may do I/O. Any thread. */
  boolean isBarred() {
    return barred;
  }

  /**
   * Sets whether another path of this head holds a reservation that lets only its holder do I/O.
   */
  void setBarred(boolean bar) {
    boolean changed = barred != bar;
    barred = bar;
    judge();
    if (changed && mpath.isRegistered()) {
      head().mpath().pathStateChanged(mpath);
    }
  }

  /** Tells whether I/O should wait for it if there is nothing else, when it does not work now. */
  boolean isAvailable() {
    return (pending.isEmpty() || pending.equals(NO_SIZE)) && PathStates.isAvailable(deviceState());
  }

  /** Notes that it is being admitted; false when that is so already, or it was admitted. */
  boolean beginAdvance() {
    if (advancing || pending.isEmpty()) {
      return false;
    }
    advancing = true;
    return true;
  }

  void endAdvance() {
    advancing = false;
  }

  /**
   * Returns how often it was looked at in a row without coming any further, and counts one more.
   */
  int countLook() {
    return looks++;
  }

  void forgetLooks() {
    looks = 0;
  }

  /** Sets whether people were told that the path failed; returns what it was. */
  boolean reportFailed(boolean failed) {
    boolean before = reportedFailed;
    reportedFailed = failed;
    return before;
  }

  /** Notes that {@link IdentityWatch} is to look at it; false when that was noted already. */
  boolean planLook() {
    boolean first = !lookPlanned;
    lookPlanned = true;
    return first;
  }

  void lookBegins() {
    lookPlanned = false;
  }

  /** Marks it removed; true for the first caller alone. */
  boolean remove() {
    boolean first = !removed;
    removed = true;
    disk.letGo();
    return first;
  }

  boolean isRemoved() {
    return removed;
  }

  @Override
  public String toString() {
    return mpath.disk().name() + " (" + label() + ")";
  }
}
