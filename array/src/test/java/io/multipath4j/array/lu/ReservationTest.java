package io.multipath4j.array.lu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.PersistentReserve;
import io.multipath4j.scsi.codec.ReservationCapabilities;
import io.multipath4j.scsi.codec.ReservationFullStatus;
import io.multipath4j.scsi.codec.ReservationKeys;
import io.multipath4j.scsi.codec.ReservationMoveList;
import io.multipath4j.scsi.codec.ReservationOutList;
import io.multipath4j.scsi.codec.ReservationStatus;
import io.multipath4j.scsi.codec.ReservationType;
import io.multipath4j.scsi.codec.ScsiStatus;
import io.multipath4j.scsi.codec.TransportId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Persistent reservations, and those of RESERVE(6), over several nexuses. */
class ReservationTest {

  private static final String TEST_UNIT_READY = "000000000000";
  private static final ReservationType WE = ReservationType.WRITE_EXCLUSIVE;
  private static final ReservationType WE_RO = ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY;
  private static final ReservationType EA_RO = ReservationType.EXCLUSIVE_ACCESS_REGISTRANTS_ONLY;
  private static final ReservationType EA_AR = ReservationType.EXCLUSIVE_ACCESS_ALL_REGISTRANTS;

  private final ArrayFixture array = new ArrayFixture();
  private final Nexus a1 = array.quietNexus("iqn.a,i,0x000000000001", array.portA);
  private final Nexus a2 = array.quietNexus("iqn.a,i,0x000000000001", array.portB);
  private final Nexus b1 = array.quietNexus("iqn.b,i,0x000000000001", array.portA);
  private final Nexus c1 = array.quietNexus("iqn.c,i,0x000000000001", array.portA);

  @AfterEach
  void close() {
    array.close();
  }

  // ---- Registrations

  @Test
  void aKeyIsOfOneNexusAndNotOfItsInitiator() throws Exception {
    register(a1, 0, 0xA);
    assertThat(keys()).containsExactly(0xAL);
    reserve(a1, 0xA, WE_RO);
    good(a1, write());
    conflict(a2, write());
    good(a2, read());
    register(a2, 0, 0xA);
    good(a2, write());
    assertThat(keys()).containsExactly(0xAL, 0xAL);
  }

  @Test
  void registerWantsTheRightKeyAndRegisterAndIgnoreDoesNot() throws Exception {
    out(a1, PersistentReserve.REGISTER, null, 7, 0xA);
    assertConflict();
    register(a1, 0, 0xA);
    out(a1, PersistentReserve.REGISTER, null, 0, 0xB);
    assertConflict();
    register(a1, 0xA, 0xB);
    assertThat(keys()).containsExactly(0xBL);
    out(a1, PersistentReserve.REGISTER_AND_IGNORE_EXISTING_KEY, null, 99, 0xC);
    array.assertGood();
    assertThat(keys()).containsExactly(0xCL);
    register(a1, 0xC, 0);
    assertThat(keys()).isEmpty();
    assertThat(generation()).isEqualTo(4);
  }

  @Test
  void toRemoveTheKeyOfANexusThatHasNoneDoesNothing() throws Exception {
    register(a1, 0, 0);
    assertThat(generation()).isZero();
  }

  @Test
  void allTgPtRegistersAnInitiatorWithAllTargetPorts() throws Exception {
    out(a1, PersistentReserve.REGISTER, null, flags(0, 0xA, true, false));
    array.assertGood();
    ReservationFullStatus status = fullStatus();
    assertThat(status.registrations())
        .extracting(ReservationFullStatus.Registration::relativeTargetPort)
        .containsExactly(1, 2);
    reserve(a1, 0xA, EA_RO);
    good(a2, write());
    conflict(b1, read());
    out(a2, PersistentReserve.REGISTER, null, flags(0xA, 0, true, false));
    array.assertGood();
    assertThat(keys()).isEmpty();
    assertThat(reservation().type()).isNull();
  }

  @Test
  void whatTheCapabilitiesLeaveOutIsRefused() throws Exception {
    ReservationCapabilities can =
        ReservationCapabilities.decode(state(PersistentReserve.REPORT_CAPABILITIES));
    assertThat(can.allTargetPorts()).isTrue();
    assertThat(can.specifiedInitiators()).isFalse();
    assertThat(can.persistCapable()).isFalse();
    assertThat(can.types()).containsExactlyInAnyOrder(ReservationType.values());
    ReservationOutList specI =
        new ReservationOutList(
            0, 1, false, false, true, List.of(TransportId.iscsi(b1.initiatorPort())));
    out(a1, PersistentReserve.REGISTER, null, specI.encode());
    array.assertSense(Condition.INVALID_FIELD_IN_PARAMETER_LIST);
    out(a1, PersistentReserve.REGISTER, null, flags(0, 1, false, true));
    array.assertSense(Condition.INVALID_FIELD_IN_PARAMETER_LIST);
    out(a1, PersistentReserve.REGISTER, null, new byte[23]);
    array.assertSense(Condition.PARAMETER_LIST_LENGTH_ERROR);
    out(a1, PersistentReserve.REGISTER, null, new byte[25]);
    array.assertSense(Condition.PARAMETER_LIST_LENGTH_ERROR);
    assertThat(keys()).isEmpty();
    array.run("5E 04 0000000000 00FF 00");
    array.assertSense(Condition.INVALID_FIELD_IN_CDB);
  }

  @Test
  void registrationsAreBounded() {
    ReservationChange change = new ReservationChange(ReservationState.NOTHING, a1.id());
    List<Integer> ports = new ArrayList<>();
    for (int port = 1; port <= ReservationChange.MAX_REGISTRATIONS; port++) {
      ports.add(port);
    }
    ReservationOutList all = new ReservationOutList(0, 1, true, false, false, List.of());
    assertThat(change.register(all, false, ports)).isEqualTo(Condition.NO_SENSE);
    ports.add(ReservationChange.MAX_REGISTRATIONS + 1);
    assertThat(new ReservationChange(ReservationState.NOTHING, a1.id()).register(all, true, ports))
        .isEqualTo(Condition.INSUFFICIENT_REGISTRATION_RESOURCES);
  }

  // ---- Who may do what

  @ParameterizedTest
  @EnumSource
  void eachTypeAdmitsItsOwn(ReservationType type) {
    register(a1, 0, 0xA);
    register(b1, 0, 0xB);
    reserve(a1, 0xA, type);
    good(a1, write());
    good(a1, read());
    for (Nexus other : List.of(b1, c1)) {
      boolean admitted = other == b1 && type.admitsRegistrants();
      for (String hex : WRITES) {
        assertThat(conflicts(other, hex)).as("%s by %s", hex, other).isEqualTo(!admitted);
      }
      for (String hex : READS) {
        assertThat(conflicts(other, hex))
            .as("%s by %s", hex, other)
            .isEqualTo(!admitted && !type.isWriteExclusive());
      }
      for (String hex : PASSES) {
        assertThat(conflicts(other, hex)).as("%s by %s", hex, other).isFalse();
      }
    }
  }

  private static final List<String> WRITES =
      List.of(
          "2A00 00000000 00 0000 00",
          "8A00 0000000000000000 00000000 00 00",
          "2E00 00000000 00 0000 00",
          "3500 00000000 00 0000 00",
          "9100 0000000000000000 00000000 00 00",
          "4100 00000000 00 0001 00",
          "9301 0000000000000000 00000001 00 00",
          "4200 00000000 00 0000 00",
          "8900 0000000000000000 00000000 00 00",
          "1510 0000 00 00",
          "1B00 0000 00 00");

  private static final List<String> READS =
      List.of(
          "0800 0000 01 00",
          "2800 00000000 00 0001 00",
          "8800 0000000000000000 00000001 00 00",
          "2F00 00000000 00 0001 00",
          "3400 00000000 00 0001 00",
          "1A00 0800 FF 00",
          "9E12 0000000000000000 000000FF 00 00");

  private static final List<String> PASSES =
      List.of(
          TEST_UNIT_READY,
          "1200 0000 FF 00",
          "0300 0000 FC 00",
          "2500 00000000 00 0000 00",
          "9E10 0000000000000000 00000020 00 00",
          "A000 00000000 000000FF 0000",
          "A30A 00000000 000000FF 0000",
          "A30C 00000000 000000FF 0000",
          "1B00 0000 01 00",
          "5E00 0000000000 00FF 00");

  @Test
  void onlyARegisteredNexusReserves() {
    out(a1, PersistentReserve.RESERVE, WE, 0, 0);
    assertConflict();
    register(a1, 0, 0xA);
    out(a1, PersistentReserve.RESERVE, WE, 0xB, 0);
    assertConflict();
    reserve(a1, 0xA, WE);
    reserve(a1, 0xA, WE);
    out(a1, PersistentReserve.RESERVE, WE_RO, 0xA, 0);
    assertConflict();
    register(b1, 0, 0xB);
    out(b1, PersistentReserve.RESERVE, WE, 0xB, 0);
    assertConflict();
    array.nexus = a1;
    array.dataOut("5F01 12 0000 00000018 00", ReservationOutList.of(0xA, 0).encode());
    array.assertSense(Condition.INVALID_FIELD_IN_CDB);
  }

  @Test
  void readReservationNamesTheHolderOrAllRegistrants() throws Exception {
    register(a1, 0, 0xA);
    reserve(a1, 0xA, WE);
    assertThat(reservation()).isEqualTo(new ReservationStatus(1, 0xA, WE));
    release(a1, 0xA, WE);
    reserve(a1, 0xA, EA_AR);
    register(b1, 0, 0xB);
    assertThat(reservation()).isEqualTo(new ReservationStatus(2, 0, EA_AR));
    assertThat(fullStatus().registrations())
        .extracting(ReservationFullStatus.Registration::heldType)
        .containsExactly(EA_AR, EA_AR);
    assertThat(fullStatus().registrations().getLast().initiator())
        .isEqualTo(TransportId.iscsi("iqn.b,i,0x000000000001"));
  }

  // ---- Ends of a reservation

  @Test
  void aReleaseIsForTheHolderAndItsType() throws Exception {
    register(a1, 0, 0xA);
    register(b1, 0, 0xB);
    reserve(a1, 0xA, EA_RO);
    out(a1, PersistentReserve.RELEASE, WE, 0xA, 0);
    array.assertSense(Condition.INVALID_RELEASE_OF_PERSISTENT_RESERVATION);
    release(b1, 0xB, EA_RO);
    assertThat(reservation().type()).isEqualTo(EA_RO);
    out(c1, PersistentReserve.RELEASE, EA_RO, 0xA, 0);
    assertConflict();
    release(a1, 0xA, EA_RO);
    assertThat(reservation().type()).isNull();
    told(b1, Condition.RESERVATIONS_RELEASED);
    toldNothing(a1, c1);
  }

  @Test
  void theReleaseOfAPlainTypeIsNotTold() {
    register(a1, 0, 0xA);
    register(b1, 0, 0xB);
    reserve(a1, 0xA, WE);
    release(a1, 0xA, WE);
    toldNothing(a1, b1);
  }

  @Test
  void aHolderThatUnregistersReleases() throws Exception {
    register(a1, 0, 0xA);
    register(b1, 0, 0xB);
    reserve(a1, 0xA, WE_RO);
    register(a1, 0xA, 0);
    assertThat(reservation().type()).isNull();
    told(b1, Condition.RESERVATIONS_RELEASED);
  }

  @Test
  void withAllRegistrantsTheLastOneReleases() throws Exception {
    register(a1, 0, 0xA);
    register(b1, 0, 0xB);
    reserve(a1, 0xA, EA_AR);
    register(a1, 0xA, 0);
    assertThat(reservation().type()).isEqualTo(EA_AR);
    conflict(a1, read());
    good(b1, write());
    register(b1, 0xB, 0);
    assertThat(reservation().type()).isNull();
  }

  @Test
  void aReservationSurvivesItsNexusAndAReset() throws Exception {
    register(a1, 0, 0xA);
    reserve(a1, 0xA, EA_RO);
    array.device.disconnect(a1);
    array.device.resetLogicalUnit(array.unit);
    told(c1, Condition.BUS_DEVICE_RESET_FUNCTION_OCCURRED);
    conflict(c1, read());
    Nexus again = array.quietNexus(a1.initiatorPort(), array.portA);
    good(again, write());
  }

  @Test
  void clearRemovesAllAndTellsTheOthers() throws Exception {
    register(a1, 0, 0xA);
    register(b1, 0, 0xB);
    reserve(a1, 0xA, WE);
    out(c1, PersistentReserve.CLEAR, null, 0xA, 0);
    assertConflict();
    out(b1, PersistentReserve.CLEAR, null, 0xB, 0);
    array.assertGood();
    assertThat(keys()).isEmpty();
    assertThat(reservation()).isEqualTo(new ReservationStatus(3, 0, null));
    told(a1, Condition.RESERVATIONS_PREEMPTED);
    toldNothing(b1, c1);
  }

  // ---- Preempting

  @Test
  void preemptOfTheHolderTakesTheReservation() throws Exception {
    register(a1, 0, 0xA);
    register(a2, 0, 0xA);
    register(b1, 0, 0xB);
    register(c1, 0, 0xC);
    reserve(a1, 0xA, WE_RO);
    out(b1, PersistentReserve.PREEMPT, EA_RO, 0xB, 0xA);
    array.assertGood();
    assertThat(reservation()).isEqualTo(new ReservationStatus(5, 0xB, EA_RO));
    assertThat(keys()).containsExactly(0xBL, 0xCL);
    told(a1, Condition.REGISTRATIONS_PREEMPTED);
    told(a2, Condition.REGISTRATIONS_PREEMPTED);
    told(c1, Condition.RESERVATIONS_RELEASED);
    conflict(a1, read());
    good(c1, write());
  }

  @Test
  void preemptOfAnotherRemovesItsRegistrationOnly() throws Exception {
    register(a1, 0, 0xA);
    register(b1, 0, 0xB);
    reserve(a1, 0xA, WE);
    out(a1, PersistentReserve.PREEMPT, WE, 0xA, 0xB);
    array.assertGood();
    assertThat(keys()).containsExactly(0xAL);
    assertThat(reservation().type()).isEqualTo(WE);
    told(b1, Condition.REGISTRATIONS_PREEMPTED);
    out(a1, PersistentReserve.PREEMPT, WE, 0xA, 0xB);
    assertConflict();
    out(a1, PersistentReserve.PREEMPT, WE, 0xA, 0);
    array.assertSense(Condition.INVALID_FIELD_IN_PARAMETER_LIST);
  }

  @Test
  void aHolderPreemptsItselfToChangeTheTypeAndItsOtherPathsLoseTheirKeys() throws Exception {
    register(a1, 0, 0xA);
    register(a2, 0, 0xA);
    reserve(a1, 0xA, WE_RO);
    out(a1, PersistentReserve.PREEMPT, EA_RO, 0xA, 0xA);
    array.assertGood();
    assertThat(reservation()).isEqualTo(new ReservationStatus(3, 0xA, EA_RO));
    assertThat(keys()).containsExactly(0xAL);
    told(a2, Condition.REGISTRATIONS_PREEMPTED);
  }

  @Test
  void withAllRegistrantsKeyZeroPreemptsTheReservation() throws Exception {
    register(a1, 0, 0xA);
    register(b1, 0, 0xB);
    reserve(a1, 0xA, EA_AR);
    out(b1, PersistentReserve.PREEMPT, WE, 0xB, 0);
    array.assertGood();
    assertThat(reservation()).isEqualTo(new ReservationStatus(3, 0xB, WE));
    assertThat(keys()).containsExactly(0xBL);
    told(a1, Condition.REGISTRATIONS_PREEMPTED);
  }

  @Test
  void preemptAndAbortEndsTheTasksOfThePreemptedOnes() {
    List<String> aborted = new ArrayList<>();
    a1.setTaskAborter(lun -> aborted.add("a1 " + lun));
    b1.setTaskAborter(lun -> aborted.add("b1 " + lun));
    c1.setTaskAborter(lun -> aborted.add("c1 " + lun));
    register(a1, 0, 0xA);
    register(b1, 0, 0xB);
    reserve(a1, 0xA, WE);
    out(b1, PersistentReserve.PREEMPT_AND_ABORT, WE, 0xB, 0xA);
    array.assertGood();
    assertThat(aborted).containsExactly("a1 1");
    told(a1, Condition.COMMANDS_CLEARED_BY_ANOTHER_INITIATOR);
    told(a1, Condition.REGISTRATIONS_PREEMPTED);
  }

  // ---- REGISTER AND MOVE

  @Test
  void registerAndMoveGivesTheReservationToAnotherNexus() throws Exception {
    register(a1, 0, 0xA);
    out(a1, PersistentReserve.REGISTER_AND_MOVE, null, moveTo(b1, 0xB, 1, true));
    array.assertSense(Condition.INVALID_FIELD_IN_CDB);
    reserve(a1, 0xA, WE);
    out(a1, PersistentReserve.REGISTER_AND_MOVE, null, moveTo(b1, 0xB, 9, true));
    array.assertSense(Condition.INVALID_FIELD_IN_PARAMETER_LIST);
    out(a1, PersistentReserve.REGISTER_AND_MOVE, null, moveTo(a1, 0xB, 1, true));
    array.assertSense(Condition.INVALID_FIELD_IN_PARAMETER_LIST);
    out(a1, PersistentReserve.REGISTER_AND_MOVE, null, moveTo(b1, 0, 1, true));
    array.assertSense(Condition.INVALID_FIELD_IN_PARAMETER_LIST);
    out(a1, PersistentReserve.REGISTER_AND_MOVE, null, moveTo(b1, 0xB, 1, true));
    array.assertGood();
    assertThat(reservation()).isEqualTo(new ReservationStatus(2, 0xB, WE));
    assertThat(keys()).containsExactly(0xBL);
    conflict(a1, write());
    good(b1, write());
  }

  // ---- Power loss

  @Test
  void whatIsToPersistSurvivesARestart(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("lun1.pr");
    array.unit.persistReservations(file);
    register(a1, 0, 0xA);
    assertThat(file).doesNotExist();
    out(b1, PersistentReserve.REGISTER, null, flags(0, 0xB, true, true));
    array.assertGood();
    reserve(a1, 0xA, WE_RO);
    ReservationCapabilities can =
        ReservationCapabilities.decode(state(PersistentReserve.REPORT_CAPABILITIES));
    assertThat(can.persistCapable()).isTrue();
    assertThat(can.persistActive()).isTrue();
    ReservationState before = array.unit.reservations().state();
    try (ArrayFixture restarted = new ArrayFixture()) {
      restarted.unit.persistReservations(file);
      ReservationState after = restarted.unit.reservations().state();
      assertThat(after.registrations()).isEqualTo(before.registrations()).hasSize(3);
      assertThat(after.type()).isEqualTo(WE_RO);
      assertThat(after.holder()).isEqualTo(a1.id());
      assertThat(after.generation()).isZero();
    }
    register(a1, 0xA, 0xC); // APTPL zero: from now on nothing persists
    assertThat(file).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({"20, checksum", "0, begin", "99, checksum"})
  void aDamagedFileIsRefusedAndNotForgotten(int at, String why, @TempDir Path directory)
      throws Exception {
    Path file = directory.resolve("lun1.pr");
    array.unit.persistReservations(file);
    out(a1, PersistentReserve.REGISTER, null, flags(0, 0xA, false, true));
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 1;
    Files.write(file, bytes);
    assertThatThrownBy(() -> array.unit.persistReservations(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(why)
        .hasMessageContaining("remove it");
  }

  @Test
  void theFileOfAnotherUnitIsRefused(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("lun1.pr");
    LogicalUnitId other = LogicalUnitId.of("iqn.other", 1);
    new ReservationFile(file, other).save(new ReservationState(0, true, List.of(), null, null));
    assertThatThrownBy(() -> array.unit.persistReservations(file))
        .hasMessageContaining(other.naa());
  }

  @Test
  void whatCannotBeSavedIsNotDone(@TempDir Path directory) throws Exception {
    Path gone = Files.createDirectory(directory.resolve("gone"));
    array.unit.persistReservations(gone.resolve("lun1.pr"));
    Files.delete(gone);
    out(a1, PersistentReserve.REGISTER, null, flags(0, 0xA, false, true));
    array.assertSense(Condition.WRITE_ERROR);
    assertThat(keys()).isEmpty();
  }

  // ---- RESERVE(6)

  @Test
  void reserve6KeepsOthersOutUntilItsNexusReleases() {
    good(a1, "160000000000");
    good(a1, write());
    for (String hex : List.of(TEST_UNIT_READY, "160000000000", read(), write())) {
      conflict(b1, hex);
    }
    good(b1, "1200 0000 FF 00");
    good(b1, "170000000000");
    conflict(b1, write());
    out(a1, PersistentReserve.REGISTER, null, 0, 1);
    assertConflict();
    good(a1, "170000000000");
    good(b1, write());
  }

  @Test
  void reserve6EndsWithItsNexusOrAReset() {
    good(a1, "160000000000");
    array.device.disconnect(a1);
    good(b1, "160000000000");
    array.device.resetLogicalUnit(array.unit);
    told(c1, Condition.BUS_DEVICE_RESET_FUNCTION_OCCURRED);
    good(c1, write());
  }

  @Test
  void reserve6AndRegistrationsDoNotMix() {
    register(a1, 0, 0xA);
    conflict(b1, "160000000000");
    conflict(a1, "160000000000");
    conflict(a1, "170000000000");
  }

  // ---- Commands

  private static String read() {
    return "2800 00000000 00 0001 00";
  }

  private static String write() {
    return "2A00 00000000 00 0000 00";
  }

  private static byte[] flags(long key, long newKey, boolean allPorts, boolean persist) {
    return new ReservationOutList(key, newKey, allPorts, persist, false, List.of()).encode();
  }

  private static byte[] moveTo(Nexus to, long key, int port, boolean unregister) {
    TransportId id = TransportId.iscsi(to.initiatorPort());
    return new ReservationMoveList(0xA, key, unregister, false, port, id).encode();
  }

  private void out(Nexus by, int action, @Nullable ReservationType type, long key, long actionKey) {
    out(by, action, type, ReservationOutList.of(key, actionKey).encode());
  }

  private void out(Nexus by, int action, @Nullable ReservationType type, byte[] list) {
    byte[] cdb = new byte[10];
    Cdb.persistentReserveOut(cdb, action, type == null ? 0 : type.code(), list.length);
    array.nexus = by;
    array.dataOut(HexFormat.of().formatHex(cdb), list);
  }

  private void register(Nexus by, long key, long newKey) {
    out(by, PersistentReserve.REGISTER, null, key, newKey);
    array.assertGood();
  }

  private void reserve(Nexus by, long key, ReservationType type) {
    out(by, PersistentReserve.RESERVE, type, key, 0);
    array.assertGood();
  }

  private void release(Nexus by, long key, ReservationType type) {
    out(by, PersistentReserve.RELEASE, type, key, 0);
    array.assertGood();
  }

  private boolean conflicts(Nexus by, String hex) {
    array.nexus = by;
    array.run(hex);
    return array.task.status() == ScsiStatus.RESERVATION_CONFLICT;
  }

  private void conflict(Nexus by, String hex) {
    assertThat(conflicts(by, hex)).isTrue();
  }

  private void good(Nexus by, String hex) {
    array.nexus = by;
    array.run(hex);
    array.assertGood();
  }

  private void assertConflict() {
    assertThat(array.task.status()).isEqualTo(ScsiStatus.RESERVATION_CONFLICT);
  }

  private void told(Nexus nexus, int condition) {
    array.nexus = nexus;
    array.run(TEST_UNIT_READY);
    array.assertSense(condition);
  }

  private void toldNothing(Nexus... nexuses) {
    for (Nexus nexus : nexuses) {
      good(nexus, TEST_UNIT_READY);
    }
  }

  private List<Long> keys() throws Exception {
    return ReservationKeys.decode(state(PersistentReserve.READ_KEYS)).keys();
  }

  private long generation() throws Exception {
    return ReservationKeys.decode(state(PersistentReserve.READ_KEYS)).generation();
  }

  private ReservationStatus reservation() throws Exception {
    return ReservationStatus.decode(state(PersistentReserve.READ_RESERVATION));
  }

  private ReservationFullStatus fullStatus() throws Exception {
    return ReservationFullStatus.decode(state(PersistentReserve.READ_FULL_STATUS));
  }

  /** Reads through a nexus of its own, which has nothing to be told. */
  private byte[] state(int action) {
    array.nexus = array.quietNexus("iqn.observer,i,0x000000000001", array.portA);
    byte[] reply = array.dataIn(cdb -> Cdb.persistentReserveIn(cdb, action, 4096));
    array.device.disconnect(array.nexus);
    return reply;
  }
}
