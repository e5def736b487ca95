package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.scsi.DeviceState;
import io.multipath4j.sysfs.SysfsDirectory;
import io.multipath4j.sysfs.SysfsErrno;
import io.multipath4j.sysfs.SysfsException;
import io.multipath4j.sysfs.SysfsFile;
import io.multipath4j.sysfs.SysfsLink;
import io.multipath4j.sysfs.SysfsNode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever happens to paths, everything in the tree can be read, and every link leads somewhere.
 */
class TreeUnderEventsTest {

  private static final int EVENTS = 60;
  private static final int CONCURRENT_EVENTS = 100;
  private static final int CONCURRENT_READS = 20_000;
  private static final List<String> POLICIES = List.of("numa", "round-robin", "queue-depth");

  /** What a file of an object that is there may answer: it has no such page, state or id. */
  private static final Set<SysfsErrno> NO_VALUE = EnumSet.of(SysfsErrno.EINVAL, SysfsErrno.ENXIO);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void everythingCanBeReadWhateverHappens(long seed) {
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    TreeRig rig = TreeRig.ofTheCoverLetter();
    List<SysfsFile> held = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) {
      event(rig, random);
      rig.rig.runMillis(random.nextInt(500));
      walk(rig.tree.root(), held);
      assertThat(linksOf(rig)).isEqualTo(pathsOf(rig));
    }
    int gone = 0;
    for (SysfsFile file : held) {
      try {
        file.readBytes();
      } catch (SysfsException e) {
        gone += e.errno() == SysfsErrno.ENODEV ? 1 : 0;
      }
    }
    assertThat(gone).as("files of objects that went").isPositive();
    rig.paths.forEach(path -> path.host().close());
    rig.tree.list("/class/scsi_mpath_disk").stream()
        .filter(node -> node.name().length() == 1)
        .forEach(node ->
            rig.tree.list("/class/scsi_mpath_disk/" + node.name()).stream()
                .filter(disk -> disk.name().startsWith("sd"))
                .forEach(disk ->
                    rig.tree.writeAttribute(
                        "/block/" + disk.name() + "/delayed_removal_secs", "0")));
    assertThat(rig.names("/class/scsi_mpath_device")).isEmpty();
    assertThat(rig.names("/block")).containsExactly("sda", "sdb");
  }

  @Test
  void aReaderOnAnotherThreadMeetsNoOtherErrorThanThoseOfTheTree() throws Exception {
    long seed = 7;
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    TreeRig rig = TreeRig.ofTheCoverLetter();
    AtomicBoolean done = new AtomicBoolean();
    AtomicLong reads = new AtomicLong();
    FutureTask<Void> reading =
        new FutureTask<>(() -> {
          while (!done.get()) {
            readAll(rig.tree.root(), reads);
          }
          return null;
        });
    Thread reader = new Thread(reading, "reader");
    reader.start();
    try {
      // Until both have had their turns, however busy the machine is.
      for (int i = 0; i < CONCURRENT_EVENTS || reads.get() < CONCURRENT_READS; i++) {
        if (reading.isDone()) {
          reading.get(); // it never ends by itself: says why it did
        }
        event(rig, random);
        rig.rig.runMillis(random.nextInt(500));
      }
    } finally {
      done.set(true);
    }
    reading.get(30, TimeUnit.SECONDS);
  }

  private static void readAll(SysfsNode node, AtomicLong reads) {
    try {
      switch (node) {
        case SysfsDirectory directory ->
            directory.children().forEach(child -> readAll(child, reads));
        case SysfsLink link -> link.read();
        case SysfsFile file -> {
          if (file.attribute().show() != null) {
            file.readBytes();
          }
        }
      }
    } catch (SysfsException e) {
      boolean gone = e.errno() == SysfsErrno.ENODEV;
      assertThat(gone || NO_VALUE.contains(e.errno())).as(e.getMessage()).isTrue();
    }
    reads.incrementAndGet();
  }

  private static void event(TreeRig rig, Random random) {
    Rig.Path path = rig.paths.get(random.nextInt(rig.paths.size()));
    String device = "/class/scsi_device/" + path.device().address() + "/device/";
    boolean there = path.host().devices().contains(path.device());
    switch (random.nextInt(8)) {
      case 0 -> path.transport().cut("planned by the test");
      case 1, 2 -> path.transport().restore();
      case 3 -> {
        if (there) {
          rig.tree.writeAttribute(device + "delete", "1");
        }
      }
      case 4 -> {
        if (path.transport().isUp()) {
          rig.tree.writeAttribute(
              "/class/scsi_host/host" + path.host().number() + "/scan", "- - -");
        }
      }
      case 5 -> {
        DeviceState state = path.device().state();
        if (there && (state == DeviceState.RUNNING || state == DeviceState.OFFLINE)) {
          rig.tree.writeAttribute(device + "state", random.nextBoolean() ? "offline" : "running");
        }
      }
      case 6 -> {
        for (String head : rig.names("/class/scsi_mpath_device")) {
          String policy = POLICIES.get(random.nextInt(POLICIES.size()));
          rig.tree.writeAttribute("/class/scsi_mpath_device/" + head + "/iopolicy", policy);
        }
      }
      default -> {
        for (ScsiMpathHead head : rig.rig.multipath.mpathHeads()) {
          if (head.mpath().isLive()) {
            rig.tree.writeAttribute(
                "/block/" + head.diskName() + "/delayed_removal_secs",
                Integer.toString(random.nextInt(3)));
          }
        }
      }
    }
  }

  private static List<String> pathsOf(TreeRig rig) {
    return rig.rig.multipath.mpathHeads().stream()
        .flatMap(head -> head.paths().stream())
        .map(path -> path.mpath().disk().name())
        .sorted()
        .toList();
  }

  private static List<String> linksOf(TreeRig rig) {
    return rig.names("/class/block").stream()
        .filter(name -> !name.contains(":"))
        .filter(name -> rig.names("/class/block/" + name).contains("multipath"))
        .flatMap(name -> rig.names("/class/block/" + name + "/multipath").stream())
        .sorted()
        .toList();
  }

  private static void walk(SysfsDirectory directory, List<SysfsFile> held) {
    for (SysfsNode node : directory.children()) {
      switch (node) {
        case SysfsDirectory below -> walk(below, held);
        case SysfsLink link ->
            assertThat(link.target().isRemoved()).as(link.path() + " -> " + link.read()).isFalse();
        case SysfsFile file -> read(file, held);
      }
    }
  }

  private static void read(SysfsFile file, List<SysfsFile> held) {
    if (file.attribute().show() == null) {
      return;
    }
    if (file.name().equals("state")) {
      held.add(file);
    }
    try {
      file.readBytes();
    } catch (SysfsException e) {
      assertThat(NO_VALUE).as(e.getMessage()).contains(e.errno());
    }
  }
}
