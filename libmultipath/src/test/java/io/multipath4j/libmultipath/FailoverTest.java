package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioOp;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.block.ZonedModel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailoverTest {

  private final HeadFixture fixture = new HeadFixture(IoPolicies.NUMA);

  @Test
  void aPathGetsACloneOfTheSameMemoryThatIsToFailFast() {
    FakePath path = fixture.optimized();
    Bio original = fixture.read(8192);
    Bio clone = path.held().getFirst();
    assertThat(clone).isNotSameAs(original);
    assertThat(clone.data()).isSameAs(original.data());
    assertThat(clone.offset()).isEqualTo(8192);
    assertThat(clone.length()).isEqualTo(4096);
    assertThat(clone.has(Bio.FAIL_FAST)).isTrue();
    assertThat(original.has(Bio.FAIL_FAST)).isFalse();
    path.endOne(BlockStatus.OK);
    assertThat(fixture.ended).containsExactly(java.util.Map.entry(original, BlockStatus.OK));
    fixture.assertBalanced();
  }

  @ParameterizedTest
  @EnumSource(BlockStatus.class)
  void pathErrorsFailOverAndAllOtherEndsAreFinal(BlockStatus status) {
    FakePath first = fixture.optimized();
    FakePath second = fixture.optimized();
    Bio bio = fixture.read();
    first.endOne(status);
    fixture.loop.run();
    if (status.isPathError()) {
      assertThat(fixture.ended).isEmpty();
      assertThat(second.held()).hasSize(1);
      second.endOne(BlockStatus.OK);
      assertThat(fixture.ended).containsEntry(bio, BlockStatus.OK);
      assertThat(fixture.head.snapshot().failovers()).isOne();
    } else {
      assertThat(fixture.ended).containsEntry(bio, status);
      assertThat(second.submissions).isZero();
    }
    fixture.assertBalanced();
  }

  @Test
  void aRepeatedAttemptSaysSo() {
    FakePath first = fixture.optimized();
    FakePath second = fixture.optimized();
    fixture.read();
    assertThat(first.held().getFirst().has(Bio.REPEATED)).isFalse();
    first.endOne(BlockStatus.TRANSPORT);
    fixture.loop.run();
    assertThat(second.held().getFirst().has(Bio.REPEATED | Bio.FAIL_FAST)).isTrue();
    second.endOne(BlockStatus.OK);
    fixture.assertBalanced();
  }

  @Test
  void ioThatCannotBeClonedEndsWithAnErrorAndNoPathSeesIt() {
    FakePath path = fixture.optimized();
    fixture.driver.clones = false;
    Bio bio = fixture.read();
    assertThat(fixture.ended).containsEntry(bio, BlockStatus.IOERR);
    assertThat(path.submissions).isZero();
    fixture.assertBalanced();
  }

  @ParameterizedTest
  @EnumSource(
      value = BioOp.class,
      names = {"ZONE_OPEN", "ZONE_CLOSE", "ZONE_FINISH", "ZONE_RESET", "ZONE_RESET_ALL"})
  void aZoneActionIsClonedInOnePieceAndFailsOver(BioOp op) {
    long zone = 256L << 20;
    fixture.head.setGeometry(
        HeadFixture.CAPACITY,
        HeadFixture.LIMITS.withZoned(new ZonedModel(ZonedModel.Kind.HOST_MANAGED, zone, 0)));
    FakePath first = fixture.optimized();
    FakePath second = fixture.optimized();
    boolean all = op == BioOp.ZONE_RESET_ALL;
    Bio bio =
        fixture.submit(
            new Bio()
                .asZoneAction(
                    op, all ? 0 : zone, all ? HeadFixture.CAPACITY : zone, fixture::noteEnd));
    assertThat(first.held()).hasSize(1).allMatch(clone -> clone.op() == op);
    first.endOne(BlockStatus.TRANSPORT);
    fixture.loop.run();
    assertThat(second.held()).hasSize(1).allMatch(clone -> clone.length() == bio.length());
    second.endOne(BlockStatus.OK);
    assertThat(fixture.ended).containsExactly(java.util.Map.entry(bio, BlockStatus.OK));
    fixture.assertBalanced();
  }

  @Test
  void ioOnAZonedDiskIsCutWhereZonesEnd() {
    long zone = 1 << 20;
    fixture.head.setGeometry(
        HeadFixture.CAPACITY,
        HeadFixture.LIMITS.withZoned(new ZonedModel(ZonedModel.Kind.HOST_MANAGED, zone, 0)));
    FakePath path = fixture.optimized();
    fixture.submit(new Bio().asRead(zone - 4096, 8192, fixture.memory, 0, fixture::noteEnd));
    assertThat(path.held()).extracting(Bio::offset).containsExactly(zone - 4096, zone);
    path.endAll(BlockStatus.OK);
    fixture.assertBalanced();
  }

  @Test
  void failoverAsksForTheWholeOriginalAgain() {
    FakePath first = fixture.optimized();
    FakePath second = fixture.optimized();
    fixture.submit(new Bio().asWrite(4096, 65536, fixture.memory, 512, Bio.FUA, fixture::noteEnd));
    first.endOne(BlockStatus.TRANSPORT);
    fixture.loop.run();
    Bio again = second.held().getFirst();
    assertThat(again.offset()).isEqualTo(4096);
    assertThat(again.length()).isEqualTo(65536);
    assertThat(again.dataOffset()).isEqualTo(512);
    assertThat(again.has(Bio.FUA)).isTrue();
  }

  @Test
  void failedBiosGoToTheNextPathInTheOrderInWhichTheyFailed() {
    FakePath first = fixture.optimized();
    FakePath second = fixture.optimized();
    for (int i = 0; i < 10; i++) {
      fixture.read(i * 4096L);
    }
    fixture.set(first, FakePath.Link.GONE);
    first.endAll(BlockStatus.TRANSPORT);
    assertThat(second.held()).as("before the end of the turn").isEmpty();
    fixture.loop.turn();
    List<Long> offsets = new ArrayList<>();
    second.held().forEach(bio -> offsets.add(bio.offset() / 4096));
    assertThat(offsets).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
  }

  @Test
  void aBioPrefersAPathThatItHasNotTried() {
    FakePath first = fixture.optimized();
    FakePath second = fixture.nonOptimized();
    fixture.read();
    first.endOne(BlockStatus.IOERR);
    fixture.loop.run();
    assertThat(first.held()).isEmpty();
    assertThat(second.held()).hasSize(1);
  }

  @Test
  void aBioTriesEveryPathAgainBeforeItTriesOneAThirdTime() {
    fixture.optimized();
    fixture.optimized();
    fixture.read();
    List<String> tried = new ArrayList<>();
    for (int attempt = 0; attempt < 4; attempt++) {
      FakePath path = fixture.paths.get(fixture.paths.get(0).held().isEmpty() ? 1 : 0);
      tried.add(path.name());
      path.endOne(BlockStatus.IOERR);
      fixture.loop.run();
    }
    assertThat(tried).containsExactly("sda:0", "sda:1", "sda:0", "sda:1");
  }

  @Test
  void aPathThatCompletesAtOnceDoesNotMakeTheStackGrow() {
    FakePath path = fixture.optimized();
    path.endsAtOnce = java.util.Optional.of(BlockStatus.OK);
    int[] left = {1_000_000};
    Bio bio = new Bio();
    bio.asRead(
        0,
        4096,
        fixture.memory,
        0,
        ended -> {
          if (--left[0] > 0) {
            fixture.head.submit(ended);
          }
        });
    fixture.head.submit(bio);
    assertThat(left[0]).isZero();
    assertThat(path.submissions).isEqualTo(1_000_000);
    fixture.assertBalanced();
  }

  @Test
  void whatWasTriedOnceStaysOneBioWhenTheLimitsBecomeStricter() {
    FakePath first = fixture.optimized();
    FakePath second = fixture.optimized();
    Bio bio = new Bio().asWrite(0, 1 << 20, fixture.memory, 0, 0, fixture::noteEnd);
    fixture.submit(bio);
    first.endOne(BlockStatus.TRANSPORT);
    fixture.head.setGeometry(
        HeadFixture.CAPACITY,
        new BlockLimits(512, 4096, 4096, 0, 65_536, 0, 0, 4096, true, true, false));
    fixture.loop.run();
    assertThat(second.held()).as("a path's disk takes what is too long, too").hasSize(1);
    assertThat(second.held().getFirst().has(Bio.REPEATED)).isTrue();
    second.endOne(BlockStatus.OK);
    assertThat(fixture.ended).containsExactly(java.util.Map.entry(bio, BlockStatus.OK));
    assertThat(fixture.head.statistics().writing()).isZero();
    assertThat(fixture.head.statistics().write().ios()).isOne();
    fixture.assertBalanced();
  }
}
