package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the outside is shown of a disk, and in which order. */
class PublishingTest {

  /** Notes what it is told. */
  private static final class Recorder implements HeadPublisher<FakePath> {

    final List<String> told = new ArrayList<>();
    Runnable onUnpublish = () -> {};
    boolean refusesDisk;
    boolean refusesLinks;
    boolean refusesUnlinks;
    boolean removesDisk;

    @Override
    public void publishDisk(MpathHead<FakePath> head) {
      told.add("publish live=" + head.isLive());
      if (refusesDisk) {
        throw new IllegalStateException("no room for " + head.name());
      }
      if (removesDisk) {
        head.removeDisk();
      }
    }

    @Override
    public void unpublishDisk(MpathHead<FakePath> head) {
      onUnpublish.run();
      told.add("unpublish live=" + head.isLive());
    }

    @Override
    public void linkPath(MpathHead<FakePath> head, MpathDevice<FakePath> path) {
      if (refusesLinks) {
        throw new IllegalStateException("no room for " + path);
      }
      told.add("link " + path);
    }

    @Override
    public void unlinkPath(MpathHead<FakePath> head, MpathDevice<FakePath> path) {
      told.add("unlink " + path);
      if (refusesUnlinks) {
        throw new IllegalStateException("no way to unlink " + path);
      }
    }
  }

  private final Recorder recorder = new Recorder();
  private final HeadFixture fixture = new HeadFixture(IoPolicies.NUMA, Optional.of(recorder));

  @Test
  void theDiskIsPublishedOnceWithTheFirstLivePathAndBeforeItsLinks() {
    fixture.optimized();
    fixture.optimized();
    fixture.head.setLive(fixture.paths.getFirst().device);
    assertThat(recorder.told).containsExactly("publish live=true", "link sda:0", "link sda:1");
  }

  @Test
  void pathsThatWereThereBeforeTheDiskAreLinkedWithIt() {
    FakePath early = new FakePath("early", -1, new ActiveCounter(), MpathAccessState.OTHER);
    fixture.head.addDevice(early.device);
    assertThat(recorder.told).isEmpty();
    fixture.optimized();
    assertThat(recorder.told).containsExactly("publish live=true", "link early", "link sda:0");
  }

  @Test
  void aDiskThatCannotBePublishedIsNotLiveAndMayComeLiveLater() {
    recorder.refusesDisk = true;
    assertThatThrownBy(fixture::optimized).hasMessage("no room for sda");
    assertThat(fixture.head.isLive()).isFalse();
    fixture.read();
    assertThat(fixture.ended).containsValue(BlockStatus.IOERR);
    recorder.refusesDisk = false;
    assertThat(fixture.head.setLive(fixture.paths.getFirst().device)).isTrue();
    assertThat(fixture.head.isLive()).isTrue();
    assertThat(recorder.told)
        .containsExactly("publish live=true", "publish live=true", "link sda:0");
  }

  @Test
  void aLinkThatFailsIsMadeWithTheNextPath() {
    recorder.refusesLinks = true;
    fixture.optimized();
    assertThat(fixture.head.isLive()).as("the path works without it").isTrue();
    recorder.refusesLinks = false;
    fixture.optimized();
    assertThat(recorder.told).containsExactly("publish live=true", "link sda:0", "link sda:1");
  }

  @Test
  void aRemovedPathLosesItsLinkAndGetsItAgainWhenItReturns() {
    FakePath path = fixture.optimized();
    fixture.head.deleteDevice(path.device);
    fixture.head.addDevice(path.device);
    fixture.head.setLive(path.device);
    assertThat(recorder.told)
        .containsExactly("publish live=true", "link sda:0", "unlink sda:0", "link sda:0");
  }

  @Test
  void aRemovedDiskIsUnpublishedOnceAfterItStoppedTakingIo() {
    fixture.optimized();
    recorder.told.clear();
    fixture.head.removeDisk();
    fixture.head.removeDisk();
    assertThat(recorder.told).containsExactly("unpublish live=false");
  }

  @Test
  void whatIsParkedFailsBeforeTheDiskIsGoneForItsUsers() {
    fixture.head.setQueueIfNoPath(true);
    FakePath path = fixture.optimized();
    fixture.head.deleteDevice(path.device);
    Bio parked = fixture.read();
    assertThat(fixture.ended).isEmpty();
    recorder.onUnpublish = () -> assertThat(fixture.ended).containsEntry(parked, BlockStatus.IOERR);
    fixture.head.removeDisk();
    assertThat(recorder.told).contains("unpublish live=false");
    fixture.loop.run();
    fixture.assertBalanced();
  }

  @Test
  void aDiskThatWasNeverLiveIsNotUnpublished() {
    fixture.head.removeDisk();
    assertThat(recorder.told).isEmpty();
  }

  @Test
  void theDiskIsUnpublishedOnItsLoopWhenTheLastWhoUsesItIsDone() throws InterruptedException {
    fixture.optimized();
    recorder.told.clear();
    CountDownLatch calling = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    Thread user =
        new Thread(() ->
            fixture.head.callForDevice(path -> {
              calling.countDown();
              await(mayEnd);
              return BlockStatus.OK;
            }));
    user.start();
    await(calling);
    fixture.head.removeDisk();
    fixture.loop.run();
    assertThat(recorder.told).as("somebody uses it").isEmpty();
    mayEnd.countDown();
    user.join(TimeUnit.SECONDS.toMillis(10));
    assertThat(recorder.told).as("not on the user's thread").isEmpty();
    fixture.loop.run();
    assertThat(recorder.told).containsExactly("unpublish live=false");
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aLinkThatCannotBeTakenAwayDoesNotKeepParkedIoAsleep() {
    FakePath path = fixture.optimized();
    fixture.set(path, FakePath.Link.PAUSED);
    fixture.read();
    assertThat(fixture.ended).isEmpty();
    recorder.refusesUnlinks = true;
    assertThat(fixture.head.deleteDevice(path.device)).isTrue();
    fixture.loop.run();
    assertThat(fixture.ended.values()).containsExactly(BlockStatus.IOERR);
    fixture.assertBalanced();
  }

  @Test
  void aDiskThatIsRemovedWhileItIsPublishedStaysRemoved() {
    recorder.removesDisk = true;
    assertThat(recorder.told).isEmpty();
    fixture.optimized();
    assertThat(fixture.head.isLive()).isFalse();
    assertThat(recorder.told).containsExactly("publish live=true", "unpublish live=false");
    fixture.read();
    assertThat(fixture.ended).containsValue(BlockStatus.IOERR);
  }
}
