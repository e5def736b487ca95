package io.multipath4j.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The mounted tree under the programs that people use on sysfs. */
class MountedTreeTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir Path folder;

  private String shell(String script) throws Exception {
    return Program.require("bash", "bash")
        .run(LIMIT, "-c", "cd '" + folder + "/m' && " + script)
        .expectSuccess()
        .output();
  }

  private String refusal(String script) throws Exception {
    return Program.require("bash", "bash")
        .run(LIMIT, "-c", "cd '" + folder + "/m' && " + script)
        .expectFailure()
        .output();
  }

  @Test
  void catShowsTheValueAsItIsNow() throws Exception {
    try (Fuse fuse = Fuse.mount(folder.resolve("m"))) {
      String file = "sys/class/scsi_mpath_device/0/iopolicy";
      assertThat(shell("cat " + file)).isEqualTo("numa\n");
      fuse.policy.set("round-robin");
      assertThat(shell("cat " + file)).isEqualTo("round-robin\n");
      assertThat(shell("cat proc/diskstats")).isEqualTo("   8       0 sda 1 2 3\n");
    }
  }

  @Test
  void anOpenAttributeIsMadeAnewByEachReadFromItsBeginning() throws Exception {
    try (Fuse fuse = Fuse.mount(folder.resolve("m"))) {
      Program.require("python3", "python3");
      String counter = "sys/class/scsi_mpath_device/0/counter";
      assertThat(
              shell(
                  "python3 -c 'import os; f = os.open(\"%s\", 0);".formatted(counter)
                      + " print(os.pread(f, 9, 0), os.pread(f, 9, 1), os.pread(f, 9, 0))'"))
          .isEqualTo("b'1\\n' b'\\n' b'2\\n'\n");
      assertThat(fuse.shown).hasValue(2);
    }
  }

  @Test
  void echoStoresAndARefusedValueIsAnError() throws Exception {
    try (Fuse fuse = Fuse.mount(folder.resolve("m"))) {
      String file = "sys/class/scsi_mpath_device/0/iopolicy";
      shell("echo round-robin > " + file);
      assertThat(fuse.policy).hasValue("round-robin");
      assertThat(refusal("echo fastest > " + file)).contains("Invalid argument");
      assertThat(refusal("echo gone > " + file)).contains("No such device or address");
      assertThat(fuse.policy).hasValue("round-robin");
      assertThat(refusal("cat sys/class/scsi_mpath_device/0/delete")).contains("Permission denied");
      assertThat(refusal("echo 1 > sys/class/scsi_mpath_device/0/counter"))
          .contains("Permission denied");
    }
  }

  @Test
  void nothingCanBeMadeOrTakenAway() throws Exception {
    try (Fuse fuse = Fuse.mount(folder.resolve("m"))) {
      String device = "sys/class/scsi_mpath_device/0";
      for (String script :
          new String[] {
            "touch " + device + "/new",
            "mkdir " + device + "/new",
            "rm " + device + "/iopolicy",
            "rmdir sys/class",
            "ln -s x " + device + "/new",
            "mv " + device + "/iopolicy " + device + "/other",
            "chmod 777 " + device + "/iopolicy"
          }) {
        assertThat(refusal(script)).as(script).contains("Operation not permitted");
      }
      assertThat(fuse.policy).hasValue("numa");
    }
  }

  @Test
  void lsShowsModesSizesLinkCountsAndTargets() throws Exception {
    try (Fuse fuse = Fuse.mount(folder.resolve("m"))) {
      assertThat(shell("ls -1")).isEqualTo("dev\nproc\nsys\n");
      assertThat(shell("stat -c '%A %h %s %U %n' sys/class/scsi_mpath_device/0/* sys"))
          .contains("-r--r--r-- 1 4096 root sys/class/scsi_mpath_device/0/counter")
          .contains("--w------- 1 4096 root sys/class/scsi_mpath_device/0/delete")
          .contains("-rw-r--r-- 1 4096 root sys/class/scsi_mpath_device/0/iopolicy")
          .contains("-r--r--r-- 1 0 root sys/class/scsi_mpath_device/0/vpd_pg83")
          .contains("drwxr-xr-x 4 0 root sys");
      assertThat(shell("ls -l sys/class/scsi_mpath_device/0/")).startsWith("total 0\n");
      assertThat(shell("ls -l sys/class/scsi_mpath_device"))
          .contains("0 -> ../../devices/virtual/scsi_mpath_device/0");
      assertThat(shell("readlink sys/class/scsi_mpath_device/0"))
          .isEqualTo("../../devices/virtual/scsi_mpath_device/0\n");
      assertThat(fuse.tree.stat("/class/scsi_mpath_device/0/counter", true).links()).isEqualTo(1);
    }
  }

  @Test
  void findWalksAllOfIt() throws Exception {
    try (Fuse fuse = Fuse.mount(folder.resolve("m"))) {
      for (int i = 0; i < 500; i++) {
        fuse.tree.root().ensureDirectory("many/d" + i);
      }
      assertThat(shell("find sys/devices | sort"))
          .isEqualTo(
              """
              sys/devices
              sys/devices/virtual
              sys/devices/virtual/scsi_mpath_device
              sys/devices/virtual/scsi_mpath_device/0
              sys/devices/virtual/scsi_mpath_device/0/counter
              sys/devices/virtual/scsi_mpath_device/0/delete
              sys/devices/virtual/scsi_mpath_device/0/iopolicy
              sys/devices/virtual/scsi_mpath_device/0/vpd_pg83
              sys/devices/virtual/scsi_mpath_device/0/vpd_pg89
              """);
      assertThat(shell("find sys/many -type d | wc -l").strip()).isEqualTo("501");
    }
  }

  @Test
  void rawBytesAreReadWhole() throws Exception {
    try (Fuse fuse = Fuse.mount(folder.resolve("m"))) {
      assertThat(shell("od -An -tx1 sys/class/scsi_mpath_device/0/vpd_pg83").strip())
          .isEqualTo("00 83 00 01");
      assertThat(shell("wc -c < sys/class/scsi_mpath_device/0/vpd_pg89").strip())
          .isEqualTo("70000");
      assertThat(fuse.mount().ended()).isNotDone();
    }
  }

  @Test
  void whatIsRemovedIsGoneAndWhatIsAddedIsThere() throws Exception {
    try (Fuse fuse = Fuse.mount(folder.resolve("m"))) {
      assertThat(shell("ls sys/class/scsi_mpath_device")).isEqualTo("0\n");
      fuse.tree.lookup("/class/scsi_mpath_device/0", false).remove();
      assertThat(refusal("cat sys/class/scsi_mpath_device/0/iopolicy"))
          .contains("No such file or directory");
      fuse.tree.root().ensureDirectory("class/scsi_mpath_device/1");
      assertThat(shell("ls sys/class/scsi_mpath_device")).isEqualTo("1\n");
    }
  }
}
