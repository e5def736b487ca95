package io.multipath4j.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioCompletion;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.simulated.SimulatedNetwork;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every block device keeps to. A subclass brings a new, zeroed, writable one. */
abstract class BlockDeviceContract {

  /** A device, and what it lives on. */
  record Subject(SimulatedNetwork network, EventLoop loop, BlockDevice device) {}

  private static final int BUFFER_BYTES = 4 * 1024 * 1024;

  private Subject subject;
  private BlockDevice device;
  private int block;

  abstract Subject newSubject();

  /** Whether it cuts what is longer than its longest transfer into pieces by itself. */
  boolean splits() {
    return true;
  }

  @BeforeEach
  void makeSubject() {
    subject = newSubject();
    device = subject.device();
    block = device.limits().logicalBlockBytes();
  }

  // ---- what is wrong in itself

  static Stream<Function<long[], long[]>> wrongRanges() {
    return Stream.of(
        of -> new long[] {1, of[0]},
        of -> new long[] {0, of[0] + 1},
        of -> new long[] {of[0], of[0] / 2},
        of -> new long[] {0, 0},
        of -> new long[] {of[0], 0},
        of -> new long[] {-of[0], of[0]},
        of -> new long[] {of[1], of[0]},
        of -> new long[] {of[1] - of[0], 2 * of[0]},
        of -> new long[] {Long.MAX_VALUE - of[0] + 1, of[0]});
  }

  /** From (block, capacity) to (offset, length). */
  @ParameterizedTest
  @MethodSource("wrongRanges")
  void aRangeThatCannotBeIsInvalid(Function<long[], long[]> range) {
    long[] wrong = range.apply(new long[] {block, device.capacityBytes()});
    ByteBuffer data = ByteBuffer.allocateDirect(4 * block);
    int length = (int) wrong[1];
    assertThat(run(done -> new Bio().asRead(wrong[0], length, data, 0, done)))
        .isEqualTo(BlockStatus.INVAL);
    assertThat(run(done -> new Bio().asWrite(wrong[0], length, data, 0, 0, done)))
        .isEqualTo(BlockStatus.INVAL);
    assertThat(run(done -> new Bio().asDiscard(wrong[0], length, done)))
        .isIn(BlockStatus.INVAL, BlockStatus.NOTSUPP);
    assertThat(run(done -> new Bio().asWriteZeroes(wrong[0], length, 0, done)))
        .isIn(BlockStatus.INVAL, BlockStatus.NOTSUPP);
    assertThat(read(0, 4 * block)).as("nothing was done").containsOnly(0);
  }

  // ---- data

  @Test
  void aNewDeviceIsZeroes() {
    assertThat(read(0, 64 * block)).containsOnly(0);
    assertThat(read(device.capacityBytes() - block, block)).containsOnly(0);
  }

  @Test
  void whatWasWrittenIsReadAtAnyLength() {
    for (int blocks : new int[] {1, 2, 7, 64, 129, 256}) {
      byte[] data = random(blocks * block, blocks);
      assertThat(write(3L * block, data, 0)).isEqualTo(BlockStatus.OK);
      assertThat(read(3L * block, data.length)).isEqualTo(data);
    }
    byte[] last = random(block, 9);
    assertThat(write(device.capacityBytes() - block, last, 0)).isEqualTo(BlockStatus.OK);
    assertThat(read(device.capacityBytes() - block, block)).isEqualTo(last);
  }

  @Test
  void whatIsLongerThanTheLongestTransferIsDoneInPiecesOrInvalid() {
    int most = device.limits().maxTransferBytes();
    if (most + block > Math.min(device.capacityBytes(), BUFFER_BYTES)) {
      return; // there is nothing that long
    }
    byte[] data = random(most + block, 1);
    BlockStatus status = write(0, data, 0);
    assertThat(status).isEqualTo(splits() ? BlockStatus.OK : BlockStatus.INVAL);
    if (splits()) {
      assertThat(read(0, data.length)).isEqualTo(data);
    }
  }

  @Test
  void aReadTouchesNothingBesideItsRangeOfTheBuffer() {
    ByteBuffer data = ByteBuffer.allocateDirect(4 * block);
    for (int i = 0; i < data.capacity(); i++) {
      data.put(i, (byte) 0x55);
    }
    assertThat(run(done -> new Bio().asRead(0, 2 * block, data, block, done)))
        .isEqualTo(BlockStatus.OK);
    byte[] all = new byte[4 * block];
    data.get(0, all);
    for (int i = 0; i < all.length; i++) {
      assertThat(all[i]).as("byte " + i).isEqualTo((byte) (i < block || i >= 3 * block ? 0x55 : 0));
    }
  }

  @Test
  void aWriteTouchesNothingBesideItsRange() {
    byte[] around = random(4 * block, 1);
    write(0, around, 0);
    byte[] inner = random(block, 2);
    write(2L * block, inner, Bio.FUA);
    System.arraycopy(inner, 0, around, 2 * block, block);
    assertThat(read(0, 4 * block)).isEqualTo(around);
  }

  @Test
  void durableWritesAndFlushesSucceed() {
    byte[] data = random(8 * block, 1);
    assertThat(write(0, data, Bio.FUA)).isEqualTo(BlockStatus.OK);
    assertThat(run(done -> new Bio().asFlush(done))).isEqualTo(BlockStatus.OK);
    assertThat(read(0, data.length)).isEqualTo(data);
  }

  @Test
  void aDiscardSparesItsNeighbours() {
    byte[] data = random(64 * block, 1);
    write(0, data, 0);
    BlockStatus status = run(done -> new Bio().asDiscard(16L * block, 32L * block, done));
    assertThat(status).isIn(BlockStatus.OK, BlockStatus.NOTSUPP);
    assertThat(status == BlockStatus.OK).isEqualTo(device.limits().maxDiscardBytes() > 0);
    assertThat(read(0, 16 * block)).isEqualTo(part(data, 0, 16));
    assertThat(read(48L * block, 16 * block)).isEqualTo(part(data, 48, 16));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, Bio.NO_UNMAP, Bio.FUA, Bio.FAST_ONLY})
  void writtenZeroesAreZeroesAndSpareTheirNeighbours(int flags) {
    byte[] data = random(64 * block, 1);
    write(0, data, 0);
    BlockStatus status =
        run(done -> new Bio().asWriteZeroes(16L * block, 32L * block, flags, done));
    if (flags == Bio.FAST_ONLY || device.limits().maxWriteZeroesBytes() == 0) {
      assertThat(status).isIn(BlockStatus.OK, BlockStatus.NOTSUPP);
    } else {
      assertThat(status).isEqualTo(BlockStatus.OK);
    }
    byte[] middle = read(16L * block, 32 * block);
    assertThat(middle)
        .isEqualTo(status == BlockStatus.OK ? new byte[32 * block] : part(data, 16, 32));
    assertThat(read(0, 16 * block)).isEqualTo(part(data, 0, 16));
    assertThat(read(48L * block, 16 * block)).isEqualTo(part(data, 48, 16));
  }

  // ---- completions

  @Test
  void manyAtATimeCompleteOnceEach() {
    int count = 100;
    int[] completions = new int[count];
    subject
        .loop()
        .execute(() -> {
          for (int i = 0; i < count; i++) {
            int index = i;
            ByteBuffer data = ByteBuffer.allocateDirect(block).putInt(0, i + 1);
            BioCompletion done =
                bio -> {
                  assertThat(bio.status()).isEqualTo(BlockStatus.OK);
                  completions[index]++;
                };
            device.submit(new Bio().asWrite((long) i * block, block, data, 0, 0, done));
          }
        });
    subject.network().runFor(TimeUnit.SECONDS.toNanos(2));
    assertThat(completions).containsOnly(1);
    for (int i = 0; i < count; i++) {
      assertThat(ByteBuffer.wrap(read((long) i * block, block)).getInt(0)).isEqualTo(i + 1);
    }
  }

  /** A device that completes inside of submit must not grow the stack with each. */
  @Test
  void aBioMayBeSubmittedAnewFromItsCompletion() {
    int rounds = 3000;
    ByteBuffer data = ByteBuffer.allocateDirect(block);
    Bio bio = new Bio();
    int[] ended = new int[1];
    BioCompletion again =
        new BioCompletion() {
          @Override
          public void completed(Bio done) {
            assertThat(done.status()).isEqualTo(BlockStatus.OK);
            ended[0]++;
            if (ended[0] < rounds) {
              long offset = ended[0] % 16 * (long) block;
              device.submit(
                  ended[0] % 2 == 0
                      ? bio.asRead(offset, block, data, 0, this)
                      : bio.asWrite(offset, block, data, 0, 0, this));
            }
          }
        };
    subject.loop().execute(() -> device.submit(bio.asRead(0, block, data, 0, again)));
    assertThat(subject.network().runUntil(() -> ended[0] == rounds, TimeUnit.SECONDS.toNanos(60)))
        .isTrue();
  }

  // ---- helpers

  private BlockStatus run(Function<BioCompletion, Bio> make) {
    List<BlockStatus> ended = new ArrayList<>();
    subject.loop().execute(() -> device.submit(make.apply(bio -> ended.add(bio.status()))));
    subject.network().runUntil(() -> !ended.isEmpty(), TimeUnit.SECONDS.toNanos(10));
    subject.network().runFor(TimeUnit.MILLISECONDS.toNanos(1));
    assertThat(ended).as("completions").hasSize(1);
    return ended.getFirst();
  }

  private BlockStatus write(long offset, byte[] bytes, int flags) {
    ByteBuffer data = ByteBuffer.allocateDirect(bytes.length).put(0, bytes);
    return run(done -> new Bio().asWrite(offset, bytes.length, data, 0, flags, done));
  }

  private byte[] read(long offset, int length) {
    ByteBuffer data = ByteBuffer.allocateDirect(length);
    assertThat(run(done -> new Bio().asRead(offset, length, data, 0, done)))
        .isEqualTo(BlockStatus.OK);
    byte[] bytes = new byte[length];
    data.get(0, bytes);
    return bytes;
  }

  private byte[] part(byte[] data, int firstBlock, int blocks) {
    byte[] bytes = new byte[blocks * block];
    System.arraycopy(data, firstBlock * block, bytes, 0, bytes.length);
    return bytes;
  }

  private static byte[] random(int length, long seed) {
    byte[] bytes = new byte[length];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }
}
