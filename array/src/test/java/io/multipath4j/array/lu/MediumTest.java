package io.multipath4j.array.lu;

import static io.multipath4j.array.lu.ArrayFixture.BLOCK;
import static io.multipath4j.array.lu.ArrayFixture.BLOCKS;
import static io.multipath4j.array.lu.ArrayFixture.pattern;
import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.array.backing.MemoryStore;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.codec.ScsiStatus;
import io.multipath4j.scsi.codec.Sense;
import io.multipath4j.scsi.codec.UnmapList;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that touch blocks, and how they fail. */
class MediumTest {

  private final ArrayFixture array = new ArrayFixture();

  @BeforeEach
  void takePowerOn() {
    array.nexus.attentions(1).take();
  }

  @AfterEach
  void close() {
    array.close();
  }

  @ParameterizedTest
  @CsvSource({
    "0A000005 02 00, 08000005 02 00",
    "2A00 00000005 00 0002 00, 2800 00000005 00 0002 00",
    "AA18 00000005 00000002 00 00, A818 00000005 00000002 00 00",
    "8A08 0000000000000005 00000002 00 00, 8810 0000000000000005 00000002 00 00",
    "2E02 00000005 00 0002 00, 2800 00000005 1F 0002 00",
    "AE00 00000005 00000002 00 00, A800 00000005 00000002 00 00",
    "8E00 0000000000000005 00000002 00 00, 8800 0000000000000005 00000002 00 00"
  })
  void whatIsWrittenIsReadBack(String write, String read) {
    byte[] data = pattern(2 * BLOCK, 3);
    array.dataOut(write, data);
    array.assertGood();
    assertThat(array.task.transferLength()).isEqualTo(2 * BLOCK);
    assertThat(array.dataIn(read)).isEqualTo(data);
    assertThat(array.stored(4, 1)).containsOnly(0);
    assertThat(array.stored(7, 1)).containsOnly(0);
  }

  @Test
  void lengthZeroMeans256BlocksIn6BytesAndNothingElsewhere() {
    assertThat(array.dataIn("080000000000")).hasSize(256 * BLOCK);
    assertThat(array.dataIn("28000000000000000000")).isEmpty();
    array.dataOut("8900 0000000000000000 00000000 0000", new byte[0]);
    array.assertGood();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "28 00 00001000 00 0001 00",
        "28 00 00000FFF 00 0002 00",
        "2A 00 00001000 00 0001 00",
        "88 00 FFFFFFFFFFFFFFFF 00000001 00 00",
        "88 00 8000000000000000 00000000 00 00",
        "88 00 7FFFFFFFFFFFFFFF FFFFFFFF 00 00",
        "8A 00 0000000000001000 00000001 00 00",
        "A8 00 FFFFFFFF 00000001 00 00",
        "08 001000 01 00",
        "2F 00 00001000 00 0001 00",
        "34 00 00001000 00 0001 00",
        "35 00 00001001 00 0000 00",
        "41 00 00001000 00 0001 00",
        "93 00 0000000000000FFF 00000002 00 00",
        "89 00 0000000000001000 00000001 00 00",
        "9E 12 0000000000001000 00000018 00 00"
      })
  void beyondTheLastBlockIs21h(String cdb) {
    array.run(cdb);
    array.assertSense(Condition.LBA_OUT_OF_RANGE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "28 20 00000000 00 0001 00", // RDPROTECT
        "2A E0 00000000 00 0001 00", // WRPROTECT
        "28 00 00000000 00 0001 04", // NACA
        "88 01 0000000000000000 00000001 00 00", // reserved bit
        "41 10 00000000 00 0001 00", // ANCHOR
        "42 01 00000000 00 0018 00", // ANCHOR
        "9E 1F 0000000000000000 00000020 00 00", // no such service action
        "A3 05 00000000 00000020 00 00", // no such service action
        "41 00 00000000 00 0000 00", // length zero, and WSNZ is one
        "1A 00 05 00 FF 00", // no such page
        "1A 00 08 01 FF 00", // no such subpage
        "15 00 00 00 10 00", // not page format
        "15 11 00 00 10 00", // save pages
        "2F 04 00000000 00 0001 00" // BYTCHK 10b
      })
  void aFieldThatIsNotSupportedIs24h(String cdb) {
    array.run(cdb);
    array.assertSense(Condition.INVALID_FIELD_IN_CDB);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1D0000000000",
        "3B000000000000000800",
        "9B000000000000000000000018000000",
        "FF00"
      })
  void aCommandThatIsNotThereIs20h(String cdb) {
    array.run(cdb);
    array.assertSense(Condition.INVALID_COMMAND_OPERATION_CODE);
  }

  @Test
  void anInitiatorThatTakesLessGetsLessAndTheWholeLengthIsReported() {
    array.begin(Lun.of(1), 600, 0);
    Cdb.read10(array.task.cdb(), 0, 2, 0);
    array.device.prepare(array.task);
    array.device.execute(array.task);
    assertThat(array.task.dataLength()).isEqualTo(600);
    assertThat(array.task.transferLength()).isEqualTo(2 * BLOCK);
  }

  @Test
  void anInitiatorThatSendsLessHasItsWholeBlocksWritten() {
    array.dataOut("2A00 00000000 00 0002 00", pattern(700, 9));
    assertThat(array.task.transferLength()).isEqualTo(2 * BLOCK);
    assertThat(array.stored(0, 1)).isEqualTo(pattern(BLOCK, 9));
    assertThat(array.stored(1, 1)).containsOnly(0);
  }

  @ParameterizedTest
  @CsvSource({"512", "2048"})
  void compareAndWriteAndWriteSameWantExactlyTheirData(int bytes) {
    array.dataOut("8900 0000000000000003 00000002 00 00", new byte[bytes / 512 * 512 + 512]);
    array.assertSense(Condition.INVALID_FIELD_IN_CDB);
    array.dataOut("4100 0000000A 00 0003 00", new byte[bytes == 512 ? 256 : 1024]);
    array.assertSense(Condition.INVALID_FIELD_IN_CDB);
  }

  @Test
  void verifyComparesWhenAskedTo() {
    byte[] data = pattern(2 * BLOCK, 4);
    array.dataOut("2A00 00000000 00 0002 00", data);
    array.dataOut("2F02 00000000 00 0002 00", data);
    array.assertGood();
    data[BLOCK + 7]++;
    array.dataOut("2F02 00000000 00 0002 00", data);
    array.assertSense(Condition.MISCOMPARE);
    assertThat(Sense.information(array.task.senseData(), 18)).isEqualTo(BLOCK + 7);
    array.run("2F00 00000000 00 0002 00");
    array.assertGood();
  }

  @Test
  void verifyOfOneBlockForAllComparesEachBlockWithIt() {
    array.dataOut("4100 00000000 00 0004 00", pattern(BLOCK, 4));
    array.dataOut("2F06 00000000 00 0004 00", pattern(BLOCK, 4));
    array.assertGood();
    array.dataOut("2F06 00000000 00 0005 00", pattern(BLOCK, 4));
    array.assertSense(Condition.MISCOMPARE);
  }

  @Test
  void compareAndWriteWritesOnlyWhenEqual() {
    byte[] twice = new byte[2 * BLOCK];
    System.arraycopy(pattern(BLOCK, 5), 0, twice, BLOCK, BLOCK);
    String cdb = "8900 0000000000000003 00000001 00 00";
    array.dataOut(cdb, twice);
    array.assertGood();
    assertThat(array.stored(3, 1)).isEqualTo(pattern(BLOCK, 5));
    twice[BLOCK] ^= 1;
    array.dataOut(cdb, twice);
    array.assertSense(Condition.MISCOMPARE);
    assertThat(array.stored(3, 1)).isEqualTo(pattern(BLOCK, 5));
  }

  @Test
  void writeSameRepeatsItsBlock() {
    array.dataOut("4100 0000000A 00 0003 00", pattern(BLOCK, 6));
    assertThat(array.stored(10, 1)).isEqualTo(pattern(BLOCK, 6));
    assertThat(array.stored(12, 1)).isEqualTo(pattern(BLOCK, 6));
    assertThat(array.stored(13, 1)).containsOnly(0);
  }

  @Test
  void writeSameWithoutDataOutWritesZeroes() {
    array.dataOut("4100 00000000 00 0100 00", pattern(BLOCK, 6));
    array.run("9301 0000000000000010 00000010 00 00");
    array.assertGood();
    assertThat(array.task.transferLength()).isZero();
    assertThat(array.stored(15, 1)).isEqualTo(pattern(BLOCK, 6));
    assertThat(array.stored(16, 16)).containsOnly(0);
    assertThat(array.stored(32, 1)).isEqualTo(pattern(BLOCK, 6));
  }

  @Test
  void writeSameWithUnmapDeallocatesZeroesAndWritesAnythingElse() {
    array.dataOut("4100 00000000 00 0100 00", pattern(BLOCK, 6));
    array.dataOut("4108 00000000 00 0100 00", new byte[BLOCK]);
    assertThat(array.stored(0, 256)).containsOnly(0);
    assertThat(array.store.allocatedBytes()).isZero();
    array.dataOut("4108 00000000 00 0001 00", pattern(BLOCK, 7));
    assertThat(array.stored(0, 1)).isEqualTo(pattern(BLOCK, 7));
  }

  @Test
  void unmapDiscardsItsRanges() {
    array.dataOut("4100 00000000 00 0100 00", pattern(BLOCK, 6));
    ByteBuffer list = ByteBuffer.allocate(UnmapList.ONE_RANGE_BYTES);
    UnmapList.encodeOne(list, 5, 2);
    array.dataOut("4200 00000000 00 0018 00", list.array());
    array.assertGood();
    assertThat(array.stored(4, 1)).isEqualTo(pattern(BLOCK, 6));
    assertThat(array.stored(5, 2)).containsOnly(0);
    assertThat(array.stored(7, 1)).isEqualTo(pattern(BLOCK, 6));
  }

  @Test
  void unmapChecksItsListBeforeItDoesAnything() {
    array.dataOut("4100 00000000 00 0100 00", pattern(BLOCK, 6));
    ByteBuffer list = ByteBuffer.allocate(40).putShort((short) 38).putShort((short) 32).putInt(0);
    list.putLong(0).putInt(4).putInt(0).putLong(BLOCKS).putInt(1).putInt(0);
    array.dataOut("4200 00000000 00 0028 00", list.array());
    array.assertSense(Condition.LBA_OUT_OF_RANGE);
    assertThat(array.stored(0, 1)).isEqualTo(pattern(BLOCK, 6));
    array.dataOut("4200 00000000 00 0018 00", Arrays.copyOf(list.array(), 24));
    array.assertSense(Condition.PARAMETER_LIST_LENGTH_ERROR);
    array.dataOut("4200 00000000 00 0004 00", new byte[4]);
    array.assertSense(Condition.PARAMETER_LIST_LENGTH_ERROR);
    array.dataOut("4200 00000000 00 0018 00", new byte[0]);
    array.assertSense(Condition.PARAMETER_LIST_LENGTH_ERROR);
    array.run("4200 00000000 00 0000 00");
    array.assertGood();
  }

  @Test
  void lbaStatusTellsWhatIsAllocated() {
    array.dataOut("2A00 00000080 00 0001 00", pattern(BLOCK, 6)); // block 128: the second chunk
    byte[] reply = array.dataIn("9E12 0000000000000000 000000FF 0000");
    ByteBuffer status = ByteBuffer.wrap(reply);
    assertThat(reply).hasSize(8 + 3 * 16);
    assertThat(status.getInt(0)).isEqualTo(reply.length - 4);
    assertThat(status.getInt(8 + 8)).isEqualTo(128);
    assertThat(status.get(8 + 12)).as("deallocated").isEqualTo((byte) 1);
    assertThat(status.getLong(24)).isEqualTo(128);
    assertThat(status.getInt(24 + 8)).isEqualTo(128);
    assertThat(status.get(24 + 12)).as("mapped").isZero();
    assertThat(status.getLong(40)).isEqualTo(256);
    assertThat(array.dataIn("9E12 0000000000000000 00000018 0000")).hasSize(24);
  }

  @Test
  void aFullThinStoreIsDataProtect() {
    LogicalUnit small = new LogicalUnit(3, array.unit.id(), BLOCK, new MemoryStore(1 << 20, 0));
    TargetDevice device = new TargetDevice(List.of(small), List.of(array.groupA));
    array.task.begin(array.nexus, Lun.of(3), 0, BLOCK);
    ArrayFixture.cdb("2A00 00000000 00 0001 00").accept(array.task.cdb());
    device.prepare(array.task);
    array.task.acquireData(BLOCK);
    array.task.dataOutReceived(BLOCK);
    device.execute(array.task);
    array.assertSense(Condition.SPACE_ALLOCATION_FAILED_WRITE_PROTECT);
  }

  @Test
  void withoutMemoryForItsDataATaskEndsWithTaskSetFull() {
    List<ByteBuffer> all = new ArrayList<>();
    ByteBuffer one = array.buffers.tryAcquire(ScsiTask.MAX_DATA_BYTES);
    while (one != null) {
      all.add(one);
      one = array.buffers.tryAcquire(ScsiTask.MAX_DATA_BYTES);
    }
    array.run("2800 00000000 00 0001 00");
    assertThat(array.task.status()).isEqualTo(ScsiStatus.TASK_SET_FULL);
    all.forEach(array.buffers::release);
  }
}
