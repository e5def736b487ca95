package io.multipath4j.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Our array under libiscsi's tools and its conformance suite: shows that the array is honest. */
class ArrayWithLibiscsiTest {

  private static final Duration LIMIT = Duration.ofMinutes(1);

  @TempDir static Path folder;

  private static ServedArray array;

  @BeforeAll
  static void serveAnArray() throws Exception {
    Program.require("iscsi-ls", "libiscsi-bin");
    array = ServedArray.start(folder, "--size", "64M");
  }

  @AfterAll
  static void endTheArray() throws Exception {
    if (array != null) {
      array.close();
    }
  }

  @Test
  void iscsiLsFindsTheTargetAtBothPortalsAndItsLun() throws Exception {
    Program ls = Program.require("iscsi-ls", "libiscsi-bin");
    String output = ls.run(LIMIT, "-s", "iscsi://" + array.firstPortal()).expectSuccess().output();
    assertThat(output)
        .contains(ServedArray.TARGET)
        .contains(array.firstPortal())
        .contains(array.secondPortal())
        .contains("Lun:1")
        .contains("Type:DIRECT_ACCESS");
  }

  @Test
  void iscsiInqReadsIdentityAndDesignators() throws Exception {
    Program inq = Program.require("iscsi-inq", "libiscsi-bin");
    assertThat(inq.run(LIMIT, array.firstUrl()).expectSuccess().output())
        .contains("Peripheral Device Type:DIRECT_ACCESS");
    String first =
        inq.run(LIMIT, "-e", "1", "-c", "131", array.firstUrl()).expectSuccess().output();
    assertThat(first).containsIgnoringCase("NAA");
  }

  @Test
  void iscsiReadcapacity16SeesTheSize() throws Exception {
    Program readcapacity = Program.require("iscsi-readcapacity16", "libiscsi-bin");
    assertThat(readcapacity.run(LIMIT, array.firstUrl()).expectSuccess().output())
        .contains("Total size:67108864");
  }

  @Test
  void iscsiPerfReadsWithoutAnError() throws Exception {
    Program perf = Program.require("iscsi-perf", "libiscsi-bin");
    Path log = folder.resolve("perf.log");
    Process load = perf.start(log, "-m", "32", "-b", "8", "-r", "-t", "2", array.firstUrl());
    try {
      Waiting.until("iscsi-perf ends", LIMIT, () -> !load.isAlive());
    } finally {
      Program.kill(load);
    }
    assertThat(load.exitValue()).as(Program.read(log)).isZero();
    assertThat(Program.read(log)).containsPattern("iops average [1-9]").contains("finished");
  }

  /**
   * The families for the commands that the array answers. The suite counts a skip as a pass, so the
   * skips are counted here, and each that is expected has its reason.
   */
  @ParameterizedTest
  @CsvSource({
    "Inquiry, 0",
    "Mandatory, 0",
    "ModeSense6, 0",
    "Prefetch10, 0",
    "Prefetch16, 0",
    "PrinReadKeys, 0",
    "PrinReportCapabilities, 0",
    "PrinServiceactionRange, 0",
    "ProutClear, 0",
    "ProutPreempt, 0",
    "ProutRegister, 0",
    "ProutReserve, 0",
    "Read6, 0",
    "Read10, 0",
    "Read12, 0",
    "Read16, 0",
    "ReadCapacity10, 0",
    "ReadCapacity16, 0",
    // It takes INVALID FIELD IN CDB, which SPC-5 6.34 asks for, for "not implemented".
    "ReportSupportedOpcodes, 2",
    "Reserve6, 0",
    "TestUnitReady, 0",
    "Unmap, 0",
    "Verify10, 0",
    "Verify16, 0",
    "Write10, 0",
    "Write12, 0",
    "Write16, 0",
    // A length of zero is refused (WSNZ), and two tests want more than one block per physical
    // block.
    "WriteSame10, 3",
    "WriteSame16, 3",
    "iSCSIcmdsn, 0",
    "iSCSIdatasn, 0",
    "iSCSIResiduals, 0",
    "iSCSITMF, 0",
  })
  void conformanceFamilyPassesWithNoMoreThanTheKnownSkips(String family, int knownSkips)
      throws Exception {
    ConformanceSuite.Outcome outcome =
        new ConformanceSuite().run("ALL." + family, array.firstUrl());
    assertThat(outcome.failed()).as(outcome.output()).isZero();
    assertThat(outcome.skipped()).as(outcome.output()).isEqualTo(knownSkips);
  }

  /** Each test through two nexuses: what one path registers and reserves, the other one sees. */
  @Test
  void reservationsAndDataAreOneOverTwoPaths() throws Exception {
    ConformanceSuite suite = new ConformanceSuite();
    suite.run("SCSI.Pr[io]*", array.firstUrl(), array.secondUrl()).expectAllPassed(20);
    suite.run("SCSI.MultipathIO", array.firstUrl(), array.secondUrl()).expectAllPassed(4);
  }
}
