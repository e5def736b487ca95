package io.multipath4j.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BioSplitterTest {

  private static final BlockLimits LIMITS =
      new BlockLimits(512, 4096, 4096, 0, 16384, 65536, 32768, 8192, true, true, false);

  private final MemoryDisk disk = new MemoryDisk(1 << 20, LIMITS);
  private final BioSplitter splitter = new BioSplitter(disk::submit);
  private final List<BlockStatus> ends = new ArrayList<>();

  private void submit(Bio bio) {
    splitter.submit(bio, LIMITS);
  }

  private void noteEnd(Bio bio) {
    ends.add(bio.status());
  }

  @Test
  void aBioThatFitsIsPassedOnAsItIs() {
    disk.hold = true;
    Bio bio = new Bio().asRead(0, 16384, ByteBuffer.allocate(16384), 0, this::noteEnd);
    submit(bio);
    assertThat(disk.held).hasSize(1);
    assertThat(disk.held.getFirst()).isSameAs(bio);
  }

  @Test
  void piecesEndAtPhysicalBlocks() {
    submit(new Bio().asRead(512, 40960, ByteBuffer.allocate(40960), 0, this::noteEnd));
    assertThat(disk.log).containsExactly("READ 512+15872", "READ 16384+16384", "READ 32768+8704");
    assertThat(ends).containsExactly(BlockStatus.OK);
  }

  @Test
  void piecesOfADiscardEndAtTheUnitThatItFrees() {
    submit(new Bio().asDiscard(4096, 131072, this::noteEnd));
    assertThat(disk.log)
        .containsExactly("DISCARD 4096+61440", "DISCARD 65536+65536", "DISCARD 131072+4096");
    assertThat(ends).containsExactly(BlockStatus.OK);
  }

  @Test
  void aLimitBelowThePhysicalBlockIsCutAtLogicalBlocks() {
    BlockLimits tiny = new BlockLimits(512, 4096, 4096, 0, 1500, 0, 0, 0, false, false, false);
    assertThat(BioSplitter.pieceBytes(BioOp.READ, 512, 4096, tiny)).isEqualTo(1024);
    assertThat(BioSplitter.pieceBytes(BioOp.READ, 3584, 1024, tiny)).isEqualTo(1024);
    assertThat(BioSplitter.pieceBytes(BioOp.READ, 3584, 2048, tiny)).isEqualTo(512);
  }

  @Test
  void dataOfEachPieceGoesToItsPlaceAlsoWhenTheyAreDrivenSideBySide() {
    Random random = new Random(1);
    byte[] bytes = new byte[300 * 1024];
    random.nextBytes(bytes);
    ByteBuffer data = ByteBuffer.allocateDirect(512 * 1024);
    data.put(1000, bytes);
    disk.hold = true;
    submit(new Bio().asWrite(512 * 7, bytes.length, data, 1000, Bio.FUA, this::noteEnd));
    while (!disk.held.isEmpty()) {
      Bio piece = disk.held.remove(random.nextInt(disk.held.size()));
      assertThat(piece.has(Bio.FUA)).isTrue();
      disk.end(piece);
    }
    assertThat(ends).containsExactly(BlockStatus.OK);
    assertThat(disk.content()).startsWith(new byte[512 * 7]);
    byte[] written = new byte[bytes.length];
    System.arraycopy(disk.content(), 512 * 7, written, 0, written.length);
    assertThat(written).isEqualTo(bytes);
    assertThat(data.position()).as("the owner's buffer is left alone").isZero();
  }

  @Test
  void aHugeDiscardNeedsFewPiecesAtATime() {
    List<Bio> pieces = new ArrayList<>();
    BioSplitter huge = new BioSplitter(pieces::add);
    huge.submit(new Bio().asDiscard(0, 2L << 40, this::noteEnd), LIMITS);
    long bytes = 0;
    List<Bio> distinct = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      assertThat(pieces).hasSize(BioSplitter.MAX_PIECES_IN_FLIGHT);
      Bio piece = pieces.removeFirst();
      if (distinct.stream().noneMatch(known -> known == piece)) {
        distinct.add(piece);
      }
      bytes += piece.length();
      piece.complete(BlockStatus.OK);
    }
    assertThat(bytes).isEqualTo(100_000L * 65536);
    assertThat(distinct).hasSizeLessThanOrEqualTo(BioSplitter.MAX_PIECES_IN_FLIGHT + 1);
    assertThat(ends).isEmpty();
  }

  @Test
  void aDeviceThatEndsAtOnceMakesNoDeepStack() {
    int[] count = {0};
    BioSplitter huge =
        new BioSplitter(piece -> {
          count[0]++;
          piece.complete(BlockStatus.OK);
        });
    huge.submit(new Bio().asDiscard(0, 65536L * 1_000_000, this::noteEnd), LIMITS);
    assertThat(count[0]).isEqualTo(1_000_000);
    assertThat(ends).containsExactly(BlockStatus.OK);
  }

  @Test
  void theErrorAtTheLowestOffsetIsReportedOnceAllPiecesHaveEnded() {
    disk.hold = true;
    submit(new Bio().asDiscard(0, 65536 * 4, this::noteEnd));
    List<Bio> pieces = List.copyOf(disk.held);
    assertThat(pieces).hasSize(4);
    pieces.get(2).complete(BlockStatus.MEDIUM);
    pieces.get(1).complete(BlockStatus.TARGET);
    pieces.get(3).complete(BlockStatus.NOSPC);
    assertThat(ends).isEmpty();
    pieces.get(0).complete(BlockStatus.OK);
    assertThat(ends).containsExactly(BlockStatus.TARGET);
  }

  @Test
  void afterAnErrorNoFurtherPieceIsStarted() {
    disk.failure = Optional.of(BlockStatus.IOERR);
    disk.failureOffset = 16384;
    submit(new Bio().asRead(0, 16384 * 8, ByteBuffer.allocate(16384 * 8), 0, this::noteEnd));
    assertThat(disk.log).containsExactly("READ 0+16384", "READ 16384+16384");
    assertThat(ends).containsExactly(BlockStatus.IOERR);
  }

  @Test
  void aSplitBioMayBeSubmittedAgainFromItsCompletion() {
    int[] left = {10};
    Bio bio = new Bio();
    ByteBuffer data = ByteBuffer.allocate(32768);
    bio.asRead(
        0,
        32768,
        data,
        0,
        ended -> {
          noteEnd(ended);
          if (--left[0] > 0) {
            submit(ended);
          }
        });
    submit(bio);
    assertThat(ends).hasSize(10).containsOnly(BlockStatus.OK);
  }
}
