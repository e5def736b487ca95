package io.multipath4j.simulation;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.iscsi.IscsiSession;
import io.multipath4j.iscsi.IscsiSessionConfig;
import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.libmultipath.MpathHead;
import io.multipath4j.libmultipath.NumaTopology;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.ScsiTimeouts;
import io.multipath4j.scsi.ScsiTransport;
import io.multipath4j.scsi.multipath.ScsiMultipath;
import io.multipath4j.scsi.multipath.ScsiMultipathConfig;
import io.multipath4j.scsi.multipath.reservation.HeadReservations;
import io.multipath4j.scsi.multipath.reservation.KeyStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A host with paths to the array of a {@link ReservationSimulation}, which writes all the time. */
final class ReservingHost {

  /** Told how a write ended that was submitted at a time. */
  interface WriteEnd {
    void ended(long submittedNanos, BlockStatus status);
  }

  private static final int MAX_IN_FLIGHT = 4;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final int BLOCK_BYTES = 512;

  final String name;
  final EventLoop loop;
  final ScsiMultipath multipath;
  private final String target;
  private final SplittableRandom random;
  private final Trace trace;
  private final UnaryOperator<ScsiTransport> transports;
  private final List<ScsiHost> hosts = new ArrayList<>();
  private final List<ScsiDevice> devices = new ArrayList<>();
  private final ByteBuffer data = ByteBuffer.allocateDirect(BLOCK_BYTES);
  private int sessions;
  private int inFlight;
  private boolean writing;

  ReservingHost(
      String name,
      EventLoop loop,
      String target,
      Trace trace,
      SplittableRandom random,
      UnaryOperator<ScsiTransport> transports) {
    this.transports = transports;
    this.name = name;
    this.loop = loop;
    this.target = target;
    this.trace = trace;
    this.random = random;
    multipath =
        new ScsiMultipath(
            loop,
            ScsiMultipathConfig.forListedPaths(
                IoPolicies.ALL.get(random.nextInt(IoPolicies.ALL.size())), false),
            NumaTopology.SINGLE_NODE,
            event -> trace.add(name + ": " + event.text()));
    multipath.allowPersistentReservations(KeyStore.inMemory());
  }

  /** Logs in through a portal and adds the path. */
  CompletableFuture<Void> attach(Endpoint portal) {
    int number = sessions++;
    IscsiSessionConfig config = IscsiSessionConfig.of(initiator(), target, portal);
    IscsiSession session =
        new IscsiSession(loop, config, 0x8000_0000_0000L + number, random.split());
    ScsiHost host = new ScsiHost(number, transports.apply(session), loop, ScsiTimeouts.DEFAULTS);
    hosts.add(host);
    return session
        .start()
        .thenCompose(up -> host.probe(SimulatedStack.LUN))
        .whenComplete((device, failure) -> {
          if (failure != null) {
            hosts.remove(host);
            host.close();
          }
        })
        .thenCompose(device -> {
          devices.add(device);
          return multipath.addDevice(device);
        })
        .thenAccept(added -> trace.add(name + ": attached " + portal + ": " + added));
  }

  String initiator() {
    return "iqn.2026-01.example:" + name;
  }

  /** Takes a path away, and gives it back when it is probed again. */
  void remove(int path) {
    boolean last = devices.stream().filter(each -> multipath.path(each).isPresent()).count() < 2;
    if (path < devices.size() && !last) {
      multipath.removePath(devices.get(path));
    }
  }

  void addAgain(int path) {
    if (path < devices.size() && multipath.path(devices.get(path)).isEmpty()) {
      var _ = multipath.addDevice(devices.get(path));
    }
  }

  List<ScsiDevice> devices() {
    return List.copyOf(devices);
  }

  HeadReservations reservations() {
    return multipath.reservations(0).orElseThrow();
  }

  MpathHead<?> head() {
    return (MpathHead<?>) multipath.disk(0).orElseThrow();
  }

  // ---- writes -----------------------------------------------------------------------------------

  void startWriting(WriteEnd listener) {
    writing = true;
    write(listener);
  }

  void stopWriting() {
    writing = false;
  }

  boolean isIdle() {
    return inFlight == 0;
  }

  private void write(WriteEnd listener) {
    if (!writing) {
      return;
    }
    if (inFlight < MAX_IN_FLIGHT) {
      inFlight++;
      long submitted = loop.clock().nanoTime();
      long offset = random.nextLong(head().capacityBytes() / BLOCK_BYTES) * BLOCK_BYTES;
      head()
          .submit(
              new Bio()
                  .asWrite(
                      offset,
                      BLOCK_BYTES,
                      data,
                      0,
                      0,
                      ended -> {
                        inFlight--;
                        listener.ended(submitted, ended.status());
                      }));
    }
    loop.schedule(PAUSE_NANOS, () -> write(listener));
  }

  void close() {
    hosts.forEach(ScsiHost::close);
  }
}
