package io.multipath4j.sysfs;

import static io.multipath4j.sysfs.SysfsErrno.EACCES;
import static io.multipath4j.sysfs.SysfsErrno.EINVAL;
import static io.multipath4j.sysfs.SysfsErrno.ENODEV;
import static io.multipath4j.sysfs.SysfsErrno.ERANGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SysfsAttributeTest {
  private final TestClock clock = new TestClock();
  private final SysfsTree tree = new SysfsTree(clock, new UeventStream(clock, 8));
  private final List<String> written = new ArrayList<>();

  @Test
  void textIsReadAsItIsNow() {
    tree.root().addAttribute(SysfsAttribute.readOnly("count", () -> written.size() + "\n"));
    assertThat(tree.readAttribute("/count")).isEqualTo("0\n");
    written.add("");
    assertThat(tree.readAttribute("/count")).isEqualTo("1\n");
  }

  @Test
  void readOnlyAttributeCannotBeWritten() {
    tree.root().addAttribute(SysfsAttribute.readOnly("wwid", () -> "naa.6001\n"));
    Refusal.of(EACCES, () -> tree.writeAttribute("/wwid", "x"));
    Refusal.of(EACCES, () -> tree.writeAttribute("/wwid", ""));
  }

  @Test
  void writeOnlyAttributeCannotBeRead() {
    tree.root().addAttribute(SysfsAttribute.writeOnly("scan", written::add));
    Refusal.of(EACCES, () -> tree.readAttribute("/scan"));
    tree.writeAttribute("/scan", "- - -\n");
    assertThat(written).containsExactly("- - -\n");
  }

  @Test
  void modeMustFitTheFunctions() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SysfsAttribute("a", 0644, false, () -> new byte[0], null))
        .withMessageContaining("0644");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SysfsAttribute("a", 0200, false, () -> new byte[0], text -> {}));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SysfsAttribute("a", 01444, false, () -> new byte[0], null));
  }

  @Test
  void refusalOfTheAttributeReachesTheWriterAndLeavesTheTime() {
    SysfsFile file = tree.root().addAttribute(limited());
    Instant before = file.stat().modified();
    clock.set("2026-02-25T12:00:00Z");
    Refusal.of(ERANGE, () -> file.write("99999999999\n"));
    Refusal.of(EINVAL, () -> file.write("many"));
    assertThat(file.stat().modified()).isEqualTo(before);
    assertThat(written).isEmpty();
    file.write("0x10\n");
    assertThat(written).containsExactly("16");
    assertThat(file.stat().modified()).isEqualTo(clock.instant());
  }

  @Test
  void writeTakesOnePageAndNotHalfOfALongerValue() {
    SysfsFile file = tree.root().addAttribute(SysfsAttribute.writeOnly("scan", written::add));
    file.write("x".repeat(4096));
    assertThat(written).hasSize(1);
    Refusal.of(EINVAL, () -> file.write("x".repeat(4097)));
    Refusal.of(EINVAL, () -> file.write("é".repeat(2049)));
    assertThat(written).hasSize(1);
  }

  @Test
  void writeEndsAtTheFirstNulAndWritingNothingDoesNothing() {
    SysfsFile file = tree.root().addAttribute(SysfsAttribute.writeOnly("scan", written::add));
    file.write("");
    assertThat(written).isEmpty();
    file.write("1\0junk");
    file.write("\0");
    assertThat(written).containsExactly("1", "");
  }

  @Test
  void textThatIsTooLongIsCutBetweenCharacters() {
    tree.root().addAttribute(SysfsAttribute.readOnly("fits", () -> "x".repeat(4095)));
    tree.root().addAttribute(SysfsAttribute.readOnly("long", () -> "x".repeat(4096)));
    tree.root().addAttribute(SysfsAttribute.readOnly("wide", () -> "é".repeat(4000)));
    assertThat(tree.readAttribute("/fits")).hasSize(4095);
    assertThat(tree.readAttribute("/long")).isEqualTo("x".repeat(4095));
    assertThat(tree.readAttribute("/wide")).isEqualTo("é".repeat(2047));
  }

  @Test
  void binaryContentIsNotTextAndMayBeLongerThanAPage() {
    byte[] page = new byte[5000];
    page[1] = (byte) 0x83;
    tree.root().addAttribute(SysfsAttribute.binary("vpd_pg83", page::clone));
    assertThat(tree.readAttributeBytes("/vpd_pg83")).isEqualTo(page);
    assertThat(tree.stat("/vpd_pg83", true).sizeBytes()).isZero();
    tree.root()
        .addAttribute(
            SysfsAttribute.binary("huge", () -> new byte[SysfsFile.MAX_BINARY_BYTES + 1]));
    assertThat(tree.readAttributeBytes("/huge")).hasSize(SysfsFile.MAX_BINARY_BYTES);
  }

  @Test
  void removedAttributeIsNotThereForWhoHoldsIt() {
    SysfsFile file = tree.root().addDirectory("0").addAttribute(limited());
    SysfsDirectory directory = (SysfsDirectory) tree.lookup("/0", true);
    assertThat(directory.remove()).isTrue();
    assertThat(directory.remove()).isFalse();
    assertThat(file.remove()).isFalse();
    Refusal.of(ENODEV, file::read);
    Refusal.of(ENODEV, () -> file.write("1"));
    Refusal.of(ENODEV, file::stat);
    Refusal.of(ENODEV, directory::children);
    Refusal.of(ENODEV, () -> directory.child("limit"));
    Refusal.of(ENODEV, () -> directory.addDirectory("late"));
    assertThat(file.path()).isEqualTo("/0/limit");
    assertThat(written).isEmpty();
  }

  private SysfsAttribute limited() {
    return SysfsAttribute.readWrite(
        "limit", () -> "0\n", text -> written.add(Long.toString(AttributeText.unsignedInt(text))));
  }
}
