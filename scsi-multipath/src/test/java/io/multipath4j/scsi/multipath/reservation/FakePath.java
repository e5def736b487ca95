package io.multipath4j.scsi.multipath.reservation;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.scsi.ScsiException;
import io.multipath4j.scsi.codec.ReservationCapabilities;
import io.multipath4j.scsi.codec.ReservationFullStatus;
import io.multipath4j.scsi.codec.ReservationKeys;
import io.multipath4j.scsi.codec.ReservationStatus;
import io.multipath4j.scsi.codec.ReservationType;
import io.multipath4j.scsi.codec.Sense;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** A path to a {@link FakeArray}; each command takes a millisecond. */
final class FakePath implements NexusPath, NexusCommands {

  /** How a path treats the next commands. */
  enum Mood {
    GOOD,
    /** Commands are not sent. */
    DOWN,
    /** The command is done, and the answer lost with the path. */
    LOSES_ANSWER,
    /** The path is lost before the command is done. */
    LOSES_COMMAND,
    /** ILLEGAL REQUEST 55h/04h, insufficient registration resources. */
    REFUSES
  }

  private static final long MILLI = 1_000_000;

  final String name;
  private final EventLoop loop;
  private final FakeArray array;
  private final List<String> log;
  Mood mood = Mood.GOOD;
  boolean barred;

  /** Whether it may carry I/O. */
  boolean inUse;

  FakePath(String name, EventLoop loop, FakeArray array, List<String> log) {
    this.name = name;
    this.loop = loop;
    this.array = array;
    this.log = log;
  }

  void down() {
    mood = Mood.DOWN;
    inUse = false;
  }

  @Override
  public String label() {
    return name;
  }

  @Override
  public NexusCommands commands() {
    return this;
  }

  @Override
  public boolean isReachable() {
    return mood != Mood.DOWN;
  }

  @Override
  public void doubt() {
    inUse = false;
    log.add(name + " doubt");
  }

  @Override
  public void bar(boolean bar) {
    barred = bar;
  }

  private <T> CompletableFuture<T> run(String what, Callable<T> command) {
    CompletableFuture<T> result = new CompletableFuture<>();
    log.add(name + " " + what);
    Mood now = mood;
    if (now == Mood.DOWN) {
      result.completeExceptionally(failure("not sent", BlockStatus.TRANSPORT, Sense.NONE));
      return result;
    }
    loop.schedule(
        MILLI,
        () -> {
          if (now == Mood.REFUSES && what.startsWith("register")) {
            result.completeExceptionally(
                failure("insufficient registration resources", BlockStatus.IOERR, 0x05_55_04));
          } else if (now == Mood.LOSES_COMMAND) {
            down();
            result.completeExceptionally(
                failure("path lost", BlockStatus.OUTCOME_UNKNOWN, Sense.NONE));
          } else {
            answer(result, command, now);
          }
        });
    return result;
  }

  private <T> void answer(CompletableFuture<T> result, Callable<T> command, Mood now) {
    try {
      T value = command.call();
      if (now == Mood.LOSES_ANSWER) {
        down();
        result.completeExceptionally(failure("path lost", BlockStatus.OUTCOME_UNKNOWN, Sense.NONE));
      } else {
        result.complete(value);
      }
    } catch (Exception e) {
      result.completeExceptionally(e);
    }
  }

  private static ScsiException failure(String text, BlockStatus status, int sense) {
    return new ScsiException(text, status, sense);
  }

  private interface Change {
    void make() throws Exception;
  }

  private CompletableFuture<Void> change(String what, Change change) {
    return this.<Boolean>run(
            what,
            () -> {
              change.make();
              return true;
            })
        .thenAccept(done -> {});
  }

  @Override
  public CompletableFuture<Void> register(long key, long newKey, boolean persist) {
    return change("register %x %x".formatted(key, newKey), () -> array.register(name, key, newKey));
  }

  @Override
  public CompletableFuture<Void> registerAndIgnoreExisting(long newKey, boolean persist) {
    return change("register-ignore %x".formatted(newKey), () -> array.put(name, newKey));
  }

  @Override
  public CompletableFuture<Void> reserve(long key, ReservationType type) {
    return change("reserve", () -> array.reserve(name, key, type));
  }

  @Override
  public CompletableFuture<Void> release(long key, ReservationType type) {
    return change("release", () -> array.release(name, key));
  }

  @Override
  public CompletableFuture<Void> clear(long key) {
    return change("clear", () -> array.clear(name, key));
  }

  @Override
  public CompletableFuture<Void> preempt(
      long key, long victim, ReservationType type, boolean abort) {
    return change("preempt %x".formatted(victim), () -> array.preempt(name, key, victim, type));
  }

  @Override
  public CompletableFuture<ReservationKeys> readKeys() {
    return run("read keys", array::readKeys);
  }

  @Override
  public CompletableFuture<ReservationStatus> readReservation() {
    return run("read reservation", array::readReservation);
  }

  @Override
  public CompletableFuture<ReservationFullStatus> readFullStatus() {
    return CompletableFuture.failedFuture(new UnsupportedOperationException());
  }

  @Override
  public CompletableFuture<ReservationCapabilities> reportCapabilities() {
    return CompletableFuture.failedFuture(new UnsupportedOperationException());
  }
}
