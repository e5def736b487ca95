package io.multipath4j.mpath;

import io.multipath4j.iscsi.DiscoveredTarget;
import io.multipath4j.iscsi.Discovery;
import io.multipath4j.iscsi.IscsiSession;
import io.multipath4j.iscsi.IscsiSessionConfig;
import io.multipath4j.iscsi.IscsiUrl;
import io.multipath4j.iscsi.TargetAddress;
import io.multipath4j.mpath.args.ByteSize;
import io.multipath4j.mpath.console.CommandFailure;
import io.multipath4j.mpath.console.Loops;
import io.multipath4j.mpath.console.Report;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.nio.NioEventLoop;
import io.multipath4j.scsi.DeviceProperties;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.ScsiTimeouts;
import io.multipath4j.scsi.codec.Capacity;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.codec.StandardInquiry;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
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

/** {@code mpath discover}: what a portal offers. */
@Command(
    name = "discover",
    mixinStandardHelpOptions = true,
    versionProvider = ProgramVersion.class,
    description = "List the targets of a portal, their portals and their logical units.",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:done", "1:failed, the reason is on standard error", "2:wrong usage"},
    footerHeading = "%nExample:%n",
    footer = "  mpath discover iscsi://10.0.0.1:3260")
final class DiscoverCommand implements Callable<Integer> {

  private static final long TARGETS_MILLIS = 15_000;
  private static final long LUNS_MILLIS = 15_000;
  private static final long ISID_RANDOM_TYPE = 0x8000_0000_0000L;

  @ParentCommand private MpathCommand mpath = new MpathCommand();
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private InitiatorOptions initiator = new InitiatorOptions();
  @Mixin private ReportOptions reporting = new ReportOptions();

  @Parameters(
      paramLabel = "URL",
      description = "The portal: iscsi://HOST[:PORT], with /TARGET for one target only.")
  private IscsiUrl url = new IscsiUrl(null, "localhost", TargetAddress.DEFAULT_PORT, null, -1);

  @Option(names = "--targets-only", description = "Do not log in to list logical units.")
  private boolean targetsOnly;

  private final SecureRandom random = new SecureRandom();

  @Override
  public Integer call() throws CommandFailure, InterruptedException {
    Report report = reporting.report(spec);
    IscsiSessionConfig portal = session(url);
    try (NioEventLoop loop = Loops.start("mpath-discover")) {
      List<DiscoveredTarget> targets =
          Loops.await(
              Discovery.sendTargets(loop, portal, isid(0), random), TARGETS_MILLIS, "discovery");
      boolean found = false;
      int number = 0;
      for (DiscoveredTarget target : targets) {
        if (url.target() == null || url.target().equals(target.name())) {
          found = true;
          show(report, target);
          if (!targetsOnly) {
            showLuns(report, loop, target, ++number);
          }
        }
      }
      if (!found) {
        throw new CommandFailure(nothingFound(targets));
      }
    }
    return ExitCode.OK;
  }

  private String nothingFound(List<DiscoveredTarget> targets) {
    return url.target() == null
        ? "the portal "
            + url.portal()
            + " offers no target to this initiator: check its access list for the name that"
            + " --initiator-name sets"
        : "the portal "
            + url.portal()
            + " has no target "
            + url.target()
            + "; it has "
            + targets.stream().map(DiscoveredTarget::name).toList();
  }

  private IscsiSessionConfig session(IscsiUrl of) throws CommandFailure {
    try {
      return initiator.session(of, mpath.surroundings().environment());
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()));
    }
  }

  private long isid(int qualifier) {
    return ISID_RANDOM_TYPE | random.nextLong(1L << 24) << 16 | qualifier;
  }

  private static void show(Report report, DiscoveredTarget target) {
    report.result(
        "target",
        target.name(),
        Map.of(
            "name",
            target.name(),
            "portals",
            target.addresses().stream().map(TargetAddress::toString).toList()));
    if (report.form() != Report.Form.JSON) {
      for (TargetAddress address : target.addresses()) {
        String tag = address.portalGroupTag() < 0 ? "" : ", group " + address.portalGroupTag();
        report.progress("portal", "  portal " + address + tag, Map.of());
      }
    }
  }

  /** A target that cannot be looked into is shown all the same, with the reason. */
  private void showLuns(Report report, EventLoop loop, DiscoveredTarget target, int number)
      throws CommandFailure, InterruptedException {
    IscsiUrl at = new IscsiUrl(url.user(), url.host(), url.port(), target.name(), -1);
    IscsiSession session = new IscsiSession(loop, session(at), isid(number), random);
    ScsiHost host = new ScsiHost(number, session, loop, ScsiTimeouts.DEFAULTS);
    try {
      List<Long> luns =
          Loops.await(
              Loops.compose(loop, () -> session.start().thenCompose(up -> host.reportLuns())),
              LUNS_MILLIS,
              "listing the logical units of " + target.name());
      for (long lun : luns) {
        showLun(report, target, lun, probe(loop, host, lun));
      }
    } catch (CommandFailure failure) {
      String reason = String.valueOf(failure.getMessage());
      report.result(
          "target-failed",
          "  its logical units cannot be listed: " + reason,
          Map.of("name", target.name(), "reason", reason));
    } finally {
      var _ =
          Loops.call(
              loop,
              () -> {
                host.close();
                return true;
              });
    }
  }

  private static @Nullable DeviceProperties probe(EventLoop loop, ScsiHost host, long lun)
      throws CommandFailure, InterruptedException {
    CompletableFuture<DeviceProperties> told =
        Loops.compose(loop, () -> host.probe(lun).thenApply(ScsiDevice::properties));
    return Loops.await(told, LUNS_MILLIS, "asking LUN " + Lun.text(lun));
  }

  private static void showLun(
      Report report, DiscoveredTarget target, long lun, @Nullable DeviceProperties told) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("target", target.name());
    facts.put("lun", Lun.text(lun));
    StringBuilder line = new StringBuilder("  LUN " + Lun.text(lun));
    if (told != null) {
      StandardInquiry inquiry = told.inquiry();
      Capacity capacity = told.capacity();
      facts.put("vendor", inquiry.vendor());
      facts.put("product", inquiry.product());
      facts.put("deviceType", inquiry.deviceType());
      line.append(": ").append(inquiry.vendor()).append(' ').append(inquiry.product());
      if (capacity != null) {
        facts.put("bytes", capacity.bytes());
        facts.put("blockBytes", capacity.blockBytes());
        line.append(", ").append(new ByteSize(capacity.bytes()));
      } else if (inquiry.deviceType() != StandardInquiry.DISK) {
        line.append(", no disk (device type ").append(inquiry.deviceType()).append(')');
      }
    }
    report.result("lun", line.toString(), facts);
  }
}
