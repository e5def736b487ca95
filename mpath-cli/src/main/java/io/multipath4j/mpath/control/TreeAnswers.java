package io.multipath4j.mpath.control;

import io.multipath4j.sysfs.SysfsDirectory;
import io.multipath4j.sysfs.SysfsErrno;
import io.multipath4j.sysfs.SysfsException;
import io.multipath4j.sysfs.SysfsLink;
import io.multipath4j.sysfs.SysfsNode;
import io.multipath4j.sysfs.SysfsStat;
import io.multipath4j.sysfs.SysfsTree;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Answers requests on a tree. Any thread. */
final class TreeAnswers {

  private final SysfsTree tree;

  TreeAnswers(SysfsTree tree) {
    this.tree = tree;
  }

  Record answer(TreeRequest<?> request) throws ControlException {
    try {
      return switch (request) {
        case TreeRequest.Names names -> new TreeRequest.Nodes(nodes(names.path()));
        case TreeRequest.LongListing listing -> longListing(listing);
        case TreeRequest.Drawing drawing -> {
          BoundedLines lines = new BoundedLines();
          tree.tree(drawing.path(), lines);
          yield lines.lines();
        }
        case TreeRequest.Read read -> new TreeRequest.Content(tree.readAttributeBytes(read.path()));
        case TreeRequest.Write write -> {
          tree.writeAttribute(write.path(), write.text());
          yield new TreeRequest.Done();
        }
      };
    } catch (SysfsException refused) {
      throw ControlException.of(refused);
    } catch (TooLong tooLong) {
      throw ControlWire.tooLong("what is there under " + request.path() + " has more bytes");
    }
  }

  private TreeRequest.Lines longListing(TreeRequest.LongListing request) throws ControlException {
    ZoneId zone;
    try {
      zone = ZoneId.of(request.zone());
    } catch (DateTimeException unknown) {
      throw new ControlException("EINVAL", "no time zone: " + unknown.getMessage(), unknown);
    }
    BoundedLines lines = new BoundedLines();
    tree.longListing(request.path(), zone, lines);
    return lines.lines();
  }

  private List<TreeRequest.Node> nodes(String path) {
    return switch (tree.lookup(path, true)) {
      case SysfsDirectory directory -> nodesIn(directory);
      case SysfsNode other -> List.of(node(path, other));
    };
  }

  private static List<TreeRequest.Node> nodesIn(SysfsDirectory directory) {
    List<TreeRequest.Node> nodes = new ArrayList<>();
    for (SysfsNode child : directory.children()) {
      try {
        nodes.add(node(child.name(), child));
      } catch (SysfsException refused) {
        // What went since the directory was read is not in it any more.
        if (refused.errno() != SysfsErrno.ENODEV) {
          throw refused;
        }
      }
    }
    return nodes;
  }

  private static TreeRequest.Node node(String name, SysfsNode node) {
    SysfsStat stat = node.stat();
    return new TreeRequest.Node(
        name,
        stat.type().name().toLowerCase(Locale.ROOT),
        String.format(Locale.ROOT, "0%03o", stat.permissions()),
        stat.sizeBytes(),
        stat.modified(),
        node instanceof SysfsLink link ? link.read() : "");
  }

  /** Stops a walk whose answer would be too long to send. */
  private static final class TooLong extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static final class BoundedLines implements Consumer<String> {
    private final List<String> lines = new ArrayList<>();
    private int chars;

    @Override
    public void accept(String line) {
      chars += line.length();
      if (chars > ControlWire.MAX_ANSWER_BYTES) {
        throw new TooLong();
      }
      lines.add(line);
    }

    TreeRequest.Lines lines() {
      return new TreeRequest.Lines(lines);
    }
  }
}
