package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.BlockStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The requeue list and its worker. */
class RequeueTest {

  private final HeadFixture fixture = new HeadFixture(IoPolicies.NUMA);

  private static List<Long> blocks(FakePath path) {
    List<Long> blocks = new ArrayList<>();
    path.held().forEach(bio -> blocks.add(bio.offset() / 4096));
    return blocks;
  }

  @Test
  void parkedIoIsSubmittedInTheOrderInWhichItCame() {
    FakePath path = fixture.optimized();
    fixture.set(path, FakePath.Link.PAUSED);
    for (int i = 0; i < 100; i++) {
      fixture.read(i * 4096L);
      if (i % 10 == 0) {
        fixture.head.kick(); // parked again and again, and still in order
        fixture.loop.run();
      }
    }
    fixture.set(path, FakePath.Link.UP);
    fixture.loop.run();
    assertThat(blocks(path)).hasSize(100).isSorted();
  }

  @Test
  void theWorkerRunsOncePerTurnHoweverOftenItIsKicked() {
    FakePath path = fixture.optimized();
    FakePath other = fixture.optimized();
    for (int i = 0; i < 5; i++) {
      fixture.read(i * 4096L);
    }
    fixture.set(path, FakePath.Link.PAUSED);
    path.endAll(BlockStatus.TRANSPORT);
    fixture.head.kick();
    assertThat(other.held()).isEmpty();
    fixture.loop.turn();
    assertThat(other.held()).hasSize(5);
    assertThat(fixture.loop.turn()).as("nothing is left to do").isFalse();
  }

  @Test
  void whatIsParkedWhileTheWorkerRunsWaitsForTheNextKick() {
    FakePath path = fixture.optimized();
    fixture.set(path, FakePath.Link.PAUSED);
    fixture.read();
    fixture.head.kick();
    fixture.loop.turn();
    assertThat(fixture.loop.turn()).isFalse();
    assertThat(fixture.head.snapshot().parked()).isOne();
  }

  @Test
  void newIoDoesNotStirWhatIsParked() {
    FakePath path = fixture.optimized();
    fixture.set(path, FakePath.Link.PAUSED);
    fixture.read();
    fixture.read();
    assertThat(fixture.loop.turn()).isFalse();
  }

  @Test
  void ioSubmittedFromACompletionInTheWorkerGoesBehindWhatWaitedBefore() {
    FakePath path = fixture.optimized();
    fixture.set(path, FakePath.Link.PAUSED);
    List<Long> order = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      fixture.submit(
          new Bio()
              .asRead(
                  i * 4096L,
                  4096,
                  fixture.memory,
                  0,
                  ended -> {
                    order.add(ended.offset() / 4096);
                    if (ended.offset() < 4096 * 100) {
                      fixture.head.submit(
                          new Bio()
                              .asRead(
                                  ended.offset() + 4096 * 100,
                                  4096,
                                  fixture.memory,
                                  0,
                                  last -> order.add(last.offset() / 4096)));
                    }
                  }));
    }
    path.endsAtOnce = Optional.of(BlockStatus.OK);
    fixture.set(path, FakePath.Link.UP);
    fixture.loop.run();
    assertThat(order).containsExactly(0L, 1L, 2L, 100L, 101L, 102L);
    fixture.assertBalanced();
  }

  @Test
  void aParkedBioIsCheckedAndSplitAgain() {
    FakePath path = fixture.optimized();
    fixture.set(path, FakePath.Link.PAUSED);
    fixture.submit(new Bio().asRead(0, 1 << 20, fixture.memory, 0, fixture::noteEnd));
    Bio beyond =
        fixture.submit(
            new Bio()
                .asRead(HeadFixture.CAPACITY - 4096, 4096, fixture.memory, 0, fixture::noteEnd));
    BlockLimits shorter = new BlockLimits(512, 4096, 4096, 0, 1 << 18, 0, 0, 0, true, true, false);
    path.link = FakePath.Link.UP;
    fixture.head.setGeometry(1 << 20, shorter);
    fixture.loop.run();
    assertThat(path.held()).hasSize(4).allMatch(bio -> bio.length() == 1 << 18);
    assertThat(fixture.ended).containsEntry(beyond, BlockStatus.INVAL);
    path.endAll(BlockStatus.OK);
    assertThat(fixture.ended).hasSize(2);
    fixture.assertBalanced();
  }

  @Test
  void anExceptionOutOfACompletionStrandsNobody() {
    FakePath path = fixture.optimized();
    path.endsAtOnce = Optional.of(BlockStatus.OK);
    Bio bad =
        new Bio()
            .asRead(
                0,
                4096,
                fixture.memory,
                0,
                ended -> {
                  fixture.read(4096);
                  fixture.read(8192);
                  throw new IllegalStateException("owner's bug");
                });
    try {
      fixture.head.submit(bad);
    } catch (IllegalStateException expected) {
      assertThat(expected).hasMessage("owner's bug");
    }
    fixture.loop.run();
    assertThat(fixture.ended.values()).containsExactly(BlockStatus.OK, BlockStatus.OK);
    fixture.assertBalanced();
  }

  @Test
  void aCompletionOnAnotherThreadIsBroughtToTheHeadsLoop() throws InterruptedException {
    FakePath path = fixture.optimized();
    Bio bio = fixture.read();
    Bio clone = path.held().removeFirst();
    Thread other = new Thread(() -> clone.complete(BlockStatus.OK));
    other.start();
    other.join(TimeUnit.SECONDS.toMillis(10));
    assertThat(fixture.ended).isEmpty();
    fixture.loop.run();
    assertThat(fixture.ended).containsEntry(bio, BlockStatus.OK);
    fixture.assertBalanced();
  }

  @Test
  void aCompletionThatCannotBeBroughtToAClosedLoopStillReachesTheOwner()
      throws InterruptedException {
    FakePath path = fixture.optimized();
    Bio read = fixture.read();
    Bio write = fixture.submit(new Bio().asWrite(0, 4096, fixture.memory, 0, 0, fixture::noteEnd));
    fixture.loop.close();
    Thread other = new Thread(() -> path.endAll(BlockStatus.OK));
    other.start();
    other.join(TimeUnit.SECONDS.toMillis(10));
    assertThat(fixture.ended)
        .containsExactly(
            Map.entry(read, BlockStatus.IOERR), Map.entry(write, BlockStatus.OUTCOME_UNKNOWN));
  }
}
