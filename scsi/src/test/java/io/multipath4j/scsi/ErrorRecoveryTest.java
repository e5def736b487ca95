package io.multipath4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.BlockStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ErrorRecoveryTest {

  private static final long COMMAND = Rig.TIMEOUTS.commandMillis();
  private static final long TICK = 10;

  private final Rig rig = new Rig();

  @AfterEach
  void nothingIsLeftOver() {
    rig.assertIdle();
  }

  @Test
  void silentCommandIsAbortedAndTriedAgain() {
    rig.execute(0);
    rig.loop.advance(COMMAND - 1);
    assertThat(rig.transport.log).isEmpty();
    rig.loop.advance(1 + TICK);
    assertThat(rig.transport.log).containsExactly("abort");
    assertThat(rig.transport.outstanding).as("the second attempt").hasSize(1);
    rig.transport.good(rig.transport.oldest());
    assertThat(rig.ends).containsExactly(BlockStatus.OK);
    assertThat(rig.device.counters().timeouts().value()).isEqualTo(1);
  }

  @Test
  void silentFailFastCommandEndsWithItsAbort() {
    rig.execute(ScsiRequest.FAIL_FAST);
    rig.loop.advance(COMMAND + TICK);
    assertThat(rig.ends).containsExactly(BlockStatus.IOERR);
    assertThat(rig.rules).containsExactly(ResultRule.TIMED_OUT);
  }

  @Test
  void anAnswerThatCrossesTheAbortCounts() {
    rig.transport.abortResult = null;
    rig.execute(ScsiRequest.FAIL_FAST);
    rig.loop.advance(COMMAND + TICK);
    assertThat(rig.transport.log).containsExactly("abort");
    rig.transport.good(rig.transport.oldest());
    assertThat(rig.ends).containsExactly(BlockStatus.OK);
    rig.loop.advance(60_000);
    assertThat(rig.transport.log).as("nothing to escalate").containsExactly("abort");
  }

  @Test
  void unansweredAbortIsFollowedByAResetForWhichTheDeviceIsBlocked() {
    rig.transport.abortResult = null;
    rig.transport.resetResult = null;
    rig.execute(ScsiRequest.FAIL_FAST);
    rig.execute(0);
    rig.loop.advance(COMMAND + Rig.TIMEOUTS.abortMillis() + 2 * TICK);
    assertThat(rig.transport.log).containsExactly("abort", "abort", "reset");
    assertThat(rig.device.state()).isEqualTo(DeviceState.BLOCKED);
    rig.execute(ScsiRequest.FAIL_FAST);
    assertThat(rig.ends).containsExactly(BlockStatus.TRANSPORT);
    rig.transport.endAll(HostByte.DID_RESET);
    rig.loop.advance(Rig.TIMEOUTS.logicalUnitResetMillis() + TICK);
    assertThat(rig.transport.log.getLast()).startsWith("reconnect: ");
    rig.loop.advance(Rig.TIMEOUTS.replacementMillis());
    assertThat(rig.device.state()).isEqualTo(DeviceState.TRANSPORT_OFFLINE);
  }

  @Test
  void resetEndsTheOverdueCommandAndTheOthersAreTriedAgain() {
    rig.transport.abortResult = TaskManagementResult.REJECTED;
    rig.execute(ScsiRequest.FAIL_FAST);
    rig.loop.advance(COMMAND / 2);
    ScsiRequest younger = rig.execute(0);
    rig.execute(ScsiRequest.FAIL_FAST);
    rig.loop.advance(COMMAND / 2 + TICK);
    assertThat(rig.transport.log).containsExactly("abort", "reset");
    assertThat(rig.events).containsExactly("blocked", "running");
    assertThat(rig.ends)
        .as("overdue, and fail-fast while the device is blocked")
        .containsExactly(BlockStatus.IOERR, BlockStatus.TRANSPORT);
    assertThat(rig.transport.outstanding).containsExactly(younger.command());
    rig.transport.good(younger.command());
    assertThat(rig.ends).endsWith(BlockStatus.OK);
  }

  @Test
  void unansweredResetIsFollowedByANewConnection() {
    rig.transport.abortResult = TaskManagementResult.REJECTED;
    rig.transport.resetResult = null;
    rig.execute(0);
    rig.loop.advance(COMMAND + TICK);
    rig.loop.advance(Rig.TIMEOUTS.logicalUnitResetMillis());
    assertThat(rig.transport.log).hasSize(3);
    assertThat(rig.transport.log.get(2))
        .contains("3:0:0:1")
        .contains("LOGICAL UNIT RESET unanswered for 2000 ms");
    assertThat(rig.device.state()).isEqualTo(DeviceState.BLOCKED);
    rig.transport.restore();
    rig.loop.run();
    assertThat(rig.device.state()).isEqualTo(DeviceState.RUNNING);
    rig.transport.good(rig.transport.oldest());
    assertThat(rig.ends).containsExactly(BlockStatus.OK);
  }

  @Test
  void deviceThatOnlyCostsConnectionsIsSetOffline() {
    rig.transport.abortResult = TaskManagementResult.REJECTED;
    rig.transport.resetResult = TaskManagementResult.REJECTED;
    rig.host.setReturnGate(device -> java.util.concurrent.CompletableFuture.completedFuture(true));
    rig.execute(0);
    for (int i = 0; i < ErrorRecovery.MAX_RECONNECTS_IN_A_ROW; i++) {
      assertThat(rig.device.state()).isEqualTo(DeviceState.RUNNING);
      rig.loop.advance(COMMAND + TICK);
      rig.transport.restore();
      rig.loop.run();
    }
    assertThat(rig.device.state()).isEqualTo(DeviceState.OFFLINE);
    assertThat(rig.ends).containsExactly(BlockStatus.OFFLINE);
  }

  @Test
  void transportLostDuringAResetLeavesTheReturnToTheHost() {
    rig.transport.abortResult = TaskManagementResult.REJECTED;
    rig.transport.resetResult = null;
    rig.execute(0);
    rig.loop.advance(COMMAND + TICK);
    rig.transport.drop("connection reset by peer");
    rig.loop.advance(Rig.TIMEOUTS.logicalUnitResetMillis() + TICK);
    assertThat(rig.transport.log).containsExactly("abort", "reset");
    rig.transport.restore();
    rig.loop.run();
    rig.transport.good(rig.transport.oldest());
    assertThat(rig.ends).containsExactly(BlockStatus.OK);
  }

  @Test
  void aResetDuringTheCheckOfAReturnDoesNotReplaceTheCheck() {
    rig.transport.abortResult = TaskManagementResult.REJECTED;
    rig.host.setReturnGate(device -> new java.util.concurrent.CompletableFuture<>());
    rig.transport.drop("gone");
    rig.transport.restore();
    ScsiRequest ofTheCheck = new ScsiRequest(ended -> rig.ends.add(ended.status()));
    ofTheCheck.prepare(10, ScsiRequest.INTERNAL | ScsiRequest.FAIL_FAST, 1_000).cdb()[0] = 0x2F;
    rig.device.execute(ofTheCheck);
    rig.loop.advance(1_000 + TICK);
    assertThat(rig.transport.log).containsExactly("abort", "reset");
    assertThat(rig.ends).hasSize(1);
    assertThat(rig.device.state()).isEqualTo(DeviceState.BLOCKED);
  }

  @Test
  void aDeviceThatIsResetSoonAfterItsReturnRunsAgain() {
    rig.transport.abortResult = null;
    rig.transport.drop("gone");
    rig.transport.restore();
    rig.loop.run();
    rig.execute(ScsiRequest.FAIL_FAST);
    rig.loop.advance(COMMAND - TICK); // just before the replacement timeout
    rig.transport.host(rig.transport.oldest(), HostByte.DID_ABORT);
    assertThat(rig.device.state()).isEqualTo(DeviceState.RUNNING);
    ScsiRequest silent = new ScsiRequest(ended -> rig.ends.add(ended.status()));
    silent.prepare(10, ScsiRequest.FAIL_FAST, 1).cdb()[0] = 0x2F;
    rig.transport.abortResult = TaskManagementResult.REJECTED;
    rig.transport.resetResult = null;
    rig.device.execute(silent);
    rig.loop.advance(TICK);
    assertThat(rig.device.state()).as("being reset").isEqualTo(DeviceState.BLOCKED);
    rig.loop.advance(2 * TICK);
    assertThat(rig.device.state()).as("not given up").isEqualTo(DeviceState.BLOCKED);
    rig.transport.endAll(HostByte.DID_RESET);
    rig.transport.resetAnswer.completed(TaskManagementResult.COMPLETE);
    assertThat(rig.device.state()).isEqualTo(DeviceState.RUNNING);
  }

  @Test
  void deadlinesCostNoTimerPerCommandAndNoneWhenIdle() {
    long before = rig.loop.scheduled;
    for (int i = 0; i < 1000; i++) {
      rig.execute(0);
      rig.transport.good(rig.transport.oldest());
    }
    assertThat(rig.loop.scheduled - before).isLessThanOrEqualTo(1);
    rig.loop.advance(COMMAND + TICK);
    assertThat(rig.loop.hasTimers()).isFalse();
  }
}
