package io.multipath4j.scsi;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.reactor.Timer;
import io.multipath4j.scsi.codec.Sense;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs the {@link ReturnGate} for the devices of a host whose transport has returned. */
final class ReturnCheck {

  private static final System.Logger LOG = System.getLogger(ReturnCheck.class.getName());

  /** Until a check that failed without a verdict is repeated. */
  private static final long REPEAT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** A check without a verdict for this many command timeouts counts as failed. */
  private static final int DEADLINE_COMMANDS = 4;

  private final ScsiHost host;
  private ReturnGate gate = ReturnCheck::sameIdentity;

  /** Grows when checks under way are of no interest any more. */
  private int round;

  ReturnCheck(ScsiHost host) {
    this.host = host;
  }

  void setGate(ReturnGate newGate) {
    gate = newGate;
  }

  void cancel() {
    round++;
  }

  void start(List<ScsiDevice> devices) {
    round++;
    for (ScsiDevice device : devices) {
      check(device, round);
    }
  }

  private void check(ScsiDevice device, int startedIn) {
    if (startedIn != round || !isAway(device)) {
      return;
    }
    CompletableFuture<Boolean> verdict = gate.check(device);
    long deadlineMillis = host.timeouts().commandMillis() * DEADLINE_COMMANDS;
    Timer deadline =
        host.loop()
            .schedule(
                MILLISECONDS.toNanos(deadlineMillis),
                () ->
                    verdict.completeExceptionally(
                        new ScsiException(
                            "no verdict within " + deadlineMillis + " ms",
                            BlockStatus.TIMEOUT,
                            Sense.NONE)));
    // On a turn of its own, so that an error in what follows is the loop's, not the future's.
    var _ =
        verdict.whenComplete((same, failure) ->
            host.loop()
                .execute(() -> {
                  deadline.cancel();
                  decide(device, startedIn, same, failure);
                }));
  }

  private void decide(
      ScsiDevice device, int startedIn, @Nullable Boolean same, @Nullable Throwable failure) {
    if (startedIn != round || !isAway(device)) {
      return;
    }
    if (failure != null || same == null) {
      LOG.log(Level.WARNING, "{0}: not running again yet: {1}", device, text(failure));
      host.loop().schedule(REPEAT_NANOS, () -> check(device, startedIn));
    } else if (same) {
      device.changeState(device.state(), DeviceState.RUNNING);
    } else {
      LOG.log(
          Level.ERROR,
          "{0}: set offline, because another logical unit has taken its place; "
              + "correct the mapping on the target, then set the device running",
          device);
      device.changeState(device.state(), DeviceState.OFFLINE);
    }
  }

  private static boolean isAway(ScsiDevice device) {
    return device.state() == DeviceState.BLOCKED || device.state() == DeviceState.TRANSPORT_OFFLINE;
  }

  private static @Nullable String text(@Nullable Throwable failure) {
    Throwable cause = failure == null ? null : failure.getCause();
    if (failure instanceof CompletionException && cause != null) {
      return cause.getMessage();
    }
    return failure == null ? "no verdict" : failure.getMessage();
  }

  /** The gate when none is set: type, identification, serial number and block size must agree. */
  private static CompletableFuture<Boolean> sameIdentity(ScsiDevice device) {
    return DeviceProbe.run(device)
        .thenApply(told -> {
          DeviceProperties before = device.properties();
          String difference = before == null ? null : before.differenceTo(told);
          if (difference != null) {
            LOG.log(Level.ERROR, "{0}: not the same as before: {1}", device, difference);
            return false;
          }
          device.setProperties(told);
          return true;
        });
  }
}
