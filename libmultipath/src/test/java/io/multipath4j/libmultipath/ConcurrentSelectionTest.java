package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.BlockStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Other threads select and look while the loop changes the list. */
class ConcurrentSelectionTest {

  static Iterable<IoPolicy> policies() {
    return IoPolicies.ALL;
  }

  @ParameterizedTest
  @MethodSource("policies")
  void selectionAlwaysEndsAndFindsThePathThatIsAlwaysThere(IoPolicy policy) throws Exception {
    HeadFixture fixture = new HeadFixture(policy);
    fixture.optimized();
    AtomicBoolean stop = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Future<Long>> readers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        readers.add(
            threads.submit(() -> {
              long rounds = 0;
              while (!stop.get() || rounds == 0) {
                rounds++;
                assertThat(fixture.head.callForDevice(path -> BlockStatus.OK))
                    .isEqualTo(BlockStatus.OK);
                assertThat(fixture.head.snapshot().paths()).isNotEmpty();
              }
              return rounds;
            }));
      }
      SplittableRandom random = new SplittableRandom(7);
      List<FakePath> others = new ArrayList<>();
      for (int i = 0; i < 20_000; i++) {
        if (others.size() < 5 && random.nextBoolean()) {
          others.add(fixture.optimized());
        } else if (!others.isEmpty()) {
          FakePath gone = others.remove(random.nextInt(others.size()));
          fixture.head.deleteDevice(gone.device);
        }
      }
      stop.set(true);
      for (Future<Long> reader : readers) {
        assertThat(reader.get(30, TimeUnit.SECONDS)).isPositive();
      }
    }
  }
}
