package io.multipath4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.BlockOperations;
import io.multipath4j.block.Ioctl;
import io.multipath4j.scsi.codec.Opcode;
import io.multipath4j.scsi.codec.ScsiStatus;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PassthroughTest {

  private final Rig rig = new Rig();
  private final BlockOperations disk = new ScsiDisk("sda", rig.device).operations();

  @AfterEach
  void nothingIsLeftOver() {
    rig.assertIdle();
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }

  /** A VERIFY(10), which the emulated unit leaves to the test, and which is safe to repeat. */
  private static ScsiPassthrough verify() {
    return ScsiPassthrough.withoutData(hex("2f000000000000000100"));
  }

  private static ScsiPassthrough write() {
    return ScsiPassthrough.dataOut(hex("2a000000000000000100"), new byte[512]);
  }

  private CompletableFuture<Void> pass(ScsiPassthrough command) {
    CompletableFuture<Void> done = disk.ioctl(command, true);
    rig.loop.run();
    return done;
  }

  private static BlockOperationException failure(CompletableFuture<?> future) {
    assertThat(future).isCompletedExceptionally();
    return (BlockOperationException) future.exceptionNow();
  }

  // ---- what comes back --------------------------------------------------------------------------

  @Test
  void dataInAndResidualComeAsTheDeviceSentThem() {
    ScsiPassthrough inquiry = ScsiPassthrough.dataIn(hex("120000010000"), 256);
    assertThat(pass(inquiry)).isCompleted();
    PassthroughResult result = inquiry.result();
    byte[] told = rig.unit.inquiry.encode();
    assertThat(result.isGood()).isTrue();
    assertThat(result.data()).isEqualTo(told);
    assertThat(result.residual()).isEqualTo(256 - told.length);
    assertThat(result.attempts()).isEqualTo(1);
    assertThat(result.sense()).isEmpty();
    assertThat(result.text()).isEqualTo("GOOD");
  }

  @Test
  void dataOutGoesAsItIs() {
    byte[] data = new byte[512];
    data[0] = 1;
    data[511] = 2;
    ScsiPassthrough write = ScsiPassthrough.dataOut(hex("2a000000000000000100"), data);
    CompletableFuture<Void> done = pass(write);
    ScsiCommand sent = rig.transport.oldest();
    byte[] out = new byte[sent.dataLength()];
    sent.data().get(sent.dataOffset(), out);
    assertThat(out).isEqualTo(data);
    rig.loop.advance(7);
    rig.transport.good(sent);
    assertThat(done).isCompleted();
    assertThat(write.result().data()).isEmpty();
    assertThat(write.result().durationNanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(7));
  }

  @Test
  void senseComesByteForByte() {
    byte[] sense = hex("f2050000000000140012345678".repeat(3));
    ScsiPassthrough command = verify();
    CompletableFuture<Void> done = pass(command);
    ScsiCommand sent = rig.transport.oldest();
    sent.senseFrom(ByteBuffer.wrap(sense), 0, sense.length);
    rig.transport.status(sent, ScsiStatus.CHECK_CONDITION, 0);
    assertThat(done).isCompleted();
    assertThat(command.result().sense()).isEqualTo(sense);
    assertThat(command.result().status()).isEqualTo(ScsiStatus.CHECK_CONDITION);
    assertThat(command.result().isGood()).isFalse();
  }

  @Test
  void theAnswerSaysItInWords() {
    ScsiPassthrough command = verify();
    CompletableFuture<Void> done = pass(command);
    rig.transport.sense(rig.transport.oldest(), 0x052100);
    assertThat(done).isCompleted();
    assertThat(command.result().text())
        .isEqualTo("CHECK CONDITION: ILLEGAL REQUEST 21h/00h logical block address out of range");
  }

  @Test
  void aDeviceThatAnnouncesMoreThanItSentGivesWhatCame() {
    ScsiPassthrough read = ScsiPassthrough.dataIn(hex("28000000000000000100"), 512);
    CompletableFuture<Void> done = pass(read);
    rig.transport.status(rig.transport.oldest(), ScsiStatus.GOOD, -100);
    assertThat(done).isCompleted();
    assertThat(read.result().data()).hasSize(512);
    assertThat(read.result().residual()).isEqualTo(-100);
  }

  // ---- one attempt ------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(ints = {0x062900, 0x02040A, 0x020401, 0x031600, 0x0B4700})
  void senseThatIoWouldBeRepeatedForIsTheAnswer(int sense) {
    ScsiPassthrough command = verify();
    CompletableFuture<Void> done = pass(command);
    rig.transport.sense(rig.transport.oldest(), sense);
    rig.loop.run();
    assertThat(done).isCompleted();
    assertThat(command.result().senseCode()).isEqualTo(sense);
    assertThat(command.result().attempts()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(
      names = {"DID_OK"},
      mode = EnumSource.Mode.EXCLUDE)
  void theTransportsWordIsTheAnswer(HostByte hostByte) {
    ScsiPassthrough command = write();
    CompletableFuture<Void> done = pass(command);
    rig.transport.host(rig.transport.oldest(), hostByte);
    rig.loop.run();
    assertThat(done).isCompleted();
    assertThat(command.result().hostByte()).isEqualTo(hostByte);
    assertThat(command.result().text()).isEqualTo(hostByte.name());
  }

  @ParameterizedTest
  @ValueSource(ints = {ScsiStatus.BUSY, ScsiStatus.TASK_SET_FULL, ScsiStatus.TASK_ABORTED})
  void aBusyDeviceIsTheAnswer(int status) {
    ScsiPassthrough command = write();
    CompletableFuture<Void> done = pass(command);
    rig.transport.status(rig.transport.oldest(), status, 0);
    rig.loop.run();
    assertThat(done).isCompleted();
    assertThat(command.result().status()).isEqualTo(status);
  }

  @Test
  void aCommandWithoutAnAnswerIsAbortedAndTimesOut() {
    ScsiPassthrough command = write().withTimeoutMillis(1_234);
    CompletableFuture<Void> done = pass(command);
    rig.loop.advance(1_200);
    assertThat(rig.transport.log).isEmpty();
    rig.loop.advance(100);
    assertThat(rig.transport.log).containsExactly("abort");
    assertThat(done).isCompleted();
    assertThat(command.result().hostByte()).isEqualTo(HostByte.DID_TIME_OUT);
    assertThat(command.result().attempts()).isEqualTo(1);
  }

  @Test
  void whatItMeetsIsToldToTheListeners() {
    CompletableFuture<Void> done = pass(verify());
    rig.transport.sense(rig.transport.oldest(), 0x062A09);
    assertThat(done).isCompleted();
    assertThat(rig.events).containsExactly("UNIT ATTENTION 2Ah/09h capacity data has changed");
  }

  // ---- retry ------------------------------------------------------------------------------------

  @Test
  void aSafeCommandIsRepeatedOnWishUntilItComesThrough() {
    ScsiPassthrough command = verify().withRetry();
    CompletableFuture<Void> done = pass(command);
    rig.transport.sense(rig.transport.oldest(), 0x062900);
    rig.loop.run();
    rig.transport.host(rig.transport.oldest(), HostByte.DID_ERROR);
    rig.loop.run();
    rig.transport.status(rig.transport.oldest(), ScsiStatus.BUSY, 0);
    rig.loop.advance(200);
    rig.transport.sense(rig.transport.oldest(), 0x020401);
    assertThat(done).isCompleted();
    assertThat(command.result().senseCode()).as("its own answer is final").isEqualTo(0x020401);
    assertThat(command.result().attempts()).isEqualTo(4);
  }

  @Test
  void repetitionsAreCounted() {
    ScsiPassthrough command = verify().withRetry();
    CompletableFuture<Void> done = pass(command);
    for (int i = 0; i <= Rig.TIMEOUTS.retries(); i++) {
      rig.transport.sense(rig.transport.oldest(), 0x062900);
      rig.loop.run();
    }
    assertThat(done).isCompleted();
    assertThat(command.result().attempts()).isEqualTo(Rig.TIMEOUTS.retries() + 1);
  }

  @ParameterizedTest
  @CsvSource({
    "000000000000, true",
    "120000002400, true",
    "030000001200, false",
    "0a0000000100, false",
    "1a0008002400, true",
    "150000000000, false",
    "1b0000000000, false",
    "25000000000000000000, true",
    "28000000000000000100, true",
    "2a000000000000000100, false",
    "4d000000000000000400, true",
    "5e000000000000000800, true",
    "5f000000000000001800, false",
    "9e100000000000000000000000200000, true",
    "9e110000000000000000000000200000, false",
    "a30a00000000000000800000, true",
    "a40a00000000000000800000, false",
    "95000000000000000000000000400000, true",
    "94040000000000000000000000000000, false",
    "c00000000000, false",
  })
  void onlyCommandsThatChangeNothingAreSafe(String cdb, boolean safe) {
    ScsiPassthrough command = ScsiPassthrough.withoutData(hex(cdb));
    assertThat(SafeCommands.contains(hex(cdb))).isEqualTo(safe);
    if (!safe) {
      assertThatThrownBy(command::withRetry).hasMessageContaining("not on the list");
      assertThat(failure(disk.ioctl(command, false)).errnoName()).isEqualTo("EPERM");
    }
  }

  // ---- the device's state -----------------------------------------------------------------------

  @Test
  void anOfflineDeviceGetsNothing() {
    rig.device.setState(DeviceState.OFFLINE);
    BlockOperationException failure = failure(pass(write()));
    assertThat(failure.errnoName()).isEqualTo("ENODEV");
    assertThat(failure.getMessage()).contains("WRITE(10): not sent; the device is offline");
    assertThat(rig.transport.outstanding).isEmpty();
  }

  @Test
  void aBlockedDeviceHoldsItUntilItRuns() {
    rig.device.changeState(DeviceState.RUNNING, DeviceState.BLOCKED);
    ScsiPassthrough command = write();
    CompletableFuture<Void> done = pass(command);
    assertThat(rig.transport.outstanding).isEmpty();
    rig.device.setState(DeviceState.RUNNING);
    rig.loop.run();
    rig.transport.good(rig.transport.oldest());
    assertThat(done).isCompleted();
  }

  @Test
  void aBlockedDeviceHoldsItNoLongerThanItsTimeout() {
    rig.device.setState(DeviceState.QUIESCE);
    CompletableFuture<Void> done = pass(write().withTimeoutMillis(300));
    rig.loop.advance(299);
    assertThat(done).isNotDone();
    rig.loop.advance(1);
    BlockOperationException failure = failure(done);
    assertThat(failure.errnoName()).isEqualTo("ETIMEDOUT");
    assertThat(failure.getMessage()).contains("not sent within 300 ms").contains("quiesce");
  }

  @Test
  void aCommandThatWasSentIsNotEndedByTheWaitLimit() {
    ScsiPassthrough command = write().withTimeoutMillis(500);
    rig.device.changeState(DeviceState.RUNNING, DeviceState.BLOCKED);
    CompletableFuture<Void> done = pass(command);
    rig.loop.advance(400);
    rig.device.setState(DeviceState.RUNNING);
    rig.loop.advance(400);
    assertThat(done).isNotDone();
    rig.transport.good(rig.transport.oldest());
    assertThat(done).isCompleted();
    assertThat(command.result().isGood()).isTrue();
  }

  // ---- what is refused --------------------------------------------------------------------------

  @Test
  void reservationsAreRefusedByTheGate() {
    rig.device.setPassthroughGate(PassthroughGate.NO_RESERVATIONS);
    ScsiPassthrough in = ScsiPassthrough.dataIn(hex("5e000000000000000800"), 8);
    ScsiPassthrough out = ScsiPassthrough.dataOut(hex("5f000000000000001800"), new byte[24]);
    assertThat(failure(pass(in)).errnoName()).isEqualTo("EOPNOTSUPP");
    assertThat(failure(pass(out)).getMessage()).contains("PERSISTENT RESERVE OUT is refused");
    assertThat(disk.reservations()).isEmpty();
    assertThat(pass(ScsiPassthrough.dataIn(hex("120000010000"), 256))).isCompleted();
    rig.device.setPassthroughGate(PassthroughGate.OPEN);
    assertThat(disk.reservations()).isPresent();
  }

  @Test
  void moreDataThanTheTransportTakesIsRefused() {
    assertThat(rig.transport.maxTransferBytes()).isEqualTo(ScsiPassthrough.MAX_DATA_BYTES);
    rig.transport.maxTransferBytes = 4096;
    ScsiPassthrough read = ScsiPassthrough.dataIn(hex("28000000000000000900"), 4608);
    assertThat(failure(pass(read)).getMessage()).contains("4608 bytes").contains("at most 4096");
  }

  @Test
  void anotherKindOfRequestIsNotKnown() {
    Ioctl unknown = () -> "FROBNICATE";
    assertThat(failure(disk.ioctl(unknown, true)).errnoName()).isEqualTo("ENOTTY");
  }

  @ParameterizedTest
  @CsvSource({
    "'', empty",
    "0000000000, expected 6",
    "00000000000000, expected 6",
    "280000000000000001, expected 10",
    "2800000000000000010000, expected 10",
    "a00000000000000000000000000000, expected 12",
    "88000000000000000000000000010000ff, expected 16",
    "600000000000ff, '6, 10, 12 or 16'",
    "c0000000000000, '6, 10, 12 or 16'",
    "7f00000000000000, 12 to 32",
    "7f0000000000001800000000, 12 to 32",
    "7f0000000000000800000000, 12 to 32",
  })
  void aCdbOfTheWrongLengthIsRefused(String cdb, String problem) {
    assertThatThrownBy(() -> ScsiPassthrough.withoutData(hex(cdb))).hasMessageContaining(problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "7f0000000000000400000000",
        "7f000000000000180009200000000000000000000000000000000000000000ff",
        "c00000000000",
        "c000000000000000000000000000000f"
      })
  void variableAndVendorSpecificCdbsGoThrough(String cdb) {
    ScsiPassthrough command = ScsiPassthrough.withoutData(hex(cdb));
    CompletableFuture<Void> done = pass(command);
    ScsiCommand sent = rig.transport.oldest();
    assertThat(HexFormat.of().formatHex(sent.cdb(), 0, sent.cdbLength())).isEqualTo(cdb);
    rig.transport.good(sent);
    assertThat(done).isCompleted();
  }

  @Test
  void lengthsAndTimesHaveBounds() {
    byte[] cdb = hex("28000000000000000100");
    assertThatThrownBy(() -> ScsiPassthrough.dataIn(cdb, 0)).hasMessageContaining("0 bytes");
    assertThatThrownBy(() -> ScsiPassthrough.dataIn(cdb, ScsiPassthrough.MAX_DATA_BYTES + 1))
        .hasMessageContaining("1 to 1048576");
    assertThatThrownBy(() -> ScsiPassthrough.dataOut(cdb, new byte[0]))
        .hasMessageContaining("0 bytes");
    assertThatThrownBy(() -> verify().withTimeoutMillis(0)).hasMessageContaining("0 ms");
    assertThatThrownBy(() -> verify().withTimeoutMillis(86_400_001))
        .hasMessageContaining("86400001 ms");
    assertThatThrownBy(() -> verify().result()).isInstanceOf(IllegalStateException.class);
    assertThat(verify().timeoutMillis()).isEqualTo(60_000);
    assertThat(verify().description()).isEqualTo(Opcode.name(Opcode.VERIFY_10));
  }
}
