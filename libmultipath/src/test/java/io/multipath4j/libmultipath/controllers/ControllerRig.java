package io.multipath4j.libmultipath.controllers;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.libmultipath.IoPolicy;
import io.multipath4j.libmultipath.MpathHead;
import io.multipath4j.libmultipath.MpathHeadConfig;
import io.multipath4j.libmultipath.MpathHeadSnapshot;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.simulated.SimulatedNetwork;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A head of that driver on a simulated loop; uses nothing of the library that is not public. */
final class ControllerRig {

  final SimulatedNetwork network = new SimulatedNetwork(1);
  final EventLoop loop = network.newLoop("host");
  final ControllerDriver driver = new ControllerDriver();
  final MpathHead<Namespace> head;
  final Map<Bio, BlockStatus> ended = new LinkedHashMap<>();
  private final ByteBuffer memory = ByteBuffer.allocateDirect(4096);

  ControllerRig(IoPolicy policy) {
    head =
        new MpathHead<>(
            loop, driver, new MpathHeadConfig("ns1", 1L << 30, Namespace.LIMITS, policy));
  }

  /** Runs a step on the loop, then what follows from it. */
  void on(Runnable step) {
    loop.execute(step);
    pass(0);
  }

  void pass(long millis) {
    network.runFor(TimeUnit.MILLISECONDS.toNanos(millis) + 1);
  }

  Namespace connect(Controller controller) {
    Namespace path = new Namespace(controller, head);
    on(() -> {
      assertThat(head.life().claim()).isTrue();
      controller.namespaces.add(path);
      head.addDevice(path.device);
      head.setLive(path.device);
    });
    return path;
  }

  void delete(Controller controller) {
    on(() -> {
      controller.become(Controller.State.DELETING);
      for (Namespace path : controller.namespaces) {
        head.deleteDevice(path.device);
        path.endAll(BlockStatus.TRANSPORT);
        if (head.life().releaseClaim()) {
          driver.removeHead(head);
        }
      }
      controller.namespaces.clear();
    });
  }

  Bio read() {
    Bio bio = new Bio().asRead(0, 4096, memory, 0, end -> ended.put(end, end.status()));
    on(() -> head.submit(bio));
    return bio;
  }

  void assertBalanced() {
    MpathHeadSnapshot snapshot = head.snapshot();
    assertThat(snapshot.inFlight()).isZero();
    assertThat(snapshot.parked()).isZero();
    assertThat(snapshot.safetyTimerFirings()).isZero();
  }
}
