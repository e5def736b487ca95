package io.multipath4j.mpath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.libmultipath.NumaTopology;
import io.multipath4j.mpath.console.Loops;
import io.multipath4j.mpath.control.ControlServer;
import io.multipath4j.mpath.control.DiskAnswers;
import io.multipath4j.mpath.control.LocalControl;
import io.multipath4j.mpath.control.Mounts;
import io.multipath4j.mpath.control.ProcessRequest;
import io.multipath4j.mpath.control.TestTree;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.nio.NioEventLoop;
import io.multipath4j.scsi.multipath.ScsiMultipath;
import io.multipath4j.scsi.multipath.ScsiMultipathConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class VerbsTest {

  private static final String DEVICE = "/sys/class/scsi_mpath_device/0";

  @TempDir Path runtime;
  private final List<Runnable> ends = new ArrayList<>();
  private TestTree content;
  private Map<String, String> environment;

  @BeforeEach
  void start() throws Exception {
    environment = Map.of("MPATH_RUNTIME_DIR", runtime.toString());
    content = serve(7, "sda");
  }

  @AfterEach
  void end() {
    ends.forEach(Runnable::run);
  }

  // ---- the verbs

  @Test
  void lsListsADirectory() {
    CommandRun run = run("ls", DEVICE);

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .containsExactly("broken", "iopolicy", "power", "subsystem", "uevent", "vpd_pg83");
    assertThat(run("ls").out().lines()).containsExactly("class", "devices");
    assertThat(run("ls", "/class").out()).isEqualTo(run("ls", "/sys/class/").out());
  }

  @Test
  void lsHasALongFormAndOneForPrograms() {
    assertThat(run("ls", "-l", DEVICE + "/").out())
        .startsWith("total 0\n")
        .contains("\n-rw-r--r-- 1 root root 4096 Feb 25 ")
        .contains(" subsystem -> ../../../../class/scsi_mpath_device\n");
    assertThat(run("ls", "-l", DEVICE).out())
        .matches("lrwxrwxrwx 1 root root 0 .* " + DEVICE + " -> \\.\\./.*/scsi_mpath_device/0\n");
    assertThat(run("ls", "--json", DEVICE + "/iopolicy").out())
        .isEqualTo(
            "{\"name\":\"%s/iopolicy\",\"type\":\"attribute\",\"mode\":\"0644\",\"size\":4096,\"modified\":\"2026-02-25T11:59:00Z\"}\n"
                .formatted(DEVICE));
  }

  @Test
  void catPrintsEachAttributeAndGoesOnAfterOneThatFails() {
    CommandRun run = run("cat", DEVICE + "/iopolicy", "/sys/nothing", DEVICE + "/iopolicy");

    assertThat(run.out()).isEqualTo("numa\nnuma\n");
    assertThat(run.err()).isEqualTo("mpath: /sys/nothing: No such file or directory\n");
    assertThat(run.status()).isEqualTo(1);
  }

  @Test
  void setWritesAnAttribute() {
    CommandRun run = run("set", DEVICE + "/iopolicy", "round-robin");

    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).isEmpty();
    assertThat(content.policy()).isEqualTo("round-robin");
  }

  @Test
  void setTakesAValueThatBeginsWithAMinus() {
    assertFails("Invalid argument (\"- - -\" is not one of", "set", DEVICE + "/iopolicy", "- - -");
    assertFails("Invalid argument (\"-x\" is not one of", "set", DEVICE + "/iopolicy", "-x");
    assertThat(run("set", "--contol", "a", DEVICE + "/iopolicy", "numa").status()).isEqualTo(2);
  }

  @Test
  void refusalsAreToldAsAShellWould() {
    assertFails("Is a directory", "cat", DEVICE);
    assertFails("No such file or directory", "ls", "/sys/class/none");
    assertFails("Not a directory", "ls", DEVICE + "/iopolicy/x");
    assertFails("Permission denied", "set", DEVICE + "/vpd_pg83", "1");
    assertFails(
        "Invalid argument (\"best\" is not one of numa, round-robin)",
        "set",
        DEVICE + "/iopolicy",
        "best");
    assertFails("Input/output error", "cat", DEVICE + "/broken");
    assertThat(content.policy()).isEqualTo("numa");
  }

  @Test
  void treeDrawsWhatIsBelowAPath() {
    assertThat(run("tree", DEVICE).out())
        .startsWith(DEVICE + "\n├── broken\n├── iopolicy\n")
        .contains("\n├── subsystem -> ../../../../class/scsi_mpath_device\n");
    assertThat(run("tree").out()).startsWith("/sys\n├── class\n");
  }

  @Test
  void monitorPrintsEventsAsTheyComeUntilItIsStopped() throws Exception {
    try (BackgroundRun run = BackgroundRun.withEnvironment(environment, "monitor")) {
      run.awaitOutput("monitor prints");
      content.fail("sda:0");
      run.awaitOutput("SEQNUM=1\n\n");

      assertThat(run.out())
          .contains(
              "UEVENT[1772020740.000000] change   /devices/virtual/scsi_mpath_device/0"
                  + " (scsi_mpath_device)\nACTION=change\n")
          .contains("MPATH_ACTION=PATH_FAILED\n");
      run.interrupt();
      assertThat(run.awaitStatus()).isZero();
    }
  }

  @Test
  void monitorTellsProgramsInJsonAndEndsWithTheProcess() throws Exception {
    try (BackgroundRun run = BackgroundRun.withEnvironment(environment, "monitor", "--json")) {
      run.awaitOutput("\"watching\"");
      content.fail("sda:0");
      run.awaitOutput("\"MPATH_PATH\":\"sda:0\"");
      assertThat(run.out().lines()).allMatch(line -> line.startsWith("{") && line.endsWith("}"));

      end();
      ends.clear();
      assertThat(run.awaitStatus()).isEqualTo(1);
      assertThat(run.err()).isEqualTo("mpath: monitor: the process ends\n");
    }
  }

  // ---- which process

  @Test
  void amongSeveralProcessesTheUserChooses() throws Exception {
    TestTree other = serve(8, "sdb");

    CommandRun run = run("set", DEVICE + "/iopolicy", "round-robin");
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err())
        .startsWith("mpath: 2 mpath processes run; choose one with --control PATH:\n")
        .contains("  --control " + socket(7) + "  process 7: sda (naa.7)\n")
        .contains("  --control " + socket(8) + "  process 8: sdb (naa.8)\n");

    run("set", "--control", socket(8).toString(), DEVICE + "/iopolicy", "round-robin");
    assertThat(content.policy()).isEqualTo("numa");
    assertThat(other.policy()).isEqualTo("round-robin");

    environment =
        Map.of("MPATH_RUNTIME_DIR", runtime.toString(), "MPATH_CONTROL", socket(7).toString());
    run("set", DEVICE + "/iopolicy", "round-robin");
    assertThat(content.policy()).isEqualTo("round-robin");
  }

  @Test
  void socketsOfDeadProcessesCountForNothing() throws Exception {
    Path dead = socket(9);
    java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)
        .bind(java.net.UnixDomainSocketAddress.of(dead))
        .close();

    assertThat(run("cat", DEVICE + "/iopolicy").out()).isEqualTo("numa\n");
    CommandRun named = run("cat", "--control", dead.toString(), DEVICE + "/iopolicy");
    assertThat(named.status()).isEqualTo(1);
    assertThat(named.err()).contains("no process that attaches listens on unix:" + dead);
  }

  @Test
  void withoutAProcessItSaysHowToStartOne() {
    CommandRun run = CommandRun.of("tree");

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).startsWith("mpath: no mpath process").contains("mpath attach URL");
  }

  // ---- how

  private Path socket(long pid) {
    return runtime.resolve("mpath/" + pid + ".sock");
  }

  private TestTree serve(long pid, String disk) throws Exception {
    Path socket = socket(pid);
    Files.createDirectories(socket.getParent());
    TestTree tree = new TestTree();
    NioEventLoop loop = Loops.start("serving-" + pid);
    ScsiMultipath multipath =
        new ScsiMultipath(loop, ScsiMultipathConfig.DEFAULT, NumaTopology.SINGLE_NODE, event -> {});
    LocalControl control =
        new LocalControl(
            () ->
                new ProcessRequest.Answer(
                    pid, "1.0", List.of(new ProcessRequest.Disk(disk, "naa." + pid))),
            tree.tree,
            multipath,
            new DiskAnswers(loop, name -> Optional.empty(), false),
            new Mounts(multipath, tree.tree, InstantSource.system(), false),
            task -> Thread.ofVirtual().start(task));
    ControlServer server =
        Loops.await(
            Loops.call(loop, () -> ControlServer.start(loop, new Endpoint.Unix(socket), control)),
            5_000,
            "serving");
    ends.add(() -> {
      Loops.call(
              loop,
              () -> {
                server.close();
                return true;
              })
          .join();
      loop.close();
    });
    return tree;
  }

  private void assertFails(String words, String... arguments) {
    CommandRun run = run(arguments);
    assertThat(run.status()).as(run.toString()).isEqualTo(1);
    assertThat(run.err()).startsWith("mpath: " + arguments[1] + ": " + words);
  }

  private CommandRun run(String... arguments) {
    return CommandRun.withEnvironment(environment, arguments);
  }
}
