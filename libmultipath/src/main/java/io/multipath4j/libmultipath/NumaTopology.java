package io.multipath4j.libmultipath;

/** The memory nodes of this machine and how far they are from each other. Any thread. */
public interface NumaTopology {

  /** Distance of a node to itself, as ACPI's SLIT has it. */
  int LOCAL_DISTANCE = 10;

  /** Node of a path whose adapter has none. */
  int NO_NODE = -1;

  /** One node. */
  NumaTopology SINGLE_NODE =
      new NumaTopology() {
        @Override
        public int nodeCount() {
          return 1;
        }

        @Override
        public int currentNode() {
          return 0;
        }

        @Override
        public int distance(int from, int to) {
          return LOCAL_DISTANCE;
        }
      };

  /** Returns the number of node ids: one more than the largest. Constant. */
  int nodeCount();

  /** Returns the node that the calling thread runs on, 0 to {@code nodeCount() - 1}. */
  int currentNode();

  /** Returns the distance between two nodes, at least {@link #LOCAL_DISTANCE}. */
  int distance(int from, int to);
}
