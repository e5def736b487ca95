package io.multipath4j.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures this project against its peers in one run, alternating: (a) the initiator against
 * libiscsi, (b) the whole chain under fio against {@code qemu-nbd iscsi://}. Run it with {@code
 * benchmarks/side-by-side}, which builds what it needs.
 */
final class SideBySide {

  private static final int[] DEPTHS = {1, 4, 32, 128};
  private static final int CHAIN_DEPTH = 32;
  private static final String TARGET = "iqn.2026-01.example:disk";
  private static final Duration START_LIMIT = Duration.ofSeconds(30);

  private final Options options;
  private final Path folder;
  private final PrintStream out = System.out;
  private final JsonMapper json = JsonMapper.shared();

  private SideBySide(Options options, Path folder) {
    this.options = options;
    this.folder = folder;
  }

  /** How much is measured. */
  private record Options(int rounds, double seconds, Path libiscsiLoad, List<Pinning> pinnings) {

    static Options parse(String[] arguments) {
      int rounds = 5;
      double seconds = 2;
      Path libiscsiLoad = Path.of("libiscsi-load");
      List<Pinning> pinnings = List.of(Pinning.ONE_CORE, Pinning.NONE);
      for (String argument : arguments) {
        int equals = argument.indexOf('=');
        String value = argument.substring(equals + 1);
        switch (equals < 0 ? argument : argument.substring(0, equals)) {
          case "--rounds" -> rounds = Integer.parseInt(value);
          case "--seconds" -> seconds = Double.parseDouble(value);
          case "--libiscsi-load" -> libiscsiLoad = Path.of(value);
          case "--pinned-only" -> pinnings = List.of(Pinning.ONE_CORE);
          default ->
              throw new IllegalArgumentException(
                  argument + ": expected --rounds=N, --seconds=S or --pinned-only");
        }
      }
      return new Options(rounds, seconds, libiscsiLoad, pinnings);
    }
  }

  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createTempDirectory("side-by-side");
    SideBySide benchmark = new SideBySide(Options.parse(arguments), folder);
    for (Pinning pinning : benchmark.options.pinnings()) {
      benchmark.initiators(pinning);
      benchmark.chains(pinning);
    }
    Files.deleteIfExists(folder.resolve("ours.sock"));
    Files.deleteIfExists(folder.resolve("peer.sock"));
    Files.delete(folder);
  }

  private void initiators(Pinning pinning) throws IOException, InterruptedException {
    out.println("(a) initiator, 4 KiB random reads, null target, " + pinning);
    for (int depth : DEPTHS) {
      Comparison comparison = new Comparison("depth " + depth, "multipath4j initiator", "libiscsi");
      try (Target target = new Target(pinning, "--null")) {
        for (int round = 0; round < options.rounds(); round++) {
          comparison.add(
              load(pinning, java("io.multipath4j.benchmarks.IscsiLoad"), target.url(0), depth),
              load(pinning, List.of(options.libiscsiLoad().toString()), target.url(0), depth));
        }
      }
      comparison.print(out);
    }
  }

  private Sample load(Pinning pinning, List<String> program, String url, int depth)
      throws IOException, InterruptedException {
    List<String> command = new java.util.ArrayList<>(program);
    command.addAll(List.of(url, String.valueOf(depth), "2", String.valueOf(options.seconds())));
    JsonNode result =
        json.readTree(
            MeasuredProcess.run(
                pinning, START_LIMIT.plusMillis((long) (options.seconds() * 1000)), command));
    return new Sample(
        result.path("iops").asDouble(),
        result.path("cpuMicrosPerIo").asDouble(),
        result.path("p50Micros").asDouble(),
        result.path("p99Micros").asDouble(),
        result.path("p999Micros").asDouble(),
        result.path("allocatedBytesPerIo").asDouble(Double.NaN));
  }

  private void chains(Pinning pinning) throws IOException, InterruptedException {
    out.println("(b) chain under fio, 4 KiB at depth " + CHAIN_DEPTH + ", null target, " + pinning);
    Path ourSocket = folder.resolve("ours.sock");
    Path peerSocket = folder.resolve("peer.sock");
    try (Target target = new Target(pinning, "--null");
        MeasuredProcess ours =
            MeasuredProcess.start(
                pinning,
                java(
                    "io.multipath4j.mpath.Main",
                    "attach",
                    target.url(0),
                    target.url(1),
                    "--policy",
                    "round-robin",
                    "--nbd",
                    "unix:" + ourSocket));
        MeasuredProcess peer =
            MeasuredProcess.start(
                pinning,
                List.of(
                    "qemu-nbd",
                    "-f",
                    "raw",
                    "-t",
                    "-e",
                    "8",
                    "-k",
                    peerSocket.toString(),
                    target.url(0)))) {
      ours.awaitOutput("ready", START_LIMIT);
      awaitFile(peerSocket);
      for (String work : List.of("randread", "randwrite")) {
        fio(pinning, ours, ourSocket, work);
        fio(pinning, peer, peerSocket, work);
        Comparison comparison = new Comparison(work, "multipath4j, 2 paths", "qemu-nbd, 1 path");
        for (int round = 0; round < options.rounds(); round++) {
          comparison.add(fio(pinning, ours, ourSocket, work), fio(pinning, peer, peerSocket, work));
        }
        comparison.print(out);
      }
    }
  }

  private Sample fio(Pinning pinning, MeasuredProcess server, Path socket, String work)
      throws IOException, InterruptedException {
    HeapWatch heap = HeapWatch.of(server);
    long cpuBefore = server.cpuMicros();
    double heapBefore = heap.allocatedBytes();
    String printed =
        MeasuredProcess.run(
            pinning,
            START_LIMIT.plusMillis((long) (options.seconds() * 1000)),
            List.of(
                "fio",
                "--name=chain",
                "--ioengine=nbd",
                "--uri=nbd+unix:///?socket=" + socket,
                "--rw=" + work,
                "--bs=4k",
                "--size=512m",
                "--iodepth=" + CHAIN_DEPTH,
                "--time_based",
                "--runtime=" + String.format(Locale.ROOT, "%.0f", options.seconds()),
                "--output-format=json"));
    double heapAfter = heap.allocatedBytes();
    long cpuMicros = server.cpuMicros() - cpuBefore;
    JsonNode side =
        json.readTree(printed.substring(printed.indexOf('{')))
            .path("jobs")
            .path(0)
            .path(work.equals("randread") ? "read" : "write");
    double total = side.path("total_ios").asDouble();
    JsonNode percentiles = side.path("clat_ns").path("percentile");
    return new Sample(
        side.path("iops").asDouble(),
        cpuMicros / total,
        percentiles.path("50.000000").asDouble() / 1000,
        percentiles.path("99.000000").asDouble() / 1000,
        percentiles.path("99.900000").asDouble() / 1000,
        (heapAfter - heapBefore) / total);
  }

  private static void awaitFile(Path socket) throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + START_LIMIT.toNanos();
    while (!Files.exists(socket)) {
      if (System.nanoTime() - deadlineNanos > 0) {
        throw new IOException("qemu-nbd did not make " + socket + " within " + START_LIMIT);
      }
      Thread.sleep(20);
    }
  }

  private static List<String> java(String mainClass, String... arguments) {
    List<String> command =
        new java.util.ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                mainClass));
    command.addAll(List.of(arguments));
    return command;
  }

  /** The embedded array as a process, so that its CPU time is not ours. */
  private static final class Target implements AutoCloseable {

    private final int[] ports = {freePort(), freePort()};
    private final MeasuredProcess process;

    Target(Pinning pinning, String backing) throws IOException, InterruptedException {
      process =
          MeasuredProcess.start(
                  pinning,
                  java(
                      "io.multipath4j.mpath.Main",
                      "array",
                      "serve",
                      "--size",
                      "1G",
                      backing,
                      "--portal",
                      "127.0.0.1:" + ports[0],
                      "--portal",
                      "127.0.0.1:" + ports[1]))
              .awaitOutput("ready", START_LIMIT);
    }

    String url(int portal) {
      return "iscsi://127.0.0.1:" + ports[portal] + "/" + TARGET + "/1";
    }

    @Override
    public void close() throws IOException {
      process.close();
    }

    private static int freePort() throws IOException {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      }
    }
  }
}
