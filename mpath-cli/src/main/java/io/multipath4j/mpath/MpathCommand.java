package io.multipath4j.mpath;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mpath}: the root of all commands. */
@Command(
    name = "mpath",
    mixinStandardHelpOptions = true,
    versionProvider = ProgramVersion.class,
    description = "Many iSCSI paths to one logical unit become one disk, served over NBD.",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:done", "1:failed, the reason is on standard error", "2:wrong usage"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  mpath demo",
      "  mpath discover iscsi://127.0.0.1:3260",
      "  mpath attach iscsi://HOST-A/TARGET/1 iscsi://HOST-B/TARGET/1 --nbd unix:/run/disk.sock"
    })
final class MpathCommand implements Runnable {

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command? See 'mpath --help'");
  }
}
