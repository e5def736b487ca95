package io.multipath4j.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code mpath attach} as a process, and the verbs that ask it, each as a process of its own: what
 * a user does in two shells.
 */
final class AttachedDisk implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** How a verb ended; standard output and error together. */
  record Outcome(int status, String output) {}

  private final Path folder;
  private final Path socket;
  private final Path control;
  private final MpathProcess process;

  private AttachedDisk(Path folder, Path socket, Path control, MpathProcess process) {
    this.folder = folder;
    this.socket = socket;
    this.control = control;
    this.process = process;
  }

  /** Attaches, and waits until the disk is served. */
  static AttachedDisk attach(Path folder, List<String> urls, String... options) throws IOException {
    return attach(folder, "", urls, options);
  }

  /** As another host, which has its own name and sockets. */
  static AttachedDisk attach(Path folder, String host, List<String> urls, String... options)
      throws IOException {
    Path socket = folder.resolve("disk" + host + ".sock");
    Path control = folder.resolve("control" + host + ".sock");
    List<String> arguments = new ArrayList<>(List.of("attach"));
    arguments.addAll(urls);
    arguments.addAll(List.of("--nbd", "unix:" + socket, "--control", control.toString()));
    if (!host.isEmpty()) {
      arguments.addAll(List.of("--initiator-name", "iqn.2026-01.example:" + host));
    }
    arguments.addAll(List.of(options));
    MpathProcess process = MpathProcess.start(folder, arguments.toArray(String[]::new));
    return new AttachedDisk(folder, socket, control, process.awaitOutput("ready"));
  }

  /** Where it is served. */
  Path socket() {
    return socket;
  }

  String uri() {
    return "nbd+unix:///?socket=" + socket;
  }

  /** What {@code attach} has printed. */
  String output() throws IOException {
    return process.output();
  }

  void awaitOutput(String text) {
    process.awaitOutput(text);
  }

  /** Waits until {@code attach} has printed {@code text} more than {@code before} times. */
  void awaitAnother(String text, int before) {
    Waiting.until("attach prints again: " + text, LIMIT, () -> count(text) > before);
  }

  /** How often {@code attach} has printed {@code text}. */
  int count(String text) throws IOException {
    return output().split(java.util.regex.Pattern.quote(text), -1).length - 1;
  }

  /** {@code mpath VERB ARGUMENTS} must succeed. */
  String mpath(String verb, String... arguments) throws IOException, InterruptedException {
    Outcome outcome = run(verb, arguments);
    assertThat(outcome.status()).as(verb + ": " + outcome.output() + output()).isZero();
    return outcome.output();
  }

  /** {@code mpath VERB ARGUMENTS} must end with {@code status} and say {@code sentence}. */
  void refuses(int status, String sentence, String verb, String... arguments)
      throws IOException, InterruptedException {
    Outcome outcome = run(verb, arguments);
    assertThat(outcome.output()).contains(sentence);
    assertThat(outcome.status()).as(outcome.output()).isEqualTo(status);
  }

  private Outcome run(String verb, String... arguments) throws IOException, InterruptedException {
    MpathProcess run = start(verb, arguments);
    int status = run.awaitExit();
    return new Outcome(status, run.output());
  }

  /** A verb that goes on, as {@code monitor}. */
  MpathProcess start(String verb, String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(verb, "--control", control.toString()));
    all.addAll(List.of(arguments));
    return MpathProcess.startBrief(folder, all.toArray(String[]::new));
  }

  /** Removes the path of a host, as its owner would in a kernel's tree. */
  void removePath(String address) throws IOException, InterruptedException {
    mpath("set", "/sys/class/scsi_device/" + address + "/device/delete", "1");
  }

  /** Looks for what a host has, as its owner would in a kernel's tree. */
  void scan(int host) throws IOException, InterruptedException {
    mpath("set", "/sys/class/scsi_host/host" + host + "/scan", "- - -");
  }

  @Override
  public void close() throws InterruptedException, IOException {
    process.close();
  }
}
