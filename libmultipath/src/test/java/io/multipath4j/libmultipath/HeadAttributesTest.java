package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.libmultipath.sysfs.BlockAttributes;
import io.multipath4j.libmultipath.sysfs.HeadAttributes;
import io.multipath4j.libmultipath.sysfs.LoopWrites;
import io.multipath4j.libmultipath.sysfs.MemberLinks;
import io.multipath4j.libmultipath.sysfs.ShownPath;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.sysfs.SysfsDirectory;
import io.multipath4j.sysfs.SysfsErrno;
import io.multipath4j.sysfs.SysfsException;
import io.multipath4j.sysfs.SysfsTable;
import io.multipath4j.sysfs.SysfsTree;
import io.multipath4j.sysfs.UeventStream;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The attributes of heads and paths, over a driver that is no SCSI. */
class HeadAttributesTest {

  private record Subject(MpathHead<?> mpathHead, MpathDevice<?> mpathDevice, EventLoop loop)
      implements ShownPath {}

  private static final SysfsTable<Subject> HEAD =
      BlockAttributes.addDisk(
              HeadAttributes.addIoPolicy(
                  HeadAttributes.addDelayedRemoval(
                      HeadAttributes.addStatistics(SysfsTable.<Subject>builder()))),
              Subject::mpathHead)
          .directory(
              "queue",
              BlockAttributes.addQueue(
                      HeadAttributes.addIoStats(SysfsTable.<Subject>builder()), Subject::mpathHead)
                  .build())
          .build();

  private static final SysfsTable<Subject> PATH =
      HeadAttributes.addNumaNodes(
              HeadAttributes.addQueueDepth(
                  HeadAttributes.addPathStatistics(SysfsTable.<Subject>builder())))
          .build();

  private final HeadFixture fixture = new HeadFixture(IoPolicies.NUMA);
  private final SysfsTree tree =
      new SysfsTree(() -> Instant.EPOCH, new UeventStream(() -> Instant.EPOCH, 8));
  private final FakePath first = fixture.optimized();
  private final FakePath second = fixture.optimized();

  @BeforeEach
  void show() {
    Subject subject = new Subject(fixture.head, first.device, fixture.loop);
    tree.root().ensureDirectory("head").addTable(HEAD, subject);
    tree.root().ensureDirectory("path").addTable(PATH, subject);
  }

  @Test
  void policyIsShownAndWrittenByItsExactWord() {
    assertThat(tree.readAttribute("/head/iopolicy")).isEqualTo("numa\n");
    tree.writeAttribute("/head/iopolicy", "queue-depth\n");
    assertThat(tree.readAttribute("/head/iopolicy")).isEqualTo("queue-depth\n");
    for (String bad : new String[] {"queue", "queue-depth\n\n", "Numa", " numa", "\n"}) {
      refused(SysfsErrno.EINVAL, "/head/iopolicy", bad);
    }
    assertThat(tree.readAttribute("/head/iopolicy")).isEqualTo("queue-depth\n");
  }

  @Test
  void writingThePolicyEmptiesTheCachesEvenWhenItIsTheSame() {
    fixture.pathOfNextRead();
    assertThat(fixture.head.currentNodes(first.device).cardinality()).isOne();
    tree.writeAttribute("/head/iopolicy", "numa");
    assertThat(fixture.head.currentNodes(first.device).cardinality()).isZero();
  }

  @Test
  void writingThePolicyWakesWhatWaits() {
    fixture.set(first, FakePath.Link.PAUSED);
    fixture.set(second, FakePath.Link.PAUSED);
    fixture.loop.run();
    fixture.read();
    first.link = FakePath.Link.UP; // nobody told the head
    tree.writeAttribute("/head/iopolicy", "numa");
    fixture.loop.run();
    assertThat(first.held()).hasSize(1);
  }

  @Test
  void delayedRemovalTakesNumbersAsCDoes() {
    assertThat(tree.readAttribute("/head/delayed_removal_secs")).isEqualTo("0\n");
    tree.writeAttribute("/head/delayed_removal_secs", "0x10\n");
    assertThat(tree.readAttribute("/head/delayed_removal_secs")).isEqualTo("16\n");
    assertThat(fixture.head.queueIfNoPath()).isTrue();
    tree.writeAttribute("/head/delayed_removal_secs", "010");
    assertThat(tree.readAttribute("/head/delayed_removal_secs")).isEqualTo("8\n");
    tree.writeAttribute("/head/delayed_removal_secs", "4294967295");
    refused(SysfsErrno.ERANGE, "/head/delayed_removal_secs", "4294967296");
    refused(SysfsErrno.EINVAL, "/head/delayed_removal_secs", "-1");
    refused(SysfsErrno.EINVAL, "/head/delayed_removal_secs", "5 s");
    assertThat(tree.readAttribute("/head/delayed_removal_secs")).isEqualTo("4294967295\n");
    tree.writeAttribute("/head/delayed_removal_secs", "0");
    assertThat(fixture.head.queueIfNoPath()).isFalse();
  }

  @Test
  void pathShowsNodesAndDepthOnlyWithThePolicyThatNeedsThem() {
    fixture.read();
    assertThat(tree.readAttribute("/path/mpath_numa_nodes")).isEqualTo("0\n");
    assertThat(tree.readAttribute("/path/mpath_queue_depth")).isEmpty();
    tree.writeAttribute("/head/iopolicy", "queue-depth");
    assertThat(tree.readAttribute("/path/mpath_numa_nodes")).isEmpty();
    fixture.read();
    fixture.read();
    assertThat(tree.readAttribute("/path/mpath_queue_depth")).isEqualTo("1\n");
    tree.writeAttribute("/head/iopolicy", "numa");
    assertThat(tree.readAttribute("/path/mpath_numa_nodes")).isEqualTo("\n");
  }

  @Test
  void statisticsHaveTheSeventeenNumbersOfTheKernel() {
    fixture.read();
    fixture.loop.advanceMillis(10);
    assertThat(tree.readAttribute("/head/inflight")).isEqualTo("       1        0\n");
    first.endOne(BlockStatus.OK);
    String expected =
        "       1        0        8       10        0        0        0        0        0       10"
            + "       10        0        0        0        0        0        0\n";
    assertThat(tree.readAttribute("/head/stat")).isEqualTo(expected);
    assertThat(tree.readAttribute("/path/stat")).isEqualTo(expected);
    tree.writeAttribute("/head/queue/iostats", "0\n");
    fixture.pathOfNextRead();
    assertThat(tree.readAttribute("/head/stat")).isEqualTo(expected);
    assertThat(tree.readAttribute("/head/queue/iostats")).isEqualTo("0\n");
  }

  @Test
  void limitsAreShownInTheKernelsUnits() {
    assertThat(tree.readAttribute("/head/size")).isEqualTo((1L << 31) + "\n");
    assertThat(tree.readAttribute("/head/ro")).isEqualTo("0\n");
    assertThat(tree.readAttribute("/head/queue/logical_block_size")).isEqualTo("512\n");
    assertThat(tree.readAttribute("/head/queue/physical_block_size")).isEqualTo("4096\n");
    assertThat(tree.readAttribute("/head/queue/max_sectors_kb")).isEqualTo("1024\n");
    assertThat(tree.readAttribute("/head/queue/write_cache")).isEqualTo("write back\n");
    assertThat(tree.readAttribute("/head/queue/fua")).isEqualTo("1\n");
    assertThat(tree.readAttribute("/head/queue/zoned")).isEqualTo("none\n");
    assertThat(tree.readAttribute("/head/queue/nr_zones")).isEqualTo("0\n");
  }

  @Test
  void aWriterOfAnotherThreadWaitsForTheLoop() throws Exception {
    try (ExecutorService writer = Executors.newSingleThreadExecutor()) {
      Future<?> written = writer.submit(() -> tree.writeAttribute("/head/iopolicy", "round-robin"));
      Future<?> refused = writer.submit(() -> tree.writeAttribute("/head/iopolicy", "robin"));
      while (!refused.isDone()) {
        fixture.loop.run();
        Thread.onSpinWait();
      }
      written.get(5, TimeUnit.SECONDS);
      assertThatExceptionOfType(java.util.concurrent.ExecutionException.class)
          .isThrownBy(refused::get)
          .withMessageContaining("robin");
    }
    assertThat(fixture.head.ioPolicy()).isEqualTo(IoPolicies.ROUND_ROBIN);
  }

  @Test
  void aWriterIsToldWhenTheLoopIsClosed() throws Exception {
    fixture.loop.close();
    try (ExecutorService writer = Executors.newSingleThreadExecutor()) {
      writer
          .submit(() -> refused(SysfsErrno.EIO, "/head/iopolicy", "numa"))
          .get(5, TimeUnit.SECONDS);
    }
  }

  @Test
  void whatAChangeThrowsIsTheWritersErrno() {
    assertThatExceptionOfType(SysfsException.class)
        .isThrownBy(() ->
            LoopWrites.apply(
                fixture.loop,
                () -> {
                  throw new SysfsException(SysfsErrno.EBUSY, "planned by the test");
                }))
        .satisfies(e -> assertThat(e.errno()).isEqualTo(SysfsErrno.EBUSY));
  }

  @Test
  void theGroupOfPathsIsThereEvenWhenItIsEmpty() {
    SysfsDirectory disk = tree.root().ensureDirectory("disk");
    MemberLinks links = new MemberLinks(disk);
    assertThat(tree.list("/disk/multipath")).isEmpty();
    links.add("sda:0", tree.root().ensureDirectory("path"));
    assertThat(tree.readLink("/disk/multipath/sda:0")).isEqualTo("../../path");
    links.remove("sda:0");
    links.remove("sda:0");
    assertThat(tree.list("/disk/multipath")).isEmpty();
  }

  private void refused(SysfsErrno errno, String path, String text) {
    assertThatExceptionOfType(SysfsException.class)
        .isThrownBy(() -> tree.writeAttribute(path, text))
        .satisfies(e -> assertThat(e.errno()).as(text).isEqualTo(errno));
  }
}
