package io.multipath4j.scsi.multipath;

/** Names of disks as Linux gives them: {@code sda} to {@code sdz}, {@code sdaa} and on. */
final class DiskNames {

  private static final int LETTERS = 26;

  private DiskNames() {}

  /** Returns the name of the disk with an index from 0: bijective base 26 after {@code sd}. */
  static String disk(int index) {
    StringBuilder letters = new StringBuilder();
    for (int rest = index; rest >= 0; rest = rest / LETTERS - 1) {
      letters.append((char) ('a' + rest % LETTERS));
    }
    return "sd" + letters.reverse();
  }

  /** Returns the name of a multipath disk's path: {@code sda:0}. */
  static String path(String disk, int pathIndex) {
    return disk + ":" + pathIndex;
  }
}
