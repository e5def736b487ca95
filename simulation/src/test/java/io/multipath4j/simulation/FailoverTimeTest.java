package io.multipath4j.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.reactor.simulated.SimulatedLink;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long an I/O that meets a dying path takes, with the timers that users have. */
class FailoverTimeTest {

  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** A black hole is found in 0.9 s at most; then comes the other path. */
  private static final long SILENCE_NANOS = SECOND + 20 * MILLI;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aResetCostsLessThanATenthOfASecond(long seed) {
    Trouble trouble = new Trouble(seed);
    assertThat(trouble.longestNanosWith(SimulatedLink::reset)).isLessThan(100 * MILLI);
    assertThat(trouble.failovers()).as("some I/O met the dying path").isPositive();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aResetPortalThatRefusesCostsNoMore(long seed) {
    Trouble trouble = new Trouble(seed);
    Consumer<SimulatedLink> cut =
        link -> {
          link.refuse();
          link.reset();
        };
    assertThat(trouble.longestNanosWith(cut)).isLessThan(100 * MILLI);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aBlackHoleCostsOneSecond(long seed) {
    Trouble trouble = new Trouble(seed);
    assertThat(trouble.longestNanosWith(SimulatedLink::blackHole))
        .isBetween(100 * MILLI, SILENCE_NANOS);
    assertThat(trouble.failovers()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aHostThatVanishesCostsOneSecond(long seed) {
    Trouble trouble = new Trouble(seed);
    assertThat(trouble.longestNanosWith(SimulatedLink::halfOpen))
        .isBetween(100 * MILLI, SILENCE_NANOS);
  }

  /** Two paths in turns under a steady load, and what happens to one of them. */
  private static final class Trouble {

    private static final int DEPTH = 16;

    private final SimulatedStack stack;
    private final RandomLoad load;

    private Trouble(long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      SimulatedStack.Plan plan =
          SimulatedStack.Plan.of(2, IoPolicies.ROUND_ROBIN, random.nextBoolean());
      stack = new SimulatedStack(random.nextLong(), plan, SimulatedStack.Parts.REAL);
      load = new RandomLoad(stack.deviceLoop(), stack.device(), DEPTH, stack.trace, random.split());
    }

    private long longestNanosWith(Consumer<SimulatedLink> fault) {
      burst();
      assertThat(stack.network.runUntil(load::isIdle, SECOND)).isTrue();
      assertThat(load.takeLongestNanos()).as("without trouble").isLessThan(50 * MILLI);
      burst();
      stack.network.runFor(MILLI / 4);
      assertThat(stack.network.runUntil(this::pathHasIo, SECOND)).isTrue();
      fault.accept(stack.paths.getFirst().link());
      assertThat(stack.network.runUntil(load::isIdle, 10 * SECOND)).isTrue();
      assertThat(stack.trace.violations()).isEmpty();
      return load.takeLongestNanos();
    }

    private boolean pathHasIo() {
      return stack.head().devices().getFirst().inFlight() > 0;
    }

    private void burst() {
      stack.deviceLoop().execute(() -> load.burst(200));
    }

    private long failovers() {
      return stack.head().snapshot().failovers();
    }
  }
}
