package io.multipath4j.libmultipath.controllers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.libmultipath.HeadCharDevice;
import io.multipath4j.libmultipath.HeadOpen;
import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.libmultipath.controllers.ControllerDriver.Command;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Commands past the block layer, and what keeps alive what they use. */
class CharDeviceTest {

  private static final Command ADMIN = new Command("identify", true);
  private static final Command IO = new Command("compare", false);

  private final ControllerRig rig = new ControllerRig(IoPolicies.ROUND_ROBIN);
  private final HeadCharDevice<Namespace> device = rig.head.charDevice().orElseThrow();
  private final Controller controller = new Controller("ctrl0");

  private <T> T onLoop(Supplier<T> step) {
    CompletableFuture<T> result = new CompletableFuture<>();
    rig.on(() -> result.complete(step.get()));
    return result.join();
  }

  private static BlockStatus status(CompletableFuture<?> future) {
    assertThat(future.exceptionNow()).isInstanceOf(BlockOperationException.class);
    return ((BlockOperationException) future.exceptionNow()).status();
  }

  @Test
  void theDeviceComesWithTheDiskAndGoesWithIt() throws BlockOperationException {
    assertThat(device.isLive()).isFalse();
    assertThatThrownBy(device::open)
        .hasMessage("cannot open the character device of ns1: it is not there");
    rig.connect(controller);
    assertThat(device.isLive()).isTrue();
    HeadOpen open = device.open();
    rig.connect(new Controller("ctrl1"));
    rig.on(rig.head::removeDisk);
    assertThat(rig.driver.told).containsExactly("add ng live=true", "delete ng live=false");
    assertThat(device.isLive()).isFalse();
    assertThatThrownBy(device::open).isInstanceOf(BlockOperationException.class);
    CompletionStage<Void> gone = rig.head.life().uninit();
    assertThat(gone).as("the opener holds the head").isNotDone();
    open.close();
    assertThat(gone).isCompleted();
  }

  @Test
  void aDeviceThatCannotBeMadeLeavesTheDiskAlone() {
    rig.driver.charDeviceFails = true;
    rig.connect(controller);
    assertThat(device.isLive()).isFalse();
    assertThat(rig.head.isLive()).isTrue();
    rig.on(rig.head::removeDisk);
    assertThat(rig.driver.told).as("what was not made is not ended").isEmpty();
  }

  @Test
  void anIoctlNeedsAPath() {
    CompletableFuture<Void> answer = onLoop(() -> device.ioctl(IO, true));
    assertThat(status(answer)).as("EWOULDBLOCK").isEqualTo(BlockStatus.AGAIN);
    Namespace path = rig.connect(controller);
    CompletableFuture<Void> second = onLoop(() -> device.ioctl(IO, true));
    assertThat(second).isNotDone();
    rig.on(() -> path.requests.remove().complete(null));
    assertThat(second).isCompleted();
  }

  @Test
  void anAsynchronousCommandWithoutAPathIsInvalid() {
    CompletableFuture<Void> answer = onLoop(() -> device.submitCommand(IO, 0));
    assertThat(status(answer)).isEqualTo(BlockStatus.INVAL);
    Namespace path = rig.connect(controller);
    CompletableFuture<Void> second = onLoop(() -> device.submitCommand(IO, 0));
    assertThat(second).isNotDone();
    rig.on(() -> path.requests.remove().complete(null));
    assertThat(second).isCompleted();
  }

  @Test
  void pollingSelectsNoPath() throws BlockOperationException {
    assertThat(device.pollCommand(IO, 3)).isEqualTo(3);
  }

  @Test
  void aDriverWithoutAsynchronousCommandsSaysSo() {
    rig.driver.asynchronous = false;
    rig.connect(controller);
    assertThat(status(onLoop(() -> device.submitCommand(IO, 0)))).isEqualTo(BlockStatus.NOTSUPP);
    assertThatThrownBy(() -> device.pollCommand(IO, 0))
        .isInstanceOfSatisfying(
            BlockOperationException.class, e -> assertThat(e.errnoName()).isEqualTo("EOPNOTSUPP"))
        .hasMessage("compare: this device's commands cannot be polled");
  }

  @Test
  void aRequestToTheControllerPinsItAndNotThePath() {
    Namespace path = rig.connect(controller);
    CompletableFuture<Void> block = onLoop(() -> rig.head.operations().ioctl(ADMIN, true));
    CompletableFuture<Void> character = onLoop(() -> device.ioctl(ADMIN, true));
    assertThat(controller.pins).isEqualTo(2);
    assertThat(rig.head.synchronize()).as("nobody waits for it").isCompleted();
    rig.delete(controller);
    rig.on(() -> path.requests.remove().complete(null));
    assertThat(controller.pins).isOne();
    rig.on(() ->
        path.requests
            .remove()
            .completeExceptionally(
                BlockOperationException.of(BlockStatus.TRANSPORT, "controller is gone")));
    assertThat(controller.pins).as("finished once, well or not").isZero();
    assertThat(block).isCompleted();
    assertThat(status(character)).isEqualTo(BlockStatus.TRANSPORT);
  }

  @Test
  void anyOtherRequestUsesThePathUntilItEnds() {
    Namespace path = rig.connect(controller);
    CompletableFuture<Void> answer = onLoop(() -> device.ioctl(IO, true));
    assertThat(controller.pins).isZero();
    CompletionStage<Void> unused = rig.head.synchronize();
    assertThat(unused).isNotDone();
    rig.on(() -> path.requests.remove().complete(null));
    assertThat(answer).isCompleted();
    assertThat(unused).isCompleted();
  }

  @Test
  void theAnswerComesAlsoWhenTheDriverFailsToLetGo() {
    rig.driver.finishFails = true;
    Namespace path = rig.connect(controller);
    CompletableFuture<Void> answer = onLoop(() -> device.ioctl(ADMIN, true));
    rig.on(() -> path.requests.remove().complete(null));
    assertThat(answer).isCompleted();
  }

  @Test
  void aDeviceThatCannotBeUnmadeDoesNotKeepTheDisk() {
    rig.driver.deleteFails = true;
    rig.connect(controller);
    rig.delete(controller);
    assertThat(rig.head.isLive()).isFalse();
    assertThat(device.isLive()).isFalse();
    assertThat(rig.head.life().references()).isZero();
  }

  @Test
  void aCommandAfterTheDiskWasRemovedFindsNoDevice() {
    rig.connect(controller);
    rig.on(rig.head::removeDisk);
    assertThat(onLoop(() -> device.submitCommand(IO, 0)).exceptionNow())
        .isInstanceOfSatisfying(
            BlockOperationException.class, e -> assertThat(e.errnoName()).isEqualTo("ENXIO"));
  }
}
