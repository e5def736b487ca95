package io.multipath4j.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two tgtd processes whose <em>different</em> LUNs carry the same VPD 83 id, as tgt's defaults
 * bring about by themselves: shows that they are never merged unnoticed.
 */
class TgtDuplicateIdTest {

  private static final Tgt.Identity IDENTITY = Tgt.Identity.of("LABSHARED01");

  @TempDir Path folder;

  @Test
  void refusesToMergeWhenTheCapacityDiffers() throws Exception {
    String output = attachOutput(64, IDENTITY, 32, IDENTITY);
    assertThat(output).contains("refused").contains("capacity");
  }

  @Test
  void refusesToMergeWhenTheSerialNumberDiffers() throws Exception {
    Tgt.Identity other = new Tgt.Identity("LAB", "TGTDISK", "LABSHARED01", "OTHERSN");
    String output = attachOutput(64, IDENTITY, 64, other);
    assertThat(output).contains("refused").contains("serial").contains("OTHERSN");
  }

  @Test
  void refusesToMergeWhenTheVendorDiffers() throws Exception {
    Tgt.Identity other = new Tgt.Identity("OTHER", "TGTDISK", "LABSHARED01", "LABSHARED01");
    String output = attachOutput(64, IDENTITY, 64, other);
    assertThat(output).contains("refused").contains("vendor");
  }

  @Test
  void refusesToMergeWhenTheProductDiffers() throws Exception {
    Tgt.Identity other = new Tgt.Identity("LAB", "OTHERDISK", "LABSHARED01", "LABSHARED01");
    String output = attachOutput(64, IDENTITY, 64, other);
    assertThat(output).contains("refused").contains("product");
  }

  @Test
  void verifyContentTellsLunsApartThatAreEqualInEverythingElse() throws Exception {
    String output = attachOutput(64, IDENTITY, 64, IDENTITY, "--verify-content");
    assertThat(output).contains("refused").contains("content");
  }

  /** Attaches two LUNs of different content; expects a failure; returns what the user reads. */
  private String attachOutput(
      int firstMebibytes,
      Tgt.Identity firstIdentity,
      int secondMebibytes,
      Tgt.Identity secondIdentity,
      String... options)
      throws Exception {
    Path firstImage = DiskImage.random(folder, "first.img", firstMebibytes, 1);
    Path secondImage = DiskImage.random(folder, "second.img", secondMebibytes, 2);
    Path socket = folder.resolve("disk.sock");
    try (Tgt first = Tgt.start(folder, Ports.free(), firstImage, firstIdentity);
        Tgt second = Tgt.start(folder, Ports.free(), secondImage, secondIdentity)) {
      String[] arguments = new String[5 + options.length];
      arguments[0] = "attach";
      arguments[1] = first.url();
      arguments[2] = second.url();
      arguments[3] = "--nbd";
      arguments[4] = "unix:" + socket;
      System.arraycopy(options, 0, arguments, 5, options.length);
      try (MpathProcess mpath = MpathProcess.start(folder, arguments)) {
        assertThat(mpath.awaitExit()).as(mpath.output()).isNotZero();
        String output = mpath.output();
        assertThat(output)
            .contains(first.portal())
            .contains(second.portal())
            .doesNotContain("\tat ");
        return output;
      }
    }
  }
}
