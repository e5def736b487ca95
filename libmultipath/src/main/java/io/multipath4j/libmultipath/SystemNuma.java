package io.multipath4j.libmultipath;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * The nodes of this machine as Linux shows them under {@code /sys/devices/system/node}. Made once;
 * nodes that come later are not seen.
 */
public final class SystemNuma implements NumaTopology {

  private static final System.Logger LOG = System.getLogger(SystemNuma.class.getName());
  private static final Path ROOT = Path.of("/sys/devices/system/node");

  /** After so many questions a thread looks anew where it runs. */
  static final int CALLS_PER_LOOK = 256;

  /** Where a thread ran when it looked last. */
  private static final class Seen {

    private int node;
    private int callsLeft;
  }

  private final NodeTree tree;
  private final IntSupplier currentCpu;
  private final ThreadLocal<Seen> seen = ThreadLocal.withInitial(Seen::new);

  private SystemNuma(NodeTree tree, IntSupplier currentCpu) {
    this.tree = tree;
    this.currentCpu = currentCpu;
  }

  /**
   * Returns this machine's nodes; {@link NumaTopology#SINGLE_NODE}, which costs nothing, when there
   * is one, or when it is not known which node a thread runs on.
   */
  public static NumaTopology detect() {
    return of(ROOT, CurrentCpu::system);
  }

  /** Reads a tree; asks for the CPU only if it has several nodes. */
  static NumaTopology of(Path root, Supplier<Optional<IntSupplier>> cpu) {
    if (!Files.isDirectory(root)) {
      return SINGLE_NODE;
    }
    NodeTree tree;
    try {
      tree = NodeTree.read(root);
    } catch (IOException | IllegalArgumentException e) {
      LOG.log(Level.WARNING, "cannot read the memory nodes, taken for one: {0}", String.valueOf(e));
      return SINGLE_NODE;
    }
    if (tree.onlineCount() < 2) {
      return SINGLE_NODE;
    }
    Optional<IntSupplier> currentCpu = cpu.get();
    if (currentCpu.isEmpty()) {
      LOG.log(
          Level.INFO,
          "{0} memory nodes are taken for one, since Java may not ask on which CPU it runs:"
              + " start it with --enable-native-access={1}",
          tree.onlineCount(),
          SystemNuma.class.getModule().isNamed()
              ? SystemNuma.class.getModule().getName()
              : "ALL-UNNAMED");
      return SINGLE_NODE;
    }
    return new SystemNuma(tree, currentCpu.get());
  }

  @Override
  public int nodeCount() {
    return tree.nodeCount();
  }

  /** {@inheritDoc} Looked at every now and then, since threads seldom move. */
  @Override
  public int currentNode() {
    Seen last = seen.get();
    if (last.callsLeft == 0) {
      last.callsLeft = CALLS_PER_LOOK;
      last.node = tree.nodeOf(currentCpu.getAsInt());
    }
    last.callsLeft--;
    return last.node;
  }

  /** {@inheritDoc} A node that is not online counts as local, as a path without a node does. */
  @Override
  public int distance(int from, int to) {
    return tree.distance(from, to);
  }
}
