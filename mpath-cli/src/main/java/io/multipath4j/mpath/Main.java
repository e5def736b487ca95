package io.multipath4j.mpath;

import io.multipath4j.iscsi.IscsiUrl;
import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.libmultipath.IoPolicy;
import io.multipath4j.mpath.args.ByteSize;
import io.multipath4j.mpath.args.NbdAddress;
import io.multipath4j.mpath.args.TimeSpan;
import io.multipath4j.mpath.console.CommandFailure;
import io.multipath4j.scsi.multipath.MultipathMode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program: runs one command and ends with its exit status. */
public final class Main {

  /** How long an orderly stop may take after SIGTERM or Ctrl-C, in milliseconds. */
  private static final long STOP_LIMIT_MILLIS = 10_000;

  private Main() {}

  /** Runs the command that {@code arguments} name. */
  public static void main(String[] arguments) {
    Thread command = Thread.currentThread();
    int[] status = {CommandLine.ExitCode.SOFTWARE};
    // SIGTERM and Ctrl-C interrupt the command, which stops in its orderly way; its status is ours.
    Thread stopper =
        new Thread(
            () -> {
              command.interrupt();
              awaitEnd(command);
              Runtime.getRuntime().halt(status[0]);
            },
            "mpath-stop");
    Runtime.getRuntime().addShutdownHook(stopper);
    status[0] = commandLine(Surroundings.ofProcess()).execute(arguments);
    try {
      Runtime.getRuntime().removeShutdownHook(stopper);
    } catch (IllegalStateException alreadyStopping) {
      return;
    }
    System.exit(status[0]);
  }

  private static void awaitEnd(Thread command) {
    try {
      command.join(STOP_LIMIT_MILLIS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Builds the command line. */
  static CommandLine commandLine(Surroundings surroundings) {
    CommandLine line = new CommandLine(new MpathCommand(surroundings));
    line.registerConverter(ByteSize.class, ByteSize::parse);
    line.registerConverter(Duration.class, TimeSpan::parse);
    line.registerConverter(IscsiUrl.class, IscsiUrl::parse);
    line.registerConverter(NbdAddress.class, NbdAddress::parse);
    line.registerConverter(IoPolicy.class, IoPolicies::parse);
    line.registerConverter(MultipathMode.class, MultipathMode::parse);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    // What is written may begin with a minus: 'mpath set /sys/class/scsi_host/host0/scan "- - -"'.
    Objects.requireNonNull(line.getSubcommands().get("set"))
        .setUnmatchedOptionsArePositionalParams(true);
    line.setExecutionExceptionHandler((failure, command, parsed) -> {
      explain(command.getErr(), failure, surroundings.debug());
      return CommandLine.ExitCode.SOFTWARE;
    });
    line.setParameterExceptionHandler((failure, _) -> {
      explainUsage(failure);
      return CommandLine.ExitCode.USAGE;
    });
    return line;
  }

  private static void explain(PrintWriter err, Throwable failure, boolean debug) {
    if (failure instanceof CommandFailure) {
      err.println("mpath: " + failure.getMessage());
    } else {
      err.println(
          "mpath: internal error: "
              + failure
              + (debug ? "" : " (run it again with MPATH_DEBUG=1 to see where)"));
    }
    if (debug) {
      failure.printStackTrace(err);
    }
    err.flush();
  }

  private static void explainUsage(ParameterException failure) {
    CommandLine command = failure.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("mpath: " + cause(failure));
    if (!UnmatchedArgumentException.printSuggestions(failure, err)) {
      err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    }
    err.flush();
  }

  /** Our own converters explain better than picocli's wrapping of them. */
  private static @Nullable String cause(ParameterException failure) {
    return failure.getCause() instanceof IllegalArgumentException own
        ? own.getMessage()
        : failure.getMessage();
  }
}
