package io.multipath4j.reactor.loop;

import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.nio.NioEventLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class NioEventLoopContractTest extends EventLoopContract {

  private static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(20);

  @TempDir Path directory;
  private NioEventLoop loop;
  private int sockets;

  @BeforeEach
  void open() throws IOException {
    loop = new NioEventLoop();
  }

  @AfterEach
  void close() {
    loop.close();
  }

  @Override
  protected EventLoop loop() {
    return loop;
  }

  @Override
  protected boolean turnUntil(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > BOUND_NANOS) {
        return false;
      }
      loop.doWork(TimeUnit.MILLISECONDS.toNanos(10));
    }
    return true;
  }

  @Override
  protected void turnALittle() {
    for (int i = 0; i < 20; i++) {
      loop.doWork(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  @Override
  protected Endpoint freeEndpoint(Kind kind) {
    return switch (kind) {
      case TCP -> new Endpoint.Tcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      case UNIX -> new Endpoint.Unix(directory.resolve("s" + sockets++));
    };
  }
}
