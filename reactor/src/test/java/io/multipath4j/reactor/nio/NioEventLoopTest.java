package io.multipath4j.reactor.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.Listener;
import io.multipath4j.reactor.loop.RecordingHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NioEventLoopTest {

  private static final long BOUND_SECONDS = 20;

  @TempDir Path directory;
  private NioEventLoop loop;

  @BeforeEach
  void open() throws IOException {
    loop = new NioEventLoop();
  }

  @AfterEach
  void close() {
    loop.close();
  }

  private void until(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(BOUND_SECONDS));
      loop.doWork(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  private static Endpoint anyPort() {
    return new Endpoint.Tcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(BOUND_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  // ---- Unix socket files

  @Test
  void socketFileIsPrivateAndNothingElseIsLeft() throws IOException {
    Path path = directory.resolve("disk.sock");
    Listener listener = loop.listen(new Endpoint.Unix(path), remote -> null);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(path);
    }
    listener.close();
    assertThat(path).doesNotExist();
  }

  @Test
  void staleSocketFileIsReplaced() throws IOException {
    Path path = directory.resolve("stale.sock");
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(path));
    }
    assertThat(path).exists();
    RecordingHandler server = new RecordingHandler();
    loop.listen(new Endpoint.Unix(path), remote -> server);
    loop.connect(new Endpoint.Unix(path), new RecordingHandler());
    until(server::isConnected);
  }

  @Test
  void liveSocketFileIsRefusedAndKept() throws IOException {
    Path path = directory.resolve("live.sock");
    try (ServerSocketChannel live = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      live.bind(UnixDomainSocketAddress.of(path));
      assertThatThrownBy(() -> loop.listen(new Endpoint.Unix(path), remote -> null))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(path.toString())
          .hasMessageContaining("already");
      RecordingHandler client = new RecordingHandler();
      loop.connect(new Endpoint.Unix(path), client);
      until(client::isConnected);
    }
  }

  @Test
  void fileThatIsNoSocketIsRefusedAndKept() throws IOException {
    Path path = Files.writeString(directory.resolve("notes.txt"), "precious");
    assertThatThrownBy(() -> loop.listen(new Endpoint.Unix(path), remote -> null))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is no socket");
    assertThat(path).hasContent("precious");
  }

  @Test
  void closedListenerDoesNotRemoveItsSuccessorsFile() throws IOException {
    Path path = directory.resolve("handover.sock");
    Listener first = loop.listen(new Endpoint.Unix(path), remote -> null);
    Files.delete(path);
    RecordingHandler server = new RecordingHandler();
    loop.listen(new Endpoint.Unix(path), remote -> server);
    first.close();
    loop.connect(new Endpoint.Unix(path), new RecordingHandler());
    until(server::isConnected);
  }

  @Test
  void pathThatIsTooLongOrNowhereIsRefusedByName() throws IOException {
    Path tooLong = directory.resolve("x".repeat(120));
    Path nowhere = directory.resolve("missing").resolve("s");
    for (Path path : List.of(tooLong, nowhere)) {
      assertThatThrownBy(() -> loop.listen(new Endpoint.Unix(path), remote -> null))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot listen on unix:" + path);
      RecordingHandler client = new RecordingHandler();
      loop.connect(new Endpoint.Unix(path), client);
      until(() -> client.closed);
      assertThat(client.cause).hasMessageContaining("cannot connect to unix:" + path);
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void serverWithAFullBacklogIsNotWaitedForAndNotReplaced() throws IOException {
    Path path = directory.resolve("busy.sock");
    try (ServerSocketChannel busy = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      busy.bind(UnixDomainSocketAddress.of(path), 1);
      RecordingHandler last = new RecordingHandler();
      for (int i = 0; i < 4; i++) {
        loop.connect(new Endpoint.Unix(path), new RecordingHandler());
      }
      loop.connect(new Endpoint.Unix(path), last);
      until(() -> last.closed);
      assertThat(last.cause).hasMessageContaining("cannot connect to unix:" + path);
      assertThatThrownBy(() -> loop.listen(new Endpoint.Unix(path), remote -> null))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot listen on unix:" + path);
    }
  }

  // ---- addresses

  @Test
  void nameThatWasNotResolvedIsRefusedByName() {
    RecordingHandler client = new RecordingHandler();
    loop.connect(
        new Endpoint.Tcp(InetSocketAddress.createUnresolved("nobody.invalid", 3260)), client);
    until(() -> client.closed);
    assertThat(client.cause)
        .hasMessageContaining("nobody.invalid:3260")
        .hasMessageContaining("not resolved");
  }

  // ---- threads

  @Test
  void tasksOfOtherThreadsWakeASleepingLoopEachTime() throws InterruptedException {
    loop.start("loop");
    for (int i = 0; i < 2000; i++) {
      CountDownLatch ran = new CountDownLatch(1);
      loop.execute(ran::countDown);
      await(ran);
    }
  }

  @Test
  void tasksOfEachThreadKeepTheirOrder() throws InterruptedException {
    int threads = 3;
    int tasks = 3000;
    List<List<Integer>> ran = new ArrayList<>();
    CountDownLatch all = new CountDownLatch(threads * tasks);
    loop.start("loop");
    List<Thread> posters = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      List<Integer> mine = new ArrayList<>();
      ran.add(mine);
      posters.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < tasks; i++) {
                  int number = i;
                  loop.execute(() -> {
                    mine.add(number);
                    all.countDown();
                  });
                }
              }));
    }
    for (Thread poster : posters) {
      poster.join();
    }
    await(all);
    for (List<Integer> mine : ran) {
      assertThat(mine).hasSize(tasks).isSorted();
    }
  }

  @Test
  void startedLoopBelongsToItsThread() throws InterruptedException {
    loop.start("loop");
    assertThat(loop.inEventLoop()).isFalse();
    assertThatThrownBy(() -> loop.schedule(0, () -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("belongs to");
    List<Object> seen = new ArrayList<>();
    CountDownLatch ran = new CountDownLatch(1);
    loop.execute(() -> {
      seen.add(loop.inEventLoop());
      seen.add(Thread.currentThread().getName());
      ran.countDown();
    });
    await(ran);
    assertThat(seen).containsExactly(true, "loop");
    assertThatThrownBy(() -> loop.start("again")).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void timerWakesASleepingLoop() throws InterruptedException {
    CountDownLatch ran = new CountDownLatch(1);
    loop.schedule(TimeUnit.MILLISECONDS.toNanos(2), ran::countDown);
    loop.start("loop");
    await(ran);
  }

  @Test
  void interruptIsIgnoredAndDoesNotKeepTheLoopAwake() {
    Thread.currentThread().interrupt();
    loop.doWork(TimeUnit.SECONDS.toNanos(1));
    assertThat(Thread.interrupted()).isFalse();
  }

  // ---- the end

  @Test
  void closeEndsStreamsAndListenersAndRunsWhatWasPosted() throws Exception {
    Path path = directory.resolve("s");
    RecordingHandler server = new RecordingHandler();
    loop.listen(new Endpoint.Unix(path), remote -> server);
    try (NioEventLoop other = new NioEventLoop()) {
      RecordingHandler client = new RecordingHandler();
      other.connect(new Endpoint.Unix(path), client);
      until(() -> {
        other.doWork(0);
        return client.isConnected() && server.isConnected();
      });
      server.stream.stage(3).put("bye".getBytes(java.nio.charset.StandardCharsets.UTF_8));
      List<String> ran = new ArrayList<>();
      loop.execute(() -> ran.add("posted"));
      loop.start("loop");
      loop.close();
      assertThat(ran).containsExactly("posted");
      assertThat(path).doesNotExist();
      assertThat(server.events).containsExactly("connected");
      long start = System.nanoTime();
      while (!client.closed) {
        assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(BOUND_SECONDS));
        other.doWork(TimeUnit.MILLISECONDS.toNanos(10));
      }
      assertThat(client.text()).isEqualTo("bye");
      assertThat(client.cause).isNull();
    }
    assertThatThrownBy(() -> loop.execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessageContaining("closed");
    assertThat(loop.doWork(0)).isZero();
  }

  @Test
  void loopCanBeClosedFromItsOwnThread() throws InterruptedException {
    CountDownLatch ran = new CountDownLatch(1);
    loop.start("loop");
    loop.execute(() -> {
      loop.close();
      ran.countDown();
    });
    await(ran);
    loop.close();
    assertThatThrownBy(() -> loop.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
  }

  @Test
  void steppedLoopCanBeClosedFromWithinItsTurn() throws IOException {
    Listener listener = loop.listen(anyPort(), remote -> new RecordingHandler());
    loop.connect(listener.local(), new RecordingHandler());
    loop.execute(loop::close);
    loop.doWork(0);
    assertThat(loop.doWork(0)).isZero();
    assertThatThrownBy(() -> loop.connect(listener.local(), new RecordingHandler()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }
}
