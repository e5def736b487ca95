package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.BlockStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A head as a block device, its operations and what it counts. */
class MpathHeadTest {

  private final HeadFixture fixture = new HeadFixture(IoPolicies.NUMA);

  @Test
  void onlyTheFirstLivePathMakesTheDiskLive() {
    FakePath first = new FakePath("a", -1, new ActiveCounter(), MpathAccessState.OPTIMIZED);
    FakePath second = new FakePath("b", -1, new ActiveCounter(), MpathAccessState.OPTIMIZED);
    fixture.head.addDevice(first.device);
    fixture.head.addDevice(second.device);
    assertThat(fixture.head.isLive()).isFalse();
    assertThat(fixture.head.setLive(first.device)).isTrue();
    assertThat(fixture.head.isLive()).isTrue();
    assertThat(fixture.head.setLive(second.device)).isFalse();
    assertThat(fixture.head.setLive(first.device)).isFalse();
  }

  @Test
  void aRemovedDiskIsNotRevived() {
    FakePath path = fixture.optimized();
    fixture.head.removeDisk();
    assertThatThrownBy(() -> fixture.head.setLive(path.device))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("sda was removed; path sda:0 comes too late");
  }

  @Test
  void pathsStayInTheOrderOfRegistrationAndKnowTheirDriversObject() {
    FakePath a = fixture.optimized();
    FakePath b = fixture.nonOptimized();
    FakePath c = fixture.optimized();
    assertThat(fixture.head.devices()).containsExactly(a.device, b.device, c.device);
    assertThat(fixture.head.deleteDevice(b.device)).isFalse();
    List<FakePath> called = new ArrayList<>();
    a.link = FakePath.Link.GONE;
    fixture.head.callForAllDevices(path -> called.add(path.driverPath()));
    assertThat(called).containsExactly(a, c);
    assertThat(fixture.head.deleteDevice(a.device)).isFalse();
    assertThat(fixture.head.devicesEmpty()).isFalse();
    assertThat(fixture.head.deleteDevice(c.device)).isTrue();
    assertThat(fixture.head.devicesEmpty()).isTrue();
  }

  @Test
  void aPathIsOnOneListOnceAndAtMostSoManyAre() {
    FakePath path = fixture.optimized();
    assertThatThrownBy(() -> fixture.head.addDevice(path.device))
        .hasMessage("path sda:0 is on a list already");
    for (int i = 1; i < PathTable.MAX_PATHS; i++) {
      fixture.optimized();
    }
    assertThatThrownBy(fixture::optimized)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("path sda:64 refused: the head has 64 paths, the most it can have");
    fixture.head.deleteDevice(fixture.paths.get(7).device);
    fixture.optimized();
    assertThat(fixture.pathsOfReads(3)).hasSize(3);
    assertThatThrownBy(() -> fixture.head.deleteDevice(fixture.paths.get(7).device))
        .hasMessage("path sda:7 is not on this head's list");
  }

  @Test
  void aPathThatCameBackIsANewOneForABioThatTriedItsPredecessor() {
    FakePath first = fixture.optimized();
    fixture.read();
    fixture.set(first, FakePath.Link.PAUSED);
    first.endOne(BlockStatus.TRANSPORT);
    fixture.head.setQueueIfNoPath(true);
    fixture.head.deleteDevice(first.device);
    fixture.loop.run();
    FakePath second = fixture.optimized();
    fixture.loop.run();
    assertThat(second.held()).hasSize(1);
  }

  @Test
  void aCallGoesToOneSelectedPathAndSaysSoWhenThereIsNone() {
    FakePath path = fixture.optimized();
    assertThat(
            fixture.head.callForDevice(called -> {
              assertThat(called.driverPath()).isSameAs(path);
              return BlockStatus.NOTSUPP;
            }))
        .isEqualTo(BlockStatus.NOTSUPP);
    fixture.set(path, FakePath.Link.PAUSED);
    assertThat(fixture.head.callForDevice(called -> BlockStatus.OK)).isEqualTo(BlockStatus.AGAIN);
    assertThat(BlockStatus.AGAIN.errno()).as("EWOULDBLOCK").isEqualTo(11);
  }

  @Test
  void wrongRequestsEndBeforeAnyPathIsAsked() {
    FakePath path = fixture.optimized();
    Bio unaligned = new Bio().asRead(100, 512, fixture.memory, 0, fixture::noteEnd);
    Bio beyond = new Bio().asRead(HeadFixture.CAPACITY, 512, fixture.memory, 0, fixture::noteEnd);
    fixture.submit(unaligned);
    fixture.submit(beyond);
    assertThat(fixture.ended)
        .containsExactly(
            Map.entry(unaligned, BlockStatus.INVAL), Map.entry(beyond, BlockStatus.INVAL));
    assertThat(path.submissions).isZero();
    fixture.assertBalanced();
  }

  @Test
  void aLongBioIsSplitBeforeSelectionAndEachPieceFailsOverAlone() {
    FakePath first = fixture.optimized();
    FakePath second = fixture.optimized();
    Bio bio = fixture.submit(new Bio().asRead(0, 4 << 20, fixture.memory, 0, fixture::noteEnd));
    assertThat(first.held()).hasSize(4).allMatch(piece -> piece.length() == 1 << 20);
    first.endOne(BlockStatus.OK);
    first.endOne(BlockStatus.TRANSPORT);
    first.endAll(BlockStatus.OK);
    fixture.loop.run();
    assertThat(fixture.ended).isEmpty();
    assertThat(second.held()).hasSize(1);
    assertThat(second.held().getFirst().offset()).isEqualTo(1 << 20);
    second.endOne(BlockStatus.OK);
    assertThat(fixture.ended).containsExactly(Map.entry(bio, BlockStatus.OK));
    fixture.assertBalanced();
  }

  @Test
  void aHugeDiscardGoesThroughWithFewPiecesAtATime() {
    FakePath path = fixture.optimized();
    Bio bio = fixture.submit(new Bio().asDiscard(0, HeadFixture.CAPACITY, fixture::noteEnd));
    int most = 0;
    while (!path.held().isEmpty()) {
      most = Math.max(most, path.held().size());
      path.endOne(BlockStatus.OK);
    }
    assertThat(most).isLessThanOrEqualTo(16);
    assertThat(path.submissions).isEqualTo(1024);
    assertThat(fixture.ended).containsExactly(Map.entry(bio, BlockStatus.OK));
    fixture.assertBalanced();
  }

  @Test
  void aFlushOfADeviceWithoutAVolatileCacheNeedsNoPath() {
    FakePath path = fixture.optimized();
    fixture.submit(new Bio().asFlush(fixture::noteEnd));
    assertThat(path.held()).hasSize(1);
    path.endOne(BlockStatus.OK);
    fixture.head.setGeometry(
        HeadFixture.CAPACITY,
        new BlockLimits(512, 4096, 4096, 0, 1 << 20, 0, 0, 0, false, false, false));
    fixture.submit(new Bio().asFlush(fixture::noteEnd));
    assertThat(path.submissions).isOne();
    assertThat(fixture.ended.values()).containsExactly(BlockStatus.OK, BlockStatus.OK);
  }

  @Test
  void anIoCountsOnceHoweverManyPathsItTook() {
    FakePath first = fixture.optimized();
    FakePath second = fixture.optimized();
    fixture.read();
    fixture.loop.advanceMillis(10);
    first.endOne(BlockStatus.TRANSPORT);
    fixture.loop.run();
    fixture.loop.advanceMillis(5);
    second.endOne(BlockStatus.OK);
    fixture.submit(new Bio().asWrite(0, 8192, fixture.memory, 0, 0, fixture::noteEnd));
    fixture.loop.advanceMillis(1);
    fixture.paths.forEach(path -> path.endAll(BlockStatus.OK));
    fixture.submit(new Bio().asDiscard(0, 1 << 20, fixture::noteEnd));
    fixture.paths.forEach(path -> path.endAll(BlockStatus.MEDIUM));
    fixture.submit(new Bio().asFlush(fixture::noteEnd));
    fixture.paths.forEach(path -> path.endAll(BlockStatus.OK));
    long milli = TimeUnit.MILLISECONDS.toNanos(1);
    assertThat(fixture.head.statistics())
        .isEqualTo(
            new IoStatistics(
                new IoStatistics.Group(1, 0, 4096, 15 * milli),
                new IoStatistics.Group(1, 0, 8192, milli),
                new IoStatistics.Group(1, 0, 0, 0),
                new IoStatistics.Group(1, 0, 0, 0),
                0,
                0,
                16 * milli));
    assertThat(first.device.statistics().read())
        .isEqualTo(new IoStatistics.Group(1, 0, 0, 10 * milli));
    assertThat(second.device.statistics().read())
        .isEqualTo(new IoStatistics.Group(1, 0, 4096, 5 * milli));
    MpathHeadSnapshot.Path path = fixture.head.snapshot().paths().getFirst();
    assertThat(path.ios()).isOne();
    assertThat(path.bytes()).isZero();
    assertThat(path.errors()).isOne();
    assertThat(path.failovers()).isOne();
    fixture.assertBalanced();
  }

  @Test
  void statisticsCanBeTurnedOffAndOnWithIoUnderWay() {
    FakePath path = fixture.optimized();
    fixture.read();
    fixture.head.setIoStatistics(false);
    fixture.read();
    fixture.head.setIoStatistics(true);
    path.endAll(BlockStatus.OK);
    assertThat(fixture.head.statistics().read().ios()).isOne();
  }

  @Test
  void aSnapshotShowsTheHeadAndItsPaths() {
    fixture.optimized();
    FakePath slow = fixture.nonOptimized();
    FakePath paused = fixture.optimized();
    FakePath gone = fixture.optimized();
    fixture.set(paused, FakePath.Link.PAUSED);
    fixture.set(gone, FakePath.Link.GONE);
    fixture.head.setQueueIfNoPath(true);
    fixture.read();
    MpathHeadSnapshot snapshot = fixture.head.snapshot();
    assertThat(snapshot.name()).isEqualTo("sda");
    assertThat(snapshot.policy()).isEqualTo("numa");
    assertThat(snapshot.live()).isTrue();
    assertThat(snapshot.queueIfNoPath()).isTrue();
    assertThat(snapshot.capacityBytes()).isEqualTo(HeadFixture.CAPACITY);
    assertThat(snapshot.inFlight()).isOne();
    assertThat(snapshot.paths())
        .extracting(MpathHeadSnapshot.Path::name)
        .containsExactly("sda:0", "sda:1", "sda:2", "sda:3");
    assertThat(snapshot.paths())
        .extracting(MpathHeadSnapshot.Path::state)
        .containsExactly(
            MpathHeadSnapshot.PathState.USABLE,
            MpathHeadSnapshot.PathState.USABLE,
            MpathHeadSnapshot.PathState.WAITING,
            MpathHeadSnapshot.PathState.UNAVAILABLE);
    assertThat(snapshot.paths().get(1).accessState()).isEqualTo(slow.device.accessState());
    assertThat(snapshot.paths().getFirst().inFlight()).isOne();
  }

  @Test
  void aNewHeadKeepsAPolicyOfItsOwn() {
    HeadFixture other = new HeadFixture(IoPolicies.ROUND_ROBIN);
    fixture.head.setIoPolicy(IoPolicies.QUEUE_DEPTH);
    assertThat(fixture.head.ioPolicy().word()).isEqualTo("queue-depth");
    assertThat(other.head.ioPolicy().word()).isEqualTo("round-robin");
  }

  @Test
  void aPolicyFromElsewhereNeedsNoMoreThanItsOwnClass() {
    IoPolicy last =
        new IoPolicy() {
          @Override
          public String word() {
            return "last";
          }

          @Override
          public <P> @Nullable MpathDevice<P> select(PathTable<P> table, int node, long avoid) {
            MpathDevice<P> found = null;
            for (MpathDevice<P> path : table.paths()) {
              found = table.isUsable(path, avoid) ? path : found;
            }
            return found;
          }
        };
    fixture.optimized();
    FakePath second = fixture.optimized();
    fixture.head.setIoPolicy(last);
    assertThat(fixture.pathOfNextRead()).isSameAs(second);
    assertThat(fixture.head.snapshot().policy()).isEqualTo("last");
  }

  @Test
  void aPathThatEndsAnIoTwiceIsCaught() {
    FakePath path = fixture.optimized();
    fixture.read();
    Bio clone = path.held().getFirst();
    path.endOne(BlockStatus.OK);
    assertThatThrownBy(() -> clone.complete(BlockStatus.OK))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a path's disk completed an I/O that was not under way");
  }
}
