package io.multipath4j.sysfs;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What an attribute is called, who may use it, and the functions behind it.
 *
 * <p>The functions run on the thread of the reader or writer, several at once, and never wait for a
 * path or a lock that is held while one is waited for: values come from snapshots. They may still
 * be called once while their node is being removed, and must bear that. They refuse with a {@link
 * SysfsException}.
 *
 * @param name the node's name
 * @param mode permission bits; it is 0444 and its like if and only if there is a {@code show}, 0200
 *     and its like if and only if there is a {@code store}
 * @param binary whether the content is raw bytes, of a size that is not announced
 * @param show returns the content; null when it cannot be read
 * @param store takes a new value; null when it cannot be written
 */
public record SysfsAttribute(
    String name, int mode, boolean binary, @Nullable Bytes show, @Nullable Store store) {

  /** Returns an attribute's text, with its final newline. */
  @FunctionalInterface
  public interface Text {
    /** Returns the text as of now. */
    String show();
  }

  /** Returns an attribute's content as bytes. */
  @FunctionalInterface
  public interface Bytes {
    /** Returns the content as of now; the caller owns the array. */
    byte[] show();
  }

  /** Takes an attribute's new value. */
  @FunctionalInterface
  public interface Store {
    /**
     * Takes a value.
     *
     * @param text as it was written, usually with one final newline; no NUL, at most {@link
     *     SysfsFile#PAGE_BYTES} bytes
     */
    void store(String text);
  }

  private static final int READ_BITS = 0444;
  private static final int WRITE_BITS = 0222;

  public SysfsAttribute {
    SysfsNode.requireName(name);
    if ((mode & ~(READ_BITS | WRITE_BITS)) != 0
        || (mode & READ_BITS) != 0 != (show != null)
        || (mode & WRITE_BITS) != 0 != (store != null)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "mode 0%o of attribute %s does not fit its functions", mode, name));
    }
  }

  /** Returns a text attribute of mode 0444. */
  public static SysfsAttribute readOnly(String name, Text show) {
    return new SysfsAttribute(name, 0444, false, bytesOf(show), null);
  }

  /** Returns a text attribute of mode 0644. */
  public static SysfsAttribute readWrite(String name, Text show, Store store) {
    return new SysfsAttribute(name, 0644, false, bytesOf(show), store);
  }

  /** Returns a text attribute of mode 0200. */
  public static SysfsAttribute writeOnly(String name, Store store) {
    return new SysfsAttribute(name, 0200, false, null, store);
  }

  /** Returns an attribute of raw bytes, of mode 0444. */
  public static SysfsAttribute binary(String name, Bytes show) {
    return new SysfsAttribute(name, 0444, true, show, null);
  }

  private static Bytes bytesOf(Text text) {
    return () -> text.show().getBytes(StandardCharsets.UTF_8);
  }
}
