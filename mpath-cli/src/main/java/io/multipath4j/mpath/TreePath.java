package io.multipath4j.mpath;

/**
 * A path in the attribute tree as a user wrote it.
 *
 * @param typed with or without {@code /sys} before it
 */
record TreePath(String typed) {

  private static final String MOUNT = "/sys";

  /** Returns the path from the root of the tree. */
  String inTree() {
    if (typed.equals(MOUNT)) {
      return "/";
    }
    return typed.startsWith(MOUNT + "/") ? typed.substring(MOUNT.length()) : typed;
  }

  @Override
  public String toString() {
    return typed;
  }
}
