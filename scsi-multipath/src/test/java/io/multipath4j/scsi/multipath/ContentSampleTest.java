package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.simulated.SimulatedNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ContentSampleTest {

  private static final int SIZE = 4 << 20;

  private final SimulatedNetwork network = new SimulatedNetwork(1);
  private final EventLoop loop = network.newLoop("initiator");
  private final List<String> outcomes = new ArrayList<>();
  private final MemoryDisk disk = new MemoryDisk("sda", SIZE);
  private final MemoryDisk path = new MemoryDisk("sda:1", SIZE);

  private static final class MemoryDisk implements BlockDevice {
    final String name;
    final byte[] bytes;
    BlockStatus ending = BlockStatus.OK;
    boolean silent;
    Runnable beforeRead = () -> {};

    MemoryDisk(String name, int size) {
      this.name = name;
      this.bytes = new byte[size];
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long capacityBytes() {
      return bytes.length;
    }

    @Override
    public BlockLimits limits() {
      return new BlockLimits(512, 512, 512, 0, 65536, 0, 0, 0, false, false, false);
    }

    @Override
    public void submit(Bio bio) {
      beforeRead.run();
      if (!silent) {
        if (ending == BlockStatus.OK) {
          bio.data().put(bio.dataOffset(), bytes, (int) bio.offset(), (int) bio.length());
        }
        bio.complete(ending);
      }
    }
  }

  private String outcome() {
    new ContentSample(disk, path, outcome -> outcomes.add(outcome.problem())).start(loop);
    network.runFor(60_000_000_000L);
    assertThat(outcomes).hasSize(1);
    return outcomes.getFirst();
  }

  @Test
  void equalContentIsAccepted() {
    disk.bytes[1000] = 7;
    path.bytes[1000] = 7;
    assertThat(outcome()).isEmpty();
  }

  @Test
  void aDifferenceAtTheStartOrTheEndIsFoundAndItsBlockNamed() {
    path.bytes[3 * 512 + 5] = 1;
    assertThat(outcome()).isEqualTo("content differs at LBA 3");
    outcomes.clear();
    path.bytes[3 * 512 + 5] = 0;
    disk.bytes[SIZE - 1] = 1;
    assertThat(outcome()).isEqualTo("content differs at LBA " + (SIZE / 512 - 1));
  }

  @Test
  void otherDataInTheMiddleIsFound() {
    for (int i = SIZE / 4; i < SIZE / 2; i++) {
      path.bytes[i] = (byte) i;
    }
    assertThat(outcome()).startsWith("content differs at LBA ");
  }

  @Test
  void theSampleIsTheSameEachTimeAndInsideTheDisk() {
    long[] offsets = ContentSample.offsets(SIZE, 4096, 512);
    assertThat(offsets).isEqualTo(ContentSample.offsets(SIZE, 4096, 512)).isSorted();
    assertThat(offsets).hasSizeGreaterThan(60).contains(0, 4096, SIZE - 4096);
    assertThat(LongStream.of(offsets))
        .allMatch(offset -> offset % 512 == 0 && offset >= 0 && offset + 4096 <= SIZE);
    assertThat(ContentSample.offsets(1536, 1536, 512)).containsExactly(0);
  }

  @Test
  void aBlockThatIsWrittenMeanwhileIsNoDifference() {
    path.beforeRead =
        () -> {
          disk.bytes[100]++;
          path.bytes[100] = disk.bytes[100];
        };
    assertThat(outcome()).isEmpty();
  }

  @Test
  void aDiskThatCannotBeReadProvesNothing() {
    path.ending = BlockStatus.TRANSPORT;
    assertThat(outcome())
        .isEqualTo("its content could not be compared: reading sda:1 ended with TRANSPORT");
  }

  @Test
  void aDiskThatDoesNotAnswerIsNotWaitedForForEver() {
    disk.silent = true;
    assertThat(outcome()).isEqualTo("its content could not be compared within 30 s");
  }
}
