package io.multipath4j.mpath;

import io.multipath4j.mpath.console.CommandFailure;
import io.multipath4j.mpath.console.Loops;
import io.multipath4j.mpath.control.ControlClient;
import io.multipath4j.mpath.control.ControlFinder;
import io.multipath4j.mpath.control.ControlPlace;
import io.multipath4j.mpath.control.ProcessRequest;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.nio.NioEventLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which process a command asks. */
final class ControlOptions {

  private static final String VARIABLE = "MPATH_CONTROL";

  /** Longer than anything that a process is asked may take. */
  private static final long ANSWER_MILLIS = 70_000;

  /** Longer than all processes together take to say who they are. */
  private static final long FIND_MILLIS = 10_000;

  @Option(
      names = "--control",
      paramLabel = "PATH",
      description =
          "The control socket of the mpath process that is asked. Default: MPATH_CONTROL from the"
              + " environment, else the only one that runs.")
  private @Nullable Path control;

  /** Returns a conversation with the process that the user means. */
  ControlTalk open(Map<String, String> environment) throws CommandFailure, InterruptedException {
    return open(environment, who -> true);
  }

  /** As {@link #open(Map)}; among several processes, it is the one that has a disk. */
  ControlTalk open(Map<String, String> environment, String disk)
      throws CommandFailure, InterruptedException {
    return open(environment, who -> who.disks().stream().anyMatch(one -> one.name().equals(disk)));
  }

  private ControlTalk open(Map<String, String> environment, Predicate<ProcessRequest.Answer> fits)
      throws CommandFailure, InterruptedException {
    NioEventLoop loop = Loops.start("mpath-control");
    try {
      Endpoint endpoint = endpoint(loop, environment, fits);
      return new ControlTalk(loop, new ControlClient(loop, endpoint, ANSWER_MILLIS));
    } catch (CommandFailure | InterruptedException | RuntimeException failure) {
      loop.close();
      throw failure;
    }
  }

  private Endpoint endpoint(
      NioEventLoop loop, Map<String, String> environment, Predicate<ProcessRequest.Answer> fits)
      throws CommandFailure, InterruptedException {
    String named = environment.getOrDefault(VARIABLE, "");
    if (control != null || !named.isEmpty()) {
      Path path = control != null ? control : Path.of(named);
      return new Endpoint.Unix(path.toAbsolutePath().normalize());
    }
    try {
      ControlFinder finder = new ControlFinder(loop, ControlPlace.ofProcess(environment).sockets());
      return Loops.await(
              finder.find(fits).toCompletableFuture(), FIND_MILLIS, "finding the process")
          .endpoint();
    } catch (IOException unreadable) {
      throw new CommandFailure(
          "cannot look for mpath processes: " + unreadable.getMessage(), unreadable);
    }
  }
}
