package io.multipath4j.benchmarks;

import io.multipath4j.array.EmulatedArray;
import io.multipath4j.array.backing.MemoryStore;
import io.multipath4j.iscsi.IscsiSession;
import io.multipath4j.iscsi.IscsiSessionConfig;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.simulated.SimulatedNetwork;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.ScsiTimeouts;
import io.multipath4j.scsi.codec.Lun;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What an iSCSI session costs that is logged in and idle: many real ones with an emulated array
 * over the simulated network, each with a probed device.
 */
public final class SessionMemory {

  private static final String TARGET = "iqn.2026-01.example:memory";
  private static final String INITIATOR = "iqn.2026-01.example:initiator";
  private static final long FIRST_ISID = 0x8000_0000_0000L;
  private static final int PORTALS = 10;
  private static final int SESSIONS_PER_PORTAL = 60;
  private static final int SESSIONS = PORTALS * SESSIONS_PER_PORTAL;

  private final SplittableRandom random = new SplittableRandom(1);
  private final SimulatedNetwork network = new SimulatedNetwork(1);
  private final EventLoop initiatorLoop = network.newLoop("initiator");
  private final List<ScsiDevice> devices = new ArrayList<>();

  private SessionMemory() {}

  /**
   * Measures and prints.
   *
   * @param args none
   */
  public static void main(String[] args) throws IOException {
    new SessionMemory().measure();
  }

  private void measure() throws IOException {
    EmulatedArray.Builder builder =
        EmulatedArray.builder(TARGET, random.split())
            .lun(1, 512, new MemoryStore(1 << 20, Long.MAX_VALUE));
    for (int i = 0; i < PORTALS; i++) {
      builder.portal(portal(i), 1);
    }
    EmulatedArray array = builder.build();
    array.start(network.newLoop("array"));
    attach(0); // what all sessions share comes with the first

    long heap = usedHeap();
    long direct = usedDirect();
    for (int number = 1; number <= SESSIONS; number++) {
      attach(number);
    }
    System.out.printf(
        "a session with one device, logged in and idle, both ends of it: %,d bytes of heap, %,d of"
            + " direct memory%n",
        (usedHeap() - heap) / SESSIONS, (usedDirect() - direct) / SESSIONS);

    heap = usedHeap();
    List<IscsiSession> idle = new ArrayList<>();
    for (int number = 0; number < SESSIONS; number++) {
      idle.add(newSession(number));
    }
    System.out.printf(
        "our end alone, before it connects: %,d bytes of heap%n",
        (usedHeap() - heap) / idle.size());
    if (devices.size() != SESSIONS + 1) {
      throw new IllegalStateException("not every device is there");
    }
    array.close();
  }

  private static Endpoint portal(int number) {
    return new Endpoint.Tcp(InetSocketAddress.createUnresolved("portal-" + number, 3260));
  }

  private IscsiSession newSession(int number) {
    IscsiSessionConfig config = IscsiSessionConfig.of(INITIATOR, TARGET, portal(number % PORTALS));
    return new IscsiSession(initiatorLoop, config, FIRST_ISID + number, random.split());
  }

  private void attach(int number) {
    IscsiSession session = newSession(number);
    ScsiHost host = new ScsiHost(number, session, initiatorLoop, ScsiTimeouts.DEFAULTS);
    await(session.start());
    devices.add(await(host.probe(Lun.of(1))));
  }

  private <T> T await(CompletableFuture<T> future) {
    if (!network.runUntil(future::isDone, TimeUnit.MINUTES.toNanos(1))) {
      throw new IllegalStateException("no answer within a minute of virtual time");
    }
    return future.join();
  }

  private static long usedHeap() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static long usedDirect() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }
}
