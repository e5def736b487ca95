package io.multipath4j.mpath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.multipath4j.array.server.CommandFault;
import io.multipath4j.iscsi.login.ChapSecret;
import io.multipath4j.mpath.console.Loops;
import io.multipath4j.nbd.client.NbdClient;
import io.multipath4j.nbd.client.NbdClientConfig;
import io.multipath4j.nbd.client.NbdClientListener;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.nio.NioEventLoop;
import io.multipath4j.scsi.codec.Opcode;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class AttachTest {

  private static final Map<String, String> CHAP =
      Map.of("MPATH_CHAP_USER", "initiator", "MPATH_CHAP_SECRET", "correct horse battery");

  @TempDir Path folder;

  // ---- what works

  @Test
  void twoPathsBecomeOneDiskUntilItIsStoppedInOrder() throws Exception {
    Path socket = folder.resolve("made/by/attach/disk.sock");
    try (TestArray array = TestArray.start();
        BackgroundRun run =
            BackgroundRun.start(
                "attach", array.url(0, 1), array.url(1, 1), "--nbd", "unix:" + socket)) {
      run.awaitOutput("ready: nbd+unix:///?socket=" + socket);

      assertThat(run.out())
          .contains("8.0 MiB (8388608 bytes), 512-byte blocks")
          .contains("naa.6")
          .contains(array.portal(0).address().toString())
          .contains(array.portal(1).address().toString())
          .doesNotContain("degraded");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
          .isEqualTo("rw-------");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())))
          .isEqualTo("rwx------");

      run.interrupt();
      assertThat(run.awaitStatus()).isZero();
      assertThat(run.out())
          .endsWith("stopped" + System.lineSeparator())
          .doesNotContain("removed")
          .doesNotContain("is gone");
      assertThat(socket).doesNotExist();
      assertThat(run.err()).isEmpty();
    }
  }

  @Test
  void otherCommandsReachItThroughAPrivateSocketUntilItEnds() throws Exception {
    Path control = folder.resolve("control.sock");
    try (TestArray array = TestArray.start();
        BackgroundRun run =
            BackgroundRun.start(
                "attach", array.url(0, 1), "--nbd", socket(), "--control", control.toString())) {
      run.awaitOutput("ready");

      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(control)))
          .isEqualTo("rw-------");
      assertThat(CommandRun.of("ls", "--control", control.toString()).status()).isZero();
      assertThat(CommandRun.of("rescan", "--control", control.toString(), "--disk", "sda").out())
          .isEqualTo("1 as before\n");
      // The other unit of the target becomes a disk as well.
      assertThat(CommandRun.of("rescan", "--control", control.toString()).out())
          .isEqualTo("0:0:0:2 added\n1 as before\n");
      run.awaitOutput("disk sdb: ");
      assertThat(exportBytes("sdb")).isEqualTo(TestArray.LUN_BYTES);

      run.interrupt();
      assertThat(run.awaitStatus()).isZero();
      assertThat(control).doesNotExist();
    }
  }

  @Test
  void theTreeShowsTheDiskAndChangesIt() throws Exception {
    Map<String, String> environment = TestSurroundings.environment();
    try (TestArray array = TestArray.start();
        BackgroundRun run =
            BackgroundRun.withEnvironment(
                environment, "attach", array.url(0, 1), array.url(1, 1), "--nbd", socket());
        BackgroundRun monitor =
            BackgroundRun.withEnvironment(run.awaitOutput("ready").environment(), "monitor")) {
      monitor.awaitOutput("monitor prints");
      String head = "/sys/class/scsi_mpath_device/0";
      assertThat(CommandRun.withEnvironment(environment, "cat", head + "/iopolicy").out())
          .isEqualTo("queue-depth\n");
      CommandRun set =
          CommandRun.withEnvironment(environment, "set", head + "/iopolicy", "round-robin");
      assertThat(set.status()).as(set.err()).isZero();
      assertThat(CommandRun.withEnvironment(environment, "cat", head + "/iopolicy").out())
          .isEqualTo("round-robin\n");
      assertThat(CommandRun.withEnvironment(environment, "ls", "-l", head + "/multipath/").out())
          .contains(" -> ../../../")
          .contains("0:0:0:1")
          .contains("1:0:0:1");
      assertThat(CommandRun.withEnvironment(environment, "tree", "/sys/class").out())
          .contains("scsi_mpath_device");

      array.portal(0).cut();
      monitor.awaitOutput("PATH_FAILED");
      array.portal(0).restore();
      monitor.awaitOutput("PATH_REINSTATED");
    }
  }

  @Test
  void withoutAControlChannelTheDiskIsServedAllTheSame() throws Exception {
    Map<String, String> unusable =
        Map.of("MPATH_RUNTIME_DIR", Files.createFile(folder.resolve("file")).toString());
    try (TestArray array = TestArray.start();
        BackgroundRun run =
            BackgroundRun.withEnvironment(unusable, "attach", array.url(0, 1), "--nbd", socket())) {
      run.awaitOutput("ready");
      assertThat(run.out()).contains("there is no control channel: ");

      CommandRun asked =
          CommandRun.of(
              "attach", array.url(1, 1), "--nbd", socket(), "--control", folder.toString());
      assertFailure(asked, "--control " + folder);
    }
  }

  @Test
  void urlsWithoutALunAttachEveryUnitAndEachIsAnExport() throws Exception {
    try (TestArray array = TestArray.start();
        BackgroundRun run =
            BackgroundRun.start(
                "attach",
                array.portalUrl(0) + "/" + TestArray.TARGET,
                array.portalUrl(1) + "/" + TestArray.TARGET,
                "--nbd",
                socket())) {
      run.awaitOutput("ready: ");

      assertThat(run.out())
          .containsPattern("disk sda: naa\\.6")
          .containsPattern("disk sdb: naa\\.6")
          .contains("(2 paths)")
          .doesNotContain("degraded");
      assertThat(exportBytes("sda")).isEqualTo(TestArray.LUN_BYTES);
      assertThat(exportBytes("sdb")).isEqualTo(TestArray.LUN_BYTES);
    }
  }

  @Test
  void withMultipathOffEachPathIsADiskOfItsOwn() throws Exception {
    try (TestArray array = TestArray.start();
        BackgroundRun run =
            BackgroundRun.start(
                "attach",
                array.url(0, 1),
                array.url(1, 1),
                "--multipath",
                "off",
                "--nbd",
                socket())) {
      run.awaitOutput("ready: ");

      assertThat(run.out()).contains("disk sda: ").contains("disk sdb: ");
      assertThat(run.out()).contains("not multipathed");
      assertThat(exportBytes("sdb")).isEqualTo(TestArray.LUN_BYTES);
    }
  }

  @Test
  void whoAsksForNoNameGetsTheDiskThatTheUrlsNameAndNeverAnother() throws Exception {
    Path control = folder.resolve("control.sock");
    try (TestArray array = TestArray.start();
        BackgroundRun run =
            BackgroundRun.start(
                "attach", array.url(0, 1), "--nbd", socket(), "--control", control.toString())) {
      run.awaitOutput("ready");
      onProcess(control, "rescan");
      run.awaitOutput("disk sdb: ");

      onProcess(control, "set", "/sys/bus/scsi/devices/0:0:0:1/delete", "1");
      run.awaitOutput("disk sda is gone");
      assertThat(catchThrowable(() -> exportBytes(""))).hasMessageContaining("UNKNOWN");

      onProcess(control, "rescan");
      assertThat(exportBytes("")).isEqualTo(TestArray.LUN_BYTES);
    }
  }

  @Test
  void aDiskThatWaitsForItsPathsIsServedAllTheTime() throws Exception {
    Path control = folder.resolve("control.sock");
    try (TestArray array = TestArray.start();
        BackgroundRun run =
            BackgroundRun.start(
                "attach",
                array.url(0, 1),
                "--nbd",
                socket(),
                "--control",
                control.toString(),
                "--delayed-removal",
                "30s")) {
      run.awaitOutput("ready");
      assertThat(onProcess(control, "cat", "/sys/block/sda/delayed_removal_secs"))
          .isEqualTo("30\n");

      onProcess(control, "set", "/sys/bus/scsi/devices/0:0:0:1/delete", "1");
      assertThat(exportBytes("")).isEqualTo(TestArray.LUN_BYTES);
      onProcess(control, "rescan", "--host", "0");

      assertThat(onProcess(control, "ls", "/sys/class/scsi_mpath_device/0/multipath/"))
          .contains("0:0:0:1");
      assertThat(run.out()).doesNotContain("is gone");
    }
  }

  @Test
  void theTimesOfPathsAndCommandsAreTheUsers() throws Exception {
    Path control = folder.resolve("control.sock");
    try (TestArray array = TestArray.start();
        BackgroundRun run =
            BackgroundRun.start(
                "attach",
                array.url(0, 1),
                "--nbd",
                socket(),
                "--control",
                control.toString(),
                "--command-timeout",
                "7s",
                "--replacement-timeout",
                "10ms")) {
      run.awaitOutput("ready");
      String device = "/sys/bus/scsi/devices/0:0:0:1";
      assertThat(onProcess(control, "cat", device + "/timeout")).isEqualTo("7\n");

      array.portal(0).cut();
      run.await(
          "the lost path is given up",
          () -> onProcess(control, "cat", device + "/state").equals("transport-offline\n"));
    }
  }

  /** Runs a command that must succeed, and returns what it prints. */
  private static String onProcess(Path control, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add(1, control.toString());
    all.add(1, "--control");
    CommandRun run = CommandRun.of(all.toArray(String[]::new));
    assertThat(run.status()).as(run.toString()).isZero();
    return run.out();
  }

  /** The size of an NBD export, as a client is told. */
  private long exportBytes(String name) throws Exception {
    CompletableFuture<Long> size = new CompletableFuture<>();
    NbdClientListener listener =
        new NbdClientListener() {
          @Override
          public void onReady(NbdClient client) {
            size.complete(client.capacityBytes());
            client.close();
          }

          @Override
          public void onClosed(NbdClient client, IOException cause) {
            size.completeExceptionally(cause);
          }
        };
    try (NioEventLoop loop = Loops.start("client")) {
      Endpoint server = new Endpoint.Unix(folder.resolve("disk.sock"));
      loop.execute(() -> NbdClient.connect(loop, server, NbdClientConfig.of(name, 1), listener));
      return size.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void jsonTellsProgramsWhereTheDiskIs() throws Exception {
    try (TestArray array = TestArray.start();
        BackgroundRun run =
            BackgroundRun.start(
                "attach", array.url(0, 1), "--nbd", "127.0.0.1:0", "--json", "--read-only")) {
      run.awaitOutput("\"ready\"");

      assertThat(run.out())
          .contains("\"bytes\":8388608")
          .contains("\"readOnly\":true")
          .containsPattern("\"uri\":\"nbd://127.0.0.1:[1-9]\\d*/\"");
      assertThat(run.out().lines()).allMatch(line -> line.startsWith("{\"event\":\""));
    }
  }

  @Test
  void chapSecretsComeFromTheEnvironmentOrFromAFile() throws Exception {
    ChapSecret initiator = new ChapSecret("initiator", "correct horse battery");
    ChapSecret target = new ChapSecret("array", "staple staple staple");
    try (TestArray array = TestArray.withChap(initiator, target)) {
      try (BackgroundRun run =
          BackgroundRun.withEnvironment(
              TestSurroundings.environmentWith(CHAP),
              "attach",
              array.url(0, 1),
              "--nbd",
              socket())) {
        run.awaitOutput("ready");
      }
      Path file = folder.resolve("chap");
      Files.writeString(
          file,
          """
          user = initiator
          secret = correct horse battery
          target-user = array
          target-secret = staple staple staple
          """);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      try (BackgroundRun run =
          BackgroundRun.start(
              "attach", array.url(0, 1), "--nbd", socket(), "--chap-file", file.toString())) {
        run.awaitOutput("ready");
      }
    }
  }

  @Test
  void aPathThatIsDownIsLeftOutAndJoinsWhenItIsBack() throws Exception {
    try (TestArray array = TestArray.start()) {
      array.portal(1).cut();
      try (BackgroundRun run =
          BackgroundRun.start("attach", array.url(0, 1), array.url(1, 1), "--nbd", socket())) {
        run.awaitOutput("ready");
        assertThat(run.out())
            .contains("degraded (1 of 2 paths)")
            .contains("path " + array.url(1, 1) + " is not attached yet:");

        array.portal(1).restore();
        run.awaitOutput("sda:1 added");
      }
    }
  }

  @Test
  void aSilentPortalDoesNotKeepTheDiskFromBeingServed() throws Exception {
    try (TestArray array = TestArray.start()) {
      array.portal(0).blackHole();
      try (BackgroundRun run =
          BackgroundRun.start("attach", array.url(0, 1), array.url(1, 1), "--nbd", socket())) {
        run.awaitOutput("ready");
        assertThat(run.out()).contains("degraded (1 of 2 paths)");
      }
    }
  }

  @Test
  void withWaitItKeepsTryingWhenAllPortalsAreDown() throws Exception {
    try (TestArray array = TestArray.start()) {
      array.portal(0).cut();
      array.portal(1).cut();
      try (BackgroundRun run =
          BackgroundRun.start(
              "attach", array.url(0, 1), array.url(1, 1), "--nbd", socket(), "--wait")) {
        run.awaitOutput("path " + array.url(0, 1) + " is not attached");
        run.awaitOutput("path " + array.url(1, 1) + " is not attached");
        assertThat(run.out()).doesNotContain("ready");

        array.portal(1).restore();
        run.awaitOutput("ready");
      }
    }
  }

  @Test
  void pathsThatFailAndReturnAreToldOnePerLine() throws Exception {
    try (TestArray array = TestArray.start();
        BackgroundRun run =
            BackgroundRun.start("attach", array.url(0, 1), array.url(1, 1), "--nbd", socket())) {
      run.awaitOutput("ready");

      array.portal(0).cut();
      run.awaitOutput("(1 of 2 paths working)");
      array.portal(0).restore();
      run.awaitOutput("(2 of 2 paths working)");
    }
  }

  // ---- what is refused

  @Test
  void allPortalsDownIsToldWithTheReasonForEach() throws Exception {
    try (TestArray array = TestArray.start()) {
      array.portal(0).cut();
      array.portal(1).cut();

      CommandRun run = attach(array.url(0, 1), array.url(1, 1));

      assertFailure(run, "no path could be attached");
      assertThat(run.err())
          .containsPattern("(?m)^  " + array.url(0, 1) + ": .*refused")
          .containsPattern("(?m)^  " + array.url(1, 1) + ": .*refused")
          .contains("--wait");
    }
  }

  @Test
  void anUnknownTargetIsNamed() throws Exception {
    try (TestArray array = TestArray.start()) {
      CommandRun run = attach(array.portalUrl(0) + "/iqn.2026-01.example:other/1");

      assertFailure(run, "iqn.2026-01.example:other");
      assertThat(run.err()).contains("no such target");
    }
  }

  @Test
  void anUnknownLunIsNamed() throws Exception {
    try (TestArray array = TestArray.start()) {
      assertFailure(attach(array.url(0, 7)), "LUN 7");
    }
  }

  @Test
  void aWrongChapSecretIsToldWithoutShowingIt() throws Exception {
    ChapSecret initiator = new ChapSecret("initiator", "another one entirely");
    try (TestArray array = TestArray.withChap(initiator, null)) {
      CommandRun run =
          CommandRun.withEnvironment(
              TestSurroundings.environmentWith(CHAP), "attach", array.url(0, 1), "--nbd", socket());

      assertFailure(run, "CHAP");
      assertThat(run.err()).doesNotContain("horse");

      assertFailure(attach(array.url(0, 1)), "uthentication");
    }
  }

  @Test
  void urlsOfDifferentLogicalUnitsAreRefusedWithBothIds() throws Exception {
    try (TestArray array = TestArray.start()) {
      CommandRun run = attach(array.url(0, 1), array.url(1, 2));

      assertFailure(run, "different logical units");
      assertThat(run.err())
          .contains(array.portal(0).address().toString())
          .contains(array.portal(1).address().toString())
          .containsPattern("naa\\.6\\p{XDigit}+.*naa\\.6\\p{XDigit}+");
    }
  }

  @Test
  void unitsWithOneIdAndDifferentSizesAreRefusedWithTheDifference() throws Exception {
    try (TestArray array = TestArray.start();
        TestArray other = TestArray.lookalike(2 * TestArray.LUN_BYTES, 0)) {
      CommandRun run = attach(array.url(0, 1), other.url(0, 1));

      assertFailure(run, "refused to merge");
      assertThat(run.err())
          .contains(array.portal(0).address().toString())
          .contains(other.portal(0).address().toString())
          .contains("8388608 bytes")
          .contains("16777216 bytes");
    }
  }

  @Test
  void unitsThatDifferInTheirContentAloneAreToldApartByVerifyContent() throws Exception {
    try (TestArray array = TestArray.lookalike(TestArray.LUN_BYTES, 1);
        TestArray other = TestArray.lookalike(TestArray.LUN_BYTES, 2)) {
      CommandRun run =
          CommandRun.of(
              "attach", array.url(0, 1), other.url(0, 1), "--nbd", socket(), "--verify-content");

      assertFailure(run, "content");
      assertThat(run.err()).contains(other.portal(0).address().toString());
    }
  }

  @Test
  void verifyContentLetsTruePathsTogether() throws Exception {
    try (TestArray array = TestArray.lookalike(TestArray.LUN_BYTES, 3);
        BackgroundRun run =
            BackgroundRun.start(
                "attach",
                array.url(0, 1),
                array.url(1, 1),
                "--nbd",
                socket(),
                "--verify-content")) {
      run.awaitOutput("ready");
      assertThat(run.out()).doesNotContain("degraded");
    }
  }

  @Test
  void aTargetThatAnnouncesAbsurdLengthsIsToldApart() throws Exception {
    try (TestArray array = TestArray.start()) {
      array.portal(0).inject(CommandFault.absurdLength().onOpcode(Opcode.INQUIRY));

      CommandRun run = attach(array.url(0, 1));

      assertFailure(run, array.url(0, 1));
    }
  }

  @Test
  void aHostNameThatDoesNotResolveIsNamed() {
    CommandRun run = attach("iscsi://no-such-host.invalid/" + TestArray.TARGET + "/1");

    assertFailure(run, "cannot resolve the host name 'no-such-host.invalid'");
  }

  @Test
  void anAddressInUseIsNamed() throws Exception {
    try (TestArray array = TestArray.start();
        ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      CommandRun run =
          CommandRun.of("attach", array.url(0, 1), "--nbd", "127.0.0.1:" + taken.getLocalPort());

      assertFailure(run, "cannot serve NBD on 127.0.0.1:" + taken.getLocalPort());
    }
  }

  @Test
  void theSocketOfAnotherServerIsLeftAlone() throws Exception {
    try (TestArray array = TestArray.start();
        BackgroundRun first = BackgroundRun.start("attach", array.url(0, 1), "--nbd", socket())) {
      first.awaitOutput("ready");

      assertFailure(attach(array.url(1, 1)), "cannot serve NBD on " + socket());

      assertThat(folder.resolve("disk.sock")).exists();
    }
  }

  @Test
  void wrongUsageIsToldBeforeAnythingIsTried() throws IOException {
    assertUsage("expected iscsi://", "attach", "http://x/y/1", "--nbd", socket());
    assertUsage("mpath discover", "attach", "iscsi://h", "--nbd", socket());
    assertUsage("--nbd", "attach", "iscsi://h/iqn.2026-01.a:b/1");
    String url = "iscsi://127.0.0.1/iqn.2026-01.a:b/1";
    assertUsage(
        "--name names one disk",
        "attach",
        "iscsi://127.0.0.1/iqn.2026-01.a:b",
        "--nbd",
        socket(),
        "--name",
        "x");
    assertUsage("--ping-after", "attach", url, "--nbd", socket(), "--ping-after", "0");
    assertUsage("whole seconds", "attach", url, "--nbd", socket(), "--delayed-removal", "500ms");
    assertUsage("named twice", "attach", url, url, "--nbd", socket());
    assertUsage("unix:PATH", "attach", url, "--nbd", "/x");
    assertUsage("round-robin", "attach", url, "--nbd", socket(), "--policy", "best");
    assertUsage("always", "attach", url, "--nbd", socket(), "--multipath", "never");
    assertUsage("--allow-remote", "attach", url, "--nbd", "0.0.0.0:10809");
    assertUsage("password", "attach", "iscsi://me%hunter2@h/iqn.2026-01.a:b/1", "--nbd", socket());
    assertUsage(
        "--chap-file", "attach", "iscsi://me@127.0.0.1/iqn.2026-01.a:b/1", "--nbd", socket());
    Path open = folder.resolve("open-chap");
    Files.writeString(open, "user = a\nsecret = b\n");
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
    assertUsage("chmod 600", "attach", url, "--nbd", socket(), "--chap-file", open.toString());
  }

  private CommandRun attach(String... urls) {
    String[] arguments = new String[urls.length + 3];
    arguments[0] = "attach";
    System.arraycopy(urls, 0, arguments, 1, urls.length);
    arguments[urls.length + 1] = "--nbd";
    arguments[urls.length + 2] = socket();
    return CommandRun.of(arguments);
  }

  private String socket() {
    return "unix:" + folder.resolve("disk.sock");
  }

  private static void assertFailure(CommandRun run, String message) {
    assertThat(run.status()).as(run.toString()).isEqualTo(1);
    assertThat(run.err()).startsWith("mpath: ").contains(message);
    assertNoTrace(run);
  }

  private static void assertUsage(String message, String... arguments) {
    CommandRun run = CommandRun.of(arguments);
    assertThat(run.status()).as(run.toString()).isEqualTo(2);
    assertThat(run.err()).startsWith("mpath: ").contains(message).doesNotContain("hunter2");
    assertThat(run.out()).isEmpty();
    assertNoTrace(run);
  }

  private static void assertNoTrace(CommandRun run) {
    assertThat(run.err()).doesNotContain("\tat ").doesNotContain("Exception");
  }
}
