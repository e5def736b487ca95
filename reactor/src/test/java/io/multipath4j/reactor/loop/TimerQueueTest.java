package io.multipath4j.reactor.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.reactor.Timer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimerQueueTest {

  private record Expected(long deadline, int number, Timer timer) {}

  /** The origins are about the overflow of the clock, which may happen at any time. */
  @ParameterizedTest
  @ValueSource(longs = {0, Long.MAX_VALUE - 500, -500})
  void timersExpireAsASortedListWould(long originNanos) {
    SplittableRandom random = new SplittableRandom(originNanos);
    TimerQueue queue = new TimerQueue();
    List<Expected> model = new ArrayList<>();
    List<Integer> ran = new ArrayList<>();
    int number = 0;
    for (long now = originNanos; now - originNanos < 1000; now++) {
      for (int i = random.nextInt(4); i > 0; i--) {
        int mine = number++;
        long deadline = now + random.nextInt(60);
        model.add(new Expected(deadline, mine, queue.add(deadline, () -> ran.add(mine))));
      }
      if (!model.isEmpty() && random.nextInt(3) == 0) {
        model.remove(random.nextInt(model.size())).timer().cancel();
      }
      assertThat(queue.nanosToNext(now)).isEqualTo(nanosToFirst(model, now));
      assertThat(expire(queue, now, ran)).isEqualTo(expireModel(model, now));
      assertThat(queue.isEmpty()).isEqualTo(model.isEmpty());
    }
  }

  private static long nanosToFirst(List<Expected> model, long now) {
    return model.stream()
        .mapToLong(expected -> Math.max(0, expected.deadline() - now))
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private static List<Integer> expire(TimerQueue queue, long now, List<Integer> ran) {
    ran.clear();
    queue.beginTurn();
    for (Runnable task = queue.pollExpired(now); task != null; task = queue.pollExpired(now)) {
      task.run();
    }
    return List.copyOf(ran);
  }

  private static List<Integer> expireModel(List<Expected> model, long now) {
    List<Expected> due =
        model.stream()
            .filter(expected -> expected.deadline() - now <= 0)
            .sorted(
                Comparator.<Expected>comparingLong(expected -> expected.deadline() - now)
                    .thenComparingInt(Expected::number))
            .toList();
    model.removeAll(due);
    due.forEach(expected -> expected.timer().cancel()); // too late, and harmless
    return due.stream().map(Expected::number).toList();
  }

  @Test
  void timerThatIsAddedWithinATurnWaitsForTheNext() {
    TimerQueue queue = new TimerQueue();
    queue.beginTurn();
    Runnable task = () -> {};
    queue.add(5, task);
    assertThat(queue.pollExpired(5)).isNull();
    queue.beginTurn();
    assertThat(queue.pollExpired(4)).isNull();
    assertThat(queue.pollExpired(5)).isSameAs(task);
    assertThat(queue.isEmpty()).isTrue();
  }
}
