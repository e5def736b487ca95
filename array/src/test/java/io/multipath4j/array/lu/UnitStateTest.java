package io.multipath4j.array.lu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.scsi.codec.AccessState;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.ModeParameters;
import io.multipath4j.scsi.codec.ScsiStatus;
import io.multipath4j.scsi.codec.Sense;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mode pages, start and stop, unit attentions and asymmetric access states. */
class UnitStateTest {

  private static final String TEST_UNIT_READY = "000000000000";
  private final ArrayFixture array = new ArrayFixture();

  @AfterEach
  void close() {
    array.close();
  }

  @Test
  void aNewNexusIsToldOfPowerOnOnce() {
    array.run(TEST_UNIT_READY);
    array.assertSense(Condition.POWER_ON_OR_RESET);
    array.run(TEST_UNIT_READY);
    array.assertGood();
  }

  @Test
  void aNexusThatReturnsIsToldOfItsLoss() {
    array.device.disconnect(array.nexus);
    array.nexus = array.device.connect("iqn.host,i,0x1", array.portA);
    array.run(TEST_UNIT_READY);
    array.assertSense(Condition.I_T_NEXUS_LOSS_OCCURRED);
  }

  @Test
  void inquiryPassesAUnitAttentionAndRequestSenseTakesIt() {
    array.device.resetLogicalUnit(array.unit);
    assertThat(array.dataIn(cdb -> Cdb.inquiry(cdb, 96))).isNotEmpty();
    byte[] sense = array.dataIn(cdb -> Cdb.requestSense(cdb, 252));
    assertThat(Sense.decode(sense, sense.length))
        .isEqualTo(Condition.BUS_DEVICE_RESET_FUNCTION_OCCURRED);
    array.run(TEST_UNIT_READY);
    array.assertGood();
  }

  @Test
  void aResetReplacesOlderAttentionsAndTheSameOneIsToldOnce() {
    UnitAttentions pending = new UnitAttentions();
    pending.add(Condition.ASYMMETRIC_ACCESS_STATE_CHANGED);
    pending.add(Condition.ASYMMETRIC_ACCESS_STATE_CHANGED);
    pending.add(Condition.MODE_PARAMETERS_CHANGED);
    assertThat(pending.take()).isEqualTo(Condition.ASYMMETRIC_ACCESS_STATE_CHANGED);
    pending.add(Condition.POWER_ON_OR_RESET);
    assertThat(pending.take()).isEqualTo(Condition.POWER_ON_OR_RESET);
    assertThat(pending.isEmpty()).isTrue();
    for (int i = 0; i < 2 * UnitAttentions.MAX_PENDING; i++) {
      pending.add(0x06_3F_00 + i);
    }
    assertThat(pending.take()).isEqualTo(0x06_3F_00);
  }

  @Test
  void modeSenseTellsWriteCacheAndFua() throws Exception {
    array.nexus.attentions(1).take();
    ModeParameters six =
        ModeParameters.decode6(
            array.dataIn(cdb -> Cdb.modeSense6(cdb, ModeParameters.CACHING_PAGE, 255)));
    assertThat(six).isEqualTo(new ModeParameters(false, true, true, false));
    assertThat(
            ModeParameters.decode10(
                array.dataIn(cdb -> Cdb.modeSense10(cdb, ModeParameters.ALL_PAGES, 255))))
        .isEqualTo(six);
    assertThat(array.dataIn("1A 00 08 00 FF 00")).as("with block descriptor").hasSize(4 + 8 + 20);
    assertThat(array.dataIn("5A 10 0A 00000000 00FF 00")).as("long one").hasSize(8 + 16 + 12);
    array.run("1A00 FF 00 FF 00");
    array.assertSense(Condition.SAVING_PARAMETERS_NOT_SUPPORTED);
  }

  @Test
  void softwareWriteProtectStopsWritesAndOtherInitiatorsAreTold() {
    array.nexus.attentions(1).take();
    final Nexus other = array.quietNexus("iqn.other,i,0x2", array.portB);
    byte[] list = array.dataIn(cdb -> Cdb.modeSense6(cdb, ModeParameters.CONTROL_PAGE, 255));
    list[0] = 0;
    list[4 + 4] |= 0x08;
    array.dataOut("1510 0000 10 00", list);
    array.assertGood();
    array.run("2A00 00000000 00 0001 00");
    array.assertSense(Condition.SOFTWARE_WRITE_PROTECTED);
    list[4 + 5] |= 0x40; // TAS cannot be changed
    array.dataOut("1510 0000 10 00", list);
    array.assertSense(Condition.INVALID_FIELD_IN_PARAMETER_LIST);
    array.dataOut("1510 0000 09 00", java.util.Arrays.copyOf(list, 9));
    array.assertSense(Condition.PARAMETER_LIST_LENGTH_ERROR);
    array.nexus = other;
    array.run(TEST_UNIT_READY);
    array.assertSense(Condition.MODE_PARAMETERS_CHANGED);
  }

  @Test
  void descriptorSenseOnRequestAndFixedSenseAgainAfterAReset() {
    array.nexus.attentions(1).take();
    byte[] list = array.dataIn(cdb -> Cdb.modeSense10(cdb, ModeParameters.CONTROL_PAGE, 255));
    list[0] = 0;
    list[1] = 0;
    list[8 + 2] |= 0x04;
    array.dataOut("5510 0000000000 0014 00", list);
    array.run("FF00");
    assertThat(array.task.senseData()[0]).isEqualTo((byte) 0x72);
    array.assertSense(Condition.INVALID_COMMAND_OPERATION_CODE);
    array.device.resetLogicalUnit(array.unit);
    array.run("FF00");
    assertThat(array.task.senseData()[0]).isEqualTo((byte) 0x70);
  }

  @Test
  void aStoppedUnitWantsToBeStarted() {
    array.nexus.attentions(1).take();
    array.run("1B0000000000");
    array.run(TEST_UNIT_READY);
    array.assertSense(Condition.INITIALIZING_COMMAND_REQUIRED);
    array.run("1B0000000100");
    array.run(TEST_UNIT_READY);
    array.assertGood();
    array.run("1B0000000200");
    array.assertSense(Condition.INVALID_FIELD_IN_CDB);
  }

  @ParameterizedTest
  @CsvSource({"STANDBY, 02040B", "UNAVAILABLE, 02040C", "OFFLINE, 020412", "TRANSITIONING, 02040A"})
  void anInactivePortRefusesIoAndStillTellsItsState(AccessState state, String refusal) {
    array.nexus.attentions(1).take();
    array.device.setAccessState(1, state);
    array.run(TEST_UNIT_READY);
    array.assertSense(Condition.ASYMMETRIC_ACCESS_STATE_CHANGED);
    array.run(cdb -> Cdb.read10(cdb, 0, 1, 0));
    array.assertSense(Integer.parseInt(refusal, 16));
    array.run(TEST_UNIT_READY);
    array.assertSense(Integer.parseInt(refusal, 16));
    assertThat(array.dataIn(cdb -> Cdb.inquiry(cdb, 96))).isNotEmpty();
    byte[] groups = array.dataIn("A32A 00000000 00000080 0000");
    assertThat(HexFormat.of().formatHex(groups))
        .isEqualTo(
            "0000001c"
                + "103c0000"
                + ("8" + Integer.toHexString(state.code()) + "cf0001" + "00020001" + "00000001")
                + ("01cf0002" + "00020001" + "00000002"));
    array.run(cdb -> Cdb.readCapacity16(cdb, 32));
    assertThat(array.task.status() == ScsiStatus.GOOD).isEqualTo(state == AccessState.STANDBY);
    array.nexus = array.quietNexus("iqn.host,i,0x1", array.portB);
    array.run(TEST_UNIT_READY);
    array.assertGood();
  }

  @Test
  void targetPortGroupsWithoutTheExtendedHeader() {
    array.nexus.attentions(1).take();
    assertThat(array.dataIn("A30A 00000000 00000080 0000")).hasSize(4 + 2 * 12);
    assertThat(array.dataIn("A30A 00000000 00000004 0000")).hasSize(4);
    array.run("A34A 00000000 00000080 0000");
    array.assertSense(Condition.INVALID_FIELD_IN_CDB);
  }

  @Test
  void onlyAStateThatChangesIsTold() {
    array.nexus.attentions(1).take();
    array.device.setAccessState(1, AccessState.ACTIVE_OPTIMIZED);
    array.run(TEST_UNIT_READY);
    array.assertGood();
    assertThatThrownBy(() -> array.device.setAccessState(7, AccessState.STANDBY))
        .hasMessageContaining("no target port group 7");
  }
}
