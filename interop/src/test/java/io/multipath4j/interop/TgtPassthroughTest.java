package io.multipath4j.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code mpath sg} with a target that others wrote, its answers read by programs that others wrote:
 * shows that commands, data and sense are passed as they are.
 */
class TgtPassthroughTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path folder;

  @Test
  void inquiryThroughTwoPathsIsWhatOtherProgramsRead() throws Exception {
    Program sgInq = Program.require("sg_inq", "sg3-utils");
    Program iscsiInq = Program.require("iscsi-inq", "libiscsi-bin");
    Path image = DiskImage.random(folder, "disk.img", 16, 1);
    Tgt.Identity identity = Tgt.Identity.of("LABSG01");
    try (Tgt first = Tgt.start(folder, Ports.free(), image, identity);
        Tgt second = Tgt.start(folder, Ports.free(), image, identity);
        MpathProcess attached =
            MpathProcess.start(
                    folder,
                    "attach",
                    first.url(),
                    second.url(),
                    "--nbd",
                    "unix:" + folder.resolve("disk.sock"),
                    "--control",
                    control())
                .awaitOutput("ready")) {
      Path inquiry = folder.resolve("inquiry.hex");
      Files.writeString(inquiry, hexOf(sg(0, "120000006000", "--in", "96")));
      String read = sgInq.run(LIMIT, "--inhex=" + inquiry).expectSuccess().output();
      assertThat(read).contains("LAB").contains("TGTDISK").contains("0001");
      assertThat(iscsiInq.run(LIMIT, first.url()).expectSuccess().output())
          .contains("LAB")
          .contains("TGTDISK");

      Path page = folder.resolve("page83.hex");
      Files.writeString(page, hexOf(sg(0, "12018300ff00", "--in", "255")));
      assertThat(sgInq.run(LIMIT, "--page=0x83", "--inhex=" + page).expectSuccess().output())
          .contains("LABSG01");

      assertThat(sg(1, "12017f00ff00", "--in", "255"))
          .contains("CHECK CONDITION: ILLEGAL REQUEST 24h/00h invalid field in CDB")
          .contains("sense: 70 00 05 ");
      assertThat(sg(1, "5e000000000000000800", "--in", "8")).contains("Operation not supported");

      // Each path alone still does it.
      first.kill();
      Waiting.until(
          "the other path does it", LIMIT, () -> sgStatus("000000000000", "--retry") == 0);
      assertThat(attached.output()).contains("failed");
    }
  }

  private String control() {
    return folder.resolve("control.sock").toString();
  }

  private String sg(int status, String... arguments) throws IOException, InterruptedException {
    MpathProcess run = start(arguments);
    assertThat(run.awaitExit()).as(run.output()).isEqualTo(status);
    return run.output();
  }

  private int sgStatus(String... arguments) throws IOException, InterruptedException {
    return start(arguments).awaitExit();
  }

  private MpathProcess start(String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of("sg", "--control", control(), "sda"));
    all.addAll(List.of(arguments));
    return MpathProcess.start(folder, all.toArray(String[]::new));
  }

  /** Takes the bytes out of a dump: what stands between a line's position and its text. */
  private static String hexOf(String output) {
    StringBuilder hex = new StringBuilder();
    output
        .lines()
        .filter(line -> line.matches("[0-9a-f]{8}  .*\\|.*\\|"))
        .forEach(line -> hex.append(line, 10, 58).append('\n'));
    return hex.toString();
  }
}
