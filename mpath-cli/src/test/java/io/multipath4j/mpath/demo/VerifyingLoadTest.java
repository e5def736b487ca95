package io.multipath4j.mpath.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioOp;
import io.multipath4j.mpath.demo.MemoryDisk.Fault;
import io.multipath4j.reactor.nio.NioEventLoop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VerifyingLoadTest {

  private static final int REGION = 1 << 20;
  private static final long SEED = 20260101;

  private final NioEventLoop loop = loop();
  private final MemoryDisk disk = new MemoryDisk(loop, REGION);
  private final VerifyingLoad load =
      new VerifyingLoad(
          disk, loop, new SplittableRandom(SEED), new LoadPlan(REGION, 4096, 8, 50, 8, 200));
  private LoadResult result;

  @AfterEach
  void close() {
    loop.close();
  }

  @Test
  void aDiskThatWorksIsRight() {
    run(() -> load.counters().reads() < 2000);

    assertThat(result.isRight()).as(result.findings().toString()).isTrue();
    assertThat(result.writes()).isGreaterThan(1000);
    assertThat(result.summary())
        .isEqualTo(result.readsVerified() + " reads verified, 0 wrong, 0 lost");
  }

  @Test
  void aLostWriteIsFoundAtTheLatestInTheFinalSweep() {
    disk.inject(Fault.LOSE, VerifyingLoadTest::isOneBlockWrite);

    run(() -> load.counters().writes() < 3);

    assertThat(result.isRight()).isFalse();
    assertThat(result.lostBlocks()).isEqualTo(1);
    assertThat(result.findings().toString()).contains("was acknowledged");
    assertThat(result.summary()).endsWith("0 wrong, 1 lost");
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"MISPLACE", "DAMAGE"})
  void whatWasNeverWrittenThereIsWrong(Fault fault) {
    disk.inject(fault, VerifyingLoadTest::isOneBlockWrite);

    run(() -> load.counters().writes() < 3);

    assertThat(result.isRight()).isFalse();
    assertThat(result.wrongBlocks()).isPositive();
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"FAIL", "DO_AND_FAIL"})
  void aFailedWriteMayHaveHappenedOrNotAndCountsAsFailed(Fault fault) {
    disk.inject(fault, VerifyingLoadTest::isOneBlockWrite);

    run(() -> load.counters().writes() < 500);

    assertThat(result.isRight()).isFalse();
    assertThat(result.failedIos()).isEqualTo(1);
    assertThat(result.wrongBlocks() + result.lostBlocks()).isZero();
    assertThat(result.summary()).endsWith("0 wrong, 0 lost, 1 failed");
  }

  @Test
  void anIoWithoutAnswerIsLost() {
    disk.inject(Fault.FORGET, bio -> bio.op() == BioOp.READ);

    run(() -> load.counters().writes() < 100);

    assertThat(result.isRight()).isFalse();
    assertThat(result.unansweredIos()).isEqualTo(1);
    assertThat(result.summary()).endsWith("0 wrong, 1 lost");
  }

  /** One block, and not the last: a misplaced one still lands on the disk. */
  private static boolean isOneBlockWrite(Bio bio) {
    return bio.op() == BioOp.WRITE && bio.length() == 4096 && bio.offset() < REGION - 8192;
  }

  private void run(BooleanSupplier goOn) {
    load.start();
    turnWhile(goOn);
    load.finish(found -> result = found);
    turnWhile(() -> result == null);
  }

  private void turnWhile(BooleanSupplier goOn) {
    long end = loop.clock().nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (goOn.getAsBoolean()) {
      assertThat(loop.clock().nanoTime() - end).as("seed %d: time is up", SEED).isNegative();
      loop.doWork(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  private static NioEventLoop loop() {
    try {
      return new NioEventLoop();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
