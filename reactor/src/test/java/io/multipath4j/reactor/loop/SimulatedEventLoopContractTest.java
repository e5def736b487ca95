package io.multipath4j.reactor.loop;

import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.simulated.SimulatedNetwork;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;

class SimulatedEventLoopContractTest extends EventLoopContract {

  private SimulatedNetwork network;
  private EventLoop loop;
  private int sockets;

  @BeforeEach
  void open() {
    network = new SimulatedNetwork(1);
    loop = network.newLoop("host");
  }

  @Override
  protected EventLoop loop() {
    return loop;
  }

  @Override
  protected boolean turnUntil(BooleanSupplier condition) {
    return network.runUntil(condition, TimeUnit.SECONDS.toNanos(20));
  }

  @Override
  protected void turnALittle() {
    network.runFor(TimeUnit.MILLISECONDS.toNanos(20));
  }

  @Override
  protected Endpoint freeEndpoint(Kind kind) {
    return switch (kind) {
      case TCP -> new Endpoint.Tcp(InetSocketAddress.createUnresolved("portal", 0));
      case UNIX -> new Endpoint.Unix(Path.of("/run/s" + sockets++));
    };
  }
}
