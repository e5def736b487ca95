package io.multipath4j.benchmarks;

import io.multipath4j.block.BlockDevice;
import io.multipath4j.libmultipath.IoPolicy;
import io.multipath4j.libmultipath.NumaTopology;
import io.multipath4j.reactor.nio.NioEventLoop;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.ScsiTimeouts;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.multipath.AddResult;
import io.multipath4j.scsi.multipath.ScsiMultipath;
import io.multipath4j.scsi.multipath.ScsiMultipathConfig;
import io.multipath4j.scsi.multipath.tree.ScsiMultipathTree;
import io.multipath4j.sysfs.SysfsTree;
import io.multipath4j.sysfs.UeventStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * SCSI multipath as it is in production, over {@link LightTransport}: everything from the SCSI host
 * up is the real code. Belongs to the thread that made it, which steps the loop.
 */
public final class RealHeads implements AutoCloseable {

  /** Turns after which something that was asked has not ended and never will. */
  private static final int MAX_TURNS = 100_000;

  /** Events that a tree keeps for those who look. */
  private static final int UEVENTS = 1024;

  private final NioEventLoop loop;
  private final ScsiMultipath multipath;
  private final List<ScsiHost> hosts = new ArrayList<>();

  /** Makes one without disks, with so many hosts: the most paths that a disk will have. */
  public RealHeads(int hostCount, IoPolicy policy) {
    try {
      loop = new NioEventLoop();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    multipath =
        new ScsiMultipath(
            loop,
            ScsiMultipathConfig.forListedPaths(policy, false),
            NumaTopology.SINGLE_NODE,
            event -> {});
    for (int number = 0; number < hostCount; number++) {
      LightTransport transport = new LightTransport("light-" + number, loop);
      hosts.add(new ScsiHost(number, transport, loop, ScsiTimeouts.DEFAULTS));
    }
  }

  /** Shows all of them in an attribute tree from here on, as programs that serve one do. */
  public RealHeads withTree() {
    InstantSource clock = InstantSource.system();
    SysfsTree tree = new SysfsTree(clock, new UeventStream(clock, UEVENTS));
    ScsiMultipathTree.of(tree, multipath);
    return this;
  }

  /** Returns the multipath disks. */
  public ScsiMultipath multipath() {
    return multipath;
  }

  /** Attaches the disk of a LUN with a path through each host, and returns it. */
  public BlockDevice attach(int lun) {
    BlockDevice disk = null;
    for (ScsiHost host : hosts) {
      disk = attach(host, lun);
    }
    if (disk == null) {
      throw new IllegalStateException("no host, so no path");
    }
    return disk;
  }

  private BlockDevice attach(ScsiHost host, int lun) {
    ScsiDevice device = await(host.probe(Lun.of(lun)));
    return switch (await(multipath.addDevice(device))) {
      case AddResult.NewHead made -> made.disk();
      case AddResult.JoinedHead joined -> joined.disk();
      case AddResult.OrdinaryDisk ordinary -> throw new IllegalStateException(ordinary.reason());
      case AddResult.NoDisk none -> throw new IllegalStateException(none.reason());
      case AddResult.Refused refused -> throw new IllegalStateException(refused.reason());
    };
  }

  /** Makes one turn of the loop. */
  public void turn() {
    loop.doWork(0);
  }

  /** Makes one turn of the loop with this task in it. */
  public void inTurn(Runnable task) {
    loop.defer(task);
    turn();
  }

  private <T> T await(CompletableFuture<T> future) {
    for (int turns = 0; !future.isDone(); turns++) {
      if (turns == MAX_TURNS) {
        throw new IllegalStateException("no answer after " + turns + " turns of the loop");
      }
      turn();
    }
    return future.join();
  }

  @Override
  public void close() {
    hosts.forEach(ScsiHost::close);
    loop.close();
  }
}
