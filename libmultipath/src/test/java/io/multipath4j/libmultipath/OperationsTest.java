package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.BlockOperations;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.block.BlockUniqueId;
import io.multipath4j.block.DiskGeometry;
import io.multipath4j.block.Ioctl;
import io.multipath4j.block.PersistentReservations;
import io.multipath4j.block.PersistentReservations.Keys;
import io.multipath4j.block.PersistentReservations.Reservation;
import io.multipath4j.block.ZoneReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is no I/O goes to one path, once. */
class OperationsTest {

  private record Request(String description) implements Ioctl {}

  private static final Request REQUEST = new Request("a request");

  /** Answers each operation with what it was asked, or leaves an ioctl to the test. */
  private static final class Answering implements BlockOperations {

    final List<String> asked = new ArrayList<>();
    final CompletableFuture<Void> ioctl = new CompletableFuture<>();

    @Override
    public CompletableFuture<Void> ioctl(Ioctl request, boolean openForWrite) {
      asked.add(request.description() + " write=" + openForWrite);
      return ioctl;
    }

    @Override
    public CompletableFuture<DiskGeometry> geometry() {
      return CompletableFuture.completedFuture(new DiskGeometry(255, 63, 7, 0));
    }

    @Override
    public CompletableFuture<Optional<BlockUniqueId>> uniqueId(BlockUniqueId.Kind kind) {
      return CompletableFuture.completedFuture(Optional.of(new BlockUniqueId(kind, "0123")));
    }

    @Override
    public CompletableFuture<ZoneReport> reportZones(long offset, int maxZones) {
      asked.add("zones from " + offset + " at most " + maxZones);
      return CompletableFuture.completedFuture(new ZoneReport(List.of()));
    }

    @Override
    public Optional<PersistentReservations> reservations() {
      return Optional.of(new Reserving(asked));
    }
  }

  private record Reserving(List<String> asked) implements PersistentReservations {

    private <T> CompletableFuture<T> done(T answer, String asks) {
      asked.add(asks);
      return CompletableFuture.completedFuture(answer);
    }

    private CompletableFuture<Void> did(Object... arguments) {
      asked.add(List.of(arguments).toString());
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Void> register(
        long oldKey, long newKey, boolean ignoreExisting, boolean throughPowerLoss) {
      return did("register", oldKey, newKey, ignoreExisting, throughPowerLoss);
    }

    @Override
    public CompletableFuture<Void> reserve(long key, Type type) {
      return did("reserve", key, type.word());
    }

    @Override
    public CompletableFuture<Void> release(long key, Type type) {
      return did("release", key, type.word());
    }

    @Override
    public CompletableFuture<Void> preempt(long key, long victim, Type type, boolean abort) {
      return did("preempt", key, victim, type.word(), abort);
    }

    @Override
    public CompletableFuture<Void> clear(long key) {
      return did("clear", key);
    }

    @Override
    public CompletableFuture<Keys> readKeys() {
      return done(new Keys(1, List.of(2L)), "read keys");
    }

    @Override
    public CompletableFuture<Optional<Reservation>> readReservation() {
      return done(
          Optional.of(new Reservation(1, 2, PersistentReservations.Type.WRITE_EXCLUSIVE)),
          "read reservation");
    }
  }

  private final HeadFixture fixture = new HeadFixture(IoPolicies.ROUND_ROBIN);
  private final BlockOperations operations = fixture.head.operations();

  private FakePath path(BlockOperations does) {
    FakePath path = fixture.optimized();
    path.operations = does;
    return path;
  }

  private static PersistentReservations reservations(BlockOperations operations) {
    return operations.reservations().orElseThrow();
  }

  private static BlockOperationException failure(CompletableFuture<?> future) {
    assertThat(future).isDone();
    Throwable thrown = future.exceptionNow();
    assertThat(thrown).isInstanceOf(BlockOperationException.class);
    return (BlockOperationException) thrown;
  }

  static Stream<Arguments> all() {
    return Stream.of(
        operation("ioctl", "ENOTTY", o -> o.ioctl(REQUEST, true)),
        operation("geometry", "ENOTTY", BlockOperations::geometry),
        operation("unique id", "", o -> o.uniqueId(BlockUniqueId.Kind.NAA)),
        operation("report zones", "EOPNOTSUPP", o -> o.reportZones(0, 1)),
        operation("register", "EOPNOTSUPP", o -> reservations(o).register(0, 1, false, false)),
        operation(
            "reserve",
            "EOPNOTSUPP",
            o -> reservations(o).reserve(1, PersistentReservations.Type.WRITE_EXCLUSIVE)),
        operation(
            "release",
            "EOPNOTSUPP",
            o -> reservations(o).release(1, PersistentReservations.Type.WRITE_EXCLUSIVE)),
        operation(
            "preempt",
            "EOPNOTSUPP",
            o -> reservations(o).preempt(1, 2, PersistentReservations.Type.WRITE_EXCLUSIVE, true)),
        operation("clear", "EOPNOTSUPP", o -> reservations(o).clear(1)),
        operation("read keys", "EOPNOTSUPP", o -> reservations(o).readKeys()),
        operation("read reservation", "EOPNOTSUPP", o -> reservations(o).readReservation()));
  }

  private static Arguments operation(
      String name, String lacking, Function<BlockOperations, CompletableFuture<?>> operation) {
    return Arguments.argumentSet(name, lacking, operation);
  }

  @ParameterizedTest
  @MethodSource("all")
  void withoutAPathEachWouldBlock(
      String lacking, Function<BlockOperations, CompletableFuture<?>> operation) {
    assertThat(failure(operation.apply(operations)).errno()).as("no path at all").isEqualTo(11);
    fixture.set(path(new Answering()), FakePath.Link.PAUSED);
    assertThat(failure(operation.apply(operations)))
        .satisfies(e -> assertThat(e.status()).isEqualTo(BlockStatus.AGAIN))
        .hasMessageEndingWith(": sda has no usable path now");
    assertThat(fixture.head.synchronize()).isCompleted();
  }

  @ParameterizedTest
  @MethodSource("all")
  void whatThePathDoesNotDoFailsAsOnLinux(
      String lacking, Function<BlockOperations, CompletableFuture<?>> operation) {
    path(BlockOperations.NONE);
    CompletableFuture<?> future = operation.apply(operations);
    if (lacking.isEmpty()) {
      assertThat(future.join()).isEqualTo(Optional.empty());
    } else {
      assertThat(failure(future).errnoName()).isEqualTo(lacking);
    }
    assertThat(fixture.head.synchronize()).isCompleted();
  }

  @Test
  void answersComeFromThePathAsTheyAre() {
    Answering does = new Answering();
    path(does);
    assertThat(operations.geometry().join()).isEqualTo(new DiskGeometry(255, 63, 7, 0));
    assertThat(operations.uniqueId(BlockUniqueId.Kind.EUI64).join())
        .contains(new BlockUniqueId(BlockUniqueId.Kind.EUI64, "0123"));
    operations.reportZones(4096, 3).join();
    PersistentReservations pr = reservations(operations);
    pr.register(1, 2, true, false).join();
    pr.reserve(3, PersistentReservations.Type.EXCLUSIVE_ACCESS).join();
    pr.release(4, PersistentReservations.Type.WRITE_EXCLUSIVE).join();
    pr.preempt(5, 6, PersistentReservations.Type.WRITE_EXCLUSIVE_REG_ONLY, true).join();
    pr.clear(7).join();
    assertThat(pr.readKeys().join().keys()).containsExactly(2L);
    assertThat(pr.readReservation().join().orElseThrow().key()).isEqualTo(2);
    assertThat(does.asked)
        .containsExactly(
            "zones from 4096 at most 3",
            "[register, 1, 2, true, false]",
            "[reserve, 3, exclusive-access]",
            "[release, 4, write-exclusive]",
            "[preempt, 5, 6, write-exclusive-reg-only, true]",
            "[clear, 7]",
            "read keys",
            "read reservation");
  }

  @Test
  void aRequestGoesToOnePathAndIsNeverTriedAgain() {
    Answering second = new Answering();
    Answering first = new Answering();
    path(second); // chosen for the cache when it came live, so that the other one is next
    path(first);
    CompletableFuture<Void> answer = operations.ioctl(REQUEST, true);
    first.ioctl.completeExceptionally(
        BlockOperationException.of(BlockStatus.TRANSPORT, "the path broke"));
    fixture.loop.advanceMillis(10_000);
    assertThat(failure(answer).status()).isEqualTo(BlockStatus.TRANSPORT);
    assertThat(first.asked).containsExactly("a request write=true");
    assertThat(second.asked).isEmpty();
    assertThat(operations.ioctl(REQUEST, false)).as("the policy takes turns").isNotDone();
    assertThat(second.asked).containsExactly("a request write=false");
  }

  @Test
  void anAnswerOfAPathThatWasRemovedMeanwhileStillComesOnce() {
    Answering does = new Answering();
    FakePath path = path(does);
    List<String> ends = new ArrayList<>();
    CompletableFuture<Void> answer = operations.ioctl(REQUEST, true);
    answer.whenComplete((nothing, failure) -> ends.add("end")).isDone();
    fixture.head.deleteDevice(path.device);
    fixture.head.removeDisk();
    CompletionStage<Void> unused = fixture.head.synchronize();
    fixture.loop.run();
    assertThat(answer).isNotDone();
    assertThat(unused).as("who frees the path waits for the answer").isNotDone();
    does.ioctl.complete(null);
    does.ioctl.complete(null);
    assertThat(ends).containsExactly("end");
    assertThat(unused).isCompleted();
  }

  @Test
  void aCallerThatGivesUpDoesNotEndTheUseOfThePath() {
    Answering does = new Answering();
    path(does);
    CompletableFuture<Void> answer = operations.ioctl(REQUEST, true);
    answer.cancel(true);
    assertThat(fixture.head.synchronize()).isNotDone();
    does.ioctl.complete(null);
    assertThat(fixture.head.synchronize()).isCompleted();
  }

  @Test
  void aPathThatThrowsFailsTheRequestAlone() {
    path(
        new BlockOperations() {
          @Override
          public CompletableFuture<DiskGeometry> geometry() {
            throw new IllegalStateException("path's bug");
          }
        });
    assertThatThrownBy(() -> operations.geometry().join())
        .isInstanceOf(CompletionException.class)
        .hasMessageContaining("get geometry: path sda:0 failed")
        .hasMessageContaining("path's bug");
    assertThat(fixture.head.synchronize()).isCompleted();
  }

  @Test
  void aRestingPathIsAskedWhenThereIsNoOther() {
    Answering does = new Answering();
    FakePath path = path(does);
    for (int i = 0; i < MpathHeadOptions.DEFAULTS.failuresBeforeRest(); i++) {
      fixture.read();
    }
    path.endAll(BlockStatus.TRANSPORT);
    assertThat(fixture.head.snapshot().paths().getFirst().state())
        .isEqualTo(MpathHeadSnapshot.PathState.RESTING);
    assertThat(operations.geometry()).isCompleted();
  }

  @Test
  void aDriversOwnReservationsReplaceThoseThroughOnePath() {
    List<String> own = new ArrayList<>();
    fixture.driver.reservations = Optional.of(new Reserving(own));
    Answering does = new Answering();
    path(does);
    reservations(operations).clear(9).join();
    assertThat(own).containsExactly("[clear, 9]");
    assertThat(does.asked).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("all")
  void afterTheDiskWasRemovedThereIsNoSuchDevice(
      String lacking, Function<BlockOperations, CompletableFuture<?>> operation) {
    path(new Answering());
    fixture.head.removeDisk();
    assertThat(failure(operation.apply(operations)).errnoName()).isEqualTo("ENXIO");
    assertThat(fixture.head.synchronize()).isCompleted();
  }
}
