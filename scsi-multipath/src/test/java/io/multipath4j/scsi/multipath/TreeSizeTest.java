package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.multipath.tree.ScsiMultipathTree;
import io.multipath4j.sysfs.SysfsTree;
import io.multipath4j.sysfs.UeventStream;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What the tree costs: many heads of four paths, with and without it. */
class TreeSizeTest {

  private static final int HEADS = 1_000;
  private static final int PATHS = 4;

  /** With it, 10,000 heads take 160 MiB; what is measured is printed. */
  private static final long MOST_BYTES_PER_HEAD = 16_384;

  @Test
  void aHeadOfFourPathsTakesAFewKilobytes() {
    Rig rig = new Rig(new ScsiMultipathConfig(MultipathMode.ALWAYS, IoPolicies.NUMA, false, false));
    for (int number = 0; number < PATHS; number++) {
      host(rig, number);
    }
    ScsiMultipathTree.of(newTree(), rig.multipath).close(); // loads classes
    long before = usedBytes();
    SysfsTree tree = newTree();
    ScsiMultipathTree shown = ScsiMultipathTree.of(tree, rig.multipath);
    long perHead = (usedBytes() - before) / HEADS;
    assertThat(tree.list("/class/scsi_mpath_device")).hasSize(2 * HEADS);
    assertThat(tree.list("/block")).hasSize(HEADS * (1 + PATHS));
    long looked = lookAtEverything(tree);
    System.out.printf(
        "tree of %d heads with %d paths: %d bytes per head with its paths, %d after all was read%n",
        HEADS, PATHS, perHead, (looked - before) / HEADS);
    assertThat(perHead).isBetween(1L, MOST_BYTES_PER_HEAD);
    assertThat(shown).isNotNull();
  }

  private static long lookAtEverything(SysfsTree tree) {
    long[] lines = new long[1];
    tree.tree("/devices", line -> lines[0]++);
    assertThat(lines[0]).isGreaterThan(HEADS * PATHS * 50L);
    return usedBytes();
  }

  private static long usedBytes() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static void host(Rig rig, int number) {
    FakeTransport transport = new FakeTransport("iqn.t at " + number, rig.loop, unit(0));
    for (int lun = 1; lun < HEADS; lun++) {
      transport.add(lun, unit(lun));
    }
    ScsiHost host = new ScsiHost(number, transport.withSession(), rig.loop, Rig.TIMEOUTS);
    rig.multipath.addHost(host);
    for (int lun = 0; lun < HEADS; lun++) {
      rig.await(rig.multipath.addDevice(rig.await(host.probe(Lun.of(lun)))));
    }
  }

  private static FakeLogicalUnit unit(int lun) {
    FakeLogicalUnit unit = new FakeLogicalUnit();
    unit.medium = new byte[512 * 8];
    return unit.identifiedBy(
        FakeLogicalUnit.naa("6001405000000000000000000000%04x".formatted(lun)));
  }

  private static SysfsTree newTree() {
    return new SysfsTree(() -> Instant.EPOCH, new UeventStream(() -> Instant.EPOCH, 8));
  }
}
