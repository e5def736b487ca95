package io.multipath4j.mpath;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** What commands of a test find; nothing that other commands of this process leave behind. */
final class TestSurroundings {

  private TestSurroundings() {}

  /** An environment in which no other process runs. */
  static Map<String, String> environment() {
    try {
      Path folder = Files.createTempDirectory("mpath");
      folder.toFile().deleteOnExit();
      return Map.of("MPATH_RUNTIME_DIR", folder.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same with more variables. */
  static Map<String, String> environmentWith(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(environment());
    all.putAll(more);
    return all;
  }
}
