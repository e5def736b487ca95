package io.multipath4j.array.lu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.multipath4j.array.backing.MemoryStore;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.codec.LunList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Units that come, go and change while initiators are logged in. */
class RunTimeChangeTest {

  private static final String TEST_UNIT_READY = "000000000000";

  private final ArrayFixture array = new ArrayFixture();
  private final MemoryStore store = new MemoryStore(1 << 20, Long.MAX_VALUE);

  @BeforeEach
  void takePowerOn() {
    array.run(TEST_UNIT_READY);
  }

  @AfterEach
  void close() {
    array.close();
    store.close();
  }

  private LogicalUnit unit(int number) {
    return new LogicalUnit(number, LogicalUnitId.of("iqn.other", number), 512, store);
  }

  private List<Long> luns() throws Exception {
    return LunList.decode(array.dataIn(cdb -> Cdb.reportLuns(cdb, 4096)));
  }

  private void assertToldOnce(int condition) {
    array.run(TEST_UNIT_READY);
    array.assertSense(condition);
    array.run(TEST_UNIT_READY);
    array.assertGood();
  }

  @Test
  void aUnitThatIsAddedIsListedAndToldThroughTheOthers() throws Exception {
    array.device.add(unit(7));
    assertThat(luns()).containsExactly(Lun.of(1), Lun.of(7));
    assertToldOnce(Condition.REPORTED_LUNS_DATA_HAS_CHANGED);
    assertThatIllegalArgumentException().isThrownBy(() -> array.device.add(unit(7)));
  }

  @Test
  void aUnitThatIsRemovedIsNotThereAnyMore() throws Exception {
    LogicalUnit seven = unit(7);
    array.device.add(seven);
    array.run(TEST_UNIT_READY);
    assertThat(array.device.remove(1)).isSameAs(array.unit);
    array.run(TEST_UNIT_READY);
    array.assertSense(Condition.LOGICAL_UNIT_NOT_SUPPORTED);
    assertThat(array.nexus.attentions(7).isEmpty()).isFalse();
    assertThat(luns()).containsExactly(Lun.of(7));
    assertThatIllegalArgumentException().isThrownBy(() -> array.device.remove(1));
  }

  @Test
  void aUnitThatIsReplacedSaysSo() {
    assertThat(array.device.replace(unit(1))).isSameAs(array.unit);
    assertToldOnce(Condition.INQUIRY_DATA_HAS_CHANGED);
    assertThatIllegalArgumentException().isThrownBy(() -> array.device.replace(unit(9)));
  }

  @Test
  void aUnitChangesItsSizeWithinItsStore() {
    array.device.resize(1, 1 << 20);
    assertToldOnce(Condition.CAPACITY_DATA_HAS_CHANGED);
    assertThat(array.unit.blockCount()).isEqualTo(2048);
    array.run("28 00 00000800 00 0001 00");
    array.assertSense(Condition.LBA_OUT_OF_RANGE);
    for (long wrong : new long[] {0, 511, 513, ArrayFixture.BLOCKS * 512 + 512}) {
      assertThatIllegalArgumentException().isThrownBy(() -> array.device.resize(1, wrong));
    }
    assertThat(array.unit.blockCount()).isEqualTo(2048);
  }

  @Test
  void eachNexusIsToldByItself() {
    Nexus other = array.quietNexus("iqn.other-host,i,0x1", array.portB);
    array.device.resize(1, 1 << 20);
    assertToldOnce(Condition.CAPACITY_DATA_HAS_CHANGED);
    array.nexus = other;
    assertToldOnce(Condition.CAPACITY_DATA_HAS_CHANGED);
  }

  @Test
  void aWriteProtectedUnitIsNotWritten() {
    array.unit.setWriteProtected(true);
    array.dataOut("2a 00 00000000 00 0001 00", new byte[512]);
    array.assertSense(Condition.WRITE_PROTECTED);
    assertThat(array.dataIn("1a 00 3f 00 ff 00")[2] & 0x80).isEqualTo(0x80);
  }
}
