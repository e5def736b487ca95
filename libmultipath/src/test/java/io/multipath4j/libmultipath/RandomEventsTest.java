package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Anything may happen to any path at any time: each bio ends once, and the counters balance. */
class RandomEventsTest {

  private static final List<BlockStatus> STATUSES = List.of(BlockStatus.values());
  private static final List<MpathAccessState> ACCESS = List.of(MpathAccessState.values());
  private static final List<FakePath.Link> LINKS = List.of(FakePath.Link.values());

  private static <T> T anyOf(List<T> choices, RandomGenerator random) {
    return choices.get(random.nextInt(choices.size()));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void everyBioEndsOnceAndTheCountersBalance(long seed) {
    new Run(new SplittableRandom(seed), seed).play();
  }

  private static final class Run {

    private final RandomGenerator random;
    private final long seed;
    private final HeadFixture fixture;
    private final ActiveCounter[] hosts = {new ActiveCounter(), new ActiveCounter()};
    private final List<FakePath> live = new ArrayList<>();
    private int submitted;
    private int resubmissions;

    private Run(RandomGenerator random, long seed) {
      this.random = random;
      this.seed = seed;
      this.fixture = new HeadFixture(anyPolicy(random));
    }

    private void play() {
      addPath();
      for (int step = 0; step < 5000; step++) {
        step();
      }
      settle();
      assertThat(fixture.ended).as("seed %d", seed).hasSize(submitted);
      fixture.assertBalanced();
    }

    private void step() {
      switch (random.nextInt(16)) {
        case 0, 1, 2, 3, 4 -> submit();
        case 5, 6, 7, 8 -> endSome(BlockStatus.OK);
        case 9 -> endSome(anyOf(STATUSES, random));
        case 10 -> anyLink();
        case 11 -> addOrRemovePath();
        case 12 -> anyKnob();
        case 13 -> anyAccessState();
        case 14 -> fixture.loop.advanceMillis(random.nextInt(200));
        default -> fixture.loop.run();
      }
    }

    private void submit() {
      submitted++;
      long offset = 4096L * random.nextInt(1 << 20);
      switch (random.nextInt(5)) {
        case 0 ->
            fixture.submit(
                new Bio().asWrite(offset, 4096, fixture.memory, 0, Bio.FUA, this::ended));
        case 1 -> fixture.submit(new Bio().asFlush(this::ended));
        case 2 -> fixture.submit(new Bio().asDiscard(offset, 5L << 30, this::ended));
        case 3 -> fixture.submit(new Bio().asRead(offset, 3 << 20, fixture.memory, 0, this::ended));
        default -> fixture.submit(new Bio().asRead(offset, 4096, fixture.memory, 0, this::ended));
      }
    }

    /** Owners submit from completions, too. */
    private void ended(Bio bio) {
      fixture.noteEnd(bio);
      if (random.nextInt(4) == 0 && resubmissions < 5000) {
        resubmissions++;
        submit();
      }
    }

    private void endSome(BlockStatus status) {
      if (fixture.paths.isEmpty()) {
        return;
      }
      FakePath path = anyOf(fixture.paths, random);
      for (int left = random.nextInt(8); left > 0 && !path.held().isEmpty(); left--) {
        Bio clone = path.held().remove(random.nextInt(path.held().size()));
        clone.complete(status);
      }
    }

    private void anyLink() {
      if (!live.isEmpty()) {
        FakePath path = anyOf(live, random);
        fixture.set(path, anyOf(LINKS, random));
        if (random.nextBoolean()) {
          path.endAll(BlockStatus.TRANSPORT);
        }
      }
    }

    private void addOrRemovePath() {
      if (live.size() < 4 && random.nextBoolean()) {
        addPath();
      } else if (!live.isEmpty()) {
        fixture.head.deleteDevice(live.remove(random.nextInt(live.size())).device);
      }
    }

    private void addPath() {
      FakePath path =
          fixture.path(anyOf(ACCESS, random), NumaTopology.NO_NODE, hosts[random.nextInt(2)]);
      live.add(path);
      if (random.nextInt(6) == 0) {
        path.endsAtOnce =
            java.util.Optional.of(random.nextBoolean() ? BlockStatus.OK : BlockStatus.IOERR);
      }
    }

    private void anyAccessState() {
      if (!live.isEmpty()) {
        fixture.head.setAccessState(anyOf(live, random).device, anyOf(ACCESS, random));
      }
    }

    private void anyKnob() {
      switch (random.nextInt(6)) {
        case 0 -> fixture.head.setQueueIfNoPath(random.nextBoolean());
        case 1 -> fixture.head.setIoPolicy(anyPolicy(random));
        case 2 ->
            fixture.head.setNoPathTimeoutNanos(
                TimeUnit.MILLISECONDS.toNanos(random.nextInt(3) * 100L));
        case 3 -> fixture.head.revalidatePaths(path -> {});
        case 4 -> fixture.head.setGeometry(HeadFixture.CAPACITY, HeadFixture.LIMITS);
        default -> fixture.head.kick();
      }
    }

    private static IoPolicy anyPolicy(RandomGenerator random) {
      return anyOf(IoPolicies.ALL, random);
    }

    /** The weather clears up, or the disk is removed: whatever is owed comes to an end. */
    private void settle() {
      resubmissions = Integer.MAX_VALUE;
      if (random.nextBoolean()) {
        fixture.head.removeDisk();
      } else {
        fixture.optimized();
      }
      for (FakePath path : fixture.paths) {
        path.endsAtOnce = java.util.Optional.empty();
      }
      for (int round = 0; round < 10_000 && fixture.ended.size() < submitted; round++) {
        fixture.paths.forEach(path -> path.endAll(BlockStatus.OK));
        fixture.loop.advanceMillis(10);
      }
    }
  }
}
