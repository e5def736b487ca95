package io.multipath4j.mpath.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class LiveTableTest {

  private final StringWriter screen = new StringWriter();
  private final LiveTable table = new LiveTable(new PrintWriter(screen));

  @Test
  void rowsAreErasedBeforeTheyAreDrawnAgain() {
    table.show(List.of("a", "b"));
    screen.getBuffer().setLength(0);

    table.show(List.of("c"));

    assertThat(screen.toString()).startsWith("\u001b[2A\r\u001b[J").contains("c");
  }

  @Test
  void linesScrollAboveTheRows() {
    table.show(List.of("row"));
    screen.getBuffer().setLength(0);

    table.print("event");

    assertThat(screen.toString()).startsWith("\u001b[1A\r\u001b[J");
    assertThat(screen.toString().indexOf("event")).isLessThan(screen.toString().indexOf("row"));
  }

  @Test
  void rowsAreCutInsteadOfWrapped() {
    table.show(List.of("row"));

    assertThat(screen.toString()).containsSubsequence("\u001b[?7l", "row", "\u001b[?7h");
  }

  @Test
  void anEmptyTableLeavesNoTrace() {
    table.show(List.of("row"));
    table.show(List.of());
    screen.getBuffer().setLength(0);

    table.print("last");

    assertThat(screen.toString()).isEqualTo("last" + System.lineSeparator());
  }
}
