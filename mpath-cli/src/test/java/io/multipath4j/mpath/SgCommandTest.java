package io.multipath4j.mpath;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code mpath sg} and {@code mpath zones} against a process that attaches two paths. */
@Timeout(60)
class SgCommandTest {

  private static final String ZONE_0 =
      "  start: 0x000000000, len 0x000800, cap 0x000800, wptr 0x000000 reset:0 non-seq:0,"
          + " zcond: 0(nw) [type: 1(CONVENTIONAL)]";

  @TempDir Path folder;
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void end() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
  }

  private void attach(TestArray array, String... more) throws Exception {
    open.add(array);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "attach",
                array.url(0, 1),
                array.url(1, 1),
                "--nbd",
                "unix:" + folder.resolve("disk.sock"),
                "--control",
                control()));
    arguments.addAll(Arrays.asList(more));
    BackgroundRun run = BackgroundRun.start(arguments.toArray(String[]::new));
    open.add(run);
    run.awaitOutput("ready");
  }

  private String control() {
    return folder.resolve("control.sock").toString();
  }

  private CommandRun run(String verb, String... arguments) {
    List<String> all = new ArrayList<>(List.of(verb, "--control", control()));
    all.addAll(Arrays.asList(arguments));
    return CommandRun.of(all.toArray(String[]::new));
  }

  // ---- sg

  @Test
  void dataAreDumpedAndTheOutcomeIsTold() throws Exception {
    attach(TestArray.start());
    CommandRun inquiry = run("sg", "sda", "12 00 00 00", "2400", "--in", "36");
    assertThat(inquiry.status()).as(inquiry.toString()).isZero();
    assertThat(inquiry.err()).startsWith("GOOD\n").contains("36 of 36 bytes\n");
    assertThat(inquiry.out())
        .matches("(?s)00000000  00 00 .*\n00000010  .*\n00000020  .*\n")
        .contains("|");

    CommandRun ready = run("sg", "sda", "000000000000");
    assertThat(ready.out()).isEmpty();
    assertThat(ready.err()).isEqualTo("GOOD\n");
  }

  @Test
  void dataOutIsWrittenAndReadBackAsItIs() throws Exception {
    attach(TestArray.start());
    Path block = folder.resolve("block");
    Files.writeString(block, "multipath".repeat(56) + "12345678");
    CommandRun write = run("sg", "sda", "2a000000000700000100", "--out", block.toString());
    assertThat(write.status()).as(write.toString()).isZero();
    CommandRun read =
        run("sg", "sda", "28000000000700000100", "--in", "512", "--binary", "--retry");
    assertThat(read.out()).isEqualTo(Files.readString(block));
  }

  @Test
  void aRefusalIsToldWithItsSense() throws Exception {
    attach(TestArray.start());
    CommandRun beyond = run("sg", "sda", "28007fffffff00000100", "--in", "512");
    assertThat(beyond.status()).isEqualTo(1);
    assertThat(beyond.out()).isEmpty();
    assertThat(beyond.err())
        .startsWith("CHECK CONDITION: ILLEGAL REQUEST 21h/00h logical block address out of range\n")
        .containsPattern("sense: 7[02] ")
        .contains("0 of 512 bytes");

    CommandRun reservation = run("sg", "sda", "5e000000000000000800", "--in", "8");
    assertThat(reservation.status()).isEqualTo(1);
    assertThat(reservation.err())
        .startsWith("mpath: sg sda: Operation not supported (")
        .contains("PERSISTENT RESERVE IN is refused");
    assertThat(run("sg", "sdq", "000000000000").err()).contains("this process has no disk \"sdq\"");
  }

  @Test
  void aDiskThatIsAttachedForReadingIsOnlyRead() throws Exception {
    attach(TestArray.start(), "--read-only");
    Path block = folder.resolve("block");
    Files.write(block, new byte[512]);
    assertThat(run("sg", "sda", "2a000000000700000100", "--out", block.toString()).err())
        .contains("Operation not permitted");
    assertThat(run("sg", "sda", "28000000000700000100", "--in", "512").status()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "12000000240, 'expected pairs of hexadecimal digits'",
    "zz, 'expected pairs of hexadecimal digits'",
    "1200000024, 'a CDB of 5 bytes for operation code 12h: expected 6'",
    "28000000000000000100 --in 0, '--in 0: expected 1 to 1048576 bytes'",
    "28000000000000000100 --in 2M, '--in 2097152: expected 1 to 1048576 bytes'",
    "28000000000000000100 --timeout 0s, '--timeout: expected 1ms to 25s'",
    "28000000000000000100 --timeout 2m, '--timeout: expected 1ms to 25s'",
    "1b0000000000 --retry, 'START STOP UNIT is not on the list'",
    "28000000000000000100 --in 512 --out /dev/null, 'not both'",
    "2a000000000000000100 --out /dev/null, 'it has no bytes, expected 1 to 32768'",
    "2a000000000000000100 --out /dev/zero, 'it has more than 32768 bytes'",
  })
  void whatIsWrongIsSaidAndNothingIsSent(String arguments, String sentence) {
    List<String> all = new ArrayList<>(List.of("sda"));
    all.addAll(Arrays.asList(arguments.split(" ", -1)));
    CommandRun run = run("sg", all.toArray(String[]::new));
    assertThat(run.status()).as(run.toString()).isEqualTo(2);
    assertThat(run.err()).startsWith("mpath: ").contains(sentence);
  }

  @Test
  void dumpsLookLikeThoseOfHexdump() {
    byte[] data = "0123456789abcdefgh\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    assertThat(SgCommand.dump(data).lines())
        .containsExactly(
            "00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|",
            "00000010  67 68 0a                                          |gh.|");
  }

  // ---- zones

  @Test
  void zonesAreReportedWrittenAndReset() throws Exception {
    attach(TestArray.zoned());
    CommandRun all = run("zones", "sda");
    assertThat(all.status()).as(all.toString()).isZero();
    assertThat(all.out().lines()).hasSize(8).first().isEqualTo(ZONE_0);
    assertThat(run("zones", "sda", "finish", "3M").status()).isZero();
    assertThat(run("zones", "sda", "open", "2M").status()).isZero();
    assertThat(run("zones", "sda", "report", "2M", "--count", "2").out())
        .contains("start: 0x000001000")
        .contains("zcond: 3(oe) [type: 2(SEQ_WRITE_REQUIRED)]")
        .contains("zcond:14(fu)");
    assertThat(run("zones", "sda", "close", "2M").status()).isZero();
    assertThat(run("zones", "sda", "reset", "3M").status()).isZero();
    assertThat(run("zones", "sda", "reset-all").status()).isZero();
    assertThat(run("zones", "sda").out()).doesNotContain("(fu)").doesNotContain("(oe)");

    CommandRun amid = run("zones", "sda", "reset", "1M512");
    assertThat(amid.status()).isEqualTo(2);
    CommandRun wrong = run("zones", "sda", "reset", "512");
    assertThat(wrong.status()).isEqualTo(1);
    assertThat(wrong.err()).contains("Invalid argument");
  }

  @Test
  void anOrdinaryDiskHasNoZones() throws Exception {
    attach(TestArray.start());
    assertThat(run("zones", "sda").err())
        .contains("Operation not supported")
        .contains("it has no zones");
  }

  @ParameterizedTest
  @CsvSource({
    "explode, 'expected report, open, close, finish, reset or reset-all'",
    "reset, 'expected the OFFSET of the zone'",
    "reset-all 1M, 'expected no OFFSET'",
    "report --count 0, '--count 0: expected 1 or more'",
  })
  void zoneWordsAreChecked(String arguments, String sentence) {
    List<String> all = new ArrayList<>(List.of("sda"));
    all.addAll(Arrays.asList(arguments.split(" ", -1)));
    CommandRun run = run("zones", all.toArray(String[]::new));
    assertThat(run.status()).as(run.toString()).isEqualTo(2);
    assertThat(run.err()).contains(sentence);
  }
}
