package io.multipath4j.mpath.control;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.time.Instant;
import java.util.List;

/**
 * Asks for, or changes, something in the attribute tree.
 *
 * @param <R> what the answer is
 */
public sealed interface TreeRequest<R extends Record> extends ControlRequest<R> {

  /** Returns the path of the node, from the root of the tree, without {@code /sys}. */
  String path();

  /** What is in a directory; for another node, the node itself. */
  @JsonTypeName("list")
  record Names(String path) implements TreeRequest<Nodes> {

    @Override
    public Class<Nodes> answerType() {
      return Nodes.class;
    }
  }

  /**
   * The lines of {@code ls -l}.
   *
   * @param zone of the times, as in {@code Europe/Berlin}
   */
  @JsonTypeName("list-long")
  record LongListing(String path, String zone) implements TreeRequest<Lines> {

    @Override
    public Class<Lines> answerType() {
      return Lines.class;
    }
  }

  /** A drawing of all that is below a directory; its first line is the path. */
  @JsonTypeName("tree")
  record Drawing(String path) implements TreeRequest<Lines> {

    @Override
    public Class<Lines> answerType() {
      return Lines.class;
    }
  }

  /** The content of an attribute. */
  @JsonTypeName("read")
  record Read(String path) implements TreeRequest<Content> {

    @Override
    public Class<Content> answerType() {
      return Content.class;
    }
  }

  /**
   * A new value for an attribute.
   *
   * @param text as a shell would write it, with a final newline
   */
  @JsonTypeName("write")
  record Write(String path, String text) implements TreeRequest<Done> {

    @Override
    public Class<Done> answerType() {
      return Done.class;
    }
  }

  /** It is done. */
  record Done() {}

  /** Lines of text, without their ends. */
  record Lines(List<String> lines) {

    /** Copies the lines. */
    public Lines {
      lines = List.copyOf(lines);
    }
  }

  /** Raw bytes. The array is not copied: who has the record owns it. */
  @SuppressWarnings("ArrayRecordComponent")
  record Content(byte[] bytes) {}

  /** Nodes, sorted by name. */
  record Nodes(List<Node> nodes) {

    /** Copies the nodes. */
    public Nodes {
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * One node.
   *
   * @param name its name; the path that was asked for when that is no directory
   * @param type {@code directory}, {@code attribute} or {@code link}
   * @param mode in octal, as in {@code 0644}
   * @param sizeBytes 4096 for a text attribute, else 0
   * @param modified when it was first looked at or last changed
   * @param target where a link leads; else empty
   */
  record Node(
      String name, String type, String mode, long sizeBytes, Instant modified, String target) {}
}
