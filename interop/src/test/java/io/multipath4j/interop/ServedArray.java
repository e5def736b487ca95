package io.multipath4j.interop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code mpath array serve} as a process, with two portals and one LUN. */
final class ServedArray implements AutoCloseable {

  static final String TARGET = "iqn.2026-01.example:disk";

  private final MpathProcess process;
  private final int firstPort;
  private final int secondPort;

  private ServedArray(MpathProcess process, int firstPort, int secondPort) {
    this.process = process;
    this.firstPort = firstPort;
    this.secondPort = secondPort;
  }

  static ServedArray start(Path folder, String... options) throws IOException {
    int firstPort = Ports.free();
    int secondPort = Ports.free();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "array",
                "serve",
                "--portal",
                "127.0.0.1:" + firstPort,
                "--portal",
                "127.0.0.1:" + secondPort));
    arguments.addAll(List.of(options));
    MpathProcess process = MpathProcess.start(folder, arguments.toArray(String[]::new));
    return new ServedArray(process.awaitOutput("ready"), firstPort, secondPort);
  }

  String firstPortal() {
    return "127.0.0.1:" + firstPort;
  }

  String secondPortal() {
    return "127.0.0.1:" + secondPort;
  }

  String firstUrl() {
    return "iscsi://" + firstPortal() + "/" + TARGET + "/1";
  }

  String secondUrl() {
    return "iscsi://" + secondPortal() + "/" + TARGET + "/1";
  }

  @Override
  public void close() throws InterruptedException, IOException {
    process.close();
  }
}
