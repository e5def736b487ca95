package io.multipath4j.mpath;

import io.multipath4j.initiator.InitiatorConfig;
import io.multipath4j.initiator.IscsiPath;
import io.multipath4j.iscsi.IscsiSessionConfig;
import io.multipath4j.iscsi.IscsiUrl;
import io.multipath4j.libmultipath.SystemNuma;
import io.multipath4j.mpath.args.NbdAddress;
import io.multipath4j.mpath.attach.AttachPlan;
import io.multipath4j.mpath.attach.DiskService;
import io.multipath4j.mpath.attach.ServedDisks;
import io.multipath4j.mpath.console.CommandFailure;
import io.multipath4j.mpath.console.Loops;
import io.multipath4j.mpath.console.Report;
import io.multipath4j.mpath.control.ControlException;
import io.multipath4j.mpath.control.DiskAnswers;
import io.multipath4j.mpath.control.Mounts;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.nio.NioEventLoop;
import io.multipath4j.scsi.multipath.tree.ScsiMultipathTree;
import io.multipath4j.sysfs.SysfsTree;
import io.multipath4j.sysfs.UeventStream;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code mpath attach}: several paths to one logical unit become one disk, served over NBD. */
@Command(
    name = "attach",
    mixinStandardHelpOptions = true,
    versionProvider = ProgramVersion.class,
    description = {
      "Attach logical units through all their paths and serve them over NBD until stopped.",
      "",
      "URLs with a LUN are the paths to one disk. URLs without one attach whatever their targets"
          + " list, now and later: each disk is an NBD export of its name, sda, sdb and so on.",
      "",
      "A path that is down is left out and tried again: the disk is served as soon as one path"
          + " stands. Ctrl-C or SIGTERM ends it in order."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:stopped in order",
      "1:could not attach or serve, the reason is on standard error",
      "2:wrong usage"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mpath attach iscsi://10.0.0.1/iqn.2026-01.example:disk/1 \\",
      "    iscsi://10.0.1.1/iqn.2026-01.example:disk/1 --nbd unix:/run/disk.sock",
      "  qemu-img info nbd+unix:///?socket=/run/disk.sock",
      "  mpath attach iscsi://10.0.0.1/iqn.2026-01.example:disk \\",
      "    --nbd unix:/run/disk.sock",
      "  qemu-img info nbd+unix:///sdb?socket=/run/disk.sock"
    })
final class AttachCommand implements Callable<Integer> {

  /** Most time to stop in order: clients' I/O, then logout. */
  private static final long STOP_MILLIS = 8_000;

  /** How many events the tree keeps for those who read them slowly. */
  private static final int UEVENTS = 1024;

  @ParentCommand private MpathCommand mpath = new MpathCommand();
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private InitiatorOptions initiator = new InitiatorOptions();
  @Mixin private DiskOptions disks = new DiskOptions();
  @Mixin private TimeOptions times = new TimeOptions();
  @Mixin private ControlService control = new ControlService();
  @Mixin private ReservationOptions reservations = new ReservationOptions();
  @Mixin private ReportOptions reporting = new ReportOptions();

  @Parameters(
      paramLabel = "URL",
      arity = "1..*",
      description = "A path: iscsi://HOST[:PORT]/TARGET[/LUN]. Name all paths to the disk.")
  private List<IscsiUrl> urls = List.of();

  @Option(
      names = "--nbd",
      required = true,
      paramLabel = "ADDRESS",
      description =
          "Where to serve: unix:PATH (mode 0600, its folder is made if it is missing) or"
              + " HOST:PORT.")
  private NbdAddress nbd = new NbdAddress.Unix(Path.of("disk.sock"));

  @Option(
      names = "--allow-remote",
      description =
          "Permit an NBD address that other hosts can reach. There is no encryption and no"
              + " password.")
  private boolean allowRemote;

  @Option(
      names = "--name",
      paramLabel = "EXPORT",
      description = "Name of the NBD export; clients that ask for none get it as well.")
  private String name = "";

  @Option(
      names = "--mount",
      paramLabel = "DIR",
      description = "Also show the tree and the disks as files there: DIR/sys, DIR/dev/sda.")
  private @Nullable Path mountPoint;

  @Option(names = "--read-only", description = "Refuse writes.")
  private boolean readOnly;

  @Option(names = "--wait", description = "Keep trying while no path can be attached.")
  private boolean wait;

  @Override
  public Integer call() throws CommandFailure, InterruptedException {
    AttachPlan plan = plan();
    if (!reservations.areConsistent()) {
      throw usage("--reservation-keys has no meaning without --persistent-reservations on");
    }
    Report report = reporting.report(spec);
    prepareFolder(plan.nbd());
    AttachReport told = new AttachReport(report, plan.readOnly());
    // The keys are let go after the logout: the next process may have the same ISIDs then.
    try (NioEventLoop loop = Loops.start("mpath");
        ReservationOptions.Keys keys = new ReservationOptions.Keys()) {
      DiskService service = new DiskService(loop, plan, told, new SecureRandom());
      SysfsTree tree = treeOf(loop, service);
      reservations.allow(service.initiator(), new SecureRandom(), keys);
      try (Mounts mounts =
              Loops.await(
                  Loops.call(
                      loop,
                      () ->
                          new Mounts(
                              service.multipath(), tree, InstantSource.system(), plan.readOnly())),
                  STOP_MILLIS,
                  "preparing mounts");
          ControlService.Running _ =
              control.start(
                  loop,
                  tree,
                  service.multipath(),
                  new DiskAnswers(loop, service.multipath()::disk, plan.readOnly()),
                  mounts,
                  mpath.surroundings().environment(),
                  report)) {
        ServedDisks served = await(loop, service);
        if (mountPoint != null) {
          mount(mounts, mountPoint);
        }
        told.serving(served);
        new CountDownLatch(1).await();
      } catch (InterruptedException stopped) {
        // SIGTERM, Ctrl-C: the way in which an attachment ends.
        stop(loop, service);
        told.stopped();
      } catch (CommandFailure failure) {
        stop(loop, service);
        throw failure;
      }
      return ExitCode.OK;
    }
  }

  /** Everything that the service has and gets is in it. */
  private static SysfsTree treeOf(NioEventLoop loop, DiskService service)
      throws CommandFailure, InterruptedException {
    InstantSource clock = InstantSource.system();
    SysfsTree tree = new SysfsTree(clock, new UeventStream(clock, UEVENTS));
    Loops.await(
        Loops.call(loop, () -> ScsiMultipathTree.of(tree, service.multipath())),
        STOP_MILLIS,
        "making the tree");
    return tree;
  }

  private ServedDisks await(NioEventLoop loop, DiskService service)
      throws CommandFailure, InterruptedException {
    try {
      return Loops.await(
          Loops.compose(loop, service::start), Long.MAX_VALUE, "attaching the disks");
    } catch (CommandFailure failure) {
      throw String.valueOf(failure.getMessage()).startsWith("no path could be attached")
          ? new CommandFailure(failure.getMessage() + "\n(--wait keeps trying)", failure)
          : failure;
    }
  }

  private static void mount(Mounts mounts, Path place) throws CommandFailure {
    try {
      mounts.mount(place.toAbsolutePath().normalize().toString());
    } catch (ControlException refused) {
      throw new CommandFailure("--mount " + place + ": " + refused.sentence(), refused);
    }
  }

  private static void stop(NioEventLoop loop, DiskService service) throws CommandFailure {
    try {
      Loops.await(Loops.compose(loop, service::close), STOP_MILLIS, "stopping in order");
    } catch (InterruptedException impatient) {
      Thread.currentThread().interrupt();
    }
  }

  private AttachPlan plan() throws CommandFailure {
    Set<String> seen = new HashSet<>();
    List<IscsiPath> paths = new ArrayList<>();
    try {
      for (IscsiUrl url : urls) {
        if (url.target() == null) {
          throw usage(
              url
                  + " does not name a target: expected iscsi://HOST[:PORT]/TARGET[/LUN];"
                  + " 'mpath discover iscsi://"
                  + url.portal()
                  + "' lists them");
        }
        if (!seen.add(url.toString())) {
          throw usage(url + " is named twice: each path is to go through another portal");
        }
        IscsiSessionConfig session = initiator.session(url, mpath.surroundings().environment());
        paths.add(IscsiPath.of(url, session.withTiming(times.session(session.timing()))));
      }
      boolean listed = urls.stream().allMatch(url -> url.lun() >= 0);
      if (!listed && !name.isEmpty()) {
        throw usage("--name names one disk: give each URL a LUN, or leave it out");
      }
      InitiatorConfig config =
          InitiatorConfig.DEFAULTS
              .withMultipath(disks.multipath(listed))
              .withDisks(disks.defaults())
              .withTimeouts(times.scsi())
              .withNuma(SystemNuma.detect())
              .withKeepTrying(wait);
      return new AttachPlan(paths, config, name, checked(nbd.resolve()), allowRemote, readOnly);
    } catch (UnknownHostException unknown) {
      throw new CommandFailure("--nbd: " + unknown.getMessage(), unknown);
    } catch (IllegalArgumentException wrong) {
      throw usage(wrong.getMessage());
    }
  }

  private Endpoint checked(Endpoint endpoint) {
    if (!allowRemote
        && endpoint instanceof Endpoint.Tcp tcp
        && !tcp.address().getAddress().isLoopbackAddress()) {
      throw usage(
          "--nbd "
              + endpoint
              + " can be reached from other hosts, and NBD asks for no password: use unix:PATH or a"
              + " loopback address, or say --allow-remote");
    }
    return endpoint;
  }

  /** The folder of a socket in /run is gone after a reboot; its maker is its only user. */
  private static void prepareFolder(Endpoint endpoint) throws CommandFailure {
    if (!(endpoint instanceof Endpoint.Unix unix) || unix.path().getParent() == null) {
      return;
    }
    Path folder = unix.path().getParent();
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new CommandFailure(
          "cannot make the folder " + folder + " for the NBD socket: " + e.getMessage(), e);
    }
  }

  private ParameterException usage(@Nullable String message) {
    return new ParameterException(spec.commandLine(), String.valueOf(message));
  }
}
