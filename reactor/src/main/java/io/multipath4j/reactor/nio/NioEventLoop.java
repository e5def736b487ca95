package io.multipath4j.reactor.nio;

import io.multipath4j.reactor.Acceptor;
import io.multipath4j.reactor.Clock;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Listener;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.StreamHandler;
import io.multipath4j.reactor.Timer;
import io.multipath4j.reactor.loop.ClosedTransport;
import io.multipath4j.reactor.loop.LoopCore;
import io.multipath4j.reactor.loop.LoopStream;
import io.multipath4j.reactor.loop.Transport;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The event loop on sockets and real time.
 *
 * <p>Either {@link #start} gives it a platform thread of its own, or its owner steps it with {@link
 * #doWork}, from one thread at a time. Until then it belongs to the thread that made it, which can
 * so connect and listen before the loop starts.
 *
 * <p>No turn allocates, apart from what the JDK does: its selector boxes the descriptor of each
 * ready channel above 127, 16 bytes, where the compiler does not see through it.
 */
public final class NioEventLoop implements EventLoop, AutoCloseable {

  private static final System.Logger LOG = System.getLogger(NioEventLoop.class.getName());

  private static final long NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private static final int FIRST_READY = 64;

  private enum Life {
    OPEN,
    CLOSING,
    CLOSED
  }

  private final Clock clock = System::nanoTime;
  private final LoopCore core = new LoopCore(clock);
  private final Selector selector;
  private final Consumer<SelectionKey> collector = this::collect;

  private @Nullable Ready[] ready = new @Nullable Ready[FIRST_READY];
  private int readyCount;
  private boolean turning;
  private volatile Thread owner = Thread.currentThread();
  private volatile Life life = Life.OPEN;
  private volatile @Nullable Thread thread;

  /**
   * Makes a loop that belongs to the calling thread, for now.
   *
   * @throws IOException when there is no selector, for example for want of file descriptors
   */
  public NioEventLoop() throws IOException {
    selector = Selector.open();
  }

  // ---- turning

  /**
   * Gives the loop a daemon platform thread of its own, until {@link #close}.
   *
   * @param name of the thread
   */
  public void start(String name) {
    if (thread != null) {
      throw new IllegalStateException("event loop was started already: " + thread);
    }
    Thread started = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    thread = started;
    owner = started;
    started.start();
  }

  private void run() {
    try {
      while (life == Life.OPEN) {
        doWork(Long.MAX_VALUE);
      }
    } finally {
      shutDown();
    }
  }

  /**
   * Makes one turn on the calling thread.
   *
   * @param maxWaitNanos how long to wait when nothing is ready, in nanoseconds, rounded up to
   *     milliseconds; 0 does not wait
   * @return how many channels were ready, tasks ran and streams were flushed
   * @throws UncheckedIOException when the selector is broken
   */
  public int doWork(long maxWaitNanos) {
    if (!inEventLoop()) {
      owner = Thread.currentThread();
    }
    if (life == Life.CLOSED) {
      return 0;
    }
    try {
      select(maxWaitNanos);
    } catch (IOException e) {
      throw new UncheckedIOException("selector of the event loop failed", e);
    }
    turning = true;
    core.beginTurn();
    int work = readyCount;
    for (int i = 0; i < work; i++) {
      Ready one = ready[i];
      ready[i] = null;
      if (one != null) {
        one.ready();
      }
    }
    work += core.endTurn();
    turning = false;
    if (life != Life.OPEN && thread == null) {
      shutDown();
    }
    return work;
  }

  private void select(long maxWaitNanos) throws IOException {
    readyCount = 0;
    if (maxWaitNanos > 0 && !core.hasWork()) {
      long waitNanos = Math.min(maxWaitNanos, core.nanosToNextTimer());
      if (waitNanos > 0) {
        block(waitNanos);
        return;
      }
    }
    selector.selectNow(collector);
  }

  private void block(long waitNanos) throws IOException {
    try {
      if (!core.fallAsleep() || life != Life.OPEN) {
        selector.selectNow(collector);
        return;
      }
      // Rounded up, for a timer must not be early; a wait of 0 would mean for ever.
      long waitMillis = (waitNanos - 1) / NANOS_PER_MILLI + 1;
      selector.select(collector, waitMillis);
    } finally {
      core.wokeUp();
    }
    if (readyCount == 0 && Thread.interrupted()) {
      LOG.log(System.Logger.Level.DEBUG, "event loop ignores an interrupt; close() ends it");
    }
  }

  private void collect(SelectionKey key) {
    if (readyCount == ready.length) {
      ready = Arrays.copyOf(ready, readyCount * 2);
    }
    ready[readyCount++] = (Ready) key.attachment();
  }

  // ---- life

  /**
   * Ends the loop: listeners and streams are closed, in the orderly way and without a word to their
   * handlers, and what is in the mailbox runs before. Waits for the loop's own thread, unless
   * called on it; called within a turn, it takes effect at the turn's end. Idempotent. Callable
   * from any thread; for a loop that is stepped, from the thread that steps it.
   */
  @Override
  public void close() {
    if (life == Life.OPEN) {
      life = Life.CLOSING;
    }
    Thread own = thread;
    if (own == null) {
      if (!turning) {
        shutDown();
      }
    } else if (!own.equals(Thread.currentThread())) {
      wake();
      join(own);
    }
  }

  private static void join(Thread own) {
    boolean interrupted = false;
    while (own.isAlive()) {
      try {
        own.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void shutDown() {
    if (life == Life.CLOSED) {
      return;
    }
    life = Life.CLOSING;
    core.beginTurn();
    core.endTurn();
    life = Life.CLOSED;
    for (SelectionKey key : selector.keys()) {
      ((Ready) key.attachment()).loopClosed();
    }
    closeQuietly(selector);
  }

  // ---- the interface

  @Override
  public Clock clock() {
    return clock;
  }

  @Override
  public long turnNanos() {
    return core.turnNanos();
  }

  @Override
  public boolean inEventLoop() {
    return owner.equals(Thread.currentThread());
  }

  @Override
  public void execute(Runnable task) {
    if (life != Life.OPEN) {
      throw new RejectedExecutionException("event loop is closed");
    }
    core.post(task);
    wake();
  }

  private void wake() {
    if (core.mustWake()) {
      selector.wakeup();
    }
  }

  @Override
  public Timer schedule(long delayNanos, Runnable task) {
    checkThread();
    return core.schedule(delayNanos, task);
  }

  @Override
  public void defer(Runnable task) {
    core.defer(task);
  }

  @Override
  public Stream connect(Endpoint remote, StreamHandler handler) {
    checkThread();
    SocketChannel channel = null;
    try {
      channel =
          remote instanceof Endpoint.Unix
              ? SocketChannel.open(StandardProtocolFamily.UNIX)
              : SocketChannel.open();
      ChannelTransport transport = new ChannelTransport(channel, remote);
      LoopStream stream = newStream(transport, remote, handler);
      boolean connected = channel.connect(Addresses.socketAddress(remote));
      if (connected) {
        transport.connected();
        register(transport, stream, 0);
        core.defer(stream::connected);
      } else {
        register(transport, stream, SelectionKey.OP_CONNECT);
      }
      return stream;
    } catch (IOException | RuntimeException e) {
      if (channel != null) {
        closeQuietly(channel);
      }
      LoopStream failed = newStream(new ClosedTransport(remote), remote, handler);
      failed.failLater(cannotConnect(remote, e));
      return failed;
    }
  }

  @Override
  public Listener listen(Endpoint local, Acceptor acceptor) throws IOException {
    checkThread();
    return NioListener.open(this, local, acceptor);
  }

  // ---- for the channels of this loop

  LoopStream newStream(Transport transport, Endpoint remote, StreamHandler handler) {
    return new LoopStream(core, transport, remote, handler);
  }

  void register(ChannelTransport transport, LoopStream stream, int ops) throws IOException {
    transport.register(selector, stream, ops);
  }

  SelectionKey register(SelectableChannel channel, int ops, Ready ready) throws IOException {
    return channel.register(selector, ops, ready);
  }

  /** A registered channel is really closed by the next select only. */
  void flushClosedChannels() {
    try {
      selector.selectNow(key -> {});
    } catch (IOException e) {
      throw new UncheckedIOException("selector of the event loop failed", e);
    }
  }

  static IOException cannotConnect(Endpoint remote, Exception cause) {
    return new IOException("cannot connect to " + remote + ": " + cause.getMessage(), cause);
  }

  static void closeQuietly(Closeable closeable) {
    try {
      closeable.close();
    } catch (IOException e) {
      // The descriptor is gone either way, and nobody waits for the answer.
      LOG.log(System.Logger.Level.DEBUG, () -> "close of " + closeable + ": " + e);
    }
  }

  private void checkThread() {
    if (life == Life.CLOSED) {
      throw new IllegalStateException("event loop is closed");
    }
    if (!inEventLoop()) {
      throw new IllegalStateException(
          "called on " + Thread.currentThread() + ", but the event loop belongs to " + owner);
    }
  }
}
