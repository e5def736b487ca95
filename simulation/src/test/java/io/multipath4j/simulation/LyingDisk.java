package io.multipath4j.simulation;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioOp;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.BlockStatus;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A disk on top of a good one that does one thing wrong, after it has been right for a while. */
final class LyingDisk implements BlockDevice {

  /** What it does wrong, and how the checker words that. */
  enum Lie {
    LOSES_A_COMPLETION("lost: "),
    COMPLETES_TWICE("completed twice"),
    FAILS_WITHOUT_REASON("ended with IOERR"),
    DROPS_A_WRITE("allowed write"),
    TEARS_A_WRITE("allowed write"),
    REPEATS_AN_OLD_WRITE("allowed write"),
    MISPLACES_A_WRITE("garbage"),
    READS_STALE_DATA("allowed"),
    SPOILS_A_BUFFER_LATER("buffer changed after completion");

    private final String symptom;

    Lie(String symptom) {
      this.symptom = symptom;
    }

    String symptom() {
      return symptom;
    }
  }

  /** Operations that are done right before the first lie. */
  private static final int HONEST = 40;

  private final BlockDevice disk;
  private final Lie lie;
  private int operations;
  private @Nullable ByteBuffer old;
  private long oldOffset;

  LyingDisk(BlockDevice disk, Lie lie) {
    this.disk = disk;
    this.lie = lie;
  }

  @Override
  public String name() {
    return disk.name();
  }

  @Override
  public long capacityBytes() {
    return disk.capacityBytes();
  }

  @Override
  public BlockLimits limits() {
    return disk.limits();
  }

  @Override
  public void submit(Bio bio) {
    operations++;
    if (operations < HONEST) {
      if (old == null && bio.op() == BioOp.WRITE) {
        old = copy(bio);
        oldOffset = bio.offset();
      }
      disk.submit(bio);
    } else {
      liedTo(bio);
    }
  }

  private void liedTo(Bio bio) {
    boolean write = bio.op() == BioOp.WRITE;
    boolean once = operations == HONEST;
    switch (lie) {
      case LOSES_A_COMPLETION -> disk.submit(once ? new Bio().asCloneOf(bio, 0, d -> {}) : bio);
      case COMPLETES_TWICE ->
          disk.submit(
              new Bio()
                  .asCloneOf(
                      bio,
                      0,
                      done -> {
                        bio.complete(done.status());
                        bio.complete(done.status());
                      }));
      case FAILS_WITHOUT_REASON -> {
        if (once) {
          bio.complete(BlockStatus.IOERR);
        } else {
          disk.submit(bio);
        }
      }
      case DROPS_A_WRITE -> {
        if (write) {
          bio.complete(BlockStatus.OK);
        } else {
          disk.submit(bio);
        }
      }
      case TEARS_A_WRITE -> {
        long half = bio.length() / 2 & -limits().logicalBlockBytes();
        disk.submit(write && half > 0 ? part(bio, 0, half) : bio);
      }
      case REPEATS_AN_OLD_WRITE -> {
        if (once && old != null) {
          disk.submit(new Bio().asWrite(oldOffset, old.capacity(), old, 0, 0, d -> {}));
        }
        disk.submit(bio);
      }
      case MISPLACES_A_WRITE -> {
        boolean room = bio.offset() + bio.length() < capacityBytes();
        disk.submit(write && room ? moved(bio) : bio);
      }
      case READS_STALE_DATA -> disk.submit(bio.op() == BioOp.READ ? blank(bio) : bio);
      case SPOILS_A_BUFFER_LATER -> {
        ByteBuffer data = bio.data();
        disk.submit(
            bio.op() == BioOp.READ && data != null
                ? clone(bio, () -> data.putLong(0, data.getLong(0) + 1))
                : bio);
      }
    }
  }

  /** Does a bio, ends it, and then does one thing more. */
  private static Bio clone(Bio bio, Runnable after) {
    return new Bio()
        .asCloneOf(
            bio,
            0,
            done -> {
              bio.complete(done.status());
              after.run();
            });
  }

  private static Bio part(Bio bio, long skip, long length) {
    return new Bio().asPartOf(bio, skip, length, bio.data(), done -> bio.complete(done.status()));
  }

  private Bio moved(Bio bio) {
    ByteBuffer data = Objects.requireNonNull(bio.data());
    long to = bio.offset() + limits().logicalBlockBytes();
    return new Bio()
        .asWrite(
            to,
            (int) bio.length(),
            data,
            bio.dataOffset(),
            bio.flags(),
            done -> bio.complete(done.status()));
  }

  /** Reads, and gives what the disk held before anything was written. */
  private static Bio blank(Bio bio) {
    ByteBuffer data = Objects.requireNonNull(bio.data());
    return new Bio()
        .asCloneOf(
            bio,
            0,
            done -> {
              data.put(bio.dataOffset(), new byte[(int) bio.length()]);
              bio.complete(done.status());
            });
  }

  private static ByteBuffer copy(Bio bio) {
    int length = (int) bio.length();
    return ByteBuffer.allocateDirect(length)
        .put(0, Objects.requireNonNull(bio.data()), bio.dataOffset(), length);
  }
}
