package io.multipath4j.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One LUN of tgt behind two portals, served over NBD, under a verifying load: shows that neither
 * the death of a portal (reset) nor its silence (black hole) costs an error or a byte.
 */
class TgtFailoverTest {

  @TempDir Path folder;

  @Test
  void fioSeesNoErrorAndNoWrongByteWhileEachPortalIsKilledAndRestored() throws Exception {
    Program fio = Program.require("fio", "fio");
    Path image = DiskImage.random(folder, "disk.img", 64, 1);
    Path socket = folder.resolve("disk.sock");
    Tgt.Identity identity = Tgt.Identity.of("LABSHARED01");
    try (Tgt first = Tgt.start(folder, Ports.free(), image, identity);
        Tgt second = Tgt.start(folder, Ports.free(), image, identity);
        MpathProcess mpath =
            MpathProcess.start(
                    folder, "attach", first.url(), second.url(), "--nbd", "unix:" + socket)
                .awaitOutput("ready")) {
      Path log = folder.resolve("fio.log");
      Process load = fio.start(log, Fio.verifyingRandomWrites(socket, Duration.ofSeconds(14)));
      try {
        Waiting.pass(Duration.ofSeconds(2));
        first.kill();
        Waiting.pass(Duration.ofSeconds(2));
        first.restore();
        Waiting.pass(Duration.ofSeconds(3));
        second.kill();
        Waiting.pass(Duration.ofSeconds(2));
        second.restore();
        Waiting.pass(Duration.ofSeconds(2));
        first.pause();
        Waiting.pass(Duration.ofSeconds(2));
        first.resume();
        Waiting.until("fio ends", Duration.ofMinutes(1), () -> !load.isAlive());
      } finally {
        Program.kill(load);
      }
      assertThat(load.exitValue()).as(Program.read(log) + mpath.output()).isZero();
      assertThat(Program.read(log)).contains("err= 0").doesNotContain("verify failed");
      // Both paths were really lost and came back, or the load has shown nothing.
      assertThat(mpath.output())
          .contains("path sda:0 failed", "path sda:1 failed")
          .contains("path sda:0 is back", "path sda:1 is back");
    }
  }
}
