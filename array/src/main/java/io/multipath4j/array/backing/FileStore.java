package io.multipath4j.array.backing;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A sparse file. Positional I/O happens on the calling thread: with a cold page cache the loop
 * waits for the disk, which is acceptable for an emulator and honest about its latency.
 *
 * <p>The JDK can neither punch a hole nor ask for one, so a discarded range is overwritten with
 * zeroes and everything counts as allocated.
 */
public final class FileStore implements BackingStore {

  private static final int ZERO_BYTES = 1024 * 1024;

  private final FileChannel channel;
  private final long sizeBytes;
  private final ByteBuffer zeroes = ByteBuffer.allocateDirect(ZERO_BYTES);

  private FileStore(FileChannel channel, long sizeBytes) {
    this.channel = channel;
    this.sizeBytes = sizeBytes;
  }

  /**
   * Opens a file, and creates or extends it (sparse) to {@code sizeBytes}.
   *
   * @param sizeBytes 1 or more; a longer file is used up to it
   * @throws IOException when it cannot be opened, or another process has locked it
   */
  public static FileStore open(Path file, long sizeBytes) throws IOException {
    if (sizeBytes < 1) {
      throw new IllegalArgumentException("size must be positive: " + sizeBytes);
    }
    FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            StandardOpenOption.SPARSE);
    try {
      if (channel.tryLock() == null) {
        throw new IOException(file + " is in use by another process");
      }
      if (channel.size() < sizeBytes) {
        channel.write(ByteBuffer.allocate(1), sizeBytes - 1);
      }
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    return new FileStore(channel, sizeBytes);
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void read(long position, ByteBuffer to, int index, int length) throws IOException {
    to.limit(index + length).position(index);
    while (to.hasRemaining()) {
      if (channel.read(to, position + to.position() - index) < 0) {
        throw new EOFException("the file was truncated below " + (position + length) + " bytes");
      }
    }
    to.clear();
  }

  @Override
  public void write(long position, ByteBuffer from, int index, int length) throws IOException {
    from.limit(index + length).position(index);
    while (from.hasRemaining()) {
      channel.write(from, position + from.position() - index);
    }
    from.clear();
  }

  @Override
  public void discard(long position, long length) throws IOException {
    long done = 0;
    while (done < length) {
      int part = (int) Math.min(ZERO_BYTES, length - done);
      write(position + done, zeroes, 0, part);
      done += part;
    }
  }

  @Override
  public boolean zeroesDiscarded() {
    return true;
  }

  @Override
  public int discardGranularityBytes() {
    return 4096;
  }

  @Override
  public boolean isAllocated(long position) {
    return true;
  }

  @Override
  public long runLength(long position, long limit) {
    return Math.min(limit, sizeBytes - position);
  }

  @Override
  public void flush() throws IOException {
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
