package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.multipath4j.block.BlockLimits;
import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.libmultipath.MpathHead;
import io.multipath4j.libmultipath.MpathHeadConfig;
import io.multipath4j.reactor.simulated.SimulatedNetwork;
import io.multipath4j.scsi.multipath.ScsiMpathHeads.Claim;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ScsiMpathHeadsTest {

  private static final BlockLimits LIMITS =
      new BlockLimits(512, 512, 512, 0, 65536, 0, 0, 0, false, false, false);

  private static final UniqueId A = new UniqueId("naa.a", 8);
  private static final UniqueId B = new UniqueId("naa.b", 8);
  private static final UniqueId C = new UniqueId("naa.c", 8);

  private final ScsiMpathHeads heads = new ScsiMpathHeads();

  private Claim claim(UniqueId id) {
    return heads.claim(id, (index, diskIndex) -> head(id, index, diskIndex));
  }

  private ScsiMpathHead head(UniqueId id, int index, int diskIndex) {
    LunIdentity identity = new LunIdentity(id.text(), 0, "V", "P", "S", List.of(), 1 << 20, 512);
    MpathHeadConfig config =
        new MpathHeadConfig(DiskNames.disk(diskIndex), 1 << 20, LIMITS, IoPolicies.NUMA);
    return new ScsiMpathHead(
        id,
        index,
        diskIndex,
        identity,
        "first",
        new MpathHead<>(
            new SimulatedNetwork(1).newLoop("initiator"), new PathStates(head -> {}), config));
  }

  @Test
  void pathsWithOneIdShareAHeadAndItsLetters() {
    Claim first = claim(A);
    Claim second = claim(A);
    assertThat(first.isNew()).isTrue();
    assertThat(second.isNew()).isFalse();
    assertThat(second.head()).isSameAs(first.head());
    assertThat(List.of(first.pathIndex(), second.pathIndex())).containsExactly(0, 1);
    assertThat(claim(B).head().diskName()).isEqualTo("sdb");
  }

  @Test
  void lowestFreeIndicesAreUsedAgain() {
    Claim a = claim(A);
    claim(B);
    Claim first = claim(C);
    claim(C);
    heads.release(a);
    assertThat(claim(new UniqueId("naa.d", 8)).head().index()).isZero();
    heads.release(first);
    assertThat(claim(C).pathIndex()).isZero();
    assertThat(claim(C).pathIndex()).isEqualTo(2);
  }

  @Test
  void theHeadGoesWithItsLastPathAndANewPathGetsANewOne() {
    Claim first = claim(A);
    Claim second = claim(A);
    heads.release(first);
    assertThat(heads.list()).containsExactly(first.head());
    heads.release(second);
    assertThat(heads.list()).isEmpty();
    Claim again = claim(A);
    assertThat(again.isNew()).isTrue();
    assertThat(again.head()).isNotSameAs(first.head());
    assertThat(again.head().index()).isZero();
  }

  @Test
  void aHeadThatCannotBeMadeLeavesNothingBehind() {
    assertThatIllegalStateException()
        .isThrownBy(() ->
            heads.claim(
                A,
                (index, diskIndex) -> {
                  throw new IllegalStateException("no memory");
                }));
    assertThat(heads.list()).isEmpty();
    assertThatTheLockIsFree();
    assertThat(claim(A).head().index()).isZero();
  }

  @Test
  void aPathWithoutAnIndexLeavesTheHeadAsItWas() {
    List<Claim> claims = new ArrayList<>();
    for (int i = 0; i < ScsiMpathHead.MAX_PATHS; i++) {
      claims.add(claim(A));
    }
    assertThatIllegalStateException()
        .isThrownBy(() -> claim(A))
        .withMessage("all 64 path indices are in use");
    assertThatTheLockIsFree();
    claims.forEach(heads::release);
    assertThat(heads.list()).isEmpty();
  }

  @Test
  void aClaimIsGivenBackOnce() {
    Claim first = claim(A);
    Claim second = claim(A);
    heads.release(first);
    assertThatIllegalArgumentException().isThrownBy(() -> heads.release(first));
    assertThatTheLockIsFree();
    heads.release(second);
    assertThat(heads.list()).isEmpty();
  }

  @Test
  void idsAreComparedToTheirEnd() {
    String common = "iqn.2026-01.example:" + "x".repeat(100);
    assertThat(claim(new UniqueId(common + "1", 9)).head())
        .isNotSameAs(claim(new UniqueId(common + "2", 9)).head());
  }

  /** Whoever holds a claim has a head that is in the list; it never gets one that is going. */
  @Test
  void comingAndGoingAtOnceNeverYieldsADeadHead() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        all.add(
            threads.submit(() -> {
              for (int i = 0; i < 2_000; i++) {
                Claim claim = claim(A);
                assertThat(heads.list()).containsExactly(claim.head());
                heads.release(claim);
              }
            }));
      }
      for (Future<?> one : all) {
        one.get(60, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(heads.list()).isEmpty();
    assertThat(claim(A).head().index()).isZero();
  }

  private void assertThatTheLockIsFree() {
    Thread other = Thread.ofPlatform().start(heads::list);
    try {
      assertThat(other.join(java.time.Duration.ofSeconds(10))).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
