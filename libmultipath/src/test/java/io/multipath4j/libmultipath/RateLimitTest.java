package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** One line of a kind per five seconds. */
class RateLimitTest {

  private final RateLimit limit = new RateLimit();
  private static final long START = Long.MAX_VALUE - 10; // time overflows

  @Test
  void theFirstLineComesAndThoseOfTheNextSecondsAreCounted() {
    assertThat(limit.permits(START)).isTrue();
    assertThat(limit.takeSuppressed()).isZero();
    assertThat(limit.permits(START + TimeUnit.MILLISECONDS.toNanos(4_999))).isFalse();
    assertThat(limit.permits(START + 1)).isFalse();
    assertThat(limit.permits(START + TimeUnit.SECONDS.toNanos(5))).isTrue();
    assertThat(limit.takeSuppressed()).isEqualTo(2);
    assertThat(limit.takeSuppressed()).isZero();
  }
}
