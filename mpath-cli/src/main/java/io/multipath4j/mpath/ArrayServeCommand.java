package io.multipath4j.mpath;

import io.multipath4j.array.EmulatedArray;
import io.multipath4j.array.backing.BackingStore;
import io.multipath4j.array.backing.FileStore;
import io.multipath4j.array.backing.MemoryStore;
import io.multipath4j.array.backing.NullStore;
import io.multipath4j.array.lu.ZoneLayout;
import io.multipath4j.array.server.Portal;
import io.multipath4j.mpath.args.ByteSize;
import io.multipath4j.mpath.args.ChapFile;
import io.multipath4j.mpath.args.HostPort;
import io.multipath4j.mpath.console.CommandFailure;
import io.multipath4j.mpath.console.Loops;
import io.multipath4j.mpath.console.Report;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.nio.NioEventLoop;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code mpath array serve}: the embedded array for other initiators. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    versionProvider = ProgramVersion.class,
    description = {
      "Serve logical units over iSCSI until stopped: LUN 1, 2, ... of one target, each behind all"
          + " portals. Each portal is a target port group of its own."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:stopped in order",
      "1:could not serve, the reason is on standard error",
      "2:wrong usage"
    },
    footerHeading = "%nExample:%n",
    footer = "  mpath array serve --size 1G --portal 127.0.0.1:3260 --portal 127.0.0.1:3261")
final class ArrayServeCommand implements Callable<Integer> {

  static final String DEFAULT_TARGET = "iqn.2026-01.example:disk";

  private static final long START_MILLIS = 10_000;
  private static final long STOP_MILLIS = 5_000;
  private static final int MAX_LUNS = 255;
  private static final int MAX_OPEN_ZONES = 128;

  /** What a null store reads as: not zero, for clients skip zeroes. */
  private static final byte NULL_PATTERN = 0x6d;

  /** Where the bytes are. */
  static final class Backing {

    @Option(
        names = "--file",
        paramLabel = "PATH",
        description =
            "Keep the data in this file (sparse, made if missing; PATH.1, PATH.2 ... with several"
                + " LUNs). Default: in memory.")
    private @Nullable Path file;

    @Option(
        names = "--null",
        description = "Keep nothing: writes are dropped, reads give a constant. For benchmarks.")
    private boolean nothing;
  }

  @ParentCommand private ArrayCommand array = new ArrayCommand();
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ReportOptions reporting = new ReportOptions();
  @ArgGroup private Backing backing = new Backing();

  @Option(
      names = "--portal",
      required = true,
      paramLabel = "ADDRESS:PORT",
      description = "Where to listen; once per portal.")
  private List<String> portals = List.of();

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      description = "Size of each logical unit, such as 512M or 1G. Default: the file's, else 1G.")
  private @Nullable ByteSize size;

  @Option(names = "--luns", paramLabel = "N", description = "How many logical units. Default: 1.")
  private int luns = 1;

  @Option(
      names = "--block-size",
      paramLabel = "BYTES",
      description = "Logical block: 512 or 4096. Default: 512.")
  private int blockSize = 512;

  @Option(
      names = "--zoned",
      paramLabel = "SIZE",
      description =
          "Offer host-managed zoned disks with zones of this size, such as 256M. In memory only.")
  private @Nullable ByteSize zoned;

  @Option(
      names = "--pr-file",
      paramLabel = "PATH",
      description =
          "Keep persistent reservations in this file if an initiator asks for it (PATH.1, PATH.2"
              + " ... with several LUNs).")
  private @Nullable Path prFile;

  @Option(names = "--write-protected", description = "Offer disks that cannot be written.")
  private boolean writeProtected;

  @Option(
      names = "--target",
      paramLabel = "IQN",
      description = "The target's iSCSI name. Default: " + DEFAULT_TARGET + ".")
  private String target = DEFAULT_TARGET;

  @Option(
      names = "--chap-file",
      paramLabel = "FILE",
      description =
          "Want CHAP: lines 'user = NAME', 'secret = ...' that initiators must know, and for mutual"
              + " CHAP 'target-user', 'target-secret'. Only its owner may read it. Without it: the"
              + " MPATH_CHAP_... variables.")
  private @Nullable Path chapFile;

  @Option(
      names = "--allow-remote",
      description = "Permit portals that other hosts can reach. There is no encryption.")
  private boolean allowRemote;

  @Override
  public Integer call() throws CommandFailure, InterruptedException {
    Report report = reporting.report(spec);
    EmulatedArray emulated = build();
    try (NioEventLoop loop = Loops.start("mpath-array")) {
      try {
        List<Portal> bound =
            Loops.await(Loops.call(loop, () -> emulated.start(loop)), START_MILLIS, "starting");
        tell(report, bound);
        new CountDownLatch(1).await();
      } catch (InterruptedException stopped) {
        // SIGTERM, Ctrl-C: the way in which it ends.
        report.progress("stopped", "stopped", Map.of());
      } finally {
        close(loop, emulated);
      }
    }
    return ExitCode.OK;
  }

  private static void close(NioEventLoop loop, EmulatedArray emulated) throws CommandFailure {
    try {
      Loops.await(
          Loops.call(
              loop,
              () -> {
                emulated.close();
                return true;
              }),
          STOP_MILLIS,
          "closing the array");
    } catch (InterruptedException impatient) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(Report report, List<Portal> bound) {
    for (int lun = 1; lun <= luns; lun++) {
      for (Portal portal : bound) {
        String url = "iscsi://" + portal.address() + "/" + target + "/" + lun;
        report.result("path", url, Map.of("lun", lun, "portal", portal.tag(), "url", url));
      }
    }
    report.result("ready", "ready", Map.of());
  }

  private EmulatedArray build() throws CommandFailure {
    try {
      EmulatedArray.Builder builder = EmulatedArray.builder(target, new SecureRandom());
      int group = 0;
      for (String portal : portals) {
        builder.portal(address(HostPort.parse(portal, -1)), ++group);
      }
      ChapFile chap =
          chapFile == null
              ? ChapFile.fromEnvironment(array.surroundings().environment())
              : ChapFile.read(chapFile);
      if (chap != null) {
        builder.chap(chap.initiator(), chap.target());
      }
      if (luns < 1 || luns > MAX_LUNS) {
        throw new IllegalArgumentException("--luns " + luns + ": expected 1 to " + MAX_LUNS);
      }
      addUnits(builder);
      return builder.build();
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()));
    }
  }

  private Endpoint address(HostPort portal) throws CommandFailure {
    try {
      Endpoint.Tcp endpoint = portal.resolve();
      if (!allowRemote && !endpoint.address().getAddress().isLoopbackAddress()) {
        throw new IllegalArgumentException(
            "--portal "
                + portal
                + " can be reached from other hosts: use a loopback address, or say --allow-remote");
      }
      return endpoint;
    } catch (UnknownHostException unknown) {
      throw new CommandFailure("--portal: " + unknown.getMessage(), unknown);
    }
  }

  private void addUnits(EmulatedArray.Builder builder) throws CommandFailure {
    List<BackingStore> opened = new ArrayList<>();
    try {
      for (int lun = 1; lun <= luns; lun++) {
        BackingStore store = open(lun);
        opened.add(store);
        addUnit(builder, lun, store);
      }
    } catch (IOException | IllegalArgumentException e) {
      closeAll(opened);
      if (e instanceof IllegalArgumentException wrong) {
        throw wrong;
      }
      throw new CommandFailure("cannot open a file: " + explain(e), e);
    }
  }

  private void addUnit(EmulatedArray.Builder builder, int lun, BackingStore store)
      throws IOException {
    if (zoned == null) {
      builder.lun(lun, blockSize, store);
    } else if (backing.file != null || backing.nothing) {
      throw new IllegalArgumentException(
          "--zoned keeps its write pointers in memory: it does not go with --file or --null");
    } else {
      builder.zonedLun(
          lun, blockSize, store, new ZoneLayout(zoned.bytes(), 0, MAX_OPEN_ZONES, true));
    }
    if (prFile != null) {
      builder.persistReservations(lun, ofLun(prFile, lun));
    }
    if (writeProtected) {
      builder.writeProtected(lun);
    }
  }

  private Path ofLun(Path path, int lun) {
    return luns == 1 ? path : path.resolveSibling(path.getFileName() + "." + lun);
  }

  private BackingStore open(int lun) throws IOException {
    Path file = backing.file;
    if (file != null) {
      Path own = ofLun(file, lun);
      boolean sized = size == null && Files.isRegularFile(own) && Files.size(own) > 0;
      return FileStore.open(own, sized ? Files.size(own) : wantedBytes());
    }
    return backing.nothing
        ? new NullStore(wantedBytes(), NULL_PATTERN)
        : new MemoryStore(wantedBytes(), Long.MAX_VALUE);
  }

  private long wantedBytes() {
    return size == null ? 1L << 30 : size.bytes();
  }

  private static void closeAll(List<BackingStore> stores) throws CommandFailure {
    for (BackingStore store : stores) {
      try {
        store.close();
      } catch (Exception e) {
        throw new CommandFailure("cannot close a backing file: " + e.getMessage(), e);
      }
    }
  }

  private static String explain(Exception failure) {
    return failure instanceof java.nio.file.NoSuchFileException missing
        ? "there is no " + missing.getFile()
        : String.valueOf(failure.getMessage());
  }
}
