package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.scsi.DeviceState;
import io.multipath4j.scsi.codec.AccessState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever happens to paths: every I/O ends once, with the right data, and nothing is left over.
 */
class RandomPathEventsTest {

  private static final int PATHS = 3;
  private static final int WRITERS = 12;
  private static final int EVENTS = 60;

  private final FakeLogicalUnit unit = new FakeLogicalUnit();
  private final FakeLogicalUnit impostor = unit.twin();
  private final List<Rig.Path> paths = new ArrayList<>();
  private Rig rig;
  private SplittableRandom random;
  private BlockDevice disk;
  private boolean stopping;

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 100);
  }

  /** Writes its own block, reads it back, compares, and starts again. */
  private final class Writer {
    final long offset;
    final ByteBuffer data = ByteBuffer.allocateDirect(512);
    final Bio bio = new Bio();
    boolean busy;
    boolean writing;
    long value;
    int rounds;

    Writer(int number) {
      offset = number * 512L;
    }

    void write() {
      busy = true;
      writing = true;
      value = random.nextLong();
      data.putLong(0, value).putLong(504, ~value);
      disk.submit(bio.asWrite(offset, 512, data, 0, 0, this::completed));
    }

    void completed(Bio ended) {
      assertThat(busy).as("completed once").isTrue();
      busy = false;
      assertThat(ended.status()).as("%s", ended).isEqualTo(BlockStatus.OK);
      if (writing) {
        busy = true;
        writing = false;
        data.putLong(0, 0).putLong(504, 0);
        disk.submit(bio.asRead(offset, 512, data, 0, this::completed));
        return;
      }
      assertThat(data.getLong(0)).isEqualTo(value);
      assertThat(data.getLong(504)).isEqualTo(~value);
      rounds++;
      if (!stopping) {
        rig.loop.schedule(random.nextLong(500_000), this::write);
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyIoEndsOnceWithTheRightData(long seed) {
    random = new SplittableRandom(seed);
    rig = new Rig(Rig.ALWAYS, seed);
    impostor.serial = "SN2";
    for (int i = 0; i < PATHS; i++) {
      Rig.Path path = rig.path("portal" + i, unit);
      path.transport().latency = () -> 20_000 + random.nextLong(2_000_000);
      paths.add(path);
      rig.add(path);
    }
    disk = rig.disk(0);
    rig.multipath.setQueueIfNoPath(0, true);
    List<Writer> writers = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      writers.add(new Writer(i));
      writers.getLast().write();
    }
    for (int i = 0; i < EVENTS; i++) {
      event(paths.get(random.nextInt(PATHS)));
      rig.network.runFor(random.nextLong(200_000_000));
    }
    heal();
    stopping = true;
    boolean quiet = rig.runUntil(() -> writers.stream().noneMatch(writer -> writer.busy));
    assertThat(quiet).as("every I/O ends").isTrue();
    rig.runMillis(10_000);
    assertThat(writers).allMatch(writer -> !writer.busy && writer.rounds > 0);
    assertThat(impostor.readsServed + impostor.writesServed).as("I/O on the wrong unit").isZero();
    assertNothingIsLeft();
  }

  private void event(Rig.Path path) {
    FakeTransport transport = path.transport();
    switch (random.nextInt(10)) {
      case 0, 1 -> transport.cut("event");
      case 2, 3, 4 -> {
        transport.swap(unit);
        transport.restore();
      }
      case 5 -> transport.blackHole();
      case 6 -> {
        transport.cut("swap");
        transport.swap(impostor);
        transport.restore();
      }
      case 7 -> {
        if (path.device().state() == DeviceState.OFFLINE) {
          path.device().setState(DeviceState.RUNNING);
        } else {
          transport.nextSense.add(new int[] {6, 0x3F, 0x03});
        }
      }
      case 8 ->
          rig.multipath
              .path(path.device())
              .ifPresent(p -> p.setAccessState(AccessState.of(random.nextInt(4))));
      default -> {
        rig.multipath.setPolicy(0, IoPolicies.ALL.get(random.nextInt(3)));
        boolean another = rig.head(0).paths().size() > 1;
        if (another
            && rig.multipath.removePath(path.device())
            && path.device().state() == DeviceState.RUNNING) {
          assertThat(rig.multipath.addDevice(path.device())).isCompleted();
        }
      }
    }
  }

  private void heal() {
    for (Rig.Path path : paths) {
      path.transport().swap(unit);
      path.transport().cut("heal");
      path.transport().restore();
    }
    rig.runMillis(100);
    for (Rig.Path path : paths) {
      if (path.device().state() == DeviceState.OFFLINE) {
        path.device().setState(DeviceState.RUNNING);
      }
      rig.multipath
          .path(path.device())
          .ifPresent(p -> p.setAccessState(AccessState.ACTIVE_OPTIMIZED));
    }
  }

  private void assertNothingIsLeft() {
    HeadSnapshot head = rig.head(0);
    assertThat(head.parked()).isZero();
    assertThat(head.safetyTimerFirings()).as("lost wake-ups").isZero();
    assertThat(head.paths()).extracting(PathSnapshot::inFlight).containsOnly(0L);
    assertThat(head.paths()).extracting(PathSnapshot::deviceState).containsOnly("running");
    for (Rig.Path path : paths) {
      assertThat(path.transport().outstanding()).isZero();
      assertThat(path.host().outstanding()).isZero();
      assertThat(path.device().counters().inFlight().value()).isZero();
      rig.multipath
          .path(path.device())
          .ifPresent(p -> assertThat(p.mpath().active().get()).as("queue depth").isZero());
    }
  }
}
