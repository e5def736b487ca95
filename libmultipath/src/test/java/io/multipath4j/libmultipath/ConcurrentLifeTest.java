package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.BlockOperationException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/** Openers and users of paths on other threads, while the loop takes away what they use. */
class ConcurrentLifeTest {

  private static final int THREADS = 3;
  private static final int ROUNDS = 100;

  private final AtomicBoolean stop = new AtomicBoolean();

  private void beside(Callable<Long> work, Runnable loop) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Future<Long>> results = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        results.add(threads.submit(work));
      }
      try {
        loop.run();
      } finally {
        stop.set(true);
      }
      for (Future<Long> result : results) {
        assertThat(result.get(30, TimeUnit.SECONDS)).isNotNegative();
      }
    }
  }

  @Test
  void aHeadIsGoneWhenItsLastOpenerIsAndNobodyOpensItAfter() throws Exception {
    HeadFixture fixture = new HeadFixture(IoPolicies.NUMA);
    fixture.optimized();
    HeadLife<FakePath> life = fixture.head.life();
    AtomicBoolean gone = new AtomicBoolean();
    beside(
        () -> {
          long opened = 0;
          while (!stop.get()) {
            boolean wasGone = gone.get();
            try (HeadOpen open = life.open()) {
              assertThat(wasGone).as("opened after it was gone: %s", open).isFalse();
              opened++;
            } catch (BlockOperationException e) {
              return opened;
            }
          }
          return opened;
        },
        () -> {
          for (int i = 0; i < ROUNDS; i++) {
            assertThat(life.get()).isTrue();
            life.put();
          }
          fixture.head.removeDisk();
          CompletionStage<Void> end = life.uninit();
          end.thenRun(() -> gone.set(true))
              .toCompletableFuture()
              .orTimeout(30, TimeUnit.SECONDS)
              .join();
        });
    assertThat(life.references()).isZero();
    assertThat(life.get()).isFalse();
  }

  @Test
  void nothingIsFreedUnderWhoUsesIt() throws Exception {
    ReadEpoch epoch = new ReadEpoch();
    AtomicIntegerArray freed = new AtomicIntegerArray(ROUNDS + 1);
    AtomicIntegerArray current = new AtomicIntegerArray(1);
    beside(
        () -> {
          long reads = 0;
          while (!stop.get()) {
            ReadEpoch.Generation reading = epoch.enter();
            int using = current.get(0);
            for (int i = 0; i < 20; i++) {
              if (freed.get(using) != 0) {
                throw new AssertionError("version " + using + " was freed under a reader");
              }
            }
            epoch.exit(reading);
            reads++;
          }
          return reads;
        },
        () -> {
          for (int version = 0; version < ROUNDS; version++) {
            current.set(0, version + 1);
            epoch.synchronize().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
            freed.set(version, 1);
          }
        });
  }
}
