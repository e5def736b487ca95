package io.multipath4j.block;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A blocking view of a block device, for code that likes files. Any number of bytes at any position
 * can be read and written; where a write does not fill its first or last block, the rest of that
 * block is read before, so that two writers must not share a block. The size is the device's, and
 * neither grows nor shrinks.
 *
 * <p>Thread-safe, one operation at a time. Not to be used on the device's own loop, which it waits
 * for. An operation that is interrupted or takes too long ends with an exception and leaves the
 * channel usable; whether its last write happened, or still will, is then unknown.
 */
public final class BlockDeviceChannel implements SeekableByteChannel {

  /** Most bytes asked for in one I/O. */
  private static final int BOUNCE_BYTES = 1 << 20;

  private final BlockDevice device;
  private final Executor loop;
  private final long timeoutMillis;
  private final ReentrantLock lock = new ReentrantLock();
  private ByteBuffer bounce;
  private long position;
  private volatile boolean open = true;

  /**
   * Makes a channel at position 0. Closing it leaves the device alone.
   *
   * @param loop runs tasks on the event loop that owns the device
   * @param timeoutMillis how long one I/O of at most 1 MiB may take, at least 1
   */
  public BlockDeviceChannel(BlockDevice device, Executor loop, long timeoutMillis) {
    if (timeoutMillis < 1) {
      throw new IllegalArgumentException(
          "timeout of " + timeoutMillis + " ms: expected at least 1 ms");
    }
    this.device = device;
    this.loop = loop;
    this.timeoutMillis = timeoutMillis;
    this.bounce = newBounce();
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    begin();
    try {
      long size = device.capacityBytes();
      if (!target.hasRemaining()) {
        return 0;
      }
      if (position >= size) {
        return -1;
      }
      int done = 0;
      while (target.hasRemaining() && position < size) {
        done += readChunk(target, size);
      }
      return done;
    } finally {
      lock.unlock();
    }
  }

  private int readChunk(ByteBuffer target, long size) throws IOException {
    int block = device.limits().logicalBlockBytes();
    int skip = (int) (position % block);
    long start = position - skip;
    int count = chunkBytes(target.remaining(), skip, size);
    transfer(BioOp.READ, start, wholeBlocks(skip + count, block), 0);
    target.put(target.position(), bounce, skip, count);
    target.position(target.position() + count);
    position += count;
    return count;
  }

  /**
   * {@inheritDoc}
   *
   * @return the bytes written: fewer than there were when the device ends before
   * @throws IOException when the position is at the end of the device or beyond, too
   */
  @Override
  public int write(ByteBuffer source) throws IOException {
    begin();
    try {
      if (device.limits().readOnly()) {
        throw new NonWritableChannelException();
      }
      long size = device.capacityBytes();
      if (source.hasRemaining() && position >= size) {
        throw new IOException(
            device.name() + ": write at " + position + " is beyond its end at " + size);
      }
      int done = 0;
      while (source.hasRemaining() && position < size) {
        done += writeChunk(source, size);
      }
      return done;
    } finally {
      lock.unlock();
    }
  }

  private int writeChunk(ByteBuffer source, long size) throws IOException {
    int block = device.limits().logicalBlockBytes();
    int skip = (int) (position % block);
    long start = position - skip;
    int count = chunkBytes(source.remaining(), skip, size);
    int length = wholeBlocks(skip + count, block);
    boolean endsWithin = skip + count < length;
    if (skip > 0) {
      transfer(BioOp.READ, start, block, 0);
    }
    if (endsWithin && (skip == 0 || length > block)) {
      transfer(BioOp.READ, start + length - block, block, length - block);
    }
    bounce.put(skip, source, source.position(), count);
    transfer(BioOp.WRITE, start, length, 0);
    source.position(source.position() + count);
    position += count;
    return count;
  }

  /** Makes every write so far durable. */
  public void force() throws IOException {
    begin();
    try {
      Call call = new Call();
      await(call, call.bio.asFlush(call));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long position() throws IOException {
    begin();
    try {
      return position;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public SeekableByteChannel position(long newPosition) throws IOException {
    if (newPosition < 0) {
      throw new IllegalArgumentException("position " + newPosition + " is negative");
    }
    begin();
    try {
      position = newPosition;
      return this;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long size() throws IOException {
    if (!open) {
      throw new ClosedChannelException();
    }
    return device.capacityBytes();
  }

  /**
   * A block device keeps its size: does nothing when {@code size} is not below it.
   *
   * @throws IOException when {@code size} is below the device's
   */
  @Override
  public SeekableByteChannel truncate(long size) throws IOException {
    if (size < size()) {
      throw new IOException(device.name() + " is a block device and cannot be truncated");
    }
    return this;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    open = false;
  }

  private void begin() throws IOException {
    try {
      lock.lockInterruptibly();
    } catch (InterruptedException e) {
      throw interrupted("waiting for another operation", e);
    }
    if (!open) {
      lock.unlock();
      throw new ClosedChannelException();
    }
  }

  private int chunkBytes(int wanted, int skip, long size) {
    return (int) Math.min(Math.min(wanted, bounce.capacity() - skip), size - position);
  }

  private static int wholeBlocks(int bytes, int block) {
    return (bytes + block - 1) / block * block;
  }

  private void transfer(BioOp op, long offset, int length, int bounceOffset) throws IOException {
    Call call = new Call();
    await(
        call,
        op == BioOp.READ
            ? call.bio.asRead(offset, length, bounce, bounceOffset, call)
            : call.bio.asWrite(offset, length, bounce, bounceOffset, 0, call));
  }

  private void await(Call call, Bio bio) throws IOException {
    try {
      loop.execute(call);
    } catch (RejectedExecutionException e) {
      throw new IOException(device.name() + ": its event loop takes no more work", e);
    }
    try {
      if (!call.done.await(timeoutMillis, TimeUnit.MILLISECONDS)) {
        bounce = newBounce();
        throw new InterruptedIOException(
            device.name() + ": " + bio + " did not end within " + timeoutMillis + " ms");
      }
    } catch (InterruptedException e) {
      bounce = newBounce();
      throw interrupted(bio.toString(), e);
    }
    bounce.clear(); // position and limit were the device's scratch space
    if (call.status != BlockStatus.OK) {
      throw new BlockIoException(device, bio, call.status);
    }
  }

  /** Returns a buffer in place of one that an I/O which nobody waits for any more may still use. */
  private ByteBuffer newBounce() {
    return ByteBuffer.allocateDirect(Math.max(BOUNCE_BYTES, device.limits().logicalBlockBytes()));
  }

  private InterruptedIOException interrupted(String during, InterruptedException cause) {
    Thread.currentThread().interrupt();
    InterruptedIOException exception =
        new InterruptedIOException(device.name() + ": interrupted during " + during);
    exception.initCause(cause);
    return exception;
  }

  /** One I/O that a thread waits for. */
  private final class Call implements Runnable, BioCompletion {

    private final Bio bio = new Bio();
    private final CountDownLatch done = new CountDownLatch(1);
    private BlockStatus status = BlockStatus.OK;

    @Override
    public void run() {
      device.submit(bio);
    }

    @Override
    public void completed(Bio ended) {
      status = ended.status();
      done.countDown();
    }
  }
}
