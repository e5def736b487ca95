package io.multipath4j.sysfs;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** An attribute in its place: what is read and written. */
public final class SysfsFile extends SysfsNode {
  /** One page of the kernel: the size that every text shows, and the most that one write takes. */
  public static final int PAGE_BYTES = 4096;

  /** The longest text that can be read: the page also holds the NUL behind it. */
  public static final int MAX_TEXT_BYTES = PAGE_BYTES - 1;

  /** The most raw bytes; a SCSI VPD page, the largest known use, has 4 + 65535. */
  public static final int MAX_BINARY_BYTES = 128 * 1024;

  private final SysfsAttribute attribute;

  /** The table that the file is of, and its row there; null when it stands for itself. */
  private final @Nullable TableInPlace<?> table;

  private final int row;

  SysfsFile(SysfsTree tree, SysfsDirectory parent, SysfsAttribute attribute) {
    super(tree, parent, attribute.name(), tree.nextInodes(1));
    this.attribute = attribute;
    this.table = null;
    this.row = 0;
  }

  SysfsFile(TableInPlace<?> table, int row, SysfsDirectory parent, SysfsAttribute attribute) {
    super(parent.tree(), parent, attribute.name(), table.inode(row));
    this.attribute = attribute;
    this.table = table;
    this.row = row;
  }

  /** A file of a table is one with its directory. */
  @Override
  public boolean isRemoved() {
    SysfsDirectory in = parent();
    return super.isRemoved() || (table != null && in != null && in.isRemoved());
  }

  @Override
  long seenMillis() {
    return table == null ? super.seenMillis() : table.seenMillis(row);
  }

  @Override
  void touch() {
    if (table == null) {
      super.touch();
    } else {
      table.touch(row);
    }
  }

  /** Returns what was put here. */
  public SysfsAttribute attribute() {
    return attribute;
  }

  /**
   * Returns the text. It is cut at {@link #MAX_TEXT_BYTES}.
   *
   * @throws SysfsException {@code ENODEV} when it was removed, {@code EACCES} when it cannot be
   *     read, or what the attribute itself says
   */
  public String read() {
    return new String(readBytes(), StandardCharsets.UTF_8);
  }

  /**
   * Returns the content as bytes; otherwise as {@link #read}. Raw bytes are cut at {@link
   * #MAX_BINARY_BYTES}.
   *
   * @throws SysfsException as {@link #read}
   */
  public byte[] readBytes() {
    requirePresent();
    SysfsAttribute.Bytes show = attribute.show();
    if (show == null) {
      throw new SysfsException(SysfsErrno.EACCES, path() + " can only be written");
    }
    byte[] content = show.show();
    int limit = attribute.binary() ? MAX_BINARY_BYTES : MAX_TEXT_BYTES;
    return content.length <= limit ? content : cut(content, limit);
  }

  /**
   * Writes a new value. As for a C string, what follows a NUL is not looked at; a write of nothing
   * does nothing.
   *
   * @throws SysfsException {@code ENODEV} when it was removed, {@code EACCES} when it cannot be
   *     written, {@code EINVAL} when it is longer than a page, or what the attribute itself says;
   *     then nothing changed
   */
  public void write(String text) {
    requirePresent();
    SysfsAttribute.Store store = attribute.store();
    if (store == null) {
      throw new SysfsException(SysfsErrno.EACCES, path() + " can only be read");
    }
    if (text.isEmpty()) {
      return;
    }
    // The kernel takes the first page and lets the writer come again with the rest, which would
    // then be a value of its own. Half a value is never meant.
    if (text.length() > PAGE_BYTES || text.getBytes(StandardCharsets.UTF_8).length > PAGE_BYTES) {
      throw new SysfsException(
          SysfsErrno.EINVAL, path() + " takes at most " + PAGE_BYTES + " bytes at once");
    }
    int end = text.indexOf('\0');
    store.store(end < 0 ? text : text.substring(0, end));
    touch();
  }

  @Override
  SysfsStat look() {
    int sizeBytes = attribute.binary() ? 0 : PAGE_BYTES;
    return new SysfsStat(SysfsStat.Type.ATTRIBUTE, attribute.mode(), inode(), 1, sizeBytes, seen());
  }

  /** Text is cut between two characters, so that what is left is still text. */
  private byte[] cut(byte[] content, int limit) {
    tree()
        .tellTooLong(
            name(),
            () ->
                "%s shows %d bytes; only %d fit, the rest is cut off"
                    .formatted(path(), content.length, limit));
    int end = limit;
    while (!attribute.binary() && end > 0 && (content[end] & 0xC0) == 0x80) {
      end--;
    }
    return Arrays.copyOf(content, end);
  }
}
