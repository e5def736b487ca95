package io.multipath4j.scsi;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.reactor.Timer;
import io.multipath4j.scsi.codec.Sense;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs the {@link ReturnGate} for the devices of a host that are doubted, one check at a time. */
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

  private final Set<ScsiDevice> underCheck = new HashSet<>();

  ReturnCheck(ScsiHost host) {
    this.host = host;
  }

  void setGate(ReturnGate newGate) {
    gate = newGate;
  }

  ReturnGate gate() {
    return gate;
  }

  /** The transport is lost: what was under way is of no interest any more. */
  void cancel() {
    round++;
    underCheck.clear();
  }

  /** Checks a device that is blocked or transport-offline, unless it is being checked. */
  void start(ScsiDevice device) {
    if (underCheck.add(device)) {
      check(device, round, false);
    }
  }

  /**
   * @param again the device gave a new reason to doubt during the check before
   */
  private void check(ScsiDevice device, int startedIn, boolean again) {
    if (isOver(device, startedIn)) {
      return;
    }
    int doubts = device.doubts();
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
                  if (isOver(device, startedIn)) {
                    return;
                  }
                  if (device.doubts() == doubts) {
                    decide(device, same, failure);
                  } else if (again) {
                    repeat(device); // it could go on like this for ever
                  } else {
                    check(device, startedIn, true);
                  }
                }));
  }

  /** Tells whether a check is of no interest any more, and forgets it. */
  private boolean isOver(ScsiDevice device, int startedIn) {
    if (startedIn != round) {
      return true;
    }
    boolean away = isAway(device);
    if (!away) {
      underCheck.remove(device);
    }
    return !away;
  }

  private void repeat(ScsiDevice device) {
    int startedIn = round;
    host.loop().schedule(REPEAT_NANOS, () -> check(device, startedIn, false));
  }

  private void decide(ScsiDevice device, @Nullable Boolean same, @Nullable Throwable failure) {
    if (failure != null || same == null) {
      LOG.log(Level.WARNING, "{0}: not running again yet: {1}", device, text(failure));
      repeat(device);
      return;
    }
    underCheck.remove(device);
    if (same) {
      device.trust();
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
    return device.revalidateIf(told -> {
      DeviceProperties before = device.properties();
      String difference = before == null ? null : before.differenceTo(told);
      if (difference != null) {
        LOG.log(Level.ERROR, "{0}: not the same as before: {1}", device, difference);
      }
      return difference == null;
    });
  }
}
