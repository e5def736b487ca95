package io.multipath4j.sysfs;

import java.util.List;
import java.util.function.Consumer;

/** A directory and all below it, drawn with lines as {@code tree} does. */
final class TreeDrawing {
  private TreeDrawing() {}

  static void print(String path, SysfsNode top, Consumer<String> lines) {
    lines.accept(path);
    below(top, "", lines);
  }

  private static void below(SysfsNode node, String indent, Consumer<String> lines) {
    if (!(node instanceof SysfsDirectory directory)) {
      return;
    }
    List<SysfsNode> children = directory.snapshot();
    for (int i = 0; i < children.size(); i++) {
      SysfsNode child = children.get(i);
      boolean last = i == children.size() - 1;
      String leads = child instanceof SysfsLink link ? " -> " + link.text() : "";
      lines.accept(indent + (last ? "└── " : "├── ") + child.name() + leads);
      below(child, indent + (last ? "    " : "│   "), lines);
    }
  }
}
