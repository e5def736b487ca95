package io.multipath4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.codec.ScsiStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScsiDeviceTest {

  private final Rig rig = new Rig();

  @AfterEach
  void nothingIsLeftOver() {
    rig.assertIdle();
  }

  @Test
  void goodAnswerEndsTheRequest() {
    rig.execute(0);
    rig.transport.good(rig.transport.oldest());
    assertThat(rig.ends).containsExactly(BlockStatus.OK);
  }

  @Test
  void countedRetriesEndAfterTheLimit() {
    rig.execute(0);
    for (int attempt = 0; attempt <= Rig.TIMEOUTS.retries(); attempt++) {
      assertThat(rig.ends).isEmpty();
      rig.transport.host(rig.transport.oldest(), HostByte.DID_ERROR);
      rig.loop.run();
    }
    assertThat(rig.ends).containsExactly(BlockStatus.IOERR);
    assertThat(rig.device.counters().retries().value()).isEqualTo(5);
  }

  @Test
  void failFastRequestIsNotRetriedAfterTransportErrors() {
    rig.execute(ScsiRequest.FAIL_FAST);
    rig.transport.host(rig.transport.oldest(), HostByte.DID_ERROR);
    assertThat(rig.ends).containsExactly(BlockStatus.IOERR);
  }

  @Test
  void failFastRequestIsStillRetriedAfterAUnitAttention() {
    rig.execute(ScsiRequest.FAIL_FAST);
    rig.transport.sense(rig.transport.oldest(), 0x062A06);
    rig.loop.run();
    assertThat(rig.events)
        .containsExactly("UNIT ATTENTION 2Ah/06h asymmetric access state changed");
    rig.transport.good(rig.transport.oldest());
    assertThat(rig.ends).containsExactly(BlockStatus.OK);
  }

  @Test
  void wrongAccessStateIsReportedAndFails() {
    rig.execute(0);
    rig.transport.sense(rig.transport.oldest(), 0x02040B);
    assertThat(rig.ends).containsExactly(BlockStatus.IOERR);
    assertThat(rig.events.getFirst()).startsWith("NOT READY 04h/0Bh");
  }

  @Test
  void aluaTransitionIsRetriedLater() {
    rig.execute(0);
    rig.transport.sense(rig.transport.oldest(), 0x02040A);
    rig.loop.advance(Rig.TIMEOUTS.retryDelayMillis() - 1);
    assertThat(rig.transport.outstanding).isEmpty();
    rig.loop.advance(11);
    rig.transport.good(rig.transport.oldest());
    assertThat(rig.ends).containsExactly(BlockStatus.OK);
  }

  @Test
  void shortTransferIsRetriedAndThenAnError() {
    rig.executeRead(ScsiRequest.EXACT_TRANSFER);
    for (int attempt = 0; attempt <= Rig.TIMEOUTS.retries(); attempt++) {
      rig.transport.status(rig.transport.oldest(), ScsiStatus.GOOD, 1);
      rig.loop.run();
    }
    assertThat(rig.ends).containsExactly(BlockStatus.IOERR);
    assertThat(rig.rules).containsExactly(ResultRule.SHORT_TRANSFER);
  }

  @Test
  void overflowIsNoSuccessEither() {
    rig.executeRead(ScsiRequest.EXACT_TRANSFER);
    rig.transport.status(rig.transport.oldest(), ScsiStatus.GOOD, -512);
    rig.loop.run();
    assertThat(rig.ends).isEmpty();
    rig.transport.good(rig.transport.oldest());
    assertThat(rig.ends).containsExactly(BlockStatus.OK);
  }

  @Test
  void taskSetFullLowersTheDepthAndGoodAnswersRaiseIt() {
    rig.device.setQueueDepth(8);
    for (int i = 0; i < 8; i++) {
      rig.execute(0);
    }
    assertThat(rig.transport.outstanding).hasSize(8);
    ScsiCommand refused = rig.transport.outstanding.getLast();
    rig.transport.status(refused, ScsiStatus.TASK_SET_FULL, 0);
    rig.loop.run();
    assertThat(rig.device.queueDepth()).isEqualTo(7);
    assertThat(rig.transport.outstanding).hasSize(7).doesNotContain(refused);
    for (int i = 0; i < 8; i++) {
      rig.transport.good(rig.transport.oldest());
      rig.loop.run();
    }
    assertThat(rig.ends).hasSize(8).containsOnly(BlockStatus.OK);
    assertThat(rig.device.queueDepth()).isEqualTo(8);
  }

  @Test
  void theDepthIsSetWithin1And4096AndNotAdaptedBeyondIt() {
    assertThat(ScsiDevice.MAX_QUEUE_DEPTH).isEqualTo(4096);
    rig.device.setQueueDepth(4096);
    assertThat(rig.device.queueDepth()).isEqualTo(4096);
    for (int wrong : new int[] {0, -1, 4097}) {
      assertThatThrownBy(() -> rig.device.setQueueDepth(wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("queue depth " + wrong + ": expected 1 to 4096");
    }
    rig.device.setQueueDepth(2);
    for (int i = 0; i < 8; i++) {
      rig.execute(0);
      rig.transport.good(rig.transport.oldest());
    }
    assertThat(rig.device.queueDepth()).isEqualTo(2);
  }

  @Test
  void busyDeviceThatDoesNothingElseIsAskedLaterAndNotForEver() {
    rig.execute(0);
    long waited = 0;
    while (rig.ends.isEmpty() && waited < 60_000) {
      if (!rig.transport.outstanding.isEmpty()) {
        rig.transport.status(rig.transport.oldest(), ScsiStatus.BUSY, 0);
      }
      rig.loop.advance(10);
      waited += 10;
    }
    assertThat(rig.ends).containsExactly(BlockStatus.IOERR);
    assertThat(waited).isBetween(30_000L, 30_200L);
    assertThat(rig.device.counters().busy().value()).isBetween(200L, 310L);
  }

  @Test
  void aFailFastRequestLeavesADeviceThatIsBusyWithOthers() {
    rig.transport.target =
        (lun, command) -> {
          command.completeWithStatus(ScsiStatus.BUSY, 0);
          return true;
        };
    rig.execute(ScsiRequest.FAIL_FAST);
    rig.loop.advance(Rig.TIMEOUTS.retryDelayMillis() * Rig.TIMEOUTS.retries() + 100);
    assertThat(rig.ends).containsExactly(BlockStatus.IOERR);
    assertThat(rig.rules).containsExactly(ResultRule.BUSY);
  }

  @Test
  void aTransportThatKeepsAskingForACommandAgainIsNotAnsweredAtFullSpeed() {
    ScsiRequest other = rig.execute(0);
    int before = rig.unit.seen.size();
    ScsiRequest again = rig.execute(0);
    for (int i = 0; i < 3; i++) {
      rig.transport.host(again.command(), HostByte.DID_REQUEUE);
      rig.loop.run();
      assertThat(rig.transport.outstanding).containsExactly(other.command());
      rig.loop.advance(Rig.TIMEOUTS.retryDelayMillis() + 10);
    }
    assertThat(rig.unit.seen).hasSize(before + 4);
    rig.transport.good(other.command());
    rig.transport.good(again.command());
  }

  @Test
  void anOwnerThatThrowsDoesNotKeepOthersWaiting() {
    rig.device.setQueueDepth(1);
    ScsiRequest broken =
        new ScsiRequest(ended -> {
          throw new IllegalStateException("a bug of the owner");
        });
    broken.prepare(10, 0, 0).cdb()[0] = 0x2F;
    rig.device.execute(broken);
    ScsiRequest next = rig.execute(0);
    assertThatThrownBy(() -> rig.transport.good(broken.command())).hasMessage("a bug of the owner");
    assertThat(rig.transport.outstanding).containsExactly(next.command());
    rig.transport.good(next.command());
  }

  @Test
  void anOwnerThatThrowsAtADeadlineDoesNotKeepOthersFromTheirs() {
    rig.transport.target =
        (lun, command) -> {
          ScriptedTransport.answerSense(command, 0x020401);
          return true;
        };
    ScsiRequest broken =
        new ScsiRequest(ended -> {
          throw new IllegalStateException("a bug of the owner");
        });
    broken.prepare(10, 0, 0).cdb()[0] = 0x2F;
    rig.device.execute(broken);
    rig.execute(0);
    rig.device.setState(DeviceState.OFFLINE);
    assertThatThrownBy(() -> rig.loop.advance(Rig.TIMEOUTS.retryDelayMillis() + 10))
        .hasMessage("a bug of the owner");
    rig.loop.advance(100);
    assertThat(rig.ends).containsExactly(BlockStatus.OFFLINE);
  }

  @Test
  void requestsBeyondTheDepthWaitInOrder() {
    rig.device.setQueueDepth(1);
    ScsiRequest first = rig.execute(0);
    ScsiRequest second = rig.execute(0);
    ScsiRequest third = rig.execute(0);
    assertThat(rig.transport.outstanding).containsExactly(first.command());
    rig.transport.good(first.command());
    assertThat(rig.transport.outstanding).containsExactly(second.command());
    rig.transport.good(second.command());
    rig.transport.good(third.command());
    assertThatThrownBy(() -> rig.device.setQueueDepth(0)).hasMessageContaining("1 to 4096");
  }

  @Test
  void devicesShareAFullTransportInTurns() {
    rig.transport.canQueue = 2;
    ScsiDevice other = rig.await(rig.host.probe(2L << 48));
    for (int i = 0; i < 4; i++) {
      rig.execute(0);
    }
    ScsiRequest late = new ScsiRequest(ended -> rig.ends.add(ended.status()));
    late.prepare(10, 0, 0).cdb()[0] = 0x2F;
    other.execute(late);
    rig.transport.good(rig.transport.oldest());
    rig.transport.good(rig.transport.oldest());
    assertThat(rig.transport.outstanding).contains(late.command());
    while (!rig.transport.outstanding.isEmpty()) {
      rig.transport.good(rig.transport.oldest());
    }
    assertThat(rig.ends).hasSize(5);
  }

  @Test
  void aDeviceThatSubmitsFromItsCompletionsDoesNotStarveAnother() {
    rig.transport.canQueue = 1;
    ScsiDevice other = rig.await(rig.host.probe(2L << 48));
    ScsiRequest greedy =
        new ScsiRequest(ended -> {
          ended.prepare(10, 0, 0).cdb()[0] = 0x2F;
          if (rig.ends.isEmpty()) {
            rig.device.execute(ended);
          }
        });
    greedy.prepare(10, 0, 0).cdb()[0] = 0x2F;
    rig.device.execute(greedy);
    ScsiRequest modest = new ScsiRequest(ended -> rig.ends.add(ended.status()));
    modest.prepare(10, 0, 0).cdb()[0] = 0x2F;
    other.execute(modest);
    rig.transport.good(rig.transport.oldest());
    assertThat(rig.transport.oldest()).isSameAs(modest.command());
    rig.transport.good(modest.command());
    rig.transport.good(greedy.command());
    assertThat(rig.ends).containsExactly(BlockStatus.OK);
  }

  @Test
  void aTransportThatCompletesACommandTwiceIsCaught() {
    ScsiRequest request = rig.execute(0);
    rig.transport.good(request.command());
    assertThatThrownBy(() -> request.command().completeWithStatus(0, 0))
        .hasMessageContaining("completed a command that it does not have");
  }

  // ---- states -----------------------------------------------------------------------------------

  @Test
  void offlineDeviceRefusesAtOnceAndAnOperatorSetsItRunning() {
    rig.device.setState(DeviceState.OFFLINE);
    rig.execute(0);
    assertThat(rig.ends).containsExactly(BlockStatus.OFFLINE);
    rig.device.setState(DeviceState.RUNNING);
    rig.execute(0);
    rig.transport.good(rig.transport.oldest());
    assertThat(rig.events).containsExactly("offline", "running");
  }

  @Test
  void quiescedDeviceHoldsRequestsUntilItRuns() {
    rig.device.setState(DeviceState.QUIESCE);
    rig.execute(0);
    rig.execute(ScsiRequest.FAIL_FAST);
    assertThat(rig.transport.outstanding).isEmpty();
    assertThat(rig.ends).as("fail-fast does not wait").containsExactly(BlockStatus.TRANSPORT);
    rig.device.setState(DeviceState.RUNNING);
    rig.transport.good(rig.transport.oldest());
    assertThat(rig.ends).containsExactly(BlockStatus.TRANSPORT, BlockStatus.OK);
  }

  @Test
  void illegalTransitionIsRefusedInWords() {
    assertThatThrownBy(() -> rig.device.setState(DeviceState.CREATED_BLOCKED))
        .hasMessageContaining("cannot go from running to created-blocked");
    rig.host.remove(rig.device);
    for (DeviceState next : DeviceState.values()) {
      assertThat(DeviceState.DELETED.canBecome(next)).as("deleted to " + next).isFalse();
    }
  }

  @Test
  void removedDeviceEndsWhatItHolds() {
    rig.device.setQueueDepth(1);
    rig.execute(0);
    rig.execute(0);
    rig.host.remove(rig.device);
    assertThat(rig.ends).containsExactly(BlockStatus.OFFLINE);
    rig.transport.good(rig.transport.oldest());
    assertThat(rig.ends).containsExactly(BlockStatus.OFFLINE, BlockStatus.OK);
    assertThat(rig.host.devices()).isEmpty();
  }

  @Test
  void aPreparedRequestCannotBePreparedAgainWhileItIsUnderWay() {
    ScsiRequest request = rig.execute(0);
    assertThatThrownBy(() -> request.prepare(6, 0, 0)).hasMessageContaining("OUTSTANDING");
    rig.transport.good(rig.transport.oldest());
  }

  @Test
  void eachAttemptIsCountedOnceOutAndOnceBack() {
    DeviceCounters counters = rig.device.counters();
    long out = counters.ioRequests().value();
    long back = counters.ioDone().value();
    long bad = counters.ioErrors().value();
    long requests = counters.requests().value();
    ScsiRequest request = rig.execute(0);
    rig.transport.status(rig.transport.oldest(), ScsiStatus.BUSY, 0);
    rig.loop.advance(1_000);
    rig.transport.host(rig.transport.oldest(), HostByte.DID_ERROR);
    rig.loop.run();
    assertThat(counters.ioRequests().value() - out).isEqualTo(3);
    assertThat(counters.ioDone().value() - back).isEqualTo(2);
    assertThat(counters.inFlight().value()).isEqualTo(1);
    rig.transport.good(rig.transport.oldest());
    assertThat(request.status()).isEqualTo(BlockStatus.OK);
    assertThat(counters.ioDone().value() - back).isEqualTo(3);
    assertThat(counters.ioErrors().value() - bad).isEqualTo(2);
    assertThat(counters.requests().value() - requests).isEqualTo(1);
    assertThat(counters.timeouts().value()).isZero();
    assertThat(counters.inFlight().value()).isZero();
  }

  @Test
  void aListenerThatThrowsKeepsNoRequestFromItsEnd() {
    rig.device.addListener(
        new ScsiDeviceListener() {
          @Override
          public void stateChanged(ScsiDevice device, DeviceState before, DeviceState after) {
            throw new IllegalStateException("listener's bug");
          }

          @Override
          public void senseReported(ScsiDevice device, int sense) {
            throw new IllegalStateException("listener's bug");
          }
        });
    rig.execute(0);
    rig.transport.sense(rig.transport.oldest(), 0x062A06);
    rig.loop.run();
    rig.transport.good(rig.transport.oldest());
    assertThat(rig.ends).containsExactly(BlockStatus.OK);
    rig.device.setState(DeviceState.QUIESCE);
    rig.execute(0);
    rig.host.remove(rig.device);
    assertThat(rig.ends).containsExactly(BlockStatus.OK, BlockStatus.OFFLINE);
    assertThat(rig.device.state()).isEqualTo(DeviceState.DELETED);
  }
}
