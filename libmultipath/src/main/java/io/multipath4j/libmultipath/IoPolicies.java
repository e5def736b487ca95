package io.multipath4j.libmultipath;

import java.util.List;

/** The policies that come with the library. */
public final class IoPolicies {

  /** The nearest path to the submitting CPU, kept as long as it is optimized. */
  public static final IoPolicy NUMA = new NumaPolicy();

  /** The optimized paths in turn. */
  public static final IoPolicy ROUND_ROBIN = new RoundRobinPolicy();

  /** The path with the fewest I/Os in flight. */
  public static final IoPolicy QUEUE_DEPTH = new QueueDepthPolicy();

  /** All of them, the default first. */
  public static final List<IoPolicy> ALL = List.of(NUMA, ROUND_ROBIN, QUEUE_DEPTH);

  private IoPolicies() {}

  /**
   * Finds a policy by its exact word.
   *
   * @throws IllegalArgumentException when there is none, with the words that there are
   */
  public static IoPolicy parse(String word) {
    for (IoPolicy policy : ALL) {
      if (policy.word().equals(word)) {
        return policy;
      }
    }
    throw new IllegalArgumentException(
        "unknown I/O policy \""
            + word
            + "\": expected one of "
            + String.join(", ", ALL.stream().map(IoPolicy::word).toList()));
  }
}
