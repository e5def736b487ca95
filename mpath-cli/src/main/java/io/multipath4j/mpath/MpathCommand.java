package io.multipath4j.mpath;

import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mpath}: the root of all commands. */
@Command(
    name = "mpath",
    mixinStandardHelpOptions = true,
    versionProvider = ProgramVersion.class,
    description = "Many iSCSI paths to one logical unit become one disk, served over NBD.",
    subcommands = {
      DemoCommand.class,
      DiscoverCommand.class,
      AttachCommand.class,
      LsCommand.class,
      CatCommand.class,
      SetCommand.class,
      TreeCommand.class,
      MonitorCommand.class,
      PrCommand.class,
      RescanCommand.class,
      SgCommand.class,
      ZonesCommand.class,
      MountCommand.class,
      UmountCommand.class,
      ArrayCommand.class,
      HelpCommand.class
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:done", "1:failed, the reason is on standard error", "2:wrong usage"},
    footerHeading = "%nEnvironment:%n",
    footer = {
      "  MPATH_CONTROL=PATH the control socket of the process that verbs ask, as --control",
      "  MPATH_LOG=LEVEL    log from this level on: debug, info, warning or error",
      "  MPATH_DEBUG=1      show stack traces",
      "",
      "Examples:",
      "  mpath demo",
      "  mpath discover iscsi://10.0.0.1",
      "  mpath attach iscsi://10.0.0.1/iqn.2026-01.example:disk/1 \\",
      "    iscsi://10.0.1.1/iqn.2026-01.example:disk/1 --nbd unix:/run/disk.sock"
    })
final class MpathCommand implements Runnable {

  @Spec private CommandSpec spec = CommandSpec.create();

  private final Surroundings surroundings;

  /** For picocli, which overwrites the fields that hold one. */
  MpathCommand() {
    this(Surroundings.ofProcess());
  }

  MpathCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  Surroundings surroundings() {
    return surroundings;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command?");
  }
}
