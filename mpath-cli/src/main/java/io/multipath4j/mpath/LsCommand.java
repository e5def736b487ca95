package io.multipath4j.mpath;

import io.multipath4j.mpath.console.CommandFailure;
import io.multipath4j.mpath.control.ControlException;
import io.multipath4j.mpath.control.TreeRequest;
import java.io.PrintWriter;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code mpath ls}: what is in a directory of the tree. */
@Command(
    name = "ls",
    mixinStandardHelpOptions = true,
    versionProvider = ProgramVersion.class,
    description = "List a directory of the attribute tree of a process that attaches.",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:done", "1:failed, the reason is on standard error", "2:wrong usage"},
    footerHeading = "%nExamples:%n",
    footer = {
      "  mpath ls /sys/class/scsi_mpath_device",
      "  mpath ls -l /sys/class/scsi_mpath_device/0/"
    })
final class LsCommand implements Callable<Integer> {

  @ParentCommand private MpathCommand mpath = new MpathCommand();
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ControlOptions control = new ControlOptions();

  @Parameters(
      paramLabel = "PATH",
      arity = "0..1",
      defaultValue = "/sys",
      description = "A directory, an attribute or a link, with or without /sys before it.")
  private String path = "/sys";

  @Option(names = "-l", description = "The long form of ls.")
  private boolean isLong;

  @Option(names = "--json", description = "Print one JSON object per line, for programs.")
  private boolean json;

  @Override
  public Integer call() throws CommandFailure, InterruptedException {
    TreePath treePath = new TreePath(path);
    PrintWriter out = spec.commandLine().getOut();
    try (ControlTalk talk = control.open(mpath.surroundings().environment())) {
      if (isLong && !json) {
        printLong(out, talk, treePath);
      } else {
        printNodes(out, talk, treePath);
      }
    } catch (ControlException refused) {
      throw new CommandFailure(Errno.line(path, refused), refused);
    }
    out.flush();
    return ExitCode.OK;
  }

  private static void printLong(PrintWriter out, ControlTalk talk, TreePath path)
      throws ControlException, CommandFailure, InterruptedException {
    String zone = ZoneId.systemDefault().getId();
    TreeRequest.Lines lines = talk.ask(new TreeRequest.LongListing(path.inTree(), zone));
    for (String line : lines.lines()) {
      // What is no directory is shown under the path that was asked for.
      out.println(line.startsWith("total ") ? line : asTyped(line, path, lines));
    }
  }

  private static String asTyped(String line, TreePath path, TreeRequest.Lines all) {
    return all.lines().size() == 1
        ? line.replaceFirst(
            java.util.regex.Pattern.quote(" " + path.inTree()),
            java.util.regex.Matcher.quoteReplacement(" " + path))
        : line;
  }

  private void printNodes(PrintWriter out, ControlTalk talk, TreePath path)
      throws ControlException, CommandFailure, InterruptedException {
    JsonMapper mapper = new JsonMapper();
    for (TreeRequest.Node node : talk.ask(new TreeRequest.Names(path.inTree())).nodes()) {
      boolean isItself = node.name().equals(path.inTree());
      String name = isItself ? path.typed() : node.name();
      out.println(json ? mapper.writeValueAsString(facts(name, node)) : name);
    }
  }

  private static Map<String, Object> facts(String name, TreeRequest.Node node) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("name", name);
    facts.put("type", node.type());
    facts.put("mode", node.mode());
    facts.put("size", node.sizeBytes());
    facts.put("modified", node.modified().toString());
    if (!node.target().isEmpty()) {
      facts.put("target", node.target());
    }
    return facts;
  }
}
