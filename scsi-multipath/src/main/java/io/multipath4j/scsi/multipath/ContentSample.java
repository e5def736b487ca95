package io.multipath4j.scsi.multipath;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.reactor.Scheduler;
import io.multipath4j.reactor.Timer;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the same blocks through a disk and through a path that wants to join it, and compares.
 *
 * <p>The disk may be written meanwhile. Therefore a chunk that differs is read through the disk
 * once more: only when both of the disk's readings agree, and the path's, made between them, does
 * not, the path leads elsewhere. Loop thread only; used once.
 */
final class ContentSample {

  /** How long the comparison may take: a disk without a usable path holds its reads back. */
  static final long DEADLINE_NANOS = 30_000_000_000L;

  private static final int CHUNK_BYTES = 4096;

  /** Chunks at the very start and at the very end, where partition tables and superblocks are. */
  private static final int EDGE_CHUNKS = 8;

  /** Chunks spread over the rest. */
  private static final int SPREAD_CHUNKS = 48;

  /** How often a chunk that is being written is tried; after that it is passed over. */
  private static final int ATTEMPTS = 4;

  private static final double GOLDEN_RATIO = 0.6180339887498949;

  /**
   * How it ended.
   *
   * @param problem what is wrong, one clause for a person; empty when the content is the same
   * @param differs the path leads elsewhere; false also when that could not be found out
   */
  record Outcome(String problem, boolean differs) {

    static final Outcome SAME = new Outcome("", false);
  }

  private final BlockDevice disk;
  private final BlockDevice path;
  private final Consumer<Outcome> whenDone;
  private final long[] offsets;
  private final int chunkBytes;
  private final ByteBuffer before;
  private final ByteBuffer onPath;
  private final ByteBuffer after;
  private final Bio bio = new Bio();
  private @Nullable Timer deadline;
  private boolean done;
  private int chunk;
  private int attempt;

  /**
   * @param disk the disk to join, of the same size and block size as {@code path}
   * @param whenDone told once
   */
  ContentSample(BlockDevice disk, BlockDevice path, Consumer<Outcome> whenDone) {
    this.disk = disk;
    this.path = path;
    this.whenDone = whenDone;
    long capacity = Math.min(disk.capacityBytes(), path.capacityBytes());
    int blockBytes = disk.limits().logicalBlockBytes();
    this.chunkBytes = (int) Math.min(Math.max(CHUNK_BYTES, blockBytes), capacity);
    this.offsets = offsets(capacity, chunkBytes, blockBytes);
    this.before = ByteBuffer.allocateDirect(chunkBytes);
    this.onPath = ByteBuffer.allocateDirect(chunkBytes);
    this.after = ByteBuffer.allocateDirect(chunkBytes);
  }

  /** Returns where the chunks are: the same for every disk of a size, ascending. */
  static long[] offsets(long capacity, int chunkBytes, int blockBytes) {
    long last = capacity - chunkBytes;
    LongStream first = LongStream.range(0, EDGE_CHUNKS).map(i -> i * chunkBytes);
    LongStream spread =
        LongStream.range(0, SPREAD_CHUNKS)
            .map(i -> (long) ((i + i * GOLDEN_RATIO % 1) / SPREAD_CHUNKS * last));
    LongStream end = LongStream.range(0, EDGE_CHUNKS).map(i -> last - i * chunkBytes);
    return LongStream.concat(LongStream.concat(first, spread), end)
        .map(offset -> Math.clamp(offset, 0, last) / blockBytes * blockBytes)
        .sorted()
        .distinct()
        .toArray();
  }

  /** Starts; {@code whenDone} may be told inside this call. */
  void start(Scheduler scheduler) {
    deadline =
        scheduler.schedule(
            DEADLINE_NANOS,
            () ->
                notCompared(
                    "its content could not be compared within "
                        + DEADLINE_NANOS / 1_000_000_000L
                        + " s"));
    readBefore();
  }

  private void readBefore() {
    if (done) {
      return;
    }
    if (chunk == offsets.length) {
      finish(Outcome.SAME);
      return;
    }
    read(disk, before, this::readOnPath);
  }

  private void readOnPath() {
    read(path, onPath, this::compare);
  }

  private void compare() {
    if (same(before, onPath)) {
      nextChunk();
    } else {
      read(disk, after, this::judge);
    }
  }

  private void judge() {
    if (same(before, after)) {
      long at = offsets[chunk] + before.clear().mismatch(onPath.clear());
      finish(new Outcome("content differs at LBA " + at / disk.limits().logicalBlockBytes(), true));
    } else if (++attempt < ATTEMPTS) {
      readBefore();
    } else {
      nextChunk();
    }
  }

  private void nextChunk() {
    chunk++;
    attempt = 0;
    readBefore();
  }

  private void read(BlockDevice from, ByteBuffer into, Runnable next) {
    from.submit(
        bio.asRead(
            offsets[chunk],
            chunkBytes,
            into,
            0,
            ended -> {
              if (done) {
                return;
              }
              if (ended.status() == BlockStatus.OK) {
                next.run();
              } else {
                notCompared(
                    "its content could not be compared: reading "
                        + from.name()
                        + " ended with "
                        + ended.status());
              }
            }));
  }

  private boolean same(ByteBuffer one, ByteBuffer other) {
    return one.clear().mismatch(other.clear()) < 0;
  }

  private void notCompared(String why) {
    finish(new Outcome(why, false));
  }

  private void finish(Outcome outcome) {
    if (done) {
      return;
    }
    done = true;
    if (deadline != null) {
      deadline.cancel();
    }
    whenDone.accept(outcome);
  }
}
