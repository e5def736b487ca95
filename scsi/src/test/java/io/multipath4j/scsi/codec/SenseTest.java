package io.multipath4j.scsi.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SenseTest {

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private static int decode(String hex) {
    byte[] sense = bytes(hex);
    return Sense.decode(sense, sense.length);
  }

  @Test
  void fixedSenseHasTheBytesOfTheStandard() {
    byte[] sense = Sense.fixed(SenseKey.MEDIUM_ERROR, 0x11, 0x04, 0x1234);
    assertThat(sense).isEqualTo(bytes("f0 00 03 00001234 0a 00000000 11 04 00 000000"));
    assertThat(Sense.decode(sense, sense.length)).isEqualTo(0x031104);
    assertThat(Sense.information(sense, sense.length)).isEqualTo(0x1234);
  }

  @Test
  void descriptorSenseHasTheBytesOfTheStandard() {
    byte[] sense = Sense.descriptor(SenseKey.ILLEGAL_REQUEST, 0x21, 0x00, 0x1_0000_0000L);
    assertThat(sense).isEqualTo(bytes("72 05 21 00 0000000c 000a 80 00 0000000100000000"));
    assertThat(Sense.decode(sense, sense.length)).isEqualTo(0x052100);
    assertThat(Sense.information(sense, sense.length)).isEqualTo(0x1_0000_0000L);
    assertThat(Sense.descriptor(SenseKey.NOT_READY, 4, 0x0B))
        .isEqualTo(bytes("72 02 04 0b 00000000"));
  }

  @Test
  void anInformationThatDoesNotFitTheFixedFormatIsLeftOut() {
    byte[] sense = Sense.fixed(SenseKey.MEDIUM_ERROR, 0x11, 0, 1L << 32);
    assertThat(Sense.information(sense, sense.length)).isEqualTo(-1);
  }

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource({
    "70 00 06 00000000 0a 00000000 29 00 00 000000, 062900, false",
    "71 00 03 00000000 0a 00000000 11 00 00 000000, 031100, true",
    "72 06 3f 0e 00000000, 063f0e, false",
    "73 04 44 00 00000000, 044400, true",
    "f0 00 05, 050000, false",
    "70 00 05 00000000 00 00000000 24 00, 050000, false",
    "72 05 24, 052400, false",
  })
  void bothFormatsCurrentAndDeferredAreRead(String hex, String code, boolean deferred) {
    assertThat(decode(hex)).isEqualTo(Integer.parseInt(code, 16));
    assertThat(Sense.isDeferred(bytes(hex), bytes(hex).length)).isEqualTo(deferred);
  }

  @ParameterizedTest(name = "{0} is no sense data")
  @CsvSource({"''", "70", "7000", "6f000500000000000000000024", "00000000", "7f0000000000"})
  void whatIsNotSenseDataIsNone(String hex) {
    assertThat(decode(hex)).isEqualTo(Sense.NONE);
  }

  @Test
  void informationIsFoundBehindOtherDescriptorsAndNeverBeyondTheEnd() {
    byte[] behind = bytes("72 03 11 00 000000 10 02 02 0000 00 0a 80 00 0000000000000009");
    assertThat(Sense.information(behind, behind.length)).isEqualTo(9);
    byte[] cut = bytes("72 03 11 00 000000 10 02 02 0000 00 0a 80 00 00000000");
    assertThat(Sense.information(cut, cut.length)).isEqualTo(-1);
    byte[] endless = bytes("72 03 11 00 000000 ff 05 fe");
    assertThat(Sense.information(endless, endless.length)).isEqualTo(-1);
  }

  @Test
  void textSaysItInNumbersAndWords() {
    assertThat(Sense.text(0x052500))
        .isEqualTo("ILLEGAL REQUEST 25h/00h logical unit not supported");
    assertThat(Sense.text(0x02040B))
        .isEqualTo("NOT READY 04h/0Bh logical unit not accessible, target port in standby state");
    assertThat(Sense.text(0x04FEFE)).isEqualTo("HARDWARE ERROR FEh/FEh");
    assertThat(Sense.text(Sense.NONE)).isEqualTo("no sense data");
  }

  @ParameterizedTest(name = "{0} has a name")
  @CsvSource({
    "040A", "040B", "040C", "0412", "2000", "2100", "2400", "2500", "2600", "2700", "2707", "2900",
    "2904", "2A01", "2A06", "2A07", "2A09", "3F03", "3F0E", "1100", "1300", "1400", "1000", "1001"
  })
  void everyCodeThatMattersHasAName(String code) {
    assertThat(AdditionalSense.text(Integer.parseInt(code, 16))).isNotEmpty();
  }
}
