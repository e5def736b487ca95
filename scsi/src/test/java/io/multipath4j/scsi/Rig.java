package io.multipath4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.codec.Sense;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A host with one probed, running device on a scripted transport. */
final class Rig {

  static final ScsiTimeouts TIMEOUTS = ScsiTimeouts.DEFAULTS;

  final ManualLoop loop = new ManualLoop();
  final ScriptedTransport transport = new ScriptedTransport(loop);
  final EmulatedUnit unit = new EmulatedUnit();
  final ScsiHost host = new ScsiHost(3, transport, loop, TIMEOUTS);
  final ScsiDevice device;
  final List<BlockStatus> ends = new ArrayList<>();
  final List<ResultRule> rules = new ArrayList<>();
  final List<String> events = new ArrayList<>();

  Rig() {
    transport.target = unit;
    device = await(host.probe(Lun.of(1)));
    device.addListener(
        new ScsiDeviceListener() {
          @Override
          public void stateChanged(ScsiDevice changed, DeviceState before, DeviceState after) {
            events.add(after.text());
          }

          @Override
          public void senseReported(ScsiDevice reporting, int sense) {
            events.add(Sense.text(sense));
          }

          @Override
          public void propertiesChanged(
              ScsiDevice changed, DeviceProperties before, DeviceProperties after) {
            events.add("properties");
          }
        });
  }

  <T> T await(CompletableFuture<T> future) {
    for (int i = 0; i < 10_000 && !future.isDone(); i++) {
      loop.advance(10);
    }
    assertThat(future).as("done within 100 s").isDone();
    return future.join();
  }

  String failure(CompletableFuture<?> future) {
    for (int i = 0; i < 10_000 && !future.isDone(); i++) {
      loop.advance(10);
    }
    assertThat(future).isCompletedExceptionally();
    return future.handle((x, e) -> e.getCause() == null ? e : e.getCause()).join().getMessage();
  }

  /** Executes a VERIFY(10), which the emulated unit leaves to the test. */
  ScsiRequest execute(int flags) {
    ScsiRequest request =
        new ScsiRequest(ended -> {
          ends.add(ended.status());
          rules.add(ended.rule());
        });
    request.prepare(10, flags, 0).cdb()[0] = 0x2F;
    device.execute(request);
    loop.run();
    return request;
  }

  /** Executes a READ(10) of one block. */
  ScsiRequest executeRead(int flags) {
    ScsiRequest request =
        new ScsiRequest(ended -> {
          ends.add(ended.status());
          rules.add(ended.rule());
        });
    ScsiCommand command = request.prepare(10, flags, 0);
    Cdb.read10(command.cdb(), 0, 1, 0);
    command.data(
        ScsiCommand.Direction.FROM_DEVICE, java.nio.ByteBuffer.allocateDirect(512), 0, 512);
    device.execute(request);
    loop.run();
    return request;
  }

  void assertIdle() {
    assertThat(device.counters().inFlight().value()).as("in flight").isZero();
    assertThat(host.outstanding()).as("outstanding").isZero();
    assertThat(transport.outstanding).isEmpty();
  }
}
