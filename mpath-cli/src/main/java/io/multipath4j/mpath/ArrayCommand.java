package io.multipath4j.mpath;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code mpath array}: the embedded array. */
@Command(
    name = "array",
    mixinStandardHelpOptions = true,
    versionProvider = ProgramVersion.class,
    description = "Run the embedded array by itself.",
    subcommands = ArrayServeCommand.class)
final class ArrayCommand implements Runnable {

  @ParentCommand private MpathCommand mpath = new MpathCommand();
  @Spec private CommandSpec spec = CommandSpec.create();

  Surroundings surroundings() {
    return mpath.surroundings();
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command? There is 'array serve'");
  }
}
