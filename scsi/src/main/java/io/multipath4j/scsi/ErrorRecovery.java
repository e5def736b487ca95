package io.multipath4j.scsi;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Timer;
import io.multipath4j.scsi.codec.Opcode;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/**
 * What a device does about commands that are not answered in time: ABORT TASK for each; when one of
 * those is refused or silent, LOGICAL UNIT RESET, for which the device is blocked; when that fails
 * too, a new connection. A device that needs new connections one after the other and answers
 * nothing in between is set offline, because each of them disturbs its neighbours.
 */
final class ErrorRecovery {

  /** New connections in a row, without any answer from the device, before it is set offline. */
  static final int MAX_RECONNECTS_IN_A_ROW = 3;

  private static final System.Logger LOG = System.getLogger(ErrorRecovery.class.getName());

  private final ScsiDevice device;
  private final ScsiTransport transport;
  private final ScsiTimeouts timeouts;
  private final EventLoop loop;
  private final DeadlineScan scan;
  private int overdue;
  private int reconnects;
  private int resetRound;
  private boolean resetting;
  private boolean resetDone;
  private @Nullable Timer resetTimer;

  ErrorRecovery(ScsiDevice device, ScsiHost host) {
    this.device = device;
    this.transport = host.transport();
    this.timeouts = host.timeouts();
    this.loop = host.loop();
    this.scan = host.scan();
  }

  /** Tells whether the device gets nothing now because its logical unit is being reset. */
  boolean isResetting() {
    return resetting;
  }

  /** The device said something: it lives. */
  void answered() {
    reconnects = 0;
  }

  /** The deadline of an outstanding request has passed. */
  void overdue(ScsiRequest request) {
    if (overdue == 0 && LOG.isLoggable(Level.WARNING)) {
      LOG.log(
          Level.WARNING,
          "{0}: no answer to {1} in time; aborting it",
          device,
          Opcode.name(request.command().cdb()[0] & 0xFF));
    }
    overdue++;
    request.stage = ScsiRequest.Stage.OVERDUE;
    if (resetting) {
      return; // the reset, or what follows it, ends this one too
    }
    device.counters().aborts().add(1);
    int dispatch = request.dispatches;
    scan.add(request, scan.nanoTime(), MILLISECONDS.toNanos(timeouts.abortMillis()));
    transport.abortTask(
        device.address().lun(),
        request.command(),
        result -> {
          boolean ended =
              request.dispatches != dispatch || request.stage != ScsiRequest.Stage.OVERDUE;
          // When the transport is lost it ends the command itself.
          if (!ended && result != TaskManagementResult.TRANSPORT_LOST) {
            resetLogicalUnit("ABORT TASK: " + result);
          }
        });
  }

  /** An abort was not answered in time, or answered without ending the command. */
  void abortOverdue() {
    resetLogicalUnit("ABORT TASK unanswered for " + timeouts.abortMillis() + " ms");
  }

  /** The transport has ended a request that was overdue. */
  void overdueEnded() {
    overdue--;
    if (overdue == 0 && resetting && resetDone) {
      finishReset();
    }
  }

  private void resetLogicalUnit(String cause) {
    if (resetting) {
      return;
    }
    LOG.log(Level.WARNING, "{0}: {1}; resetting the logical unit", device, cause);
    resetting = true;
    resetDone = false;
    device.counters().resets().add(1);
    device.changeState(DeviceState.RUNNING, DeviceState.BLOCKED);
    resetRound++;
    int round = resetRound;
    resetTimer =
        loop.schedule(
            MILLISECONDS.toNanos(timeouts.logicalUnitResetMillis()),
            () ->
                reconnect(
                    "LOGICAL UNIT RESET unanswered for "
                        + timeouts.logicalUnitResetMillis()
                        + " ms"));
    transport.resetLogicalUnit(
        device.address().lun(),
        result -> {
          if (resetting && round == resetRound) {
            resetAnswered(result);
          }
        });
  }

  private void resetAnswered(TaskManagementResult result) {
    switch (result) {
      case COMPLETE -> {
        resetDone = true;
        if (overdue == 0) {
          finishReset();
        }
      }
      case TRANSPORT_LOST -> transportLost();
      case NO_SUCH_TASK, NO_SUCH_LUN, REJECTED -> reconnect("LOGICAL UNIT RESET: " + result);
    }
  }

  private void finishReset() {
    endReset();
    if (device.state() == DeviceState.BLOCKED) {
      device.host().letRun(device);
    }
    device.pump();
  }

  /** The transport is gone, and with it every outstanding command; its return is the host's. */
  void transportLost() {
    endReset();
  }

  private void endReset() {
    resetting = false;
    resetDone = false;
    Timer timer = resetTimer;
    resetTimer = null;
    if (timer != null) {
      timer.cancel();
    }
  }

  private void reconnect(String cause) {
    endReset();
    reconnects++;
    if (reconnects >= MAX_RECONNECTS_IN_A_ROW) {
      LOG.log(
          Level.ERROR,
          "{0}: set offline after {1} new connections without an answer from it; "
              + "repair the logical unit, then set the device running",
          device,
          reconnects);
      device.changeState(DeviceState.BLOCKED, DeviceState.OFFLINE);
    }
    transport.reconnect(device + ": " + cause);
  }
}
