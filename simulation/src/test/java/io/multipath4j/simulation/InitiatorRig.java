package io.multipath4j.simulation;

import io.multipath4j.array.EmulatedArray;
import io.multipath4j.array.backing.MemoryStore;
import io.multipath4j.array.lu.LogicalUnit;
import io.multipath4j.array.lu.LogicalUnitId;
import io.multipath4j.array.server.Portal;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.initiator.Initiator;
import io.multipath4j.initiator.InitiatorConfig;
import io.multipath4j.initiator.InitiatorListener;
import io.multipath4j.initiator.IscsiPath;
import io.multipath4j.iscsi.IscsiSessionConfig;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.simulated.SimulatedNetwork;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.multipath.MultipathEvent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** An array with two portals and a unit, and what an initiator needs, under virtual time. */
final class InitiatorRig {

  static final String TARGET = "iqn.2026-01.example:disk";
  static final long BYTES = 1 << 20;

  final SimulatedNetwork network = new SimulatedNetwork(5);
  final EventLoop arrayLoop = network.newLoop("array");
  final EventLoop loop = network.newLoop("initiator");
  final EmulatedArray array;
  final List<String> waits = new ArrayList<>();
  final List<MultipathEvent> events = new ArrayList<>();

  InitiatorRig() {
    EmulatedArray.Builder builder = EmulatedArray.builder(TARGET, new SplittableRandom(1));
    builder.lun(1, 512, new MemoryStore(BYTES, BYTES));
    for (int group = 1; group <= 2; group++) {
      builder.portal(
          new Endpoint.Tcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 3259 + group)),
          group);
    }
    array = builder.build();
    arrayLoop.execute(() -> {
      try {
        array.start(arrayLoop);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    });
    runMillis(1);
  }

  static LogicalUnit unit(int lun) {
    return new LogicalUnit(
        lun, LogicalUnitId.of(TARGET, lun), 512, new MemoryStore(BYTES, Long.MAX_VALUE));
  }

  Portal portal(int index) {
    return array.portals().get(index);
  }

  /** A path through a portal to one unit, or to all. */
  IscsiPath path(int portal, OptionalLong lun) {
    Endpoint endpoint = portal(portal).address();
    return new IscsiPath(
        "iscsi://" + endpoint + "/" + TARGET,
        IscsiSessionConfig.of("iqn.2026-01.example:initiator", TARGET, endpoint),
        lun);
  }

  List<IscsiPath> paths(OptionalLong lun) {
    return List.of(path(0, lun), path(1, lun));
  }

  static OptionalLong one() {
    return OptionalLong.of(Lun.of(1));
  }

  Initiator initiator(InitiatorConfig config) {
    return new Initiator(
        loop,
        config,
        new InitiatorListener() {
          @Override
          public void happened(MultipathEvent event) {
            events.add(event);
          }

          @Override
          public void pathWaits(String url, String reason) {
            waits.add(url + ": " + reason);
          }
        },
        new SplittableRandom(9));
  }

  CompletableFuture<List<BlockDevice>> attach(Initiator initiator, List<IscsiPath> paths) {
    CompletableFuture<List<BlockDevice>> ready = begin(initiator, paths);
    runMillis(1);
    return ready;
  }

  /** Attaches as soon as time goes on. */
  CompletableFuture<List<BlockDevice>> begin(Initiator initiator, List<IscsiPath> paths) {
    CompletableFuture<List<BlockDevice>> ready = new CompletableFuture<>();
    loop.execute(() -> {
      var _ =
          initiator
              .attach(paths)
              .whenComplete((disks, failure) -> {
                if (failure == null) {
                  ready.complete(disks);
                } else {
                  ready.completeExceptionally(failure);
                }
              });
    });
    return ready;
  }

  void onArray(Runnable change) {
    arrayLoop.execute(change);
    runMillis(1);
  }

  void runMillis(long millis) {
    network.runFor(TimeUnit.MILLISECONDS.toNanos(millis));
  }
}
