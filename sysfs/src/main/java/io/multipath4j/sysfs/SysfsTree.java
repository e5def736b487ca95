package io.multipath4j.sysfs;

import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A tree of attributes, and the operations on it by path that commands and mounts need.
 *
 * <p>Paths start at the root, with or without a slash, without the {@code /sys} where a mount may
 * show it. All methods may be called by any thread; readers take no lock, changes of structure
 * share one that is held briefly.
 */
public final class SysfsTree {
  /** The longest path, in characters. */
  public static final int MAX_PATH_CHARS = 4096;

  /** The most symbolic links that one path may lead through. */
  public static final int MAX_LINKS = 40;

  /** The most names of attributes that are warned of. */
  private static final int MAX_TOO_LONG = 256;

  private static final System.Logger LOG = System.getLogger(SysfsTree.class.getName());

  private final InstantSource clock;
  private final UeventStream uevents;
  private final AtomicLong inodes = new AtomicLong();
  private final Object structure = new Object();
  private final Set<String> tooLong = ConcurrentHashMap.newKeySet();
  private final SysfsDirectory root;

  /**
   * Makes a tree of an empty root.
   *
   * @param clock the time of nodes
   * @param uevents where its devices tell what happens to them
   */
  public SysfsTree(InstantSource clock, UeventStream uevents) {
    this.clock = clock;
    this.uevents = uevents;
    this.root = new SysfsDirectory(this, null, "", nextInodes(1));
  }

  /** Returns the root, of inode 1. */
  public SysfsDirectory root() {
    return root;
  }

  /** Returns where devices tell what happens to them. */
  public UeventStream uevents() {
    return uevents;
  }

  /**
   * Returns the node of a path. Links before the last name are always followed; a path that ends in
   * a slash means the directory behind it.
   *
   * @param path as in {@code /class/scsi_mpath_device/0/iopolicy}
   * @param followLink whether the last name, when it is a link, stands for where it leads
   * @throws SysfsException {@code ENOENT}, {@code ENOTDIR}, {@code ELOOP} or {@code ENAMETOOLONG}
   */
  public SysfsNode lookup(String path, boolean followLink) {
    if (path.length() > MAX_PATH_CHARS) {
      throw new SysfsException(
          SysfsErrno.ENAMETOOLONG, "a path has at most " + MAX_PATH_CHARS + " characters");
    }
    if (path.isEmpty()) {
      throw new SysfsException(SysfsErrno.ENOENT, "an empty path names no node");
    }
    return new Walk(path, followLink).go();
  }

  /**
   * Returns the nodes in the directory of a path, sorted by name.
   *
   * @throws SysfsException as {@link #lookup}, or {@code ENOTDIR}, {@code ENODEV}
   */
  public List<SysfsNode> list(String path) {
    return switch (lookup(path, true)) {
      case SysfsDirectory directory -> directory.children();
      case SysfsNode other -> throw notDirectory(other.path());
    };
  }

  /**
   * Returns the text of the attribute of a path.
   *
   * @throws SysfsException as {@link #lookup} and {@link SysfsFile#read}, or {@code EISDIR}
   */
  public String readAttribute(String path) {
    return file(path).read();
  }

  /**
   * Returns the content of the attribute of a path as bytes.
   *
   * @throws SysfsException as {@link #readAttribute}
   */
  public byte[] readAttributeBytes(String path) {
    return file(path).readBytes();
  }

  /**
   * Writes the attribute of a path.
   *
   * @throws SysfsException as {@link #lookup} and {@link SysfsFile#write}, or {@code EISDIR}
   */
  public void writeAttribute(String path, String text) {
    file(path).write(text);
  }

  /**
   * Returns the text of the link of a path.
   *
   * @throws SysfsException as {@link #lookup}, or {@code EINVAL} when it is not a link, {@code
   *     ENODEV}
   */
  public String readLink(String path) {
    return switch (lookup(path, false)) {
      case SysfsLink link -> link.read();
      case SysfsNode other ->
          throw new SysfsException(SysfsErrno.EINVAL, other.path() + " is not a link");
    };
  }

  /**
   * Returns what the node of a path is.
   *
   * @throws SysfsException as {@link #lookup}, or {@code ENODEV}
   */
  public SysfsStat stat(String path, boolean followLink) {
    return lookup(path, followLink).stat();
  }

  /**
   * Prints what {@code ls -l} prints: the nodes of a directory, or one line for another node. As
   * there, a link is a line, and a link with a slash behind it the directory that it leads to.
   *
   * @param path the node
   * @param zone of the times
   * @param lines takes each line, without an end of line
   * @throws SysfsException as {@link #lookup}
   */
  public void longListing(String path, ZoneId zone, Consumer<String> lines) {
    new LongListing(clock, zone).print(path, lookup(path, false), lines);
  }

  /**
   * Prints all that is below a path as a drawing, links with where they lead.
   *
   * @param path the topmost node; a link stands for where it leads
   * @param lines takes each line, without an end of line
   * @throws SysfsException as {@link #lookup}
   */
  public void tree(String path, Consumer<String> lines) {
    TreeDrawing.print(path, lookup(path, true), lines);
  }

  /** Returns the first of so many numbers that no other node has or had. */
  long nextInodes(int count) {
    return inodes.getAndAdd(count) + 1;
  }

  /** Warns of a text that does not fit, once for each name of an attribute. */
  void tellTooLong(String name, Supplier<String> sentence) {
    if (tooLong.size() < MAX_TOO_LONG && tooLong.add(name)) {
      LOG.log(Level.WARNING, sentence);
    }
  }

  long nowMillis() {
    return clock.millis();
  }

  /** Returns the lock of all changes of structure. No foreign code runs under it. */
  Object structure() {
    return structure;
  }

  private SysfsFile file(String path) {
    return switch (lookup(path, true)) {
      case SysfsFile file -> file;
      case SysfsNode other ->
          throw new SysfsException(SysfsErrno.EISDIR, other.path() + " is a directory");
    };
  }

  private static SysfsException notDirectory(String path) {
    return new SysfsException(SysfsErrno.ENOTDIR, path + " is not a directory");
  }

  /** One way through the tree. */
  private final class Walk {
    private final String path;
    private final boolean followLast;
    private int links;

    Walk(String path, boolean followLink) {
      this.path = path;
      this.followLast = followLink || path.endsWith("/");
    }

    SysfsNode go() {
      SysfsNode node = root;
      int start = 0;
      while (start < path.length()) {
        int slash = path.indexOf('/', start);
        int end = slash < 0 ? path.length() : slash;
        if (end > start) {
          node = step(behind(node), path.substring(start, end));
          node.seen();
        }
        start = end + 1;
      }
      if (followLast) {
        node = behind(node);
      }
      if (path.endsWith("/") && !(node instanceof SysfsDirectory)) {
        throw notDirectory(node.path());
      }
      return node;
    }

    private SysfsNode step(SysfsNode from, String name) {
      if (!(from instanceof SysfsDirectory directory)) {
        throw notDirectory(from.path());
      }
      SysfsNode next =
          switch (name) {
            case "." -> directory;
            case ".." -> directory.parent() == null ? directory : directory.parent();
            default -> directory.find(name);
          };
      if (next == null) {
        String where = directory.path();
        throw new SysfsException(
            SysfsErrno.ENOENT, "there is no " + AttributeText.quote(name) + " in " + where);
      }
      return next;
    }

    private SysfsNode behind(SysfsNode node) {
      SysfsNode end = node;
      while (end instanceof SysfsLink link) {
        if (++links > MAX_LINKS) {
          throw new SysfsException(
              SysfsErrno.ELOOP, "the path leads through more than " + MAX_LINKS + " links");
        }
        end = link.target();
        if (end.isRemoved()) {
          throw new SysfsException(
              SysfsErrno.ENOENT, link.path() + " leads to " + end.path() + ", which was removed");
        }
        end.seen();
      }
      return end;
    }
  }
}
