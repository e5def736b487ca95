package io.multipath4j.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioCompletion;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.nbd.client.NbdClient;
import io.multipath4j.nbd.client.NbdClientConfig;
import io.multipath4j.nbd.client.NbdClientListener;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.nio.NioEventLoop;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Server and client on one real loop, over a real Unix socket: what a request allocates. */
class AllocationTest {

  private static final int DEPTH = 32;
  private static final int LENGTH = 4096;
  private static final int REQUESTS = 50_000;

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void requestsAllocateNothingInSteadyState(boolean structured) throws Exception {
    Endpoint endpoint = new Endpoint.Unix(directory.resolve("nbd.sock"));
    MemoryDevice device = new MemoryDevice(1 << 20).withoutHistory();
    try (NioEventLoop loop = new NioEventLoop()) {
      NbdServer.start(
          loop,
          NbdServerConfig.builder().export(NbdExport.of("disk", device)).listen(endpoint).build());
      Load load = new Load(loop);
      NbdClient client =
          NbdClient.connect(
              loop, endpoint, new NbdClientConfig("disk", DEPTH, structured, 10_000, 60_000), load);
      load.run(REQUESTS, client); // warms up, and makes buffers and slots

      long before = allocatedBytes();
      load.run(REQUESTS, client);
      long allocated = allocatedBytes() - before;

      assertThat((double) allocated / REQUESTS).as("bytes per request").isLessThan(1.0);
      assertThat(load.failed).isZero();
    }
  }

  private static long allocatedBytes() throws ReflectiveOperationException {
    // By reflection, because the module under test does not read jdk.management.
    Object threads =
        Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getThreadMXBean")
            .invoke(null);
    Method read =
        Class.forName("com.sun.management.ThreadMXBean")
            .getMethod("getCurrentThreadAllocatedBytes");
    return (Long) read.invoke(threads);
  }

  /** Reads and writes in turn; each bio is submitted anew by its completion. */
  private static final class Load implements NbdClientListener {
    private final NioEventLoop loop;
    private final BioCompletion ended = this::ended;
    private final Bio[] bios = new Bio[DEPTH];
    private final ByteBuffer[] buffers = new ByteBuffer[DEPTH];
    private @Nullable NbdClient client;
    private boolean ready;
    private int toStart;
    private int inFlight;
    private int turn;
    int failed;

    Load(NioEventLoop loop) {
      this.loop = loop;
      for (int i = 0; i < DEPTH; i++) {
        bios[i] = new Bio();
        buffers[i] = ByteBuffer.allocateDirect(LENGTH);
      }
    }

    @Override
    public void onReady(NbdClient connected) {
      ready = true;
    }

    @Override
    public void onClosed(NbdClient closed, IOException cause) {
      throw new AssertionError("connection lost", cause);
    }

    void run(int requests, NbdClient over) {
      client = over;
      while (!ready) {
        loop.doWork(TimeUnit.SECONDS.toNanos(1));
      }
      toStart = requests;
      for (int i = 0; i < DEPTH; i++) {
        start(bios[i], buffers[i]);
      }
      while (inFlight > 0) {
        loop.doWork(TimeUnit.SECONDS.toNanos(1));
      }
    }

    private void start(Bio bio, ByteBuffer buffer) {
      if (toStart > 0) {
        toStart--;
        inFlight++;
        long offset = (long) (turn & 127) * LENGTH;
        if ((turn++ & 1) == 0) {
          bio.asRead(offset, LENGTH, buffer, 0, ended);
        } else {
          bio.asWrite(offset, LENGTH, buffer, 0, 0, ended);
        }
        client.submit(bio);
      }
    }

    private void ended(Bio bio) {
      inFlight--;
      failed += bio.status() == BlockStatus.OK ? 0 : 1;
      start(bio, bio.data());
    }
  }
}
