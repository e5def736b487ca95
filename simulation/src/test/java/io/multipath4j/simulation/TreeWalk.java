package io.multipath4j.simulation;

import io.multipath4j.sysfs.SysfsDirectory;
import io.multipath4j.sysfs.SysfsErrno;
import io.multipath4j.sysfs.SysfsException;
import io.multipath4j.sysfs.SysfsFile;
import io.multipath4j.sysfs.SysfsLink;
import io.multipath4j.sysfs.SysfsNode;
import io.multipath4j.sysfs.SysfsTree;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Reads everything in a tree, and what was there earlier: it answers, with an errno at most. */
final class TreeWalk {

  /** What a file of an object that is there may answer: it has no such page, state or id. */
  private static final Set<SysfsErrno> NO_VALUE = EnumSet.of(SysfsErrno.EINVAL, SysfsErrno.ENXIO);

  private static final int MAX_HELD = 200;

  private final SysfsTree tree;
  private final Trace trace;
  private final SplittableRandom random;
  private final List<SysfsFile> held = new ArrayList<>();

  TreeWalk(SysfsTree tree, Trace trace, SplittableRandom random) {
    this.tree = tree;
    this.trace = trace;
    this.random = random;
  }

  /** Reads everything. */
  void run() {
    for (SysfsFile file : held) {
      read(file);
    }
    walk(tree.root());
  }

  private void walk(SysfsDirectory directory) {
    for (SysfsNode node : directory.children()) {
      switch (node) {
        case SysfsDirectory below -> walk(below);
        case SysfsLink link ->
            trace.check(!link.target().isRemoved(), "a link to what is gone: " + link.path());
        case SysfsFile file -> {
          read(file);
          if (held.size() < MAX_HELD && random.nextInt(16) == 0) {
            held.add(file);
          }
        }
      }
    }
  }

  private void read(SysfsFile file) {
    if (file.attribute().show() == null) {
      return;
    }
    try {
      file.readBytes();
    } catch (SysfsException e) {
      boolean gone = file.isRemoved() && e.errno() == SysfsErrno.ENODEV;
      trace.check(gone || NO_VALUE.contains(e.errno()), file.name() + ": " + e);
    } catch (RuntimeException e) {
      trace.violation(file.name() + " threw " + e);
    }
  }
}
