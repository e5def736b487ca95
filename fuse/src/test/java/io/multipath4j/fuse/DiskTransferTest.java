package io.multipath4j.fuse;

import static io.multipath4j.fuse.HeldDisk.BLOCK;
import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.simulated.SimulatedNetwork;
import io.multipath4j.sysfs.SysfsTree;
import io.multipath4j.sysfs.UeventStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A disk as a file: any bytes at any place, and what becomes of the bytes around them. */
class DiskTransferTest {

  private static final InstantSource CLOCK = () -> Instant.EPOCH;
  private static final int READ_WRITE = 2;
  private static final int DSYNC = 0x1000;

  private final SimulatedNetwork network = new SimulatedNetwork(1);
  private final EventLoop loop = network.newLoop("disks");
  private final DiskDirectory disks = new DiskDirectory(CLOCK);
  private final HeldDisk disk = new HeldDisk(64);
  private FakeKernel kernel;
  private long file;

  @BeforeEach
  void open() {
    new SplittableRandom(7).nextBytes(disk.content);
    disks.add(disk, loop);
    SysfsTree tree = new SysfsTree(CLOCK, new UeventStream(CLOCK, 1));
    kernel = new FakeKernel(new MountContent(tree, disks, Map.of()).root(Instant.EPOCH));
    file = kernel.open(kernel.lookup("dev", "sda"), READ_WRITE);
  }

  private void turn() {
    for (int i = 0; i < 100 && network.step(); i++) {
      // until nothing is left to do
    }
  }

  private long write(long offset, byte[] data, int flags) {
    long request = kernel.send(Opcode.WRITE, 0, file, offset, data.length, 0, 0L, flags, 0, data);
    turn();
    return request;
  }

  private long read(long offset, int size) {
    long request = kernel.send(Opcode.READ, 0, file, offset, size, 0, 0L, 0, 0);
    turn();
    return request;
  }

  private long allocate(int mode, long offset, long length) {
    long request = kernel.send(Opcode.FALLOCATE, 0, file, offset, length, mode, 0);
    turn();
    return request;
  }

  private FakeKernel.Answer answer(long request) {
    return kernel.answer(request).orElseThrow(() -> new AssertionError("no answer yet"));
  }

  private static byte[] bytes(int count, int value) {
    byte[] bytes = new byte[count];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  // ---- one at a time

  @Test
  void aWriteOfWholeBlocksReadsNothing() {
    byte[] before = disk.content.clone();
    assertThat(answer(write(BLOCK, bytes(2 * BLOCK, 1), 0)).int32(0)).isEqualTo(2 * BLOCK);
    assertThat(disk.log).containsExactly("WRITE 4096+8192");
    Arrays.fill(before, BLOCK, 3 * BLOCK, (byte) 1);
    assertThat(disk.content).isEqualTo(before);
  }

  @Test
  void aWriteReadsTheBlocksThatItDoesNotFillAndKeepsTheirRest() {
    byte[] before = disk.content.clone();
    assertThat(answer(write(BLOCK + 5, bytes(2 * BLOCK, 1), 0)).int32(0)).isEqualTo(2 * BLOCK);
    assertThat(disk.log).containsExactly("READ 4096+4096", "READ 12288+4096", "WRITE 4096+12288");
    Arrays.fill(before, BLOCK + 5, 3 * BLOCK + 5, (byte) 1);
    assertThat(disk.content).isEqualTo(before);
  }

  @Test
  void aWriteWithinABlockReadsItOnce() {
    byte[] before = disk.content.clone();
    write(BLOCK + 100, bytes(7, 1), 0);
    assertThat(disk.log).containsExactly("READ 4096+4096", "WRITE 4096+4096");
    Arrays.fill(before, BLOCK + 100, BLOCK + 107, (byte) 1);
    assertThat(disk.content).isEqualTo(before);
  }

  @Test
  void everyOddRangeIsWrittenAndReadAsItIs() {
    SplittableRandom random = new SplittableRandom(3);
    byte[] model = disk.content.clone();
    for (int i = 0; i < 300; i++) {
      int offset = random.nextInt(model.length);
      int length = random.nextInt(1, Math.min(5 * BLOCK, model.length - offset) + 1);
      byte[] data = new byte[length];
      random.nextBytes(data);
      write(offset, data, 0);
      System.arraycopy(data, 0, model, offset, length);
      int from = random.nextInt(model.length);
      int size = random.nextInt(5 * BLOCK);
      int end = Math.min(model.length, from + size);
      assertThat(answer(read(from, size)).body()).isEqualTo(Arrays.copyOfRange(model, from, end));
    }
    assertThat(disk.content).isEqualTo(model);
    assertThat(kernel.pool.taken()).isZero();
  }

  @Test
  void whatIsBeyondTheEndIsNotReadAndHasNoSpace() {
    int end = disk.content.length;
    assertThat(answer(read(end - 10, 100)).body()).hasSize(10);
    assertThat(answer(read(end, 100)).body()).isEmpty();
    assertThat(answer(write(end - 10, bytes(100, 1), 0)).int32(0)).isEqualTo(10);
    assertThat(answer(write(end, bytes(1, 1), 0)).errno()).isEqualTo(Errno.ENOSPC);
  }

  @Test
  void aSynchronousWriteIsMadeDurableByTheDiskOrByAFlush() {
    write(0, bytes(BLOCK, 1), DSYNC);
    assertThat(disk.log).containsExactly("WRITE 0+4096", "FLUSH 0+0");
    disk.log.clear();
    disk.fua = true;
    write(0, bytes(BLOCK, 1), DSYNC);
    assertThat(disk.log).containsExactly("WRITE 0+4096 fua");
  }

  @Test
  void aClosedFileIsFlushedWhenItWasWritten() {
    kernel.send(Opcode.FLUSH, 0, file, 0, 0, 0L);
    turn();
    assertThat(disk.log).isEmpty();
    write(0, bytes(BLOCK, 1), 0);
    disk.log.clear();
    long first = kernel.send(Opcode.FLUSH, 0, file, 0, 0, 0L);
    turn();
    kernel.send(Opcode.FLUSH, 0, file, 0, 0, 0L);
    turn();
    assertThat(answer(first).errno()).isZero();
    assertThat(disk.log).containsExactly("FLUSH 0+0");
    long sync = kernel.send(Opcode.FSYNC, 0, file, 0, 0);
    turn();
    assertThat(answer(sync).errno()).isZero();
    assertThat(disk.log).containsExactly("FLUSH 0+0", "FLUSH 0+0");
  }

  @Test
  void aHoleIsPunchedInWholeBlocksAndWrittenAtItsEdges() {
    byte[] before = disk.content.clone();
    assertThat(answer(allocate(3, BLOCK - 1, 2 * BLOCK + 2)).errno()).isZero();
    assertThat(disk.log)
        .containsExactly(
            "READ 0+4096",
            "WRITE 0+4096",
            "READ 12288+4096",
            "WRITE 12288+4096",
            "WRITE_ZEROES 4096+8192");
    Arrays.fill(before, BLOCK - 1, 3 * BLOCK + 1, (byte) 0);
    assertThat(disk.content).isEqualTo(before);
  }

  @Test
  void zeroesKeepTheirSpaceAndDoNotGrowTheDisk() {
    int end = disk.content.length;
    assertThat(answer(allocate(16, 0, BLOCK)).errno()).isZero();
    assertThat(disk.log).containsExactly("WRITE_ZEROES 0+4096 keep");
    assertThat(answer(allocate(16, end - BLOCK, 2 * BLOCK)).errno()).isEqualTo(Errno.EINVAL);
    assertThat(answer(allocate(17, end - BLOCK, 2 * BLOCK)).errno()).isZero();
    assertThat(answer(allocate(0, 0, BLOCK)).errno()).isEqualTo(Errno.EOPNOTSUPP);
    disk.zeroes = false;
    assertThat(answer(allocate(3, 0, BLOCK)).errno()).isEqualTo(Errno.EOPNOTSUPP);
  }

  @Test
  void theDisksErrorIsAnsweredWhereverItComes() {
    disk.failure = BlockStatus.MEDIUM;
    assertThat(answer(read(0, 10)).errno()).isEqualTo(BlockStatus.MEDIUM.errno());
    assertThat(answer(write(1, bytes(1, 1), 0)).errno()).isEqualTo(BlockStatus.MEDIUM.errno());
    disk.hold = true;
    disk.failure = BlockStatus.OK;
    long write = write(1, bytes(BLOCK, 1), 0);
    disk.endFirst();
    disk.failure = BlockStatus.NOSPC;
    disk.endFirst();
    assertThat(answer(write).errno()).isEqualTo(BlockStatus.NOSPC.errno());
    disk.failure = BlockStatus.OK;
    // The failed write stands in nobody's way.
    long next = write(2, bytes(1, 1), 0);
    disk.endFirst();
    disk.endFirst();
    assertThat(answer(next).errno()).isZero();
  }

  @Test
  void aReadOnlyDiskRefusesWrites() {
    disk.readOnly = true;
    assertThat(answer(write(0, bytes(1, 1), 0)).errno()).isEqualTo(Errno.EROFS);
    assertThat(answer(allocate(3, 0, BLOCK)).errno()).isEqualTo(Errno.EROFS);
    long node = kernel.lookup("dev", "sda");
    assertThat(kernel.ask(Opcode.OPEN, node, READ_WRITE, 0).errno()).isEqualTo(Errno.EROFS);
    assertThat(kernel.ask(Opcode.GETATTR, node, 0, 0, 0L).int32(16 + 60)).isEqualTo(0100440);
  }

  // ---- side by side

  @Test
  void aWriteWaitsForAnotherToTheSameBlockWhenOneFillsItNot() {
    disk.hold = true;
    long first = write(10, bytes(5, 1), 0);
    long whole = write(0, bytes(BLOCK, 2), 0);
    assertThat(disk.held).hasSize(1);
    disk.endFirst();
    disk.endFirst();
    assertThat(kernel.answer(first)).isPresent();
    assertThat(kernel.answer(whole)).isEmpty();
    disk.endFirst();
    assertThat(kernel.answer(whole)).isPresent();
    assertThat(disk.content[12]).isEqualTo((byte) 2);
  }

  @Test
  void aPartialWriteWaitsForAWholeOneThatCameBefore() {
    disk.hold = true;
    write(0, bytes(BLOCK, 2), 0);
    write(10, bytes(5, 1), 0);
    assertThat(disk.held).hasSize(1);
    disk.endFirst();
    assertThat(disk.log).containsExactly("WRITE 0+4096", "READ 0+4096");
    disk.endFirst();
    disk.endFirst();
    assertThat(Arrays.copyOf(disk.content, 16))
        .containsExactly(2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 2);
  }

  @Test
  void writesToOtherBlocksAndReadsWaitForNobody() {
    disk.hold = true;
    write(10, bytes(5, 1), 0);
    write(BLOCK, bytes(BLOCK, 1), 0);
    write(2 * BLOCK + 1, bytes(1, 1), 0);
    read(0, BLOCK);
    assertThat(disk.held).hasSize(4);
  }

  @Test
  void noneOvertakesOneThatWaits() {
    disk.hold = true;
    long first = write(1, bytes(1, 1), 0);
    long second = write(1, bytes(2 * BLOCK, 2), 0);
    long third = write(2 * BLOCK, bytes(BLOCK, 3), 0);
    assertThat(disk.held).hasSize(1);
    while (!disk.held.isEmpty()) {
      disk.endFirst();
    }
    assertThat(List.of(first, second, third)).allMatch(each -> answer(each).errno() == 0);
    assertThat(disk.content[2 * BLOCK]).isEqualTo((byte) 3);
    assertThat(disk.content[1]).isEqualTo((byte) 2);
  }

  @Test
  void writersThatShareBlocksLoseNothingInWhateverOrderTheDiskEndsThem() {
    for (long seed = 1; seed <= 50; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      byte[] model = disk.content.clone();
      disk.hold = true;
      int at = 0;
      while (at < model.length - 3 * BLOCK) {
        int length = random.nextInt(1, 2 * BLOCK);
        byte[] data = new byte[length];
        random.nextBytes(data);
        if (random.nextInt(4) == 0) {
          Arrays.fill(data, (byte) 0);
          allocate(3, at, length);
        } else {
          write(at, data, 0);
        }
        System.arraycopy(data, 0, model, at, length);
        at += length + (random.nextBoolean() ? 0 : random.nextInt(BLOCK));
        if (random.nextInt(3) == 0 && !disk.held.isEmpty()) {
          disk.end(disk.held.remove(random.nextInt(disk.held.size())));
        }
      }
      while (!disk.held.isEmpty()) {
        disk.end(disk.held.remove(random.nextInt(disk.held.size())));
      }
      assertThat(disk.content).as("seed %d", seed).isEqualTo(model);
      assertThat(kernel.pool.taken()).as("seed %d", seed).isZero();
    }
  }

  @Test
  void aRemovedDiskRefusesWhatWasNotYetSubmitted() {
    disk.hold = true;
    long submitted = read(0, 10);
    long first = write(10, bytes(5, 1), 0);
    long waiting = write(20, bytes(5, 1), 0);
    disks.remove("sda");
    assertThat(answer(read(0, 10)).errno()).isEqualTo(Errno.ENXIO);
    while (!disk.held.isEmpty()) {
      disk.endFirst();
    }
    assertThat(answer(submitted).body()).hasSize(10);
    assertThat(kernel.answer(first)).isPresent();
    assertThat(answer(waiting).errno()).isEqualTo(Errno.ENXIO);
    assertThat(kernel.pool.taken()).isZero();
  }
}
