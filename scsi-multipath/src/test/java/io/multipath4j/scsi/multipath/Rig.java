package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioCompletion;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.libmultipath.NumaTopology;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.simulated.SimulatedNetwork;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.ScsiTimeouts;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** A loop, hosts on transports in memory, and SCSI multipath on top. */
final class Rig {

  /** One path of the rig, from its transport to its device. */
  record Path(FakeTransport transport, ScsiHost host, ScsiDevice device) {}

  static final ScsiTimeouts TIMEOUTS = new ScsiTimeouts(1_000, 200, 200, 2_000, 50, 5);

  static final ScsiMultipathConfig ALWAYS =
      new ScsiMultipathConfig(MultipathMode.ALWAYS, IoPolicies.ROUND_ROBIN, false, false);

  final SimulatedNetwork network;
  final EventLoop loop;
  final List<MultipathEvent> events = new ArrayList<>();
  final ScsiMultipath multipath;
  private int hosts;

  Rig(ScsiMultipathConfig config) {
    this(config, 1);
  }

  Rig(ScsiMultipathConfig config, long seed) {
    network = new SimulatedNetwork(seed);
    loop = network.newLoop("initiator");
    multipath = new ScsiMultipath(loop, config, NumaTopology.SINGLE_NODE, events::add);
  }

  /** Makes a host on a transport of its own to a logical unit, and probes LUN 0. */
  Path path(String portal, FakeLogicalUnit unit) {
    FakeTransport transport = new FakeTransport("iqn.t at " + portal, loop, unit);
    return path(transport);
  }

  Path path(FakeTransport transport) {
    ScsiHost host = new ScsiHost(hosts++, transport, loop, TIMEOUTS);
    return new Path(transport, host, await(host.probe(0)));
  }

  AddResult add(Path path) {
    return await(multipath.addDevice(path.device()));
  }

  <T> T await(CompletableFuture<T> future) {
    assertThat(runUntil(future::isDone)).as("the future completes").isTrue();
    return future.join();
  }

  /** Runs for this much virtual time. */
  void runMillis(long millis) {
    network.runFor(millis * 1_000_000);
  }

  /** Runs until the condition holds, ten virtual minutes at most; tells whether it does. */
  boolean runUntil(BooleanSupplier condition) {
    return network.runUntil(condition, 600_000_000_000L);
  }

  /** The disk with an index. */
  BlockDevice disk(int headIndex) {
    return multipath.disk(headIndex).orElseThrow();
  }

  HeadSnapshot head(int index) {
    return multipath.heads().stream().filter(h -> h.index() == index).findFirst().orElseThrow();
  }

  String lastEvent() {
    return events.getLast().text();
  }

  List<MultipathEvent.Kind> kinds() {
    return events.stream().map(MultipathEvent::kind).toList();
  }

  /** Reads one block; runs the loop until it is there. */
  BlockStatus read(BlockDevice disk, long block, byte[] into) {
    ByteBuffer data = ByteBuffer.allocateDirect(into.length);
    BlockStatus status =
        run(disk, done -> new Bio().asRead(block * 512, into.length, data, 0, done));
    data.get(0, into);
    return status;
  }

  BlockStatus write(BlockDevice disk, long block, byte[] from) {
    ByteBuffer data = ByteBuffer.allocateDirect(from.length).put(0, from);
    return run(disk, done -> new Bio().asWrite(block * 512, from.length, data, 0, 0, done));
  }

  private BlockStatus run(BlockDevice disk, Function<BioCompletion, Bio> make) {
    List<BlockStatus> ended = new ArrayList<>();
    disk.submit(make.apply(bio -> ended.add(bio.status())));
    runUntil(() -> !ended.isEmpty());
    assertThat(ended).as("completions").hasSize(1);
    return ended.getFirst();
  }
}
