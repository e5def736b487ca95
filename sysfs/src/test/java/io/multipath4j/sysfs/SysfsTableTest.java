package io.multipath4j.sysfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SysfsTableTest {
  private static final class Disk {
    private String policy = "numa";
  }

  private static final SysfsTable<Disk> QUEUE =
      SysfsTable.<Disk>builder().readOnly("depth", disk -> "7\n").build();

  private static final SysfsTable<Disk> TABLE =
      SysfsTable.<Disk>builder()
          .readWrite("policy", disk -> disk.policy + "\n", (disk, text) -> disk.policy = text)
          .directory("queue", QUEUE)
          .writeOnly("delete", (disk, text) -> {})
          .alias("iopolicy", disk -> disk.policy + "\n")
          .binary("page", disk -> new byte[] {1, 2})
          .build();

  private final TestClock clock = new TestClock();
  private final SysfsTree tree = new SysfsTree(clock, new UeventStream(clock, 8));
  private final SysfsDirectory disks = tree.root().ensureDirectory("disks");

  @Test
  void nodesOfATableAreLikeAnyOthers() {
    SysfsDirectory sda = disks.addDirectory("sda");
    sda.addTable(TABLE, new Disk());
    sda.addDirectory("power");
    assertThat(tree.list("/disks/sda"))
        .extracting(SysfsNode::name)
        .containsExactly("delete", "page", "policy", "power", "queue");
    assertThat(tree.readAttribute("/disks/sda/iopolicy")).isEqualTo("numa\n");
    assertThat(tree.readAttribute("/disks/sda/queue/depth")).isEqualTo("7\n");
    assertThat(tree.readAttributeBytes("/disks/sda/page")).containsExactly(1, 2);
    assertThat(tree.stat("/disks/sda", true).links()).isEqualTo(4);
    assertThat(tree.stat("/disks/sda/delete", true).modeText()).isEqualTo("--w-------");
    assertThat(tree.lookup("/disks/sda/queue/..", true)).isSameAs(sda);
    Refusal.of(SysfsErrno.EACCES, () -> tree.readAttribute("/disks/sda/delete"));
    Refusal.of(SysfsErrno.EEXIST, () -> sda.addDirectory("queue"));
    Refusal.of(SysfsErrno.EEXIST, () -> sda.addTable(TABLE, new Disk()));
  }

  @Test
  void eachDirectoryHasItsOwnObjectNumbersAndTimes() {
    for (String name : List.of("sda", "sdb")) {
      disks.addDirectory(name).addTable(TABLE, new Disk());
    }
    long inode = tree.stat("/disks/sda/policy", true).inode();
    assertThat(tree.stat("/disks/sdb/policy", true).inode()).isNotEqualTo(inode);
    clock.set("2026-02-25T12:34:00Z");
    tree.writeAttribute("/disks/sda/policy", "round-robin");
    assertThat(tree.readAttribute("/disks/sda/policy")).isEqualTo("round-robin\n");
    assertThat(tree.readAttribute("/disks/sdb/policy")).isEqualTo("numa\n");
    SysfsStat now = tree.stat("/disks/sda/policy", true);
    assertThat(now.inode()).isEqualTo(inode);
    assertThat(now.modified()).isEqualTo("2026-02-25T12:34:00Z");
  }

  @Test
  void whatIsHeldGoesWithItsDirectory() {
    SysfsDirectory sda = disks.addDirectory("sda");
    sda.addTable(TABLE, new Disk());
    SysfsFile policy = (SysfsFile) tree.lookup("/disks/sda/policy", true);
    SysfsFile depth = (SysfsFile) tree.lookup("/disks/sda/queue/depth", true);
    SysfsNode queue = tree.lookup("/disks/sda/queue", true);
    assertThatIllegalStateException().isThrownBy(policy::remove);
    assertThatIllegalStateException().isThrownBy(queue::remove);
    sda.remove();
    for (SysfsFile held : List.of(policy, depth)) {
      Refusal.of(SysfsErrno.ENODEV, held::read);
      Refusal.of(SysfsErrno.ENODEV, () -> held.write("x"));
      Refusal.of(SysfsErrno.ENODEV, held::stat);
    }
    Refusal.of(SysfsErrno.ENODEV, queue::stat);
  }

  @Test
  void twoRowsOfOneNameAreRefused() {
    SysfsTable.Builder<Disk> builder = SysfsTable.<Disk>builder().directory("a", QUEUE);
    builder.readOnly("a", disk -> "");
    assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining("a");
  }

  @Test
  void aLargeDirectoryIsSortedAndFindsItsNodesWhileItGrowsAndShrinks() {
    Random random = new Random(7);
    TreeSet<String> expected = new TreeSet<>();
    for (int i = 0; i < 3_000; i++) {
      String name = "n" + random.nextInt(400);
      SysfsNode there = disks.child(name);
      assertThat(there != null).as(name).isEqualTo(expected.contains(name));
      if (there == null) {
        disks.addDirectory(name);
        expected.add(name);
      } else {
        there.remove();
        expected.remove(name);
      }
    }
    assertThat(disks.children()).extracting(SysfsNode::name).containsExactlyElementsOf(expected);
    assertThat(disks.stat().links()).isEqualTo(2 + expected.size());
    expected.forEach(name -> disks.child(name).remove());
    assertThat(disks.children()).isEmpty();
  }
}
