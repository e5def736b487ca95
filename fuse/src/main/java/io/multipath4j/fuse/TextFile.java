package io.multipath4j.fuse;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * A read-only text under {@code proc}. As there, it shows size 0.
 *
 * @param id its number
 * @param name its name
 * @param madeAt the time that it shows
 * @param text returns its content as of now
 */
record TextFile(long id, String name, Instant madeAt, Supplier<String> text) implements Node {
  private static final int MODE = FileStat.S_IFREG | 0444;

  @Override
  public FileStat stat() {
    return new FileStat(id, 0, 0, MODE, 1, madeAt);
  }

  @Override
  public int type() {
    return FileStat.S_IFREG;
  }

  @Override
  public OpenFile open(int flags) {
    if (OpenFlags.writes(flags)) {
      throw new FuseError(Errno.EACCES);
    }
    return new OpenFile.Content(
        () -> text.get().getBytes(StandardCharsets.UTF_8),
        written -> {
          throw new FuseError(Errno.EACCES);
        });
  }
}
