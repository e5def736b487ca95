package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.BlockStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Paths that come, are probed, fail, go and return at random, with openers and a changing delay:
 * the head goes once, never under a claim, and not before its time.
 */
class RandomLifeTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void theHeadGoesOnceAndNeverUnderAPath(long seed) {
    for (int run = 0; run < 50; run++) {
      new Run(new SplittableRandom(seed * 1000 + run), seed * 1000 + run).play();
    }
  }

  private static final class Run {

    private final RandomGenerator random;
    private final long seed;
    private final HeadFixture fixture = new HeadFixture(IoPolicies.ROUND_ROBIN);
    private final HeadLife<FakePath> life = fixture.head.life();
    private final List<FakePath> listed = new ArrayList<>();
    private final List<HeadOpen> opens = new ArrayList<>();
    private int probing;
    private int givenUp;
    private int submitted;

    Run(RandomGenerator random, long seed) {
      this.random = random;
      this.seed = seed;
    }

    private boolean isGone() {
      return givenUp + fixture.driver.removed.size() > 0;
    }

    private void play() {
      for (int step = 0; step < 300; step++) {
        step();
        assertThat(givenUp + fixture.driver.removed.size()).as("seed %d", seed).isLessThan(2);
        if (isGone()) {
          assertThat(listed.size() + probing).as("seed %d: paths of a head", seed).isZero();
          assertThat(life.claim()).isFalse();
        }
      }
      end();
    }

    private void step() {
      switch (random.nextInt(10)) {
        case 0 -> claim();
        case 1, 2 -> endProbe();
        case 3, 4 -> removePath();
        case 5 -> life.setDelayedRemovalSecs(random.nextInt(3) * 10L);
        case 6 -> fixture.loop.advanceMillis(random.nextInt(15_000));
        case 7 -> openOrClose();
        case 8 -> {
          submitted++;
          fixture.read(4096L * submitted);
        }
        default -> fixture.paths.forEach(path -> path.endAll(BlockStatus.OK));
      }
    }

    private void claim() {
      if (probing + listed.size() < 4 && life.claim()) {
        probing++;
      }
    }

    private void endProbe() {
      if (probing == 0) {
        return;
      }
      probing--;
      if (random.nextInt(3) == 0) {
        giveUpIf(life.releaseClaim());
      } else {
        listed.add(fixture.optimized());
      }
    }

    private void removePath() {
      if (!listed.isEmpty()) {
        FakePath path = listed.remove(random.nextInt(listed.size()));
        path.link = FakePath.Link.GONE;
        fixture.head.deleteDevice(path.device);
        path.endAll(BlockStatus.TRANSPORT);
        giveUpIf(life.releaseClaim());
      }
    }

    private void giveUpIf(boolean last) {
      if (last) {
        givenUp++;
        fixture.head.removeDisk();
        life.uninit();
      }
    }

    private void openOrClose() {
      if (!opens.isEmpty() && random.nextBoolean()) {
        opens.removeLast().close();
      } else if (fixture.head.isLive()) {
        try {
          opens.add(life.open());
        } catch (io.multipath4j.block.BlockOperationException e) {
          throw new AssertionError("a live disk can be opened", e);
        }
      }
    }

    private void end() {
      while (probing > 0) {
        probing--;
        giveUpIf(life.releaseClaim());
      }
      while (!listed.isEmpty()) {
        removePath();
      }
      life.setDelayedRemovalSecs(0);
      if (life.canRemoveHead()) {
        giveUpIf(true);
      }
      fixture.loop.run();
      assertThat(givenUp + fixture.driver.removed.size()).as("seed %d", seed).isOne();
      assertThat(fixture.ended).as("seed %d", seed).hasSize(submitted);
      CompletionStage<Void> gone = life.uninit();
      if (!opens.isEmpty()) {
        assertThat(gone).isNotDone();
      }
      opens.forEach(HeadOpen::close);
      assertThat(gone).isCompleted();
      assertThat(life.references()).isZero();
      fixture.assertBalanced();
    }
  }
}
