package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.block.BlockStatus;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every policy keeps to. */
class IoPolicyContractTest {

  /** Those of the library, and one that it does not know: the contract needs nothing else of it. */
  static Stream<IoPolicy> policies() {
    return Stream.concat(IoPolicies.ALL.stream(), Stream.of(new FirstRegisteredPolicy()));
  }

  static Stream<IoPolicy> ownPolicies() {
    return IoPolicies.ALL.stream();
  }

  @Test
  void theWordsAreExactAndTheDefaultComesFirst() {
    assertThat(IoPolicies.ALL.stream().map(IoPolicy::word))
        .containsExactly("numa", "round-robin", "queue-depth");
  }

  @ParameterizedTest
  @MethodSource("ownPolicies")
  void aWordIsParsedToItsPolicy(IoPolicy policy) {
    assertThat(IoPolicies.parse(policy.word())).isSameAs(policy);
  }

  @Test
  void anUnknownWordIsRefusedWithTheWordsThatThereAre() {
    for (String word : List.of("", "Numa", "round", "round-robin\n", "rr")) {
      assertThatThrownBy(() -> IoPolicies.parse(word))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "unknown I/O policy \"%s\": expected one of numa, round-robin, queue-depth", word);
    }
  }

  @ParameterizedTest
  @MethodSource("policies")
  void withoutPathsNoneIsSelected(IoPolicy policy) {
    assertThat(new PolicyFixture(policy).select()).isNull();
  }

  @ParameterizedTest
  @MethodSource("policies")
  void aDisabledPathIsNeverSelected(IoPolicy policy) {
    PolicyFixture fixture = new PolicyFixture(policy);
    FakePath first = fixture.optimized();
    FakePath second = fixture.optimized();
    fixture.selectTimes(3);
    for (FakePath disabled : List.of(first, second)) {
      disabled.link = FakePath.Link.PAUSED;
      assertThat(fixture.selectTimes(5)).doesNotContain(disabled);
      disabled.link = FakePath.Link.UP;
    }
    first.link = FakePath.Link.GONE;
    second.link = FakePath.Link.GONE;
    assertThat(fixture.select()).isNull();
  }

  @ParameterizedTest
  @MethodSource("policies")
  void anAvoidedPathIsNeverSelected(IoPolicy policy) {
    PolicyFixture fixture = new PolicyFixture(policy);
    FakePath first = fixture.optimized();
    FakePath second = fixture.nonOptimized();
    fixture.selectTimes(3);
    assertThat(fixture.select(0, first.device.bit())).isSameAs(second);
    assertThat(fixture.select(0, second.device.bit())).isSameAs(first);
    assertThat(fixture.select(0, first.device.bit() | second.device.bit())).isNull();
  }

  @ParameterizedTest
  @MethodSource("policies")
  void nonOptimizedPathsAreUsedOnlyWhenNoOptimizedOneIsEnabled(IoPolicy policy) {
    PolicyFixture fixture = new PolicyFixture(policy);
    FakePath slow = fixture.nonOptimized();
    assertThat(fixture.select()).isSameAs(slow);
    FakePath fast = fixture.optimized();
    assertThat(fixture.selectTimes(4)).containsOnly(fast);
    fast.link = FakePath.Link.PAUSED;
    assertThat(fixture.selectTimes(4)).containsOnly(slow);
    fast.link = FakePath.Link.UP;
    assertThat(fixture.selectTimes(4)).containsOnly(fast);
  }

  @ParameterizedTest
  @MethodSource("policies")
  void pathsInAnyOtherAccessStateAreNotSelected(IoPolicy policy) {
    PolicyFixture fixture = new PolicyFixture(policy);
    fixture.path(MpathAccessState.OTHER, NumaTopology.NO_NODE);
    fixture.path(MpathAccessState.OTHER, NumaTopology.NO_NODE);
    assertThat(fixture.select()).isNull();
    FakePath slow = fixture.nonOptimized();
    assertThat(fixture.selectTimes(3)).containsOnly(slow);
  }

  @ParameterizedTest
  @MethodSource("policies")
  void aRemovedPathIsNotSelectedThoughACacheStillPointsAtIt(IoPolicy policy) {
    PolicyFixture fixture = new PolicyFixture(policy);
    FakePath gone = fixture.optimized();
    FakePath left = fixture.optimized();
    FakePath third = fixture.optimized();
    fixture.table.remove(gone.device);
    // What a selection that overlaps the removal may leave behind.
    StaleCache.force(fixture.table, 0, gone.device);
    assertThat(fixture.selectTimes(6)).doesNotContain(gone).containsAnyOf(left, third);
  }

  @ParameterizedTest
  @MethodSource("policies")
  void theDriverIsAskedAndNotTheStateOfABefore(IoPolicy policy) {
    PolicyFixture fixture = new PolicyFixture(policy);
    FakePath first = fixture.optimized();
    FakePath second = fixture.optimized();
    for (int i = 0; i < 4; i++) {
      FakePath usable = i % 2 == 0 ? first : second;
      first.link = usable == first ? FakePath.Link.UP : FakePath.Link.GONE;
      second.link = usable == second ? FakePath.Link.UP : FakePath.Link.GONE;
      assertThat(fixture.select()).isSameAs(usable);
    }
  }

  @ParameterizedTest
  @MethodSource("policies")
  void itIsSwitchedToAndFromWithIoUnderWay(IoPolicy policy) {
    HeadFixture fixture = new HeadFixture(IoPolicies.QUEUE_DEPTH);
    FakePath first = fixture.optimized();
    FakePath second = fixture.optimized();
    fixture.read(0);
    fixture.head.setIoPolicy(policy);
    fixture.read(4096);
    fixture.head.setIoPolicy(IoPolicies.QUEUE_DEPTH);
    fixture.read(8192);
    first.endAll(BlockStatus.OK);
    second.endAll(BlockStatus.OK);
    assertThat(fixture.ended.values()).hasSize(3).containsOnly(BlockStatus.OK);
    fixture.assertBalanced();
  }
}
