package io.multipath4j.scsi.multipath.reservation;

import static io.multipath4j.block.PersistentReservations.Type.EXCLUSIVE_ACCESS;
import static io.multipath4j.block.PersistentReservations.Type.EXCLUSIVE_ACCESS_REG_ONLY;
import static io.multipath4j.block.PersistentReservations.Type.WRITE_EXCLUSIVE_REG_ONLY;
import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.block.PersistentReservations;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.simulated.SimulatedNetwork;
import io.multipath4j.scsi.codec.ReservationType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One host, several paths, an array that does what SPC-5 says, and another host. */
class HeadReservationsTest {

  private static final long KEY = 0xA1;
  private static final long OTHER_KEY = 0xA2;
  private static final String WWID = "naa.6001";

  private final SimulatedNetwork network = new SimulatedNetwork(1);
  private final EventLoop loop = network.newLoop("initiator");
  private final FakeArray array = new FakeArray();
  private final List<String> log = new ArrayList<>();
  private final List<String> news = new ArrayList<>();
  private final KeyStore store = KeyStore.inMemory();
  private final List<FakePath> paths = new ArrayList<>();
  private final List<String> wrote = new ArrayList<>();
  private int suspensions;
  private int holds;
  private HeadReservations head = newHead();

  private HeadReservations newHead() {
    return new HeadReservations("sda", WWID, loop, this::suspend, store, news::add);
  }

  private CompletableFuture<Runnable> suspend() {
    suspensions++;
    holds++;
    return CompletableFuture.completedFuture(() -> holds--);
  }

  private FakePath path(String name) {
    FakePath path = new FakePath(name, loop, array, log);
    paths.add(path);
    admit(path);
    return path;
  }

  private void admit(FakePath path) {
    await(head.admit(path));
    path.inUse = true;
  }

  private void comesBack(FakePath path) {
    path.mood = FakePath.Mood.GOOD;
    admit(path);
  }

  private void goesDown(FakePath path) {
    path.down();
    head.pathDown(path);
  }

  private <T> T await(CompletableFuture<T> future) {
    assertThat(network.runUntil(future::isDone, 60_000_000_000L)).isTrue();
    return future.join();
  }

  private BlockOperationException failure(CompletableFuture<?> future) {
    try {
      await(future);
    } catch (CompletionException e) {
      assertThat(holds).as("I/O goes on").isZero();
      return (BlockOperationException) e.getCause();
    }
    throw new AssertionError("it did not fail");
  }

  private void register() {
    await(head.register(0, KEY, false, false));
  }

  private void reserve(PersistentReservations.Type type) {
    await(head.reserve(KEY, type));
  }

  private void settle() {
    network.runFor(5_000_000_000L);
    assertThat(holds).as("I/O goes on").isZero();
  }

  /** Requirement 1: whoever may carry I/O may also write. */
  private void assertEveryUsablePathWrites() {
    assertThat(paths)
        .filteredOn(path -> path.inUse && !path.barred)
        .isNotEmpty()
        .allMatch(path -> array.admits(path.name));
  }

  // ---- on all paths -----------------------------------------------------------------------------

  @Test
  void withoutARegistrationNoCommandIsSent() {
    path("a");
    path("b");
    assertThat(log).isEmpty();
  }

  @Test
  void everyPathIsRegistered() {
    path("a");
    path("b");
    path("c");
    register();
    assertThat(array.keys).containsOnlyKeys("a", "b", "c").containsValue(KEY);
    reserve(WRITE_EXCLUSIVE_REG_ONLY);
    assertEveryUsablePathWrites();
    assertThat(store.get(WWID)).contains(new KeyRecord(KEY, false, KeyRecord.State.REGISTERED));
  }

  @Test
  void whenOnePathRefusesNoneIsRegistered() {
    path("a");
    path("b");
    path("c").mood = FakePath.Mood.REFUSES;
    assertThat(failure(head.register(0, KEY, false, false)))
        .hasMessage(
            "sda: not registered: registered on 2 of 3 paths, but not on c: insufficient"
                + " registration resources; rolled back");
    assertThat(array.keys).isEmpty();
    assertThat(store.get(WWID)).isEmpty();
    assertThat(head.snapshot().state()).isEqualTo("out");
  }

  @Test
  void whenOnePathRefusesANewKeyTheOldOneStaysOnAll() {
    path("a");
    path("b");
    FakePath c = path("c");
    register();
    c.mood = FakePath.Mood.REFUSES;
    assertThat(failure(head.register(KEY, OTHER_KEY, false, false)).status())
        .isEqualTo(BlockStatus.IOERR);
    assertThat(array.keys).containsOnlyKeys("a", "b", "c");
    assertThat(array.keys.values()).containsOnly(KEY);
    assertThat(store.get(WWID).orElseThrow().key()).isEqualTo(KEY);
  }

  @ParameterizedTest
  @EnumSource(names = {"LOSES_ANSWER", "LOSES_COMMAND"})
  void aPathThatFallsAwayAmidTheRegistrationIsRegisteredWhenItReturns(FakePath.Mood mood) {
    path("a");
    FakePath b = path("b");
    path("c");
    b.mood = mood;
    register();
    assertThat(b.inUse).isFalse();
    reserve(WRITE_EXCLUSIVE_REG_ONLY);
    assertEveryUsablePathWrites();
    comesBack(b);
    assertThat(array.keys).containsOnlyKeys("a", "b", "c");
    assertEveryUsablePathWrites();
  }

  @Test
  void aWrongOldKeyChangesNothing() {
    path("a");
    path("b");
    register();
    BlockOperationException failure = failure(head.register(OTHER_KEY, 7, false, false));
    assertThat(failure.status()).isEqualTo(BlockStatus.RESV_CONFLICT);
    assertThat(array.keys.values()).containsOnly(KEY).hasSize(2);
    assertThat(head.snapshot().state()).isEqualTo("registered");
  }

  @Test
  void aKeyIsChangedOnEveryPathAndOnThoseThatReturn() {
    path("a");
    FakePath b = path("b");
    FakePath c = path("c");
    register();
    goesDown(c);
    await(head.register(KEY, OTHER_KEY, false, false));
    assertThat(array.keys).containsEntry("a", OTHER_KEY).containsEntry("b", OTHER_KEY);
    comesBack(c);
    assertThat(array.keys.values()).containsOnly(OTHER_KEY).hasSize(3);
    assertThat(b.inUse).isTrue();
  }

  @Test
  void unregisteringRemovesTheKeyFromEveryPathAndFromThoseThatReturn() {
    path("a");
    path("b");
    FakePath c = path("c");
    register();
    reserve(WRITE_EXCLUSIVE_REG_ONLY);
    goesDown(c);
    await(head.register(KEY, 0, false, false));
    assertThat(suspensions).as("no path is kept out by its own host's reservation").isPositive();
    assertThat(array.keys).containsOnlyKeys("c");
    assertThat(array.type).isNull();
    comesBack(c);
    assertThat(array.keys).isEmpty();
    assertThat(store.get(WWID)).isEmpty();
    assertThat(head.snapshot().state()).isEqualTo("out");
  }

  // ---- paths that come late ---------------------------------------------------------------------

  @Test
  void aPathThatWasDownIsRegisteredBeforeItCarriesIo() {
    path("a");
    FakePath b = path("b");
    goesDown(b);
    register();
    reserve(WRITE_EXCLUSIVE_REG_ONLY);
    comesBack(b);
    assertThat(array.admits("b")).isTrue();
  }

  @Test
  void aNewPathIsRegisteredBeforeItCarriesIo() {
    path("a");
    register();
    reserve(WRITE_EXCLUSIVE_REG_ONLY);
    path("b");
    assertThat(array.admits("b")).isTrue();
  }

  @Test
  void aPathThatReturnsStillRegisteredIsOnlyAsked() {
    path("a");
    FakePath b = path("b");
    register();
    goesDown(b);
    log.clear();
    comesBack(b);
    assertThat(log).containsExactly("b register a1 a1");
  }

  @Test
  void aLatePathIsRegisteredAlsoWhenAllOthersAreDown() {
    FakePath a = path("a");
    register();
    goesDown(a);
    path("b");
    assertThat(array.keys).containsOnlyKeys("a", "b");
  }

  // ---- preempted --------------------------------------------------------------------------------

  @Test
  void aPreemptedHostStaysOutUntilItIsRegisteredAnew() {
    path("a");
    FakePath b = path("b");
    register();
    goesDown(b);
    array.preemptAsForeigner(KEY);
    comesBack(b);
    path("c");
    assertThat(array.keys).containsOnlyKeys("foreign");
    assertThat(head.snapshot().state()).isEqualTo("preempted");
    assertThat(store.get(WWID).orElseThrow().state()).isEqualTo(KeyRecord.State.PREEMPTED);
    assertThat(news).singleElement().asString().startsWith("sda: preempted: another host");
    assertThat(failure(head.reserve(KEY, WRITE_EXCLUSIVE_REG_ONLY)))
        .hasMessage("sda: not reserved: another host preempted this one; register anew");
    register();
    assertThat(array.keys).containsOnlyKeys("foreign", "a", "b", "c");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
  void aPreemptionAtAnyMomentOfALateRegistrationIsNotUndone(int millis) {
    FakePath a = path("a");
    register();
    goesDown(a); // nobody is left to vouch: keys are counted
    FakePath b = new FakePath("b", loop, array, log);
    paths.add(b);
    CompletableFuture<Void> admitted = head.admit(b);
    loop.schedule(millis * 1_000_000L + 500_000, () -> array.preemptAsForeigner(KEY));
    await(admitted);
    network.runFor(20_000_000);
    head.look();
    settle();
    assertThat(array.keys).containsOnlyKeys("foreign");
    assertThat(head.snapshot().state()).isEqualTo("preempted");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
  void aPreemptionAtAnyMomentOfARegistrationIsNotUndone(int millis) {
    path("a");
    path("b");
    path("c");
    CompletableFuture<Void> registered = head.register(0, KEY, false, false);
    loop.schedule(millis * 1_000_000L + 500_000, () -> array.preemptAsForeigner(KEY));
    network.runUntil(registered::isDone, 60_000_000_000L);
    settle();
    head.look();
    settle();
    if (millis == 0) {
      assertThat(array.keys).as("there was no key yet to preempt").hasSize(4);
    } else {
      assertThat(array.keys).containsOnlyKeys("foreign");
      assertThat(head.snapshot().state()).isEqualTo("preempted");
    }
  }

  /** What a path with the key could write now, after the preemption. */
  private void preemptAndWatch(int millis) {
    loop.schedule(
        millis * 1_000_000L + 500_000,
        () -> {
          array.preemptAsForeigner(KEY);
          for (int i = 0; i < 400; i++) {
            loop.schedule(i * 100_000L, this::assertThatAPreemptedHostCannotWrite);
          }
        });
  }

  private void assertThatAPreemptedHostCannotWrite() {
    for (FakePath path : paths) {
      if (array.keys.containsKey(path.name) && path.inUse && !path.barred && holds == 0) {
        wrote.add(path.name);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
  void noPathWritesWhileItsNewRegistrationIsNotProved(int millis) {
    path("a");
    path("b");
    register();
    array.keys.remove("b"); // the device lost it
    head.look();
    preemptAndWatch(millis);
    settle();
    assertThat(array.keys).containsOnlyKeys("foreign");
    assertThat(wrote).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9})
  void noPathWritesAfterAPreemptionAmidTheRegistration(int millis) {
    path("a");
    path("b");
    path("c");
    var _ = head.register(0, KEY, false, false);
    preemptAndWatch(millis);
    settle();
    head.look();
    settle();
    assertThat(array.keys).containsOnlyKeys("foreign");
    assertThat(wrote).isEmpty();
    assertThat(paths).as("they carry I/O that the reservation allows").noneMatch(p -> p.barred);
  }

  @Test
  void aFormerKeyThatThisHostRemovesItselfIsNoPreemptionOfIt() {
    path("a");
    FakePath b = path("b");
    register();
    goesDown(b);
    await(head.register(KEY, OTHER_KEY, false, false));
    await(head.preempt(OTHER_KEY, KEY, WRITE_EXCLUSIVE_REG_ONLY, false));
    assertThat(array.keys).containsOnlyKeys("a");
    comesBack(b);
    assertThat(head.snapshot().state()).isEqualTo("registered");
    assertThat(array.keys).containsOnlyKeys("a", "b");
  }

  @Test
  void aRegistrationWithoutAnAnswerIsRemovedWhenThePathReturnsToAPreemptedHost() {
    FakePath a = path("a");
    register();
    FakePath b = new FakePath("b", loop, array, log);
    goesDown(a);
    paths.add(b);
    CompletableFuture<Void> admitted = head.admit(b);
    loop.schedule(2_500_000, () -> array.preemptAsForeigner(KEY)); // after the keys were read
    loop.schedule(1_700_000, () -> b.mood = FakePath.Mood.LOSES_ANSWER);
    network.runUntil(admitted::isDone, 60_000_000_000L);
    comesBack(a);
    settle();
    comesBack(b);
    settle();
    assertThat(array.keys).containsOnlyKeys("foreign");
    assertThat(head.snapshot().state()).isEqualTo("preempted");
  }

  @Test
  void aWordOfTheDeviceIsFollowedByOneLook() {
    path("a");
    path("b");
    register();
    log.clear();
    for (int i = 0; i < 10; i++) {
      head.look();
    }
    settle();
    assertThat(log).containsExactly("a read keys", "a read reservation");
    array.preemptAsForeigner(KEY);
    head.look();
    settle();
    assertThat(head.snapshot().state()).isEqualTo("preempted");
  }

  // ---- the holder -------------------------------------------------------------------------------

  @Test
  void aReservationWhoseHolderIsDownIsReleasedThroughAnotherPath() {
    FakePath a = path("a");
    path("b");
    path("c");
    register();
    reserve(WRITE_EXCLUSIVE_REG_ONLY);
    assertThat(array.holder).isEqualTo("a");
    goesDown(a);
    await(head.release(KEY, WRITE_EXCLUSIVE_REG_ONLY));
    assertThat(array.type).isNull();
    assertThat(array.keys).as("registered again").containsKeys("b", "c");
    assertThat(suspensions).isPositive();
    comesBack(a);
    assertThat(array.keys).containsOnlyKeys("a", "b", "c");
    settle();
  }

  @Test
  void theTypeIsChangedByPreemptingOneself() {
    path("a");
    path("b");
    path("c");
    register();
    reserve(WRITE_EXCLUSIVE_REG_ONLY);
    await(head.preempt(KEY, KEY, EXCLUSIVE_ACCESS_REG_ONLY, false));
    assertThat(array.type).isEqualTo(ReservationType.EXCLUSIVE_ACCESS_REGISTRANTS_ONLY);
    assertThat(array.keys).containsOnlyKeys("a", "b", "c");
    assertThat(suspensions).isPositive();
    assertEveryUsablePathWrites();
    settle();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8})
  void aRealPreemptionAmidAChangeOfTypeIsNotUndone(int millis) {
    path("a");
    path("b");
    path("c");
    register();
    reserve(WRITE_EXCLUSIVE_REG_ONLY);
    CompletableFuture<Void> changed = head.preempt(KEY, KEY, EXCLUSIVE_ACCESS_REG_ONLY, false);
    loop.schedule(millis * 1_000_000L + 500_000, () -> array.preemptAsForeigner(KEY));
    network.runUntil(changed::isDone, 60_000_000_000L);
    settle();
    head.look();
    settle();
    assertThat(array.keys).containsOnlyKeys("foreign");
    assertThat(head.snapshot().state()).isEqualTo("preempted");
  }

  @Test
  void preemptingOneselfWithoutAReservationIsRefused() {
    path("a");
    path("b");
    register();
    assertThat(failure(head.preempt(KEY, KEY, WRITE_EXCLUSIVE_REG_ONLY, false)))
        .hasMessageContaining("this host does not hold the reservation alone");
    assertThat(array.keys).hasSize(2);
  }

  @Test
  void withAnExclusiveTypeOnePathCarriesAllIoAndAnotherTakesOverWhenItFalls() {
    FakePath a = path("a");
    FakePath b = path("b");
    register();
    reserve(EXCLUSIVE_ACCESS);
    assertThat(a.barred).isFalse();
    assertThat(b.barred).isTrue();
    assertEveryUsablePathWrites();
    goesDown(a);
    settle();
    assertThat(b.barred).isFalse();
    assertThat(array.holder).isEqualTo("b");
    comesBack(a);
    assertThat(a.barred).isTrue();
    assertThat(array.keys).containsOnlyKeys("a", "b");
    await(head.release(KEY, EXCLUSIVE_ACCESS));
    assertThat(a.barred).isFalse();
    assertThat(array.type).isNull();
  }

  @Test
  void preemptingAnotherHostTakesItsReservationOver() {
    path("a");
    path("b");
    register();
    array.keys.put("foreign", 0xFFL);
    array.type = ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY;
    array.holder = "foreign";
    await(head.preempt(KEY, 0xFF, WRITE_EXCLUSIVE_REG_ONLY, true));
    assertThat(array.keys).containsOnlyKeys("a", "b");
    assertThat(array.holder).isEqualTo("a");
    assertThat(head.snapshot().holder()).isEqualTo("a");
  }

  @Test
  void clearingRemovesEverything() {
    path("a");
    path("b");
    register();
    reserve(WRITE_EXCLUSIVE_REG_ONLY);
    await(head.clear(KEY));
    assertThat(array.keys).isEmpty();
    assertThat(store.get(WWID)).isEmpty();
    path("c");
    assertThat(array.keys).isEmpty();
  }

  // ---- restart ----------------------------------------------------------------------------------

  private void restart(String... names) {
    paths.clear();
    head = newHead();
    for (String name : names) {
      path(name);
    }
  }

  @Test
  void afterARestartPathsAreRegisteredWithTheKeptKey() {
    path("a");
    path("b");
    register();
    reserve(WRITE_EXCLUSIVE_REG_ONLY);
    restart("a2", "b2"); // other sessions, so other nexuses
    assertThat(array.keys).containsKeys("a2", "b2");
    assertEveryUsablePathWrites();
    await(head.release(KEY, WRITE_EXCLUSIVE_REG_ONLY));
    assertThat(array.type).as("held by a nexus of the run before").isNull();
  }

  @Test
  void afterARestartAnExclusiveReservationMovesToAPathThatIsThere() {
    path("a");
    register();
    reserve(EXCLUSIVE_ACCESS);
    restart("a2", "b2");
    settle();
    assertThat(paths).filteredOn(path -> !path.barred).hasSize(1);
    assertEveryUsablePathWrites();
  }

  @Test
  void afterARestartAHostWhoseKeyIsGoneStaysOut() {
    path("a");
    register();
    array.preemptAsForeigner(KEY);
    restart("a");
    assertThat(array.keys).containsOnlyKeys("foreign");
    assertThat(head.snapshot().state()).isEqualTo("preempted");
    restart("a", "b");
    assertThat(array.keys).containsOnlyKeys("foreign");
    assertThat(head.snapshot().state()).isEqualTo("preempted");
  }

  @Test
  void aRegistrationThatHadOnlyBegunIsForgottenIfNothingOfItIsThere() {
    await(store.put(WWID, new KeyRecord(KEY, false, KeyRecord.State.REGISTERING)));
    restart("a");
    assertThat(array.keys).isEmpty();
    assertThat(head.snapshot().state()).isEqualTo("out");
    assertThat(store.get(WWID)).isEmpty();
  }

  /**
   * The host dies amid a late registration, after another one has preempted it: the key that is on
   * the device then is there without a right.
   */
  @ParameterizedTest
  @CsvSource({
    "b2, 1", "b2, 2", "b2, 3", "b2, 4", "b2, 5", "b, 1", "b, 2", "b, 3", "b, 4", "b, 5",
  })
  void aCrashAmidALateRegistrationDoesNotUndoAPreemption(String nexus, int preemptedAt) {
    for (int diesAt = preemptedAt; diesAt <= 7; diesAt++) {
      array.keys.clear();
      await(store.remove(WWID));
      restart("a");
      register();
      goesDown(paths.getFirst());
      FakePath b = new FakePath("b", loop, array, log);
      paths.add(b);
      var _ = head.admit(b);
      loop.schedule(preemptedAt * 1_000_000L - 500_000, () -> array.preemptAsForeigner(KEY));
      network.runFor(diesAt * 1_000_000L - 250_000);
      b.down(); // no more commands of this run
      network.runFor(5_000_000);
      restart(nexus);
      settle();
      assertThat(head.snapshot().state()).isEqualTo("preempted");
      assertThat(array.keys).doesNotContainKey(nexus);
    }
  }

  @Test
  void aCrashAmidALateRegistrationLeavesAHostInThatNobodyPreempted() {
    path("a");
    path("b");
    register();
    FakePath c = new FakePath("c", loop, array, log);
    var _ = head.admit(c);
    network.runFor(1_500_000); // the registration is under way
    paths.forEach(FakePath::down);
    c.down(); // no more commands of this run
    network.runFor(5_000_000);
    assertThat(array.keys).containsOnlyKeys("a", "b", "c");
    assertThat(store.get(WWID).orElseThrow().doubts()).isEqualTo(1);
    restart("a", "b", "c");
    assertThat(head.snapshot().state()).isEqualTo("registered");
    assertThat(array.keys).containsOnlyKeys("a", "b", "c");
    assertThat(store.get(WWID)).contains(new KeyRecord(KEY, false, KeyRecord.State.REGISTERED));
  }

  @Test
  void afterARestartTheSameNexusesAreOnlyAsked() {
    path("a");
    path("b");
    register();
    log.clear();
    restart("a", "b");
    assertThat(log).containsExactly("a register a1 a1", "a read reservation", "b register a1 a1");
    assertThat(array.keys).containsOnlyKeys("a", "b");
  }
}
