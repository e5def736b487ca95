package io.multipath4j.scsi.multipath;

import io.multipath4j.libmultipath.MpathHead;
import io.multipath4j.libmultipath.MpathHeadTemplate;
import io.multipath4j.scsi.DeviceState;

/** What the library asks about a SCSI path, answered from the device's state and its ALUA state. */
final class PathStates implements MpathHeadTemplate<ScsiMpathDevice> {

  static final PathStates TEMPLATE = new PathStates();

  private PathStates() {}

  @Override
  public boolean isDisabled(ScsiMpathDevice path) {
    return isDisabled(path.deviceState(), path.accessState());
  }

  @Override
  public boolean isOptimized(ScsiMpathDevice path) {
    return path.deviceState() == DeviceState.RUNNING && path.accessState() == AccessState.OPTIMAL;
  }

  @Override
  public boolean availablePath(ScsiMpathDevice path) {
    return isAvailable(path.deviceState());
  }

  static boolean isDisabled(DeviceState device, AccessState access) {
    return device != DeviceState.RUNNING
        || (access != AccessState.OPTIMAL && access != AccessState.ACTIVE);
  }

  /** Whether I/O is to wait for it: a running path may become active, a blocked one may return. */
  static boolean isAvailable(DeviceState device) {
    return switch (device) {
      case RUNNING, BLOCKED, CREATED_BLOCKED, QUIESCE -> true;
      case CREATED, CANCEL, DELETED, OFFLINE, TRANSPORT_OFFLINE -> false;
    };
  }

  @Override
  public void removeHead(MpathHead<ScsiMpathDevice> head) {
    head.removeDisk();
  }
}
