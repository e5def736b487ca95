package io.multipath4j.sysfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Readers walk the tree while devices come and go below them. */
class ConcurrencyTest {
  private static final int READERS = 3;
  private static final int DEVICES = 8;
  private static final int MIN_ROUNDS = 500;
  private static final int MIN_PASSES = 200;
  private static final int MAX_ROUNDS = 200_000;

  private static final Set<SysfsErrno> GONE = EnumSet.of(SysfsErrno.ENOENT, SysfsErrno.ENODEV);

  private final TestClock clock = new TestClock();
  private final UeventStream uevents = new UeventStream(clock, 32);
  private final SysfsTree tree = new SysfsTree(clock, uevents);
  private final SysfsDirectory devices = tree.root().ensureDirectory("devices/virtual/disk");
  private final SysfsDirectory disks = tree.root().ensureDirectory("class/disk");
  private final AtomicLong stores = new AtomicLong();
  private final AtomicLong goneNodes = new AtomicLong();
  private final AtomicInteger[] passes = new AtomicInteger[READERS];
  private volatile boolean ended;

  @Test
  void readersMeetOnlyNodesThatAreGone() throws Exception {
    disks.addAttribute(SysfsAttribute.readOnly("stays", () -> "here\n"));
    UeventSubscription watcher = uevents.subscribe(() -> {});
    try (ExecutorService threads = Executors.newFixedThreadPool(READERS + 1)) {
      List<Future<Long>> readers = new ArrayList<>();
      for (int i = 0; i < READERS; i++) {
        AtomicInteger done = new AtomicInteger();
        passes[i] = done;
        readers.add(threads.submit(() -> readUntilEnd(done)));
      }
      Future<Long> seen = threads.submit(() -> watchUntilEnd(watcher));
      try {
        comeAndGo(readers);
      } finally {
        ended = true;
      }
      for (Future<Long> reader : readers) {
        assertThat(reader.get(30, TimeUnit.SECONDS)).as("successful reads").isPositive();
      }
      assertThat(seen.get(30, TimeUnit.SECONDS)).isEqualTo(uevents.newest());
    }
    assertThat(stores.get()).isPositive();
    assertThat(goneNodes.get()).as("operations that came too late").isPositive();
    assertThat(tree.list("/class/disk")).extracting(SysfsNode::name).containsExactly("stays");
    assertThat(tree.list("/devices/virtual/disk")).isEmpty();
    assertThat(devices.stat().links()).isEqualTo(2);
  }

  @Test
  void writersOfOneDirectoryLoseNoNode() throws Exception {
    int each = 1500;
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Future<?>> writers = new ArrayList<>();
      for (String prefix : List.of("a", "b")) {
        writers.add(
            threads.submit(() -> {
              for (int i = 0; i < each; i++) {
                devices.addDirectory(prefix + i);
                disks.addDirectory(prefix + i).remove();
              }
            }));
      }
      for (Future<?> writer : writers) {
        writer.get(30, TimeUnit.SECONDS);
      }
    }
    assertThat(devices.children()).hasSize(2 * each);
    assertThat(devices.stat().links()).isEqualTo(2 + 2 * each);
    assertThat(disks.children()).isEmpty();
  }

  /** Goes on until every reader has made its passes, so that all of them met changes. */
  private void comeAndGo(List<Future<Long>> readers) {
    SysfsDevice[] present = new SysfsDevice[DEVICES];
    for (int round = 0; round < MAX_ROUNDS && (round < MIN_ROUNDS || readersAreBehind()); round++) {
      assertThat(readers).noneMatch(Future::isDone);
      int slot = round % DEVICES;
      if (present[slot] != null) {
        assertThat(present[slot].remove()).isTrue();
      }
      present[slot] = device(slot);
    }
    for (SysfsDevice device : present) {
      device.remove();
    }
  }

  private boolean readersAreBehind() {
    for (AtomicInteger done : passes) {
      if (done.get() < MIN_PASSES) {
        return true;
      }
    }
    return false;
  }

  private SysfsDevice device(int slot) {
    SysfsDevice device =
        SysfsDevice.create(devices, "disk" + slot, disks, () -> Map.of("SLOT", "" + slot));
    device
        .directory()
        .addAttribute(
            SysfsAttribute.readWrite(
                "value", () -> slot + "\n", text -> stores.addAndGet(text.length())));
    SysfsDirectory members = device.directory().addDirectory("multipath");
    members.addLink("self", device.directory());
    device.announce();
    return device;
  }

  private long readUntilEnd(AtomicInteger done) {
    long reads = 0;
    while (!ended) {
      for (int slot = 0; slot < DEVICES; slot++) {
        String path = "/class/disk/disk" + slot;
        String value = slot + "\n";
        reads += met(() -> assertThat(tree.readAttribute(path + "/value")).isEqualTo(value));
        reads +=
            met(() -> assertThat(tree.lookup(path + "/multipath/self/..", true)).isSameAs(devices));
        reads += met(() -> tree.stat(path, true));
        met(() -> {
          tree.writeAttribute(path + "/value", "x");
          return true;
        });
      }
      List<String> names = disks.children().stream().map(SysfsNode::name).toList();
      assertThat(names).isSorted().doesNotHaveDuplicates().contains("stays");
      for (SysfsNode held : devices.children()) {
        reads += met(() -> ((SysfsDirectory) held).children());
      }
      List<String> lines = new ArrayList<>();
      tree.tree("/", lines::add);
      tree.longListing("/class/disk/", ZoneOffset.UTC, lines::add);
      assertThat(lines).anyMatch(line -> line.endsWith("stays"));
      done.incrementAndGet();
    }
    return reads;
  }

  /** Every event is delivered in order or told as lost. */
  private long watchUntilEnd(UeventSubscription watcher) {
    long accounted = 0;
    while (true) {
      boolean last = ended;
      UeventDelivery delivery = watcher.poll();
      if (delivery instanceof Uevent event) {
        accounted++;
        assertThat(event.sequence()).isEqualTo(accounted);
      } else if (delivery instanceof UeventDelivery.Lost lost) {
        accounted += lost.count();
      } else if (last) {
        return accounted;
      } else {
        Thread.onSpinWait();
      }
    }
  }

  /** Runs one operation, and bears that its node is gone; anything else fails the test. */
  private int met(Callable<?> operation) {
    try {
      operation.call();
      return 1;
    } catch (SysfsException e) {
      assertThat(GONE).as(e.getMessage()).contains(e.errno());
      goneNodes.incrementAndGet();
      return 0;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
