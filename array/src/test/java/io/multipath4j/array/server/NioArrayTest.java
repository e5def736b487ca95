package io.multipath4j.array.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.array.EmulatedArray;
import io.multipath4j.array.backing.MemoryStore;
import io.multipath4j.iscsi.IscsiSession;
import io.multipath4j.iscsi.IscsiSessionConfig;
import io.multipath4j.iscsi.IscsiSessionConfig.Timing;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.nio.NioEventLoop;
import io.multipath4j.scsi.HostByte;
import io.multipath4j.scsi.ScsiCommand;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Lun;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The portal faults that touch sockets, on real ones. */
class NioArrayTest {

  private static final Timing QUICK = new Timing(20, 40, 5000, 1000, 1000, 100, 5, 20);

  private NioEventLoop loop;
  private EmulatedArray array;
  private IscsiSession session;

  @BeforeEach
  void start() throws Exception {
    loop = new NioEventLoop();
    array =
        EmulatedArray.builder(SimulatedArray.TARGET, new Random(1))
            .lun(1, 512, new MemoryStore(1 << 20, Long.MAX_VALUE))
            .portal(new Endpoint.Tcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)), 1)
            .build();
    array.start(loop);
    IscsiSessionConfig config =
        IscsiSessionConfig.of(
                SimulatedArray.HOST, SimulatedArray.TARGET, array.portals().getFirst().address())
            .withTiming(QUICK);
    session = new IscsiSession(loop, config, 1, new Random(1));
    assertThat(session.start()).isNotNull();
    until(session::isUp);
  }

  @AfterEach
  void close() throws Exception {
    session.close();
    array.close();
    loop.close();
  }

  @Test
  void aCutPortalResetsRefusesAndReturns() {
    array.portals().getFirst().cut();
    until(() -> !session.isUp());
    until(() -> String.valueOf(session.lastFailure()).contains("refused"));
    array.portals().getFirst().restore();
    until(session::isUp);
    assertThat(ready()).isEqualTo(HostByte.DID_OK);
  }

  @Test
  void aBlackHoleLooksLikeADeadPathUntilItEnds() {
    assertThat(ready()).isEqualTo(HostByte.DID_OK);
    array.portals().getFirst().blackHole();
    assertThat(ready()).isEqualTo(HostByte.DID_TRANSPORT_DISRUPTED);
    array.portals().getFirst().restore();
    until(session::isUp);
    assertThat(ready()).isEqualTo(HostByte.DID_OK);
    until(() -> array.server().sessionCount() == 1);
  }

  private HostByte ready() {
    ScsiCommand command = new ScsiCommand();
    boolean[] done = {false};
    command.reset(6, c -> done[0] = true);
    Cdb.inquiry(command.cdb(), 36);
    command.data(ScsiCommand.Direction.FROM_DEVICE, ByteBuffer.allocateDirect(36), 0, 36);
    session.submit(Lun.of(1), command);
    until(() -> done[0]);
    return command.hostByte();
  }

  private void until(BooleanSupplier condition) {
    long end = loop.clock().nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(loop.clock().nanoTime() - end).as("within half a minute").isNegative();
      loop.doWork(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }
}
