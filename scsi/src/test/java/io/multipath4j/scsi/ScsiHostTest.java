package io.multipath4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.codec.Capacity;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Designator;
import io.multipath4j.scsi.codec.DeviceIdentification;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.codec.LunList;
import io.multipath4j.scsi.codec.ModeParameters;
import io.multipath4j.scsi.codec.Opcode;
import io.multipath4j.scsi.codec.Sense;
import io.multipath4j.scsi.codec.SenseKey;
import io.multipath4j.scsi.codec.StandardInquiry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScsiHostTest {

  private final Rig rig = new Rig();

  @AfterEach
  void nothingIsLeftOver() {
    rig.assertIdle();
  }

  // ---- loss and return --------------------------------------------------------------------------

  @Test
  void lostTransportBlocksTheDeviceAndTheRequestsWaitForItsReturn() {
    rig.execute(0);
    rig.execute(ScsiRequest.FAIL_FAST);
    rig.transport.drop("connection reset by peer");
    assertThat(rig.device.state()).isEqualTo(DeviceState.BLOCKED);
    assertThat(rig.ends).as("fail-fast").containsExactly(BlockStatus.IOERR);
    rig.loop.advance(1000);
    rig.transport.restore();
    rig.loop.run();
    assertThat(rig.device.state()).isEqualTo(DeviceState.RUNNING);
    rig.transport.good(rig.transport.oldest());
    assertThat(rig.ends).containsExactly(BlockStatus.IOERR, BlockStatus.OK);
  }

  @Test
  void theDeviceIsBlockedBeforeTheFirstDisruptedRequestEnds() {
    List<DeviceState> seen = new ArrayList<>();
    ScsiRequest request = new ScsiRequest(ended -> seen.add(rig.device.state()));
    request.prepare(10, ScsiRequest.FAIL_FAST, 0).cdb()[0] = 0x2F;
    rig.device.execute(request);
    rig.transport.drop("silent for 1000 ms");
    assertThat(seen).containsExactly(DeviceState.BLOCKED);
  }

  @Test
  void afterTheReplacementTimeoutHeldRequestsFailAndTheReturnStillHelps() {
    rig.transport.drop("gone");
    rig.execute(0);
    rig.loop.advance(Rig.TIMEOUTS.replacementMillis() - 1);
    assertThat(rig.ends).isEmpty();
    rig.loop.advance(1);
    assertThat(rig.ends).containsExactly(BlockStatus.OFFLINE);
    assertThat(rig.events).containsExactly("blocked", "transport-offline");
    rig.transport.restore();
    rig.loop.run();
    assertThat(rig.events).containsExactly("blocked", "transport-offline", "running");
  }

  @Test
  void aReturnInBetweenStartsTheReplacementTimeoutAnew() {
    rig.transport.drop("one");
    rig.loop.advance(4000);
    rig.transport.restore();
    rig.loop.run();
    rig.transport.drop("two");
    rig.loop.advance(4000);
    assertThat(rig.device.state()).isEqualTo(DeviceState.BLOCKED);
  }

  @Test
  void anotherLogicalUnitInTheSamePlaceIsNotUsed() {
    rig.execute(0);
    rig.transport.drop("gone");
    rig.unit.identification =
        new DeviceIdentification(List.of(Designator.naa(new byte[] {0x60, 1, 2, 3, 4, 5, 6, 7})));
    rig.transport.restore();
    rig.loop.run();
    assertThat(rig.device.state()).isEqualTo(DeviceState.OFFLINE);
    assertThat(rig.ends).containsExactly(BlockStatus.OFFLINE);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"serial", "block size", "device type"})
  void eachPartOfTheIdentityIsChecked(String part) {
    rig.transport.drop("gone");
    switch (part) {
      case "serial" -> rig.unit.serial = "SN-2";
      case "block size" -> rig.unit.capacity = Capacity.of(1000, 4096);
      default ->
          rig.unit.inquiry =
              new StandardInquiry(
                  0, 0x0D, false, 6, 0, false, false, true, "V", "P", "1", List.of());
    }
    rig.transport.restore();
    rig.loop.run();
    assertThat(rig.device.state()).isEqualTo(DeviceState.OFFLINE);
  }

  @Test
  void aDeviceThatGrewMeanwhileReturnsAndTellsIt() {
    rig.transport.drop("gone");
    rig.unit.capacity = new Capacity(0x1FFFFF, 512, 3, 0, true, true, false);
    rig.transport.restore();
    rig.loop.run();
    assertThat(rig.events).containsExactly("blocked", "properties", "running");
  }

  @Test
  void aCheckWithoutVerdictIsRepeatedAndTheDeviceStaysAway() {
    rig.transport.drop("gone");
    List<CompletableFuture<Boolean>> checks = new ArrayList<>();
    rig.host.setReturnGate(device -> {
      CompletableFuture<Boolean> check = new CompletableFuture<>();
      checks.add(check);
      return check;
    });
    rig.transport.restore();
    rig.loop.advance(10_000);
    assertThat(rig.device.state())
        .as("never later than without")
        .isEqualTo(DeviceState.TRANSPORT_OFFLINE);
    rig.loop.advance(4 * Rig.TIMEOUTS.commandMillis());
    assertThat(checks).as("the first ran into its deadline").hasSizeGreaterThanOrEqualTo(2);
    checks.getLast().complete(true);
    rig.loop.run();
    assertThat(rig.device.state()).isEqualTo(DeviceState.RUNNING);
  }

  @Test
  void aVerdictFromBeforeAnotherLossDoesNotCount() {
    CompletableFuture<Boolean> check = new CompletableFuture<>();
    rig.host.setReturnGate(device -> check);
    rig.transport.drop("one");
    rig.transport.restore();
    rig.transport.drop("two");
    check.complete(true);
    rig.loop.run();
    assertThat(rig.device.state()).isEqualTo(DeviceState.BLOCKED);
  }

  @Test
  void settingADeviceRunningWhileTheTransportIsDownWaitsForTheCheck() {
    rig.device.setState(DeviceState.OFFLINE);
    rig.transport.drop("gone");
    rig.device.setState(DeviceState.RUNNING);
    assertThat(rig.device.state()).isEqualTo(DeviceState.BLOCKED);
    rig.device.setState(DeviceState.OFFLINE);
    rig.loop.advance(Rig.TIMEOUTS.replacementMillis());
    rig.device.setState(DeviceState.RUNNING);
    assertThat(rig.device.state()).isEqualTo(DeviceState.TRANSPORT_OFFLINE);
    rig.unit.serial = "SN-2";
    rig.transport.restore();
    rig.loop.run();
    assertThat(rig.device.state()).isEqualTo(DeviceState.OFFLINE);
  }

  @Test
  void aDeviceSetRunningAfterItsTransportWasLostIsCheckedFirst() {
    for (DeviceState held : List.of(DeviceState.OFFLINE, DeviceState.QUIESCE)) {
      rig.device.setState(held);
      rig.transport.drop("gone");
      rig.unit.serial = "SN-2";
      rig.transport.restore();
      rig.loop.run();
      rig.events.clear();
      rig.device.setState(DeviceState.RUNNING);
      rig.loop.run();
      assertThat(rig.events).containsExactly("blocked", "offline");
      rig.unit.serial = "SN-1";
      rig.device.setState(DeviceState.RUNNING);
      rig.loop.run();
      assertThat(rig.device.state()).isEqualTo(DeviceState.RUNNING);
    }
  }

  @Test
  void aDoubtedDeviceIsBlockedUntilTheCheckAgrees() {
    rig.device.doubt();
    assertThat(rig.device.state()).isEqualTo(DeviceState.BLOCKED);
    rig.loop.run();
    assertThat(rig.device.state()).isEqualTo(DeviceState.RUNNING);
  }

  @Test
  void aDoubtDuringACheckMakesItWorthless() {
    List<CompletableFuture<Boolean>> checks = new ArrayList<>();
    rig.host.setReturnGate(device -> {
      checks.add(new CompletableFuture<>());
      return checks.getLast();
    });
    rig.transport.drop("gone");
    rig.transport.restore();
    rig.device.doubt();
    checks.getLast().complete(true);
    rig.loop.run();
    assertThat(rig.device.state()).isEqualTo(DeviceState.BLOCKED);
    assertThat(checks).hasSize(2);
    rig.device.doubt();
    checks.getLast().complete(true);
    rig.loop.run();
    assertThat(checks)
        .as("a device that never stops changing is not asked without a break")
        .hasSize(2);
    rig.loop.advance(1_000);
    checks.getLast().complete(true);
    rig.loop.run();
    assertThat(checks).hasSize(3);
    assertThat(rig.device.state()).isEqualTo(DeviceState.RUNNING);
  }

  @Test
  void aDoubtThatIsNotSettledInTimeEndsTheWaiting() {
    rig.host.setReturnGate(device -> new CompletableFuture<>());
    rig.device.doubt();
    rig.execute(0);
    rig.loop.advance(Rig.TIMEOUTS.replacementMillis());
    assertThat(rig.device.state()).isEqualTo(DeviceState.TRANSPORT_OFFLINE);
    assertThat(rig.ends).containsExactly(BlockStatus.OFFLINE);
  }

  @Test
  void aProbeThatWaitsForRoomEndsWithTheTransport() {
    rig.transport.canQueue = 1;
    rig.execute(0);
    CompletableFuture<ScsiDevice> probe = rig.host.probe(Lun.of(2));
    CompletableFuture<List<Long>> luns = rig.host.reportLuns();
    rig.loop.run();
    assertThat(probe).isNotDone();
    rig.transport.drop("gone");
    assertThat(probe).isCompletedExceptionally();
    assertThat(luns).isCompletedExceptionally();
    rig.loop.advance(Rig.TIMEOUTS.replacementMillis());
  }

  @Test
  void asynchronousEventsReachTheDevice() {
    rig.transport.asyncEvent(Lun.of(1), Sense.fixed(SenseKey.UNIT_ATTENTION, 0x2A, 0x09));
    rig.transport.asyncEvent(Lun.of(9), Sense.fixed(SenseKey.UNIT_ATTENTION, 0x2A, 0x09));
    rig.transport.asyncEvent(Lun.of(1), new byte[] {1});
    assertThat(rig.events).containsExactly("UNIT ATTENTION 2Ah/09h capacity data has changed");
  }

  @Test
  void closedHostEndsEverything() {
    rig.device.setQueueDepth(1);
    rig.execute(0);
    rig.execute(0);
    rig.host.close();
    assertThat(rig.ends).containsExactly(BlockStatus.OFFLINE, BlockStatus.IOERR);
    assertThat(rig.transport.closed).isTrue();
    assertThat(rig.device.state()).isEqualTo(DeviceState.DELETED);
  }

  // ---- probing ----------------------------------------------------------------------------------

  @Test
  void probeLearnsEverythingAndRuns() {
    DeviceProperties told = rig.device.properties();
    assertThat(rig.device.state()).isEqualTo(DeviceState.RUNNING);
    assertThat(rig.device.address()).hasToString("3:0:0:1");
    assertThat(told.inquiry()).isEqualTo(rig.unit.inquiry);
    assertThat(told.inquiry().tpgs()).isEqualTo(1);
    assertThat(told.serial()).isEqualTo("SN-1");
    assertThat(told.identification()).isEqualTo(rig.unit.identification);
    assertThat(told.identification().targetPortGroup()).isEqualTo(7);
    assertThat(told.blockLimits()).isEqualTo(rig.unit.limits);
    assertThat(told.characteristics().rotationRate()).isEqualTo(1);
    assertThat(told.provisioning()).isEqualTo(rig.unit.provisioning);
    assertThat(told.capacity()).isEqualTo(rig.unit.capacity);
    assertThat(told.mode()).isEqualTo(rig.unit.mode);
  }

  @Test
  void missingLogicalUnitIsSaidInWords() {
    rig.unit.next.add(0x052500);
    assertThat(rig.failure(rig.host.probe(Lun.of(7))))
        .isEqualTo(
            "LUN 7 of iqn.2026-01.example:disk: not there "
                + "(ILLEGAL REQUEST 25h/00h logical unit not supported)");
    rig.unit.inquiry =
        new StandardInquiry(3, 0x1F, false, 6, 0, false, false, true, "V", "P", "1", List.of());
    assertThat(rig.failure(rig.host.probe(Lun.of(7))))
        .contains("not there (INQUIRY reports peripheral qualifier 3, device type 31)");
    assertThat(rig.host.devices()).hasSize(1);
  }

  @Test
  void powerOnAttentionsAreTakenInStride() {
    rig.unit.next.add(0x062900);
    rig.unit.next.add(0x063F0E);
    rig.unit.next.add(0x062A01);
    assertThat(rig.await(rig.host.probe(Lun.of(2))).state()).isEqualTo(DeviceState.RUNNING);
  }

  @Test
  void oldDeviceWithoutPagesIsProbedWithTheOldCommands() {
    rig.unit.missingPages.addAll(List.of(0x00, 0x80, 0x83, 0xB0, 0xB1, 0xB2));
    rig.unit.unknown.add(Opcode.SERVICE_ACTION_IN_16);
    rig.unit.unknown.add(Opcode.MODE_SENSE_10);
    rig.unit.capacity = Capacity.of(1000, 512);
    DeviceProperties told = rig.await(rig.host.probe(Lun.of(2))).properties();
    assertThat(told.identification()).isNull();
    assertThat(told.capacity()).isEqualTo(Capacity.of(1000, 512));
    assertThat(told.mode()).isEqualTo(rig.unit.mode);
    assertThat(rig.unit.seen).contains("READ CAPACITY(10)", "MODE SENSE(6)");
  }

  @Test
  void withoutModeSenseNoCacheIsAssumed() {
    rig.unit.unknown.add(Opcode.MODE_SENSE_6);
    rig.unit.unknown.add(Opcode.MODE_SENSE_10);
    assertThat(rig.await(rig.host.probe(Lun.of(2))).properties().mode())
        .isEqualTo(new ModeParameters(false, false, false, false));
  }

  @Test
  void aConnectionLostDuringModeSenseIsNotTakenForADiskWithoutACache() {
    rig.transport.target =
        (lun, command) ->
            Cdb.opcode(command.cdb()) != Opcode.MODE_SENSE_10 && rig.unit.answer(lun, command);
    CompletableFuture<ScsiDevice> probe = rig.host.probe(Lun.of(2));
    rig.loop.run();
    rig.transport.drop("gone");
    assertThat(rig.failure(probe)).contains("MODE SENSE");
    rig.transport.target = rig.unit;
    rig.transport.restore();
    rig.loop.advance(1_000);
    assertThat(rig.device.properties().mode().writeCache()).isTrue();
  }

  @Test
  void aPortInStandbyHasADeviceWithoutSizeUntilItIsAskedAgain() {
    rig.unit.notReady = 0x02040B;
    ScsiDevice standby = rig.await(rig.host.probe(Lun.of(2)));
    assertThat(standby.properties().capacity()).isNull();
    assertThat(standby.properties().identification()).isNotNull();
    rig.unit.notReady = 0;
    assertThat(rig.await(standby.revalidate()).capacity()).isEqualTo(rig.unit.capacity);
  }

  @Test
  void longIdentificationPageIsFetchedWhole() {
    List<Designator> many = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      many.add(Designator.t10VendorId("MPATH4J", "designator number " + i));
    }
    rig.unit.identification = new DeviceIdentification(many);
    assertThat(rig.await(rig.host.probe(Lun.of(2))).properties().identification().designators())
        .hasSize(20);
  }

  @Test
  void aSilentTargetFailsTheProbeInBoundedTime() {
    rig.transport.target = (lun, command) -> false;
    String message = rig.failure(rig.host.probe(Lun.of(2)));
    assertThat(message).isEqualTo("LUN 2 of iqn.2026-01.example:disk: INQUIRY: DID_ABORT");
  }

  @Test
  void aLostTransportFailsTheProbeAtOnce() {
    rig.transport.up = false;
    CompletableFuture<ScsiDevice> probe = rig.host.probe(Lun.of(2));
    rig.loop.run();
    assertThat(rig.failure(probe)).contains("INQUIRY: not sent, TRANSPORT");
  }

  @Test
  void probingAKnownLunReturnsItsDevice() {
    assertThat(rig.await(rig.host.probe(Lun.of(1)))).isSameAs(rig.device);
    assertThat(rig.await(rig.host.probe(0x4001_0000_0000_0000L))).isSameAs(rig.device);
  }

  @Test
  void reportedLunsComeInFullHoweverMany() {
    List<Long> luns = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      luns.add(Lun.of(i));
    }
    rig.unit.luns = luns;
    assertThat(rig.await(rig.host.reportLuns())).isEqualTo(luns);
    rig.unit.luns = List.of(0L, Lun.of(3));
    assertThat(rig.await(rig.host.reportLuns())).containsExactly(0L, Lun.of(3));
  }

  @Test
  void absurdLunListIsRefused() {
    rig.transport.target =
        (lun, command) -> {
          byte[] list = LunList.encode(List.of());
          list[0] = 0x7F;
          ScriptedTransport.answerData(command, list);
          return true;
        };
    assertThat(rig.failure(rig.host.reportLuns()))
        .startsWith("iqn.2026-01.example:disk: REPORT LUNS announces");
  }
}
