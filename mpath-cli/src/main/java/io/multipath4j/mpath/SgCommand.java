package io.multipath4j.mpath;

import io.multipath4j.mpath.args.ByteSize;
import io.multipath4j.mpath.console.CommandFailure;
import io.multipath4j.mpath.control.ControlException;
import io.multipath4j.mpath.control.DiskRequest;
import io.multipath4j.scsi.SafeCommands;
import io.multipath4j.scsi.ScsiPassthrough;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Opcode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
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

/** {@code mpath sg}: a SCSI command passed through to a disk. */
@Command(
    name = "sg",
    mixinStandardHelpOptions = true,
    versionProvider = ProgramVersion.class,
    description = {
      "Pass a SCSI command through to a disk, and print what comes back.",
      "",
      "It goes through one path, once, and is not tried again: its answer is the device's own. Data"
          + " go to standard output, status and sense to standard error."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:the device did it (GOOD)",
      "1:anything else, which is on standard error",
      "2:wrong usage; nothing was sent"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mpath sg sda 12 00 00 00 60 00 --in 96        # INQUIRY",
      "  mpath sg sda 000000000000                     # TEST UNIT READY",
      "  mpath sg sda 12018300ff00 --in 255 --binary | xxd"
    })
final class SgCommand implements Callable<Integer> {

  private static final int LINE_BYTES = 16;

  @ParentCommand private MpathCommand mpath = new MpathCommand();
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ControlOptions control = new ControlOptions();

  @Parameters(index = "0", paramLabel = "DISK", description = "A disk, such as sda.")
  private String disk = "";

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "CDB",
      description = "The command in hexadecimal, in one or several parts.")
  private List<String> cdb = List.of();

  @Option(
      names = "--in",
      paramLabel = "BYTES",
      description = "The device sends data: at most this many bytes are taken.")
  private @Nullable ByteSize in;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The device gets data: the content of this file, of standard input for '-'.")
  private @Nullable String out;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description =
          "Longest wait until it can be sent, and then until it is answered. Default: 5s.")
  private Duration timeout = Duration.ofSeconds(5);

  @Option(
      names = "--retry",
      description =
          "Send it again when it did not come through: a unit attention was reported in its place,"
              + " the device was busy, the transport lost it. For commands that change nothing.")
  private boolean retry;

  @Option(
      names = {"-b", "--binary", "--raw"},
      description = "Print the data as they are, and not in hexadecimal.")
  private boolean binary;

  @Override
  public Integer call() throws CommandFailure, InterruptedException {
    DiskRequest.Passthrough request = request();
    try (ControlTalk talk = control.open(mpath.surroundings().environment(), disk)) {
      DiskRequest.PassthroughAnswer answer = talk.ask(request);
      print(answer, request.dataInBytes());
      return answer.good() ? ExitCode.OK : ExitCode.SOFTWARE;
    } catch (ControlException refused) {
      throw new CommandFailure(Errno.line("sg " + disk, refused), refused);
    }
  }

  // ---- what is asked

  private DiskRequest.Passthrough request() throws CommandFailure {
    byte[] command = cdbBytes();
    if (in != null && out != null) {
      throw usage("--in and --out: a command sends data or gets data, not both");
    }
    long room = in == null ? 0 : in.bytes();
    if (in != null && (room < 1 || room > ScsiPassthrough.MAX_DATA_BYTES)) {
      throw usage("--in " + room + ": expected 1 to " + ScsiPassthrough.MAX_DATA_BYTES + " bytes");
    }
    long millis = timeout.toMillis();
    if (millis < 1 || millis > DiskRequest.MAX_TIMEOUT_MILLIS) {
      throw usage("--timeout: expected 1ms to " + DiskRequest.MAX_TIMEOUT_MILLIS / 1000 + "s");
    }
    if (retry && !SafeCommands.contains(command)) {
      throw usage(
          "--retry: "
              + Opcode.name(command[0] & 0xFF)
              + " is not on the list of commands that change nothing, which may be sent again");
    }
    return new DiskRequest.Passthrough(disk, command, (int) room, dataOut(), millis, retry);
  }

  private byte[] cdbBytes() {
    String digits = String.join("", cdb).replaceAll("[\\s:]", "");
    byte[] command;
    try {
      command = HexFormat.of().parseHex(digits);
    } catch (IllegalArgumentException notHex) {
      throw usage(
          "'"
              + String.join(" ", cdb)
              + "' is not a CDB: expected pairs of hexadecimal digits, such as 120000006000");
    }
    String problem = Cdb.lengthProblem(command);
    if (!problem.isEmpty()) {
      throw usage(problem);
    }
    return command;
  }

  private byte[] dataOut() throws CommandFailure {
    if (out == null) {
      return new byte[0];
    }
    int most = DiskRequest.MAX_DATA_OUT_BYTES;
    byte[] data;
    try (InputStream file = "-".equals(out) ? System.in : Files.newInputStream(Path.of(out))) {
      data = file.readNBytes(most + 1);
    } catch (IOException unreadable) {
      throw new CommandFailure("--out " + out + ": " + unreadable, unreadable);
    }
    if (data.length == 0 || data.length > most) {
      throw usage(
          "--out %s: it has %s bytes, expected 1 to %d"
              .formatted(out, data.length == 0 ? "no" : "more than " + most, most));
    }
    return data;
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  // ---- what is told

  private void print(DiskRequest.PassthroughAnswer answer, int room) throws CommandFailure {
    PrintWriter err = spec.commandLine().getErr();
    err.println(answer.text());
    if (answer.sense().length > 0) {
      err.println("sense: " + HexFormat.ofDelimiter(" ").formatHex(answer.sense()));
    }
    if (room > 0) {
      err.println(answer.data().length + " of " + room + " bytes");
    }
    if (answer.attempts() > 1) {
      err.println("sent " + answer.attempts() + " times");
    }
    err.flush();
    try {
      OutputStream to = mpath.surroundings().out();
      to.write(binary ? answer.data() : dump(answer.data()).getBytes(StandardCharsets.UTF_8));
      to.flush();
    } catch (IOException gone) {
      throw new CommandFailure("standard output: " + gone.getMessage(), gone);
    }
  }

  /** As {@code hexdump -C} prints it: position, 16 bytes, and what of them is text. */
  static String dump(byte[] data) {
    StringBuilder lines = new StringBuilder();
    for (int at = 0; at < data.length; at += LINE_BYTES) {
      int end = Math.min(data.length, at + LINE_BYTES);
      StringBuilder hex = new StringBuilder();
      StringBuilder text = new StringBuilder();
      for (int i = at; i < end; i++) {
        hex.append(i == at + LINE_BYTES / 2 ? "  " : " ");
        hex.append(HexFormat.of().toHexDigits(data[i]));
        text.append(data[i] >= 0x20 && data[i] < 0x7F ? (char) data[i] : '.');
      }
      lines.append(String.format("%08x %-49s  |%s|%n", at, hex, text));
    }
    return lines.toString();
  }
}
