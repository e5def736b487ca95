package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.simulated.SimulatedNetwork;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A load of many seconds on a simulated loop, with paths that go silent and come back. */
class VirtualTimeTest {

  private static final long SERVICE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
  private static final long DETECTION_NANOS = TimeUnit.MILLISECONDS.toNanos(800);
  private static final int DEPTH = 16;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void noIoIsLostOrFailsAndNoneWaitsForTheSafetyTimer(long seed) {
    SimulatedNetwork network = new SimulatedNetwork(seed);
    Load load = new Load(network.newLoop("host"), seed);
    load.loop.execute(load::start);
    network.runFor(TimeUnit.SECONDS.toNanos(20));
    load.loop.execute(load::stop);
    network.runFor(TimeUnit.SECONDS.toNanos(20));

    MpathHeadSnapshot snapshot = load.head.snapshot();
    System.out.printf(
        "seed %d: %d I/Os, %d failovers, %d parked, longest %d ms%n",
        seed,
        load.ended,
        snapshot.failovers(),
        snapshot.requeueNoUsablePath(),
        TimeUnit.NANOSECONDS.toMillis(load.longestNanos));
    assertThat(load.ended).as("seed %d", seed).isEqualTo(load.submitted);
    assertThat(load.failed).as("seed %d", seed).isZero();
    assertThat(snapshot.inFlight()).isZero();
    assertThat(snapshot.parked()).isZero();
    assertThat(snapshot.failovers()).isPositive();
    assertThat(snapshot.requeueNoUsablePath()).isPositive();
    assertThat(snapshot.safetyTimerFirings()).isZero();
    for (MpathDevice<Path> device : load.head.devices()) {
      assertThat(device.inFlight()).isZero();
      assertThat(device.active().get()).isZero();
    }
  }

  /** A path that is up, or silent and not yet known to be, or known to be down. */
  private static final class Path implements BlockDevice {

    private final String name;
    private final Load load;
    private final MpathDevice<Path> device;
    private final List<Bio> silent = new ArrayList<>();
    private boolean answers = true;
    private boolean up = true;

    private Path(String name, Load load) {
      this.name = name;
      this.load = load;
      this.device =
          new MpathDevice<>(
              this, this, NumaTopology.NO_NODE, new ActiveCounter(), MpathAccessState.OPTIMIZED);
    }

    private void goSilent(long downNanos) {
      if (!answers) {
        return;
      }
      answers = false;
      load.loop.schedule(DETECTION_NANOS, this::detected);
      load.loop.schedule(DETECTION_NANOS + downNanos, this::back);
    }

    private void detected() {
      up = false;
      load.head.pathStateChanged(device);
      List<Bio> lost = List.copyOf(silent);
      silent.clear();
      lost.forEach(bio -> bio.complete(BlockStatus.TRANSPORT));
    }

    private void back() {
      answers = true;
      up = true;
      load.head.pathStateChanged(device);
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long capacityBytes() {
      return HeadFixture.CAPACITY;
    }

    @Override
    public BlockLimits limits() {
      return HeadFixture.LIMITS;
    }

    @Override
    public void submit(Bio bio) {
      if (!up) {
        bio.complete(BlockStatus.OFFLINE);
      } else if (answers) {
        load.loop.schedule(SERVICE_NANOS, () -> answer(bio));
      } else {
        silent.add(bio);
      }
    }

    private void answer(Bio bio) {
      if (answers) {
        bio.complete(BlockStatus.OK);
      } else if (up) {
        silent.add(bio);
      } else {
        bio.complete(BlockStatus.TRANSPORT);
      }
    }
  }

  private static final class Load implements MpathHeadTemplate<Path> {

    private final EventLoop loop;
    private final SplittableRandom random;
    private final MpathHead<Path> head;
    private final List<Path> paths = new ArrayList<>();
    private final ByteBuffer memory = ByteBuffer.allocateDirect(4096);
    private boolean stopped;
    private int submitted;
    private int ended;
    private int failed;
    private long longestNanos;

    private Load(EventLoop loop, long seed) {
      this.loop = loop;
      this.random = new SplittableRandom(seed);
      IoPolicy policy = IoPolicies.ALL.get((int) (seed % IoPolicies.ALL.size()));
      this.head =
          new MpathHead<>(
              loop,
              this,
              new MpathHeadConfig("sda", HeadFixture.CAPACITY, HeadFixture.LIMITS, policy));
    }

    private void start() {
      for (int i = 0; i < 2; i++) {
        Path path = new Path("sda:" + i, this);
        paths.add(path);
        head.addDevice(path.device);
        head.setLive(path.device);
      }
      for (int i = 0; i < DEPTH; i++) {
        submit(new Bio());
      }
      trouble();
    }

    private void stop() {
      stopped = true;
    }

    private void trouble() {
      if (!stopped) {
        Path path = paths.get(random.nextInt(paths.size()));
        path.goSilent(TimeUnit.MILLISECONDS.toNanos(random.nextInt(3000)));
        loop.schedule(TimeUnit.MILLISECONDS.toNanos(random.nextInt(2500)), this::trouble);
      }
    }

    private void submit(Bio bio) {
      submitted++;
      long start = loop.clock().nanoTime();
      long offset = 4096L * random.nextInt(1000);
      head.submit(bio.asRead(offset, 4096, memory, 0, done -> ended(done, start)));
    }

    private void ended(Bio bio, long startNanos) {
      ended++;
      failed += bio.status() == BlockStatus.OK ? 0 : 1;
      longestNanos = Math.max(longestNanos, loop.clock().nanoTime() - startNanos);
      if (!stopped) {
        submit(bio);
      }
    }

    @Override
    public boolean isDisabled(Path path) {
      return !path.up;
    }

    @Override
    public boolean isOptimized(Path path) {
      return path.up;
    }

    @Override
    public boolean availablePath(Path path) {
      return true;
    }

    @Override
    public void removeHead(MpathHead<Path> gone) {
      throw new AssertionError("nothing asks for removal");
    }
  }
}
