package io.multipath4j.simulation;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The walls of the house: which room may import which, and what no room may do by itself. */
class RoomRulesTest {

  private static final String PREFIX = "io.multipath4j.";
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  /** Benchmarks measure the world outside, so they read its clock. */
  private static final Set<String> MAY_READ_TIME = Set.of("reactor", "benchmarks");

  /** Room to the rooms it may import. ARCHITECTURE.md draws the same. */
  private static final Map<String, Set<String>> MAY_IMPORT =
      Map.ofEntries(
          entry("reactor", Set.of()),
          entry("block", Set.of()),
          entry("sysfs", Set.of()),
          entry("libmultipath", Set.of("block", "reactor", "sysfs")),
          entry("scsi", Set.of("block", "reactor")),
          entry("iscsi", Set.of("scsi", "block", "reactor")),
          entry("scsi.multipath", Set.of("libmultipath", "scsi", "block", "reactor", "sysfs")),
          entry("array", Set.of("iscsi", "scsi", "block", "reactor")),
          entry(
              "initiator",
              Set.of("scsi.multipath", "libmultipath", "iscsi", "scsi", "block", "reactor")),
          entry("nbd", Set.of("block", "reactor")),
          entry("fuse", Set.of("block", "reactor", "sysfs")),
          entry(
              "mpath",
              Set.of(
                  "initiator",
                  "nbd",
                  "fuse",
                  "array",
                  "scsi.multipath",
                  "libmultipath",
                  "iscsi",
                  "scsi",
                  "block",
                  "reactor",
                  "sysfs")));

  @Test
  void everyRoomImportsOnlyRoomsBelowIt() throws IOException {
    Map<String, Set<String>> found = new TreeMap<>();
    for (ModuleDescriptor room : rooms()) {
      Set<String> imports =
          room.requires().stream()
              .map(ModuleDescriptor.Requires::name)
              .filter(name -> name.startsWith(PREFIX))
              .map(name -> name.substring(PREFIX.length()))
              .collect(Collectors.toCollection(TreeSet::new));
      found.put(room.name().substring(PREFIX.length()), imports);
    }
    assertThat(found.keySet()).containsExactlyInAnyOrderElementsOf(MAY_IMPORT.keySet());
    found.forEach((room, imports) ->
        assertThat(MAY_IMPORT.get(room)).as("imports of " + room).containsAll(imports));
  }

  @Test
  void onlyTheReactorReadsTheTimeOrSleeps() throws IOException {
    Pattern banned =
        Pattern.compile(
            "System\\.nanoTime|System\\.currentTimeMillis|Thread\\.sleep|Instant\\.now\\(\\)"
                + "|TimeUnit\\.[A-Z]+\\.sleep");
    assertThat(
            javaFiles().stream()
                .filter(file -> file.toString().contains("/src/main/"))
                .filter(file -> !MAY_READ_TIME.contains(roomFolder(file)))
                .flatMap(file -> matches(file, banned)))
        .isEmpty();
  }

  @Test
  void noRoomLeavesWorkForLaterOrSwitchesATestOff() throws IOException {
    Pattern banned = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|X" + "XX)\\b|@Dis" + "abled");
    assertThat(javaFiles().stream().flatMap(file -> matches(file, banned))).isEmpty();
  }

  @Test
  void noExceptionIsSwallowedWithoutAWord() throws IOException {
    Pattern banned = Pattern.compile("catch \\([^)]*\\) *\\{ *\\}");
    assertThat(javaFiles().stream().flatMap(file -> matches(file, banned))).isEmpty();
  }

  private static Set<ModuleDescriptor> rooms() throws IOException {
    try (Stream<Path> folders = Files.list(ROOT)) {
      Path[] classes =
          folders
              .map(folder -> folder.resolve("target/classes"))
              .filter(folder -> Files.exists(folder.resolve("module-info.class")))
              .toArray(Path[]::new);
      return ModuleFinder.of(classes).findAll().stream()
          .map(reference -> reference.descriptor())
          .collect(Collectors.toSet());
    }
  }

  private static List<Path> javaFiles() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !file.toString().contains("/target/"))
          .toList();
    }
  }

  private static String roomFolder(Path file) {
    return ROOT.relativize(file).getName(0).toString();
  }

  private static Stream<String> matches(Path file, Pattern banned) {
    try {
      return Files.readAllLines(file).stream()
          .filter(line -> banned.matcher(line).find())
          .map(line -> ROOT.relativize(file) + ": " + line.strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
