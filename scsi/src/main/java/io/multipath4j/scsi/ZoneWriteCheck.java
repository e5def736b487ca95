package io.multipath4j.scsi;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.block.Zone;
import io.multipath4j.block.ZoneReport;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Opcode;
import io.multipath4j.scsi.codec.Sense;
import io.multipath4j.scsi.codec.SenseKey;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Finds out whether a write to a zone was done by an attempt whose answer was lost. A repeated
 * write elsewhere writes the same again; in a zone the write pointer has moved on, and the device
 * refuses what it has done already.
 *
 * <p>The write was done when the write pointer is behind it and its range reads as what was
 * written. It was not done, and is refused for good, when the pointer is before it or the range has
 * other content. Half done, its outcome is unknown. When the device cannot be asked, the path is to
 * blame, and another one will be asked.
 */
final class ZoneWriteCheck {

  private static final int UNALIGNED_WRITE = 0x2104;

  /** What a full zone answers, which an earlier attempt may have filled (ZBC-2 4.4.3.4). */
  private static final int INVALID_FIELD_IN_CDB = 0x2400;

  private final ScsiDisk disk;
  private final Bio write;

  ZoneWriteCheck(ScsiDisk disk, Bio write) {
    this.disk = disk;
    this.write = write;
  }

  /** Tells whether a write was refused because the write pointer is not where it begins. */
  static boolean isPointerElsewhere(int sense) {
    return sense != Sense.NONE
        && Sense.key(sense) == SenseKey.ILLEGAL_REQUEST
        && (Sense.ascAndAscq(sense) == UNALIGNED_WRITE
            || Sense.ascAndAscq(sense) == INVALID_FIELD_IN_CDB);
  }

  /**
   * Asks the device.
   *
   * @param told how the write is to end; once, on the loop
   */
  void run(Consumer<BlockStatus> told) {
    // On a turn of its own, so that an error in what follows is the loop's, not the future's.
    var _ =
        disk.operations()
            .reportZones(write.offset(), 1)
            .thenCompose(this::judge)
            .exceptionally(ZoneWriteCheck::pathToBlame)
            .thenAccept(verdict -> disk.device().host().loop().execute(() -> told.accept(verdict)));
  }

  private CompletableFuture<BlockStatus> judge(ZoneReport report) {
    if (report.zones().isEmpty()) {
      return CompletableFuture.completedFuture(BlockStatus.OUTCOME_UNKNOWN);
    }
    Zone zone = report.zones().getFirst();
    long end = write.offset() + write.length();
    long written =
        zone.condition() == Zone.Condition.FULL
            ? zone.start() + zone.length()
            : zone.writePointer();
    if (written >= end) {
      return readBack();
    }
    boolean untouched = written <= write.offset();
    return CompletableFuture.completedFuture(
        untouched ? BlockStatus.TARGET : BlockStatus.OUTCOME_UNKNOWN);
  }

  private CompletableFuture<BlockStatus> readBack() {
    int block = disk.limits().logicalBlockBytes();
    int length = (int) write.length();
    return disk.device()
        .control(
            Opcode.READ_16,
            length,
            cdb -> Cdb.read16(cdb, write.offset() / block, length / block, 0))
        .thenApply(read -> {
          ByteBuffer data = Objects.requireNonNull(write.data(), "a write has data");
          ByteBuffer wanted = data.slice(write.dataOffset(), length);
          return ByteBuffer.wrap(read).equals(wanted) ? BlockStatus.OK : BlockStatus.TARGET;
        });
  }

  private static BlockStatus pathToBlame(Throwable thrown) {
    BlockOperationException failure = ScsiDiskOperations.failure(thrown);
    return failure.status().isPathError() ? failure.status() : BlockStatus.OUTCOME_UNKNOWN;
  }
}
