package io.multipath4j.libmultipath;

import org.jspecify.annotations.Nullable;

/** A table with two optimized paths, the first of which is cached. */
final class TwoPaths {

  final PathTable<StressPath> table =
      new PathTable<>(StressPath.TEMPLATE, NumaTopology.SINGLE_NODE);
  final MpathDevice<StressPath> first = StressPath.device(1);
  final MpathDevice<StressPath> second = StressPath.device(2);

  TwoPaths() {
    this(true);
  }

  private TwoPaths(boolean filled) {
    if (filled) {
      table.add(first);
      table.add(second);
      table.cache(0, first);
    }
  }

  /** The same, without paths. */
  static TwoPaths empty() {
    return new TwoPaths(false);
  }

  /** Returns the number of the path that a policy selects; 0 is none. */
  int select(IoPolicy policy) {
    return number(policy.select(table, 0, 0));
  }

  int number(@Nullable MpathDevice<StressPath> path) {
    return path == null ? 0 : path.driverPath().number();
  }
}
