package io.multipath4j.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What {@code docs/CAPABILITIES.md} says exists: the classes that do a thing, and the tests that
 * show it. Read from the sources, since no room sees all the others.
 */
class CapabilitiesTest {

  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final Path FILE = ROOT.resolve("docs/CAPABILITIES.md");
  private static final int PATCHES = 24 + 13 + 8;
  private static final int CHECKS = 15;

  /** A row that is not done says so in the column of the classes, and names no test. */
  private static final String NOT_YET = "not yet";

  /** {@code ScsiDisk}, {@code HeadLifeTest.aClaimIsGivenBackOnce}, {@code nbd/AllocationTest.x}. */
  private static final Pattern NAME =
      Pattern.compile("`(?:([a-z-]+)/)?([A-Z][A-Za-z0-9]*)(?:\\.([a-z][A-Za-z0-9]*))?`");

  /**
   * A row of the patches has a patch, classes and tests; of the checks a number, text and tests.
   */
  private record Row(List<String> cells) {

    private boolean isNotYet() {
      return cells.stream().anyMatch(cell -> cell.startsWith(NOT_YET));
    }

    private String tests() {
      return cells.getLast();
    }
  }

  @Test
  void everyPatchAndEveryCheckHasARow() throws IOException {
    assertThat(rows("## Patches")).as("patches").hasSize(PATCHES);
    assertThat(rows("## Acceptance")).as("checks").hasSize(CHECKS);
  }

  @Test
  void everyClassThatIsNamedExists() throws IOException {
    List<String> missing = new ArrayList<>();
    for (Row row : rows("## Patches")) {
      String classes = row.cells().get(1);
      if (!row.isNotYet() && !NAME.matcher(classes).find()) {
        missing.add("no class in the row of " + row.cells().getFirst());
      }
      for (Matcher name = NAME.matcher(classes); name.find(); ) {
        if (sources("main", name.group(1), name.group(2)).isEmpty()) {
          missing.add(name.group());
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void everyTestThatIsNamedExists() throws IOException {
    List<String> missing = new ArrayList<>();
    for (Row row : allRows()) {
      if (!row.isNotYet() && !NAME.matcher(row.tests()).find()) {
        missing.add("no test in the row of " + row.cells().getFirst());
      }
      for (Matcher name = NAME.matcher(row.tests()); name.find(); ) {
        if (!isTest(name.group(1), name.group(2), name.group(3))) {
          missing.add(name.group());
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void whatIsNotDoneNamesNoTest() throws IOException {
    for (Row row : allRows()) {
      if (row.isNotYet()) {
        assertThat(NAME.matcher(row.tests()).find()).as(row.toString()).isFalse();
      }
    }
  }

  private static List<Row> allRows() throws IOException {
    List<Row> all = new ArrayList<>(rows("## Patches"));
    all.addAll(rows("## Acceptance"));
    return all;
  }

  /** Returns the rows of the tables from a heading to the next of its level. */
  private static List<Row> rows(String heading) throws IOException {
    List<Row> rows = new ArrayList<>();
    boolean within = false;
    String before = "";
    for (String line : Files.readAllLines(FILE)) {
      if (line.startsWith("## ")) {
        within = line.startsWith(heading);
      }
      boolean isHead = !before.startsWith("|");
      before = line;
      if (within && line.startsWith("|") && !isHead && !line.startsWith("| ---")) {
        String[] cells = line.substring(1, line.length() - 1).split("\\|");
        rows.add(new Row(Stream.of(cells).map(String::strip).toList()));
      }
    }
    return rows;
  }

  private static boolean isTest(String room, String name, String method) throws IOException {
    if (method == null) {
      return false; // a class alone says nothing about what is tested
    }
    Pattern declaration =
        Pattern.compile(
            "@(Test|ParameterizedTest|RepeatedTest)\\b((?!\\bvoid\\b).)*+\\bvoid " + method + "\\(",
            Pattern.DOTALL);
    for (Path source : sources("test", room, name)) {
      if (declaration.matcher(Files.readString(source)).find()) {
        return true;
      }
    }
    return false;
  }

  private static List<Path> sources(String kind, String room, String name) throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> rooms = Files.list(ROOT)) {
      for (Path folder : rooms.toList()) {
        Path sources = folder.resolve("src/" + kind + "/java");
        boolean wanted = room == null || folder.endsWith(room);
        if (wanted && Files.isDirectory(sources)) {
          try (Stream<Path> files = Files.walk(sources)) {
            files.filter(file -> file.endsWith(name + ".java")).forEach(found::add);
          }
        }
      }
    }
    return found;
  }
}
