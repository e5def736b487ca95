package io.multipath4j.mpath.demo;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * A few lines at the bottom of a terminal that are redrawn in place, with ordinary lines scrolling
 * above them. Callable from any thread.
 */
final class LiveTable {

  private static final String TO_LINE_START_AND_CLEAR_BELOW = "\r\u001b[J";

  /** A row that is too long for the terminal is cut: a wrapped one would not be erased. */
  private static final String WRAP_OFF = "\u001b[?7l";

  private static final String WRAP_ON = "\u001b[?7h";

  private final PrintWriter out;
  private List<String> rows = new ArrayList<>();

  LiveTable(PrintWriter out) {
    this.out = out;
  }

  /** Shows other rows in place of the former ones. */
  synchronized void show(List<String> newRows) {
    erase();
    rows = new ArrayList<>(newRows);
    draw();
  }

  /** Prints a line above the rows. */
  synchronized void print(String line) {
    erase();
    out.println(line);
    draw();
  }

  private void erase() {
    if (!rows.isEmpty()) {
      out.print("\u001b[" + rows.size() + "A" + TO_LINE_START_AND_CLEAR_BELOW);
    }
  }

  private void draw() {
    if (!rows.isEmpty()) {
      out.print(WRAP_OFF);
      rows.forEach(out::println);
      out.print(WRAP_ON);
    }
    out.flush();
  }
}
