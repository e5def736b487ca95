package io.multipath4j.libmultipath;

/** Puts a path into a cache as a racing selection would, past the check of {@code cache}. */
final class StaleCache {

  private StaleCache() {}

  static <P> void force(PathTable<P> table, int node, MpathDevice<P> path) {
    long bit = path.bit();
    path.bit(1L << 63);
    table.cache(node, path);
    path.bit(bit);
  }
}
