package io.multipath4j.nbd;

import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.nio.NioEventLoop;
import java.nio.file.Path;

/**
 * Serves memory on a Unix socket, for a look at it with real tools: {@code MemoryServer SOCKET
 * MEBIBYTES SECONDS}.
 */
final class MemoryServer {

  private MemoryServer() {}

  public static void main(String[] args) throws Exception {
    MemoryDevice device =
        new MemoryDevice(Integer.parseInt(args[1]) * 1024 * 1024).withoutHistory();
    NbdServerConfig config =
        NbdServerConfig.builder()
            .export(new NbdExport("disk", "memory for a test", device, false))
            .export(new NbdExport("locked", "", device, true))
            .listen(new Endpoint.Unix(Path.of(args[0])))
            .build();
    try (NioEventLoop loop = new NioEventLoop()) {
      NbdServer server = NbdServer.start(loop, config);
      long end = loop.clock().nanoTime() + Long.parseLong(args[2]) * 1_000_000_000L;
      while (end - loop.clock().nanoTime() > 0) {
        loop.doWork(100_000_000);
      }
      System.out.println(
          server.statistics("disk") + " in use " + server.memory().pool().bytesInUse());
    }
  }
}
