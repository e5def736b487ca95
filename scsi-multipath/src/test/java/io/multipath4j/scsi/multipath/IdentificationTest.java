package io.multipath4j.scsi.multipath;

import static io.multipath4j.scsi.codec.Designator.Association.LOGICAL_UNIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.scsi.codec.Designator;
import io.multipath4j.scsi.codec.Designator.Association;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class IdentificationTest {

  private static final Designator NAME = text(8, "iqn.2026-01.example:disk1");
  private static final Designator NAA6 = hex(3, "600140505200a986f0043c9afa1fd077");
  private static final Designator EUI16 = hex(2, "00112233445566778899aabbccddeeff");
  private static final Designator EUI12 = hex(2, "00112233445566778899aabb");
  private static final Designator NAA5 = hex(3, "5000c500a1b2c3d4");
  private static final Designator NAA2 = hex(3, "2000c500a1b2c3d4");
  private static final Designator NAA4 = hex(3, "4000c500a1b2c3d4");
  private static final Designator EUI8 = hex(2, "0011223344556677");
  private static final Designator T10 = text(1, "VENDOR  product 1");
  private static final Designator NAA3 = hex(3, "3000000000010001");

  private static Designator hex(int type, String digits) {
    return of(LOGICAL_UNIT, type, HexFormat.of().parseHex(digits));
  }

  private static Designator text(int type, String text) {
    return of(LOGICAL_UNIT, type, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String choose(Designator... designators) {
    Identification.Outcome outcome = Identification.choose(List.of(designators), true);
    UniqueId id = outcome.id();
    return id == null ? "none: " + outcome.reason() : id.text();
  }

  @Test
  void eachRankBeatsAllBelowItInEitherOrder() {
    List<Designator> ranked = List.of(NAME, NAA6, EUI16, EUI12, NAA5, NAA4, EUI8, NAA3);
    for (int high = 0; high < ranked.size(); high++) {
      for (int low = high + 1; low < ranked.size(); low++) {
        String expected = choose(ranked.get(high));
        assertThat(choose(ranked.get(high), ranked.get(low))).isEqualTo(expected);
        assertThat(choose(ranked.get(low), ranked.get(high))).isEqualTo(expected);
      }
    }
  }

  @Test
  void eachFormHasItsText() {
    assertThat(choose(NAME)).isEqualTo("iqn.2026-01.example:disk1");
    assertThat(choose(NAA6)).isEqualTo("naa.600140505200a986f0043c9afa1fd077");
    assertThat(choose(EUI16)).isEqualTo("eui.00112233445566778899aabbccddeeff");
    assertThat(choose(EUI12)).isEqualTo("eui.00112233445566778899aabb");
    assertThat(choose(NAA5)).isEqualTo("naa.5000c500a1b2c3d4");
    assertThat(choose(NAA2)).isEqualTo("naa.2000c500a1b2c3d4");
    assertThat(choose(EUI8)).isEqualTo("eui.0011223344556677");
    assertThat(choose(NAA3)).isEqualTo("naa.3000000000010001");
    assertThat(choose(T10)).isEqualTo("t10.VENDOR  product 1");
  }

  @Test
  void priorityGoesWithTheId() {
    assertThat(Identification.choose(List.of(NAME), false).id())
        .isEqualTo(new UniqueId("iqn.2026-01.example:disk1", 9));
    assertThat(Identification.choose(List.of(NAA2), false).id())
        .isEqualTo(new UniqueId("naa.2000c500a1b2c3d4", 4));
  }

  @Test
  void naaTwoRanksLikeFourSoTheLaterOneWins() {
    assertThat(choose(NAA2, NAA4)).isEqualTo("naa.4000c500a1b2c3d4");
    assertThat(choose(NAA4, NAA2)).isEqualTo("naa.2000c500a1b2c3d4");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "LOGICAL_UNIT")
  void whatDoesNotBelongToTheLogicalUnitIsIgnored(Association association) {
    Designator foreign = of(association, 3, NAA6.id());
    assertThat(choose(foreign)).startsWith("none: VPD page 83h has no designator");
    assertThat(choose(foreign, EUI8)).isEqualTo("eui.0011223344556677");
  }

  @Test
  void emptyAndOddDesignatorsAreIgnored() {
    assertThat(choose(of(LOGICAL_UNIT, 3, new byte[0]), of(LOGICAL_UNIT, 8, new byte[0])))
        .startsWith("none");
    assertThat(choose(hex(3, "600140505200a986"))).as("NAA 6 of 8 bytes").startsWith("none");
    assertThat(choose(hex(3, "7000c500a1b2c3d4"))).as("NAA 7").startsWith("none");
    assertThat(choose(hex(2, "00112233445566"))).as("EUI-64 of 7 bytes").startsWith("none");
    assertThat(choose(hex(4, "00000001"), hex(5, "00000001"), hex(6, "00000001")))
        .as("relative port, port group, logical unit group")
        .startsWith("none");
    assertThat(choose()).startsWith("none");
  }

  @Test
  void ofTwoEqualRanksTheLaterWins() {
    Designator other = hex(3, "600140505200a986f0043c9afa1fd078");
    assertThat(choose(NAA6, other)).endsWith("d078");
    assertThat(choose(other, NAA6)).endsWith("d077");
  }

  @Test
  void aTextNeverReplacesALongerOneOfItsRank() {
    Designator shorter = text(8, "iqn.2026-01.example:disk");
    Designator sameLength = text(8, "iqn.2026-01.example:disk2");
    assertThat(choose(NAME, shorter)).isEqualTo("iqn.2026-01.example:disk1");
    assertThat(choose(shorter, NAME)).isEqualTo("iqn.2026-01.example:disk1");
    assertThat(choose(NAME, sameLength)).isEqualTo("iqn.2026-01.example:disk2");
    assertThat(choose(T10, text(1, "VENDOR  p"))).isEqualTo("t10.VENDOR  product 1");
    assertThat(choose(T10, NAA3)).as("NAA 3 is no text").isEqualTo("naa.3000000000010001");
  }

  @Test
  void aNameThatWouldBeCutRanksBelowWhatNeedNotBe() {
    Designator longName = text(8, "iqn." + "x".repeat(40));
    assertThat(idWithin(30, longName, EUI8)).isEqualTo("eui.0011223344556677");
    assertThat(idWithin(30, EUI8, longName)).isEqualTo("eui.0011223344556677");
    assertThat(idWithin(44, longName, EUI8)).startsWith("iqn.xxx");
  }

  @Test
  void anIdThatWouldBeCutIsRefused() {
    assertThat(idWithin(30, text(8, "iqn." + "x".repeat(40))))
        .isEqualTo("none: its id has 44 characters, and 1 to 30 are accepted");
    assertThat(choose(text(1, "V".repeat(255))))
        .isEqualTo("none: its id has 259 characters, and 1 to 255 are accepted");
  }

  @Test
  void everyNameThatFitsTheFormatIsAccepted() {
    String longest = "iqn." + "n".repeat(251);
    assertThat(choose(text(8, longest))).isEqualTo(longest);
  }

  @Test
  void idsThatDifferOnlyAfterFortyCharactersAreDistinct() {
    String common = "iqn.2026-01.example:" + "a".repeat(40);
    assertThat(choose(text(8, common + "1"))).isNotEqualTo(choose(text(8, common + "2")));
  }

  @Test
  void weakIdsNeedTheOption() {
    for (Designator weak : List.of(T10, NAA3)) {
      assertThat(Identification.choose(List.of(weak), false).id()).isNull();
      assertThat(Identification.choose(List.of(weak), false).reason())
          .contains("not certain to be unique");
      UniqueId id = Identification.choose(List.of(weak), true).id();
      assertThat(id).isNotNull();
      assertThat(id.isWeak()).isTrue();
    }
    assertThat(Identification.choose(List.of(T10, EUI8), false).id())
        .isEqualTo(new UniqueId("eui.0011223344556677", 3));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "41 42 20 20 43 | t10.AB  C",
        "41 00 42 | t10.A\\000B",
        "41 1b 5b 33 31 6d | t10.A\\033[31m",
        "0a 0d 09 | t10.\\n\\r\\t",
        "ff 80 | t10.\\377\\200",
        "5c 6e | t10.\\\\n",
      })
  void whatIsNotPrintableIsEscaped(String bytes, String id) {
    assertThat(choose(hex(1, bytes.replace(" ", "")))).isEqualTo(id);
  }

  @Test
  void aNameEndsAtItsPadding() {
    assertThat(choose(text(8, "naa.5000c500a1b2c3d4\0\0\0\0"))).isEqualTo("naa.5000c500a1b2c3d4");
    assertThat(choose(text(8, "\0\0\0\0"))).startsWith("none: its id has 0 characters");
  }

  /**
   * What tgt sends: a T10 vendor id, a locally assigned one, and an NAA 6 id made of target and
   * LUN.
   */
  @Test
  void tgtIsIdentifiedByItsNaaSixId() {
    assertThat(
            Identification.choose(
                    List.of(
                        text(1, "IET     00010001" + "\0".repeat(20)),
                        hex(3, "3000000100000001"),
                        hex(3, "60000000000000000e00000000010001")),
                    false)
                .id())
        .isEqualTo(new UniqueId("naa.60000000000000000e00000000010001", 8));
  }

  private static String idWithin(int maxChars, Designator... designators) {
    Identification.Outcome outcome =
        Identification.choose(new ArrayList<>(List.of(designators)), true, maxChars);
    UniqueId id = outcome.id();
    return id == null ? "none: " + outcome.reason() : id.text();
  }

  private static Designator of(Association association, int type, byte[] bytes) {
    return new Designator(association, type, 1, bytes);
  }
}
