package io.multipath4j.benchmarks;

import java.util.List;

/** Where the processes of a measurement run. */
enum Pinning {
  /** All on one core: stable, and the figure to quote. */
  ONE_CORE("pinned to one core"),
  /** Wherever the kernel puts them. */
  NONE("unpinned");

  private final String text;

  Pinning(String text) {
    this.text = text;
  }

  List<String> prefix() {
    return this == ONE_CORE ? List.of("taskset", "-c", "1") : List.of();
  }

  @Override
  public String toString() {
    return text;
  }
}
