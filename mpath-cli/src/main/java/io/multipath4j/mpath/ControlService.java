package io.multipath4j.mpath;

import io.multipath4j.mpath.console.CommandFailure;
import io.multipath4j.mpath.console.Loops;
import io.multipath4j.mpath.console.Report;
import io.multipath4j.mpath.control.ControlPlace;
import io.multipath4j.mpath.control.ControlServer;
import io.multipath4j.mpath.control.DiskAnswers;
import io.multipath4j.mpath.control.LocalControl;
import io.multipath4j.mpath.control.Mounts;
import io.multipath4j.mpath.control.ProcessRequest;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.nio.NioEventLoop;
import io.multipath4j.scsi.multipath.ScsiMultipath;
import io.multipath4j.sysfs.SysfsTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a process that attaches can be asked by other processes. */
final class ControlService {

  private static final long START_MILLIS = 10_000;
  private static final String NONE = "none";

  @Option(
      names = "--control",
      paramLabel = "PATH|none",
      description =
          "Where other mpath commands (ls, cat, set, tree, monitor, rescan, sg, zones) reach this"
              + " process. Default: mpath/PID.sock in $XDG_RUNTIME_DIR, else in /run for root, else"
              + " in /tmp/mpath-UID.")
  private @Nullable String control;

  /** Serves until it is closed; not at all where the user does not want it. */
  static final class Running implements AutoCloseable {

    private final NioEventLoop loop;
    private final ExecutorService worker =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("mpath-control-", 0).factory());
    private @Nullable ControlServer server;

    private Running(NioEventLoop loop) {
      this.loop = loop;
    }

    @Override
    public void close() throws CommandFailure {
      ControlServer open = server;
      try {
        if (open != null) {
          Loops.await(
              Loops.call(
                  loop,
                  () -> {
                    open.close();
                    return true;
                  }),
              START_MILLIS,
              "closing the control channel");
        }
      } catch (InterruptedException impatient) {
        Thread.currentThread().interrupt();
      } finally {
        worker.shutdown();
      }
    }
  }

  private static List<ProcessRequest.Disk> disks(ScsiMultipath multipath) {
    Stream<ProcessRequest.Disk> heads =
        multipath.mpathHeads().stream()
            .map(head -> new ProcessRequest.Disk(head.diskName(), head.idText()));
    Stream<ProcessRequest.Disk> plain =
        multipath.plainDisks().stream()
            .map(disk -> new ProcessRequest.Disk(disk.name(), disk.snapshot().address()));
    return Stream.concat(heads, plain).toList();
  }

  /**
   * Starts to serve.
   *
   * @param multipath the hosts and disks
   * @param diskAnswers answers what disks are asked
   * @param mounts what it may show them with
   * @param report told when there can be no channel and none was asked for
   * @throws CommandFailure when it cannot listen where the user wants it
   */
  Running start(
      NioEventLoop loop,
      SysfsTree tree,
      ScsiMultipath multipath,
      DiskAnswers diskAnswers,
      Mounts mounts,
      Map<String, String> environment,
      Report report)
      throws CommandFailure, InterruptedException {
    Running running = new Running(loop);
    if (NONE.equals(control)) {
      return running;
    }
    long pid = ProcessHandle.current().pid();
    LocalControl local =
        new LocalControl(
            () -> new ProcessRequest.Answer(pid, ProgramVersion.current(), disks(multipath)),
            tree,
            multipath,
            diskAnswers,
            mounts,
            running.worker);
    try {
      Endpoint where =
          new Endpoint.Unix(
              control == null
                  ? ControlPlace.ofProcess(environment).prepare(pid)
                  : Path.of(control).toAbsolutePath().normalize());
      running.server =
          Loops.await(
              Loops.call(loop, () -> ControlServer.start(loop, where, local)),
              START_MILLIS,
              "opening the control channel");
    } catch (IOException | CommandFailure failure) {
      String reason = String.valueOf(failure.getMessage());
      if (control != null) {
        running.close();
        throw new CommandFailure("--control " + control + ": " + reason, failure);
      }
      // The disk matters more than being asked about it.
      report.result(
          "no-control",
          "there is no control channel: " + reason + "; see --control",
          Map.of("reason", reason));
    }
    return running;
  }
}
