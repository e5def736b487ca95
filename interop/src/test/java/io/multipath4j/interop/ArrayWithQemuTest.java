package io.multipath4j.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our array under qemu's iSCSI driver (package qemu-block-extra). */
class ArrayWithQemuTest {

  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir Path folder;

  @Test
  void qemuImgCopiesThroughOnePortalAndComparesThroughTheOther() throws Exception {
    Program qemuImg = Program.require("qemu-img", "qemu-utils and qemu-block-extra");
    Path image = DiskImage.random(folder, "image", 32, 9);
    try (ServedArray array = ServedArray.start(folder, "--size", "32M")) {
      assertThat(qemuImg.run(LIMIT, "info", array.firstUrl()).expectSuccess().output())
          .contains("32 MiB");
      String[] convert = {
        "convert", "-n", "-f", "raw", "-O", "raw", image.toString(), array.firstUrl()
      };
      qemuImg.run(LIMIT, convert).expectSuccess();
      qemuImg
          .run(LIMIT, "compare", "-f", "raw", "-F", "raw", image.toString(), array.secondUrl())
          .expectSuccess();
    }
  }
}
