package io.multipath4j.interop;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A {@code tgtd} process: one iSCSI target behind one portal. Two of them over one image, with the
 * same target, LUN and identifiers, are one array with two portals that can be killed one by one.
 */
final class Tgt implements AutoCloseable {

  static final String TARGET = "iqn.2026-01.example:disk";

  private static final Duration LIMIT = Duration.ofSeconds(20);

  /** Each tgtd on a machine needs its own control number. */
  private static final AtomicInteger NEXT_CONTROL =
      new AtomicInteger(1000 + (int) (ProcessHandle.current().pid() % 20_000));

  /** What a LUN says about itself, so that a test can make two LUNs look alike or not. */
  record Identity(String vendor, String product, String scsiId, String serial) {

    static Identity of(String id) {
      return new Identity("LAB", "TGTDISK", id, id);
    }
  }

  private final Program tgtd = Program.require("tgtd", "tgt");
  private final Program tgtadm = Program.require("tgtadm", "tgt");
  private final Program killer = Program.require("kill", "procps");

  private final Path log;
  private final int port;
  private final Path image;
  private final Identity identity;
  private final int control = NEXT_CONTROL.getAndIncrement();
  private Process process;

  private Tgt(Path folder, int port, Path image, Identity identity) throws IOException {
    this.log = Files.createTempFile(folder, "tgtd", ".log");
    this.port = port;
    this.image = image;
    this.identity = identity;
  }

  /** Starts it on a loopback port that must be free. */
  static Tgt start(Path folder, int port, Path image, Identity identity)
      throws IOException, InterruptedException {
    Tgt tgt = new Tgt(folder, port, image, identity);
    tgt.restore();
    return tgt;
  }

  String portal() {
    return "127.0.0.1:" + port;
  }

  String url() {
    return "iscsi://" + portal() + "/" + TARGET + "/1";
  }

  /** Starts the process (again) with the same LUN. */
  void restore() throws IOException, InterruptedException {
    Files.createDirectories(Path.of("/var/run/tgtd"));
    process = tgtd.start(log, "-f", "-C", String.valueOf(control), "--iscsi", "portal=" + portal());
    awaitControl();
    admin("--op", "new", "--mode", "target", "--tid", "1", "-T", TARGET);
    admin(
        "--op",
        "new",
        "--mode",
        "logicalunit",
        "--tid",
        "1",
        "--lun",
        "1",
        "-b",
        image.toString(),
        "--device-type",
        "disk",
        "--bstype",
        "rdwr");
    admin(
        "--op",
        "update",
        "--mode",
        "logicalunit",
        "--tid",
        "1",
        "--lun",
        "1",
        "--params",
        String.join(
            ",",
            "vendor_id=" + identity.vendor(),
            "product_id=" + identity.product(),
            "product_rev=0001",
            "scsi_id=" + identity.scsiId(),
            "scsi_sn=" + identity.serial(),
            "thin_provisioning=1",
            "removable=0"));
    admin("--op", "bind", "--mode", "target", "--tid", "1", "-I", "ALL");
  }

  /** Adds a portal to this process: a second nexus to the same LUN and its reservations. */
  String addPortal(int anotherPort) throws IOException, InterruptedException {
    String another = "127.0.0.1:" + anotherPort;
    admin("--op", "new", "--mode", "portal", "--param", "portal=" + another);
    return "iscsi://" + another + "/" + TARGET + "/1";
  }

  /** Kills the process: its connections are reset and its portal refuses. */
  void kill() throws InterruptedException {
    Program.kill(process);
  }

  /** Stops the process without ending it: a black hole. */
  void pause() throws IOException, InterruptedException {
    signal("-STOP");
  }

  /** Lets a paused process go on. */
  void resume() throws IOException, InterruptedException {
    signal("-CONT");
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }

  private void signal(String name) throws IOException, InterruptedException {
    killer.run(LIMIT, name, String.valueOf(process.pid())).expectSuccess();
  }

  private void awaitControl() throws IOException, InterruptedException {
    Waiting.until(
        "tgtd answers on control number " + control + ": " + log,
        LIMIT,
        () -> {
          if (!process.isAlive()) {
            fail("tgtd ended: %s", Program.read(log));
          }
          return adminRaw("--op", "show", "--mode", "portal").exitStatus() == 0;
        });
  }

  private void admin(String... arguments) throws IOException, InterruptedException {
    adminRaw(arguments).expectSuccess();
  }

  private Program.Result adminRaw(String... arguments) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("-C", String.valueOf(control), "--lld", "iscsi"));
    all.addAll(List.of(arguments));
    return tgtadm.run(LIMIT, all.toArray(String[]::new));
  }
}
