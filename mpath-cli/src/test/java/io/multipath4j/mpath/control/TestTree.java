package io.multipath4j.mpath.control;

import io.multipath4j.sysfs.AttributeText;
import io.multipath4j.sysfs.SysfsAttribute;
import io.multipath4j.sysfs.SysfsDevice;
import io.multipath4j.sysfs.SysfsDirectory;
import io.multipath4j.sysfs.SysfsTree;
import io.multipath4j.sysfs.UeventAction;
import io.multipath4j.sysfs.UeventStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** A small tree: one device with a policy that can be set, and raw bytes. */
public final class TestTree {

  private static final Instant NOW = Instant.parse("2026-02-25T11:59:00Z");

  public final SysfsTree tree;
  public final SysfsDevice device;
  private volatile String policy = "numa";

  /** Makes one that keeps 64 events. */
  public TestTree() {
    InstantSource clock = InstantSource.fixed(NOW);
    tree = new SysfsTree(clock, new UeventStream(clock, 64));
    SysfsDirectory subsystem = tree.root().ensureDirectory("class/scsi_mpath_device");
    device =
        SysfsDevice.create(
            tree.root().ensureDirectory("devices/virtual/scsi_mpath_device"),
            "0",
            subsystem,
            Map::of);
    device
        .directory()
        .addAttribute(
            SysfsAttribute.readWrite(
                "iopolicy",
                () -> policy + "\n",
                text -> policy = AttributeText.word(text, List.of("numa", "round-robin"))));
    device
        .directory()
        .addAttribute(SysfsAttribute.binary("vpd_pg83", () -> new byte[] {0, (byte) 0xFF, '\n'}));
    device
        .directory()
        .addAttribute(
            SysfsAttribute.readOnly(
                "broken",
                () -> {
                  throw new IllegalStateException("planted");
                }));
  }

  /** Returns the policy as it is now. */
  public String policy() {
    return policy;
  }

  /** Sends an event of the device. */
  public void fail(String path) {
    device.send(UeventAction.CHANGE, Map.of("MPATH_ACTION", "PATH_FAILED", "MPATH_PATH", path));
  }
}
