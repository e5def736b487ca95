package io.multipath4j.sysfs;

import static io.multipath4j.sysfs.SysfsErrno.EEXIST;
import static io.multipath4j.sysfs.SysfsErrno.EINVAL;
import static io.multipath4j.sysfs.SysfsErrno.EISDIR;
import static io.multipath4j.sysfs.SysfsErrno.ELOOP;
import static io.multipath4j.sysfs.SysfsErrno.ENAMETOOLONG;
import static io.multipath4j.sysfs.SysfsErrno.ENOENT;
import static io.multipath4j.sysfs.SysfsErrno.ENOTDIR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SysfsTreeTest {
  private final TestClock clock = new TestClock();
  private final SysfsTree tree = new SysfsTree(clock, new UeventStream(clock, 8));
  private final SysfsDirectory head = tree.root().ensureDirectory("devices/virtual/heads/0");
  private final SysfsDirectory heads = tree.root().ensureDirectory("class/heads");
  private final SysfsFile wwid =
      head.addAttribute(SysfsAttribute.readOnly("wwid", () -> "naa.6001\n"));
  private final SysfsLink link = heads.addLink("0", head);

  @Test
  void lookupFollowsLinksOnTheWayAndTheLastWhenAsked() {
    assertThat(tree.lookup("/class/heads/0/wwid", false)).isSameAs(wwid);
    assertThat(tree.lookup("class/heads/0/wwid", false)).isSameAs(wwid);
    assertThat(tree.lookup("/class/heads/0", false)).isSameAs(link);
    assertThat(tree.lookup("/class/heads/0", true)).isSameAs(head);
    assertThat(tree.lookup("/class/heads/0/", false)).isSameAs(head);
    assertThat(tree.lookup("/", false)).isSameAs(tree.root());
  }

  @Test
  void dotsAndDoubleSlashesMeanWhatTheyMeanInAnyPath() {
    assertThat(tree.lookup("//class/./heads/../../class//heads", true)).isSameAs(heads);
    assertThat(tree.lookup("/../..", true)).isSameAs(tree.root());
    // Behind a link, up is up from where it leads.
    assertThat(tree.lookup("/class/heads/0/..", true).path()).isEqualTo("/devices/virtual/heads");
  }

  @Test
  void missingNodeAndMissingPathAreNotFound() {
    Refusal.of(ENOENT, () -> tree.lookup("/class/heads/1", true));
    Refusal.of(ENOENT, () -> tree.lookup("/class/tails/1/wwid", true));
    Refusal.of(ENOENT, () -> tree.lookup("", true));
  }

  @Test
  void attributeIsNoDirectory() {
    Refusal.of(ENOTDIR, () -> tree.lookup("/class/heads/0/wwid/x", true));
    Refusal.of(ENOTDIR, () -> tree.lookup("/class/heads/0/wwid/..", true));
    Refusal.of(ENOTDIR, () -> tree.lookup("/class/heads/0/wwid/", true));
    Refusal.of(ENOTDIR, () -> tree.list("/class/heads/0/wwid"));
    Refusal.of(ENOTDIR, () -> head.ensureDirectory("wwid/x"));
  }

  @Test
  void directoryIsNoAttributeAndNoLink() {
    Refusal.of(EISDIR, () -> tree.readAttribute("/class/heads/0"));
    Refusal.of(EISDIR, () -> tree.writeAttribute("/class/heads", "x"));
    Refusal.of(EINVAL, () -> tree.readLink("/class/heads"));
    Refusal.of(EINVAL, () -> tree.readLink("/class/heads/0/wwid"));
  }

  @Test
  void pathsAndLinksInOnePathAreBounded() {
    head.addLink("self", head);
    assertThat(tree.lookup("/class/heads/0" + "/self".repeat(39), true)).isSameAs(head);
    Refusal.of(ELOOP, () -> tree.lookup("/class/heads/0" + "/self".repeat(40), true));
    Refusal.of(ENAMETOOLONG, () -> tree.lookup("/".repeat(4097), true));
    Refusal.of(ENAMETOOLONG, () -> head.addDirectory("é".repeat(128)));
  }

  @Test
  void linkToARemovedNodeLeadsNowhereButKeepsItsText() {
    head.remove();
    Refusal.of(ENOENT, () -> tree.lookup("/class/heads/0/wwid", true));
    Refusal.of(ENOENT, () -> tree.lookup("/class/heads/0", true));
    assertThat(tree.readLink("/class/heads/0")).isEqualTo("../../devices/virtual/heads/0");
  }

  @Test
  void linkTextIsTheWayFromItsDirectoryToItsTarget() {
    assertThat(link.read()).isEqualTo("../../devices/virtual/heads/0");
    assertThat(head.addLink("vpd_id", wwid).read()).isEqualTo("wwid");
    SysfsDirectory disk = head.ensureDirectory("block/sda");
    assertThat(head.addLink("disk", disk).read()).isEqualTo("block/sda");
    // As of a disk to its device: the directory above is named.
    assertThat(disk.addLink("device", head).read()).isEqualTo("../../../0");
    assertThat(tree.lookup("/devices/virtual/heads/0/block/sda/device", true)).isSameAs(head);
    assertThat(tree.root().addLink("top", wwid).read()).isEqualTo("devices/virtual/heads/0/wwid");
    assertThat(disk.addLink("class", heads).read()).isEqualTo("../../../../../../class/heads");
  }

  @Test
  void linkStaysInItsTree() {
    SysfsTree other = new SysfsTree(clock, new UeventStream(clock, 8));
    assertThatIllegalArgumentException().isThrownBy(() -> other.root().addLink("x", head));
    assertThatIllegalArgumentException().isThrownBy(() -> head.addLink("x", tree.root()));
  }

  @Test
  void namesThatAreNoneAreRefused() {
    for (String name : List.of("", ".", "..", "a/b", "a\nb", "a\0b", "\u001b[2J")) {
      Refusal.of(EINVAL, () -> head.addDirectory(name));
    }
  }

  @Test
  void nameIsTakenOnceAndFreeAgainAfterRemoval() {
    Refusal.of(EEXIST, () -> head.addDirectory("wwid"));
    wwid.remove();
    SysfsDirectory next = head.addDirectory("wwid");
    assertThat(tree.lookup("/class/heads/0/wwid", true)).isSameAs(next);
    assertThat(next.inode()).isNotEqualTo(wwid.inode());
  }

  @Test
  void rootStays() {
    assertThatIllegalStateException().isThrownBy(() -> tree.root().remove());
  }

  @Test
  void childrenAreSortedByName() {
    for (String name : List.of("power", "8:0:0:0", "uevent", "10:0:0:0", "Z")) {
      head.addDirectory(name);
    }
    assertThat(tree.list("/class/heads/0"))
        .extracting(SysfsNode::name)
        .containsExactly("10:0:0:0", "8:0:0:0", "Z", "power", "uevent", "wwid");
  }

  @Test
  void statTellsKindModeSizeAndLinks() {
    SysfsStat file = tree.stat("/class/heads/0/wwid", true);
    assertThat(file.mode()).isEqualTo(0100444);
    assertThat(file.modeText()).isEqualTo("-r--r--r--");
    assertThat(file.sizeBytes()).isEqualTo(4096);
    assertThat(file.links()).isEqualTo(1);

    assertThat(tree.stat("/class/heads/0", false).mode()).isEqualTo(0120777);
    head.addDirectory("a").addDirectory("deeper");
    head.addDirectory("b").remove();
    SysfsStat directory = tree.stat("/class/heads/0", true);
    assertThat(directory.mode()).isEqualTo(0040755);
    assertThat(directory.links()).isEqualTo(3);
    assertThat(directory.sizeBytes()).isZero();
  }

  @Test
  void inodeNumbersAreUniqueAndStay() {
    assertThat(tree.stat("/", true).inode()).isEqualTo(1);
    Set<Long> inodes = new HashSet<>();
    for (String path : List.of("/", "/class", "/class/heads", "/class/heads/0/wwid")) {
      long inode = tree.stat(path, true).inode();
      assertThat(inodes.add(inode)).isTrue();
      assertThat(tree.stat(path, true).inode()).isEqualTo(inode);
    }
    assertThat(inodes).doesNotContain(tree.stat("/class/heads/0", false).inode());
  }

  @Test
  void timeIsThatOfTheFirstLookAndOfLaterChanges() {
    assertThat(head.stat().modified()).isEqualTo("2026-02-25T11:58:00Z");
    clock.set("2026-02-25T11:59:00Z");
    assertThat(head.stat().modified()).isEqualTo("2026-02-25T11:58:00Z");
    assertThat(wwid.stat().modified()).isEqualTo("2026-02-25T11:59:00Z");
    head.addDirectory("power");
    assertThat(head.stat().modified()).isEqualTo("2026-02-25T11:59:00Z");
  }

  @Test
  void longListingOfALinkIsALineUnlessASlashIsBehindIt() {
    assertThat(ls("/class/heads/0"))
        .containsExactly(
            "lrwxrwxrwx 1 root root 0 Feb 25 11:58 /class/heads/0 -> ../../devices/virtual/heads/0");
    assertThat(ls("/class/heads/0/"))
        .containsExactly("total 0", "-r--r--r-- 1 root root 4096 Feb 25 11:58 wwid");
  }

  @Test
  void longListingShowsTheYearOfOldTimesAndTheZoneOfTheReader() {
    ls("/class/heads/0/");
    clock.set("2026-08-27T02:52:00Z");
    assertThat(ls("/class/heads/0/wwid"))
        .containsExactly("-r--r--r-- 1 root root 4096 Feb 25 11:58 /class/heads/0/wwid");
    clock.set("2026-08-27T02:53:00Z");
    assertThat(ls("/class/heads/0/wwid"))
        .containsExactly("-r--r--r-- 1 root root 4096 Feb 25  2026 /class/heads/0/wwid");
    clock.set("2026-03-02T03:04:00Z");
    head.addDirectory("power");
    List<String> lines = new ArrayList<>();
    tree.longListing("/class/heads/0/", ZoneId.of("America/New_York"), lines::add);
    assertThat(lines)
        .containsExactly(
            "total 0",
            "drwxr-xr-x 2 root root 0 Mar  1 22:04 power",
            "-r--r--r-- 1 root root 4096 Feb 25 06:58 wwid");
  }

  @Test
  void treeIsDrawnWithWhereLinksLead() {
    head.addDirectory("multipath").addDirectory("x");
    head.addLink("vpd_id", wwid);
    List<String> lines = new ArrayList<>();
    tree.tree("/class/heads/0", lines::add);
    assertThat(lines)
        .containsExactly(
            "/class/heads/0", "├── multipath", "│   └── x", "├── vpd_id -> wwid", "└── wwid");
  }

  private List<String> ls(String path) {
    List<String> lines = new ArrayList<>();
    tree.longListing(path, ZoneOffset.UTC, lines::add);
    return lines;
  }
}
