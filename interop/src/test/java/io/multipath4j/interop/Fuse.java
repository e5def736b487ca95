package io.multipath4j.interop;

import io.multipath4j.fuse.DiskDirectory;
import io.multipath4j.fuse.DiskMount;
import io.multipath4j.fuse.MountContent;
import io.multipath4j.reactor.nio.NioEventLoop;
import io.multipath4j.sysfs.AttributeText;
import io.multipath4j.sysfs.SysfsAttribute;
import io.multipath4j.sysfs.SysfsDirectory;
import io.multipath4j.sysfs.SysfsErrno;
import io.multipath4j.sysfs.SysfsException;
import io.multipath4j.sysfs.SysfsTree;
import io.multipath4j.sysfs.UeventStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** A mounted tree made by hand, and disks in memory on a loop of their own. */
final class Fuse implements AutoCloseable {

  private final NioEventLoop loop;
  private final DiskMount mount;
  final DiskDirectory disks = new DiskDirectory(InstantSource.system());
  final SysfsTree tree =
      new SysfsTree(InstantSource.system(), new UeventStream(InstantSource.system(), 16));
  final AtomicReference<String> policy = new AtomicReference<>("numa");
  final AtomicInteger shown = new AtomicInteger();

  private Fuse(Path place) throws IOException {
    loop = new NioEventLoop();
    plant();
    MountContent content =
        new MountContent(tree, disks, Map.of("diskstats", () -> "   8       0 sda 1 2 3\n"));
    try {
      mount = DiskMount.mount(place, content, InstantSource.system(), false);
    } catch (IOException e) {
      loop.close();
      throw e;
    }
    loop.start("disks");
  }

  /** Skips the test where nothing can be mounted; see {@link Program}. */
  static Fuse mount(Path place) throws IOException {
    Files.createDirectories(place);
    return mountAt(place);
  }

  /** As {@link #mount}, without making the directory. */
  static Fuse mountAt(Path place) throws IOException {
    require();
    return new Fuse(place);
  }

  static void require() {
    Program.require("fusermount3", "fuse3");
    Program.requireFile(Path.of("/dev/fuse"), "no FUSE device");
  }

  private void plant() {
    SysfsDirectory device = tree.root().ensureDirectory("devices/virtual/scsi_mpath_device/0");
    device.addAttribute(
        SysfsAttribute.readWrite("iopolicy", () -> policy.get() + "\n", this::setPolicy));
    device.addAttribute(SysfsAttribute.readOnly("counter", () -> shown.incrementAndGet() + "\n"));
    device.addAttribute(SysfsAttribute.writeOnly("delete", text -> {}));
    device.addAttribute(SysfsAttribute.binary("vpd_pg83", () -> new byte[] {0, (byte) 0x83, 0, 1}));
    device.addAttribute(
        SysfsAttribute.binary(
            "vpd_pg89", () -> "x".repeat(70_000).getBytes(StandardCharsets.UTF_8)));
    tree.root().ensureDirectory("class/scsi_mpath_device").addLink("0", device);
  }

  private void setPolicy(String text) {
    String word = text.strip();
    if (word.equals("gone")) {
      throw new SysfsException(SysfsErrno.ENXIO, "no such thing now");
    }
    policy.set(AttributeText.word(text, List.of("numa", "round-robin")));
  }

  RamDisk add(RamDisk disk) {
    disks.add(disk, loop);
    return disk;
  }

  DiskMount mount() {
    return mount;
  }

  @Override
  public void close() {
    mount.close();
    loop.close();
  }
}
