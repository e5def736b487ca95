package io.multipath4j.scsi.multipath;

import io.multipath4j.scsi.multipath.reservation.DeviceNexusCommands;
import io.multipath4j.scsi.multipath.reservation.NexusCommands;
import io.multipath4j.scsi.multipath.reservation.NexusPath;

/** The I_T nexus of a path. Loop thread only. */
final class PathNexus implements NexusPath {

  private final ScsiMpathDevice path;
  private final NexusCommands commands;

  /** The number of doubts when the path last proved to lead to its logical unit. */
  private int provedAt = -1;

  PathNexus(ScsiMpathDevice path) {
    this.path = path;
    this.commands = new DeviceNexusCommands(path.device());
  }

  ScsiMpathDevice path() {
    return path;
  }

  /** The path has proved to lead to its logical unit. */
  void proved() {
    provedAt = path.device().doubts();
  }

  @Override
  public String label() {
    return path.label();
  }

  @Override
  public NexusCommands commands() {
    return commands;
  }

  @Override
  public boolean isReachable() {
    return provedAt == path.device().doubts()
        && path.device().host().transport().isUp()
        && path.swapped().isEmpty()
        && !path.isRemoved();
  }

  @Override
  public void doubt() {
    path.device().doubt();
  }

  @Override
  public void bar(boolean barred) {
    path.setBarred(barred);
  }
}
