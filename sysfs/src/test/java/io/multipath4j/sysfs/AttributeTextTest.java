package io.multipath4j.sysfs;

import static io.multipath4j.sysfs.SysfsErrno.EINVAL;
import static io.multipath4j.sysfs.SysfsErrno.ERANGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AttributeTextTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "7, 7",
    "+7, 7",
    "010, 8",
    "+010, 8",
    "00, 0",
    "0x1f, 31",
    "0X1F, 31",
    "+0xff, 255",
    "4294967295, 4294967295",
    "0xffffffff, 4294967295",
    "037777777777, 4294967295",
    "00000000000000000000000000000012, 10"
  })
  void unsignedIntTakesDecimalHexadecimalAndOctal(String text, long value) {
    assertThat(AttributeText.unsignedInt(text)).isEqualTo(value);
    assertThat(AttributeText.unsignedInt(text + "\n")).isEqualTo(value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "+",
        "-1",
        "-0",
        "++1",
        " 1",
        "1 ",
        "1\n\n",
        "\n1",
        "1a",
        "a",
        "08",
        "0x",
        "0xg",
        "0x+1",
        "+ 1",
        "1.0",
        "1e3",
        "١",
        "4294967296x"
      })
  void unsignedIntRefusesJunk(String text) {
    Refusal.of(EINVAL, () -> AttributeText.unsignedInt(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "4294967296",
        "0x100000000",
        "040000000000",
        "18446744073709551615",
        "18446744073709551616",
        "99999999999999999999999999",
        "99999999999999999999999999junk"
      })
  void unsignedIntRefusesWhatIsTooLarge(String text) {
    Refusal.of(ERANGE, () -> AttributeText.unsignedInt(text));
  }

  @Test
  void unsignedLongHoldsAllOfItsRange() {
    assertThat(AttributeText.unsignedLong("18446744073709551615")).isEqualTo(-1L);
    assertThat(AttributeText.unsignedLong("0xffffffffffffffff\n")).isEqualTo(-1L);
    assertThat(AttributeText.unsignedLong("01777777777777777777777")).isEqualTo(-1L);
    Refusal.of(ERANGE, () -> AttributeText.unsignedLong("18446744073709551616"));
    Refusal.of(ERANGE, () -> AttributeText.unsignedLong("0x10000000000000000"));
    Refusal.of(ERANGE, () -> AttributeText.unsignedLong("02000000000000000000000"));
  }

  @Test
  void sentenceNamesTheValueInOneLine() {
    assertThatThrownBy(() -> AttributeText.unsignedInt("1\u001b[2J" + "9".repeat(100)))
        .hasMessageContaining("\"1?[2J999")
        .hasMessageContaining("...\" is not a number");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1", "y", "Y", "yes", "t", "true", "e", "on", "On", "oN", "ON", "1\n", "1junk"})
  void boolTakesWordsForTrue(String text) {
    assertThat(AttributeText.bool(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "n", "N", "no", "f", "False", "d", "of", "off", "OFF", "0\n"})
  void boolTakesWordsForFalse(String text) {
    assertThat(AttributeText.bool(text)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "o", "ox", "2", "x", " 1", "always"})
  void boolRefusesOtherWords(String text) {
    Refusal.of(EINVAL, () -> AttributeText.bool(text));
  }

  @Test
  void wordMayHaveOneNewlineBehindIt() {
    assertThat(AttributeText.isWord("numa", "numa")).isTrue();
    assertThat(AttributeText.isWord("numa\n", "numa")).isTrue();
    assertThat(AttributeText.isWord("numa\n\n", "numa")).isFalse();
    assertThat(AttributeText.isWord("numa ", "numa")).isFalse();
    assertThat(AttributeText.isWord("Numa", "numa")).isFalse();
    assertThat(AttributeText.isWord("num", "numa")).isFalse();
    assertThat(AttributeText.isWord("numaa", "numa")).isFalse();
    assertThat(AttributeText.isWord("", "numa")).isFalse();
  }

  @Test
  void wordIsFoundAmongOthersOrRefusedWithThem() {
    List<String> words = List.of("numa", "round-robin", "queue-depth");
    assertThat(AttributeText.word("round-robin\n", words)).isEqualTo("round-robin");
    Refusal.of(EINVAL, () -> AttributeText.word("round", words));
    assertThatThrownBy(() -> AttributeText.word("fastest\n", words))
        .hasMessage("\"fastest\" is not one of numa, round-robin, queue-depth (EINVAL)");
  }

  @Test
  void listJoinsRunsOfNumbers() {
    assertThat(AttributeText.list(set())).isEmpty();
    assertThat(AttributeText.list(set(0))).isEqualTo("0");
    assertThat(AttributeText.list(set(0, 2))).isEqualTo("0,2");
    assertThat(AttributeText.list(set(0, 1))).isEqualTo("0-1");
    assertThat(AttributeText.list(set(0, 1, 2, 3, 5))).isEqualTo("0-3,5");
    assertThat(AttributeText.list(set(3, 64, 65, 127, 128))).isEqualTo("3,64-65,127-128");
  }

  private static BitSet set(int... numbers) {
    BitSet set = new BitSet();
    for (int number : numbers) {
      set.set(number);
    }
    return set;
  }
}
