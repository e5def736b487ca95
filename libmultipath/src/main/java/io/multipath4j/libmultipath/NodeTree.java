package io.multipath4j.libmultipath;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What Linux tells of its memory nodes: {@code online}, and of each node {@code distance}, one
 * number per online node in their order, and {@code cpulist}. Immutable.
 */
final class NodeTree {

  /** Most nodes, as Linux can be built with. */
  private static final int MAX_NODES = 1024;

  /** Most CPUs that are told apart. */
  private static final int MAX_CPUS = 65_536;

  /** Longest file that is read. */
  private static final int MAX_FILE_BYTES = 65_536;

  private final int onlineCount;
  private final int[][] distances;
  private final int[] nodeOfCpu;

  private NodeTree(int onlineCount, int[][] distances, int[] nodeOfCpu) {
    this.onlineCount = onlineCount;
    this.distances = distances;
    this.nodeOfCpu = nodeOfCpu;
  }

  /**
   * Reads a tree.
   *
   * @throws IllegalArgumentException when a file has not the expected form, with its name
   */
  static NodeTree read(Path root) throws IOException {
    int[] online = list(root.resolve("online"), MAX_NODES);
    if (online.length == 0) {
      throw new IllegalArgumentException(root.resolve("online") + ": no node is online");
    }
    int nodeCount = online[online.length - 1] + 1;
    int[][] distances = new int[nodeCount][nodeCount];
    for (int[] row : distances) {
      Arrays.fill(row, NumaTopology.LOCAL_DISTANCE);
    }
    int[] nodeOfCpu = new int[0];
    for (int node : online) {
      Path folder = root.resolve("node" + node);
      int[] row = distances(folder.resolve("distance"), online.length);
      for (int i = 0; i < online.length; i++) {
        distances[node][online[i]] = row[i];
      }
      int[] cpus = list(folder.resolve("cpulist"), MAX_CPUS);
      if (cpus.length > 0) {
        nodeOfCpu = Arrays.copyOf(nodeOfCpu, Math.max(nodeOfCpu.length, cpus[cpus.length - 1] + 1));
        for (int cpu : cpus) {
          nodeOfCpu[cpu] = node;
        }
      }
    }
    return new NodeTree(online.length, distances, nodeOfCpu);
  }

  int onlineCount() {
    return onlineCount;
  }

  /** Returns one more than the largest node. */
  int nodeCount() {
    return distances.length;
  }

  /** Returns the node of a CPU; the first one's when it is not known. */
  int nodeOf(int cpu) {
    return cpu >= 0 && cpu < nodeOfCpu.length ? nodeOfCpu[cpu] : 0;
  }

  int distance(int from, int to) {
    return to >= 0 && to < distances.length ? distances[from][to] : NumaTopology.LOCAL_DISTANCE;
  }

  private static int[] distances(Path file, int count) throws IOException {
    String text = text(file);
    List<String> words = text.isEmpty() ? List.of() : List.of(text.split("\\s+", -1));
    if (words.size() != count) {
      throw new IllegalArgumentException(
          "%s: %d distances: expected %d, one for each online node"
              .formatted(file, words.size(), count));
    }
    int[] distances = new int[count];
    for (int i = 0; i < count; i++) {
      distances[i] = number(file, words.get(i), Integer.MAX_VALUE);
    }
    return distances;
  }

  /** Reads Linux's list format, such as {@code 0-3,8}; returns its numbers in ascending order. */
  private static int[] list(Path file, int limit) throws IOException {
    String text = text(file);
    IntStream.Builder numbers = IntStream.builder();
    if (!text.isEmpty()) {
      for (String range : text.split(",", -1)) {
        String[] ends = range.split("-", -1);
        int first = number(file, ends[0], limit);
        int last = number(file, ends[ends.length - 1], limit);
        if (ends.length > 2 || last < first) {
          throw malformed(file, range);
        }
        IntStream.rangeClosed(first, last).forEach(numbers);
      }
    }
    return numbers.build().sorted().distinct().toArray();
  }

  private static int number(Path file, String word, int limit) {
    try {
      int number = Integer.parseInt(word);
      if (number >= 0 && number < limit) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw malformed(file, word);
    }
    throw malformed(file, word);
  }

  private static IllegalArgumentException malformed(Path file, String word) {
    return new IllegalArgumentException(file + ": \"" + word + "\" is not what Linux writes there");
  }

  private static String text(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(MAX_FILE_BYTES), StandardCharsets.US_ASCII).strip();
    }
  }
}
