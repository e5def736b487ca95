package io.multipath4j.interop;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** Image files for targets and for comparisons. */
final class DiskImage {

  private static final int CHUNK_BYTES = 1 << 20;

  private DiskImage() {}

  /** Makes a file of pseudo-random content, so that no byte range is like another, nor a hole. */
  static Path random(Path folder, String name, int mebibytes, long seed) throws IOException {
    Path image = folder.resolve(name);
    SplittableRandom random = new SplittableRandom(seed);
    byte[] chunk = new byte[CHUNK_BYTES];
    try (OutputStream out = Files.newOutputStream(image)) {
      for (int i = 0; i < mebibytes; i++) {
        random.nextBytes(chunk);
        out.write(chunk);
      }
    }
    return image;
  }
}
