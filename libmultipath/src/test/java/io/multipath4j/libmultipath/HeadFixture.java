package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.BlockStatus;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A head on a manual loop, its paths, and the I/O that a test gave it. */
final class HeadFixture {

  static final long CAPACITY = 1L << 40;
  static final BlockLimits LIMITS =
      new BlockLimits(512, 4096, 4096, 0, 1 << 20, 1L << 30, 1L << 30, 1 << 20, true, true, false);

  final ManualLoop loop = new ManualLoop();
  final FakePath.Driver driver;
  final MpathHead<FakePath> head;
  final List<FakePath> paths = new ArrayList<>();
  final ByteBuffer memory = ByteBuffer.allocateDirect(8 << 20);

  /** How each bio ended, in the order of their ends; a bio that is not here has not ended. */
  final Map<Bio, BlockStatus> ended = new LinkedHashMap<>();

  HeadFixture(IoPolicy policy) {
    this(policy, NumaTopology.SINGLE_NODE, MpathHeadOptions.DEFAULTS);
  }

  HeadFixture(IoPolicy policy, Optional<HeadPublisher<FakePath>> publisher) {
    this(
        policy,
        NumaTopology.SINGLE_NODE,
        MpathHeadOptions.DEFAULTS,
        new FakePath.Driver(publisher));
  }

  HeadFixture(IoPolicy policy, NumaTopology numa, MpathHeadOptions options) {
    this(policy, numa, options, new FakePath.Driver());
  }

  private HeadFixture(
      IoPolicy policy, NumaTopology numa, MpathHeadOptions options, FakePath.Driver driver) {
    this.driver = driver;
    this.head =
        new MpathHead<>(
            loop, driver, new MpathHeadConfig("sda", CAPACITY, LIMITS, policy, numa, options));
  }

  FakePath optimized() {
    return path(MpathAccessState.OPTIMIZED);
  }

  FakePath nonOptimized() {
    return path(MpathAccessState.NONOPTIMIZED);
  }

  FakePath path(MpathAccessState access) {
    return path(access, NumaTopology.NO_NODE);
  }

  /** Adds a path and sets it live. */
  FakePath path(MpathAccessState access, int numaNode) {
    return path(access, numaNode, new ActiveCounter());
  }

  FakePath path(MpathAccessState access, int numaNode, ActiveCounter active) {
    FakePath path = new FakePath("sda:" + paths.size(), numaNode, active, access);
    paths.add(path);
    head.addDevice(path.device);
    head.setLive(path.device);
    return path;
  }

  Bio read() {
    return submit(new Bio().asRead(0, 4096, memory, 0, this::noteEnd));
  }

  Bio read(long offset) {
    return submit(new Bio().asRead(offset, 4096, memory, 0, this::noteEnd));
  }

  Bio submit(Bio bio) {
    head.submit(bio);
    return bio;
  }

  void noteEnd(Bio bio) {
    assertThat(ended.put(bio, bio.status())).as("completed twice: %s", bio).isNull();
  }

  /** Submits one read and tells which path got it, which ends it well. */
  FakePath pathOfNextRead() {
    read();
    for (FakePath path : paths) {
      if (!path.held().isEmpty()) {
        path.endOne(BlockStatus.OK);
        return path;
      }
    }
    throw new AssertionError("no path got the read");
  }

  /** Submits so many reads and tells which paths got them, each ending before the next. */
  List<FakePath> pathsOfReads(int count) {
    List<FakePath> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      taken.add(pathOfNextRead());
    }
    return taken;
  }

  void set(FakePath path, FakePath.Link link) {
    path.link = link;
    head.pathStateChanged(path.device);
  }

  void assertBalanced() {
    MpathHeadSnapshot snapshot = head.snapshot();
    assertThat(snapshot.inFlight()).as("bios in flight").isZero();
    assertThat(snapshot.parked()).as("parked bios").isZero();
    assertThat(snapshot.safetyTimerFirings()).as("safety timer firings").isZero();
    for (FakePath path : paths) {
      assertThat(path.device.inFlight()).as("in flight on %s", path.name()).isZero();
      assertThat(path.device.active().get()).as("active on %s", path.name()).isZero();
    }
  }
}
