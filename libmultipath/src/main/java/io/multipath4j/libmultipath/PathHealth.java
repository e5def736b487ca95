package io.multipath4j.libmultipath;

/** How one path fared lately; {@link PathBackOff} decides by it. Loop thread only. */
final class PathHealth {

  /** Path errors since the last command that the path carried. */
  int consecutiveFailures;

  /** How often in a row the path was set aside; each time doubles the wait. */
  int round;

  /** When a path that is set aside may be used again. */
  long retryAtNanos;

  void forget() {
    consecutiveFailures = 0;
    round = 0;
  }
}
