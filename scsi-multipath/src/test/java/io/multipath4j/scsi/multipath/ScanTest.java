package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.scsi.ScanPattern;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.multipath.AddResult.JoinedHead;
import io.multipath4j.scsi.multipath.AddResult.NewHead;
import io.multipath4j.scsi.multipath.AddResult.NoDisk;
import io.multipath4j.scsi.multipath.AddResult.OrdinaryDisk;
import io.multipath4j.scsi.multipath.AddResult.Refused;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Devices that scans find and lose, and what they become. */
class ScanTest {

  private static final int[] LUNS_CHANGED = {6, 0x3F, 0x0E};

  private Rig rig = new Rig(Rig.ALWAYS);
  private final FakeLogicalUnit first = unit(1);
  private final FakeLogicalUnit second = unit(2);
  private int hosts;

  private static FakeLogicalUnit unit(int number) {
    FakeLogicalUnit unit = new FakeLogicalUnit();
    unit.serial = "SN" + number;
    return unit.identifiedBy(
        FakeLogicalUnit.naa("6001405000000000000000000000%04d".formatted(number)));
  }

  private FakeTransport transport(String name, FakeLogicalUnit... units) {
    FakeTransport transport = new FakeTransport("iqn.t at " + name, rig.loop, units[0]);
    for (int lun = 1; lun < units.length; lun++) {
      transport.add(lun, units[lun]);
    }
    return transport;
  }

  private ScsiHost host(FakeTransport transport) {
    return new ScsiHost(hosts++, transport, rig.loop, Rig.TIMEOUTS);
  }

  private ScanReport scan(ScsiHost host) {
    return rig.await(rig.multipath.scan(host));
  }

  private AddResult taken(ScanReport report, int lun) {
    ScsiDevice device = report.host().device(Lun.of(lun));
    return report.taken().get(device);
  }

  private List<String> disks() {
    return rig.multipath.heads().stream()
        .map(h -> h.disk() + " " + h.paths().stream().map(PathSnapshot::address).toList())
        .toList();
  }

  // ---- scans ------------------------------------------------------------------------------------

  @Test
  void everyLunOfEveryHostBecomesAPathOfItsDisk() {
    ScsiHost a = host(transport("a", first, second));
    ScsiHost b = host(transport("b", first, second));
    assertThat(taken(scan(a), 0)).isInstanceOf(NewHead.class);
    ScanReport report = scan(b);
    assertThat(taken(report, 0)).isInstanceOf(JoinedHead.class);
    assertThat(report.taken()).hasSize(2);
    assertThat(rig.multipath.heads()).hasSize(2).allMatch(h -> h.paths().size() == 2);
    assertThat(rig.read(rig.disk(1), 0, new byte[512])).isEqualTo(BlockStatus.OK);
  }

  @Test
  void oneLunOrAllHostsCanBeScannedToo() {
    ScsiHost a = host(transport("a", first, second));
    rig.await(rig.multipath.scan(a, ScanPattern.parse("0 0 1")));
    assertThat(disks()).containsExactly("sda [0:0:0:1]");
    rig.multipath.addHost(host(transport("b", first, second)));
    rig.multipath.scanAll().forEach(rig::await);
    assertThat(disks())
        .containsExactlyInAnyOrder("sda [0:0:0:1, 1:0:0:1]", "sdb [0:0:0:0, 1:0:0:0]");
  }

  @Test
  void aSecondScanChangesNothing() {
    ScsiHost a = host(transport("a", first, second));
    ScanReport before = scan(a);
    rig.events.clear();
    assertThat(scan(a).taken()).isEqualTo(before.taken());
    assertThat(rig.events).isEmpty();
  }

  @Test
  void theTargetsWordAboutItsLunsAddsAndRemovesPaths() {
    FakeTransport transport = transport("a", first, second);
    ScsiHost a = host(transport);
    scan(a);
    FakeLogicalUnit third = unit(3);
    transport.add(2, third);
    transport.remove(1);
    transport.nextSense.add(LUNS_CHANGED);
    rig.read(rig.disk(0), 0, new byte[512]);
    rig.runMillis(5_000);
    assertThat(disks()).containsExactlyInAnyOrder("sda [0:0:0:0]", "sdb [0:0:0:2]");
    assertThat(rig.multipath.disk("sdb").orElseThrow().capacityBytes())
        .isEqualTo(third.medium.length);
  }

  @Test
  void aDeletedDeviceLeavesItsDiskAndAScanBringsItBack() {
    ScsiHost a = host(transport("a", first));
    ScsiHost b = host(transport("b", first));
    scan(a);
    scan(b);
    BlockDevice disk = rig.disk(0);
    b.remove(b.device(0));
    assertThat(disks()).containsExactly("sda [0:0:0:0]");
    scan(b);
    assertThat(disks()).containsExactly("sda [0:0:0:0, 1:0:0:0]");
    assertThat(rig.disk(0)).isSameAs(disk);
  }

  @Test
  void aRefusedDeviceIsReportedOnceAndTriedAgainByAScan() {
    scan(host(transport("a", first)));
    FakeLogicalUnit twin = first.twin();
    twin.medium = new byte[first.medium.length * 2];
    ScsiHost b = host(transport("b", twin));
    rig.events.clear();
    assertThat(taken(scan(b), 0)).isInstanceOf(Refused.class);
    scan(b);
    assertThat(rig.kinds()).containsExactly(MultipathEvent.Kind.PATH_REFUSED);
    twin.medium = first.medium;
    assertThat(taken(scan(b), 0)).isInstanceOf(JoinedHead.class);
  }

  @Test
  void aDeviceWhosePathBrokeDuringItsCheckIsTakenInWhenItReturns() {
    rig = new Rig(new ScsiMultipathConfig(MultipathMode.ALWAYS, IoPolicies.NUMA, false, true));
    scan(host(transport("a", first)));
    FakeTransport transport = transport("b", first);
    ScsiHost b = host(transport);
    CompletableFuture<ScanReport> report = rig.multipath.scan(b);
    rig.runUntil(() -> b.device(0) != null);
    rig.runMillis(1);
    transport.cut("test");
    rig.runMillis(100);
    transport.restore();
    rig.await(report);
    rig.runMillis(5_000);
    assertThat(disks()).containsExactly("sda [0:0:0:0, 1:0:0:0]");
  }

  @Test
  void ioInFlightIsCountedPerHost() {
    ScsiHost a = host(transport("a", first, second));
    ScsiHost b = host(transport("b", first, second));
    scan(a);
    scan(b);
    var ofFirst = rig.multipath.path(a.device(0)).orElseThrow().mpath().active();
    assertThat(rig.multipath.path(a.device(Lun.of(1))).orElseThrow().mpath().active())
        .isSameAs(ofFirst);
    assertThat(rig.multipath.path(b.device(0)).orElseThrow().mpath().active()).isNotSameAs(ofFirst);
  }

  @Test
  void aClosedHostTakesItsPathsWithIt() {
    ScsiHost a = host(transport("a", first, second));
    scan(a);
    a.close();
    assertThat(rig.multipath.heads()).isEmpty();
    assertThat(rig.multipath.hosts()).isEmpty();
  }

  // ---- ordinary disks, and what is none ---------------------------------------------------------

  @Test
  void withModeOffEachPathIsADiskOfItsOwnThatWorks() {
    rig = new Rig(new ScsiMultipathConfig(MultipathMode.OFF, IoPolicies.NUMA, false, false));
    scan(host(transport("a", first)));
    scan(host(transport("b", first)));
    assertThat(rig.multipath.heads()).isEmpty();
    assertThat(rig.multipath.plainDisks())
        .extracting(PlainDisk::snapshot)
        .extracting(
            PlainDisk.Snapshot::disk,
            PlainDisk.Snapshot::address,
            PlainDisk.Snapshot::deviceState,
            PlainDisk.Snapshot::capacityBytes,
            PlainDisk.Snapshot::reason)
        .containsExactly(
            tuple("sda", "0:0:0:0", "running", 131072L, "multipath is off"),
            tuple("sdb", "1:0:0:0", "running", 131072L, "multipath is off"));
    BlockDevice disk = rig.multipath.disk("sdb").orElseThrow();
    byte[] data = new byte[512];
    data[0] = 42;
    assertThat(rig.write(disk, 3, data)).isEqualTo(BlockStatus.OK);
    assertThat(first.medium[3 * 512]).isEqualTo((byte) 42);
  }

  @Test
  void lettersAreSharedAndOnePerHead() {
    FakeLogicalUnit nameless = unit(4).identifiedBy();
    ScsiHost a = host(transport("a", first, nameless, second));
    for (int lun = 0; lun < 3; lun++) {
      rig.await(rig.multipath.scan(a, new ScanPattern(0, 0, lun)));
    }
    scan(host(transport("b", first)));
    assertThat(rig.multipath.heads()).extracting(HeadSnapshot::disk).containsExactly("sda", "sdc");
    assertThat(rig.multipath.heads()).extracting(HeadSnapshot::index).containsExactly(0, 1);
    assertThat(rig.multipath.plainDisks()).extracting(PlainDisk::name).containsExactly("sdb");
    BlockDevice gone = rig.multipath.disk("sdb").orElseThrow();
    a.remove(a.device(Lun.of(1)));
    assertThat(rig.multipath.plainDisks()).isEmpty();
    assertThat(rig.read(gone, 0, new byte[512])).isEqualTo(BlockStatus.OFFLINE);
    ScsiHost c = host(transport("c", nameless));
    assertThat(taken(scan(c), 0))
        .isInstanceOfSatisfying(
            OrdinaryDisk.class, ordinary -> assertThat(ordinary.disk().name()).isEqualTo("sdb"));
  }

  @Test
  void anOrdinaryDiskThatGrewHasItsNewSize() {
    rig = new Rig(new ScsiMultipathConfig(MultipathMode.OFF, IoPolicies.NUMA, false, false));
    FakeTransport transport = transport("a", first);
    scan(host(transport));
    BlockDevice disk = rig.multipath.disk("sda").orElseThrow();
    first.medium = java.util.Arrays.copyOf(first.medium, first.medium.length * 2);
    transport.nextSense.add(new int[] {6, 0x2A, 0x09});
    rig.read(disk, 0, new byte[512]);
    rig.runMillis(100);
    assertThat(disk.capacityBytes()).isEqualTo(first.medium.length);
  }

  @Test
  void onlyDirectAccessAndZonedDevicesAreDisks() {
    ScsiHost a = host(transport("a", first));
    for (int type = 0; type < 0x1F; type++) {
      first.deviceType = type;
      AddResult result = taken(scan(a), 0);
      if (type == 0 || type == 0x14) {
        assertThat(result).as("type %d", type).isInstanceOf(NewHead.class);
      } else {
        assertThat(result).isEqualTo(new NoDisk("it is no disk, but of device type " + type));
        assertThat(rig.multipath.heads()).isEmpty();
        assertThat(rig.multipath.plainDisks()).isEmpty();
      }
      a.remove(a.device(0));
    }
  }

  @Test
  void aChangedModeOrPolicyIsForWhatIsFoundLater() {
    scan(host(transport("a", first)));
    rig.multipath.parameters().set("multipath", "off");
    rig.multipath.parameters().set("iopolicy", "queue-depth");
    assertThat(rig.head(0).policy()).isEqualTo("round-robin");
    ScsiHost b = host(transport("b", second));
    assertThat(taken(scan(b), 0)).isInstanceOf(OrdinaryDisk.class);
    rig.multipath.parameters().set("multipath", "always");
    b.remove(b.device(0));
    assertThat(taken(scan(b), 0)).isInstanceOf(NewHead.class);
    assertThat(rig.head(1).policy()).isEqualTo("queue-depth");
  }

  // ---- what is gone -----------------------------------------------------------------------------

  @Test
  void aDeviceDeletedWhileItsHostIsScannedStaysGone() {
    ScsiHost a = host(transport("a", first, second));
    scan(a);
    ScsiDevice gone = a.device(Lun.of(1));
    CompletableFuture<ScanReport> again = rig.multipath.scan(a);
    rig.runUntil(() -> a.outstanding() == 2); // both are looked at again
    a.remove(gone);
    rig.await(again);
    rig.runMillis(1_000);
    assertThat(disks()).containsExactly("sda [0:0:0:0]");
    assertThat(rig.multipath.path(gone)).isEmpty();
  }

  @Test
  void aDeviceThatIsGoneIsRefused() {
    ScsiHost a = host(transport("a", first));
    Rig.Path b = rig.path("b", second);
    b.host().remove(b.device());
    assertThat(rig.add(b)).isInstanceOf(Refused.class);
    rig.multipath.parameters().set("multipath", "off");
    assertThat(rig.add(b)).isInstanceOf(Refused.class);
    assertThat(rig.multipath.plainDisks()).isEmpty();
    rig.multipath.parameters().set("multipath", "always");
    assertThat(taken(scan(a), 0)).isInstanceOf(NewHead.class);
    assertThat(disks()).containsExactly("sda [0:0:0:0]");
  }

  @Test
  void aHostThatIsClosedDuringAScanLeavesNothing() {
    ScsiHost a = host(transport("a", first, second));
    scan(a);
    CompletableFuture<ScanReport> again = rig.multipath.scan(a);
    rig.runUntil(() -> a.outstanding() > 0);
    a.close();
    assertThat(rig.runUntil(again::isDone)).as("the scan ends").isTrue();
    assertThat(rig.runUntil(rig.multipath.scan(a)::isDone)).as("so does a later one").isTrue();
    assertThat(rig.multipath.heads()).isEmpty();
    assertThat(rig.multipath.hosts()).as("nobody would take it away again").isEmpty();
  }
}
