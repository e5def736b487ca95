package io.multipath4j.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class BlockDeviceChannelTest {

  private static final int SIZE = 4 << 20;

  private static BlockLimits limits(boolean readOnly) {
    return new BlockLimits(512, 4096, 4096, 0, 4 << 20, 0, 0, 0, true, true, readOnly);
  }

  private final MemoryDisk disk = new MemoryDisk(SIZE, limits(false));
  private final BlockDeviceChannel channel = new BlockDeviceChannel(disk, Runnable::run, 10_000);

  @Test
  void anyBytesAtAnyPositionReadBackAsWritten() throws IOException {
    long seed = 20260101;
    Random random = new Random(seed);
    byte[] model = new byte[SIZE];
    for (int i = 0; i < 400; i++) {
      int length =
          switch (random.nextInt(3)) {
            case 0 -> random.nextInt(600);
            case 1 -> random.nextInt(20_000);
            default -> random.nextInt(3 << 20);
          };
      int offset = random.nextInt(SIZE - length);
      channel.position(offset);
      if (random.nextBoolean()) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        assertThat(channel.write(ByteBuffer.wrap(bytes))).isEqualTo(length);
        System.arraycopy(bytes, 0, model, offset, length);
      } else {
        ByteBuffer target = ByteBuffer.allocate(length);
        assertThat(channel.read(target)).isEqualTo(length);
        assertThat(target.array())
            .as("seed %d, step %d", seed, i)
            .isEqualTo(Arrays.copyOfRange(model, offset, offset + length));
      }
      assertThat(channel.position()).isEqualTo(offset + length);
    }
    assertThat(disk.content()).isEqualTo(model);
  }

  @Test
  void alignedWritesReadNothing() throws IOException {
    channel.position(4096).write(ByteBuffer.allocate(8192));
    assertThat(disk.log).containsExactly("WRITE 4096+8192");
  }

  @Test
  void onlyTheEdgesOfAnUnalignedWriteAreRead() throws IOException {
    channel.position(1000).write(ByteBuffer.allocate(4096));
    assertThat(disk.log).containsExactly("READ 512+512", "READ 4608+512", "WRITE 512+4608");
  }

  @Test
  void aWriteWithinOneBlockReadsItOnce() throws IOException {
    channel.position(10).write(ByteBuffer.allocate(20));
    assertThat(disk.log).containsExactly("READ 0+512", "WRITE 0+512");
  }

  @Test
  void theEndOfTheDeviceIsTheEndOfTheFile() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(100);
    assertThat(channel.position(SIZE - 30).read(buffer)).isEqualTo(30);
    assertThat(channel.read(buffer)).isEqualTo(-1);
    assertThat(channel.position(SIZE - 30).write(ByteBuffer.allocate(100))).isEqualTo(30);
    assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(1)))
        .isInstanceOf(IOException.class)
        .hasMessage("mem: write at 4194304 is beyond its end at 4194304");
    assertThat(channel.size()).isEqualTo(SIZE);
    assertThat(channel.truncate(SIZE)).isSameAs(channel);
    assertThatThrownBy(() -> channel.truncate(0)).isInstanceOf(IOException.class);
  }

  @Test
  void forceFlushes() throws IOException {
    channel.force();
    assertThat(disk.log).containsExactly("FLUSH 0+0");
  }

  @Test
  void anErrorSaysWhatFailedAndHow() {
    disk.failure = Optional.of(BlockStatus.MEDIUM);
    disk.failureOffset = 512;
    assertThatThrownBy(() -> channel.position(512).read(ByteBuffer.allocate(512)))
        .isInstanceOfSatisfying(
            BlockIoException.class, e -> assertThat(e.status()).isEqualTo(BlockStatus.MEDIUM))
        .hasMessage("mem: READ 512 bytes at 512 failed: MEDIUM (ENODATA)");
  }

  @Test
  void aReadOnlyDeviceIsNotWritable() {
    BlockDeviceChannel readOnly =
        new BlockDeviceChannel(new MemoryDisk(SIZE, limits(true)), Runnable::run, 1000);
    assertThatThrownBy(() -> readOnly.write(ByteBuffer.allocate(1)))
        .isInstanceOf(NonWritableChannelException.class);
  }

  @Test
  void aClosedChannelDoesNothing() {
    channel.close();
    assertThat(channel.isOpen()).isFalse();
    assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1)))
        .isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(channel::size).isInstanceOf(ClosedChannelException.class);
    assertThat(disk.log).isEmpty();
  }

  @Test
  void anIoThatTakesTooLongIsGivenUpAndItsBufferIsNotUsedAgain() throws IOException {
    BlockDeviceChannel hasty = new BlockDeviceChannel(disk, Runnable::run, 1);
    disk.hold = true;
    assertThatThrownBy(() -> hasty.write(ByteBuffer.wrap(new byte[] {1, 2, 3})))
        .isInstanceOf(InterruptedIOException.class)
        .hasMessage("mem: READ 512 bytes at 0 did not end within 1 ms");
    disk.hold = false;
    Arrays.fill(disk.content(), (byte) 7);
    ByteBuffer target = ByteBuffer.allocate(4);
    assertThat(hasty.position(0).read(target)).isEqualTo(4);
    Bio late = disk.held.getFirst();
    assertThat(late.data()).isNotNull();
    late.data().put(0, new byte[512]);
    late.complete(BlockStatus.OK);
    assertThat(target.array()).containsExactly(7, 7, 7, 7);
    assertThat(hasty.position(0).read(target.clear())).isEqualTo(4);
    assertThat(target.array()).containsExactly(7, 7, 7, 7);
  }

  @Test
  void anInterruptIsReportedAndKeptAndLeavesTheChannelUsable() throws IOException {
    disk.hold = true;
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1)))
        .isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    disk.hold = false;
    assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(1);
  }

  @Test
  void anInterruptDuringTheIoIsReportedToo() {
    disk.hold = true;
    BlockDeviceChannel interrupted =
        new BlockDeviceChannel(
            disk,
            task -> {
              task.run();
              Thread.currentThread().interrupt();
            },
            10_000);
    assertThatThrownBy(() -> interrupted.read(ByteBuffer.allocate(1)))
        .isInstanceOf(InterruptedIOException.class)
        .hasMessage("mem: interrupted during READ 512 bytes at 0");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(disk.held).hasSize(1);
  }

  @Test
  void aLoopThatTakesNoMoreWorkIsAnError() {
    BlockDeviceChannel orphan =
        new BlockDeviceChannel(
            disk,
            task -> {
              throw new RejectedExecutionException("closed");
            },
            1000);
    assertThatThrownBy(() -> orphan.read(ByteBuffer.allocate(1)))
        .isInstanceOf(IOException.class)
        .hasMessage("mem: its event loop takes no more work");
  }
}
