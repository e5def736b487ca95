package io.multipath4j.nbd;

import io.multipath4j.nbd.wire.ReceiveBuffer;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.StreamHandler;
import io.multipath4j.reactor.Timer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One client: a handshake, then a transmission, then the end. */
final class Connection implements StreamHandler, Handshake.Outcome, Transmission.Host {

  private static final System.Logger LOG = System.getLogger(Connection.class.getName());

  /** {@code onDrained} tells sooner; this is for output that left without being blocked before. */
  private static final long OUTPUT_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final NbdServer server;
  private final EventLoop loop;
  private final NbdServerConfig config;
  private final ReceiveBuffer in;
  private final Counters counters = new Counters();
  private final Runnable resume = this::resume;

  private @Nullable Stream stream;
  private @Nullable Handshake handshake;
  private @Nullable Transmission transmission;
  private volatile @Nullable ServedExport export;
  private @Nullable Timer handshakeTimer;
  private boolean resumeDeferred;
  private @Nullable Timer outputLook;
  private boolean closing;
  private boolean ended;

  private long receivedBytes;
  private long receivedBytesSeen;
  private long sentBytesSeen;
  private long progressNanos;

  Connection(NbdServer server, EventLoop loop, NbdServerConfig config, ReceiveBuffer in) {
    this.server = server;
    this.loop = loop;
    this.config = config;
    this.in = in;
  }

  /** Callable from any thread. */
  NbdConnection describe(String remote) {
    ServedExport chosen = export;
    return new NbdConnection(
        remote, chosen == null ? null : chosen.export.name(), counters.snapshot());
  }

  ReceiveBuffer receiveBuffer() {
    return in;
  }

  // The stream's side

  @Override
  public void onConnected(Stream connected) {
    stream = connected;
    progressNanos = loop.clock().nanoTime();
    OptionReplies replies = new OptionReplies(connected);
    handshake = new Handshake(server.exports(), config.maxPayloadBytes(), in, replies, this);
    long limit = config.handshakeTimeoutMillis();
    handshakeTimer =
        loop.schedule(
            TimeUnit.MILLISECONDS.toNanos(limit),
            () -> fail("has not finished its handshake within " + limit + " ms"));
    replies.greeting();
  }

  @Override
  public int readTargets(ByteBuffer[] targets) {
    Transmission current = transmission;
    int count = current == null ? 0 : current.readTargets(targets);
    targets[count] = in.target();
    return count + 1;
  }

  @Override
  public void onRead(Stream ignored, int byteCount) {
    receivedBytes += byteCount;
    Transmission current = transmission;
    if (current != null) {
      current.arrived();
    }
    process();
  }

  @Override
  public void onDrained(Stream ignored) {
    outputLeft();
  }

  @Override
  public void onClosed(Stream ignored, @Nullable IOException cause) {
    if (cause != null) {
      LOG.log(System.Logger.Level.DEBUG, () -> "NBD client lost: " + cause.getMessage());
    }
    end();
  }

  private void process() {
    Handshake negotiating = handshake;
    if (negotiating != null) {
      negotiating.advance();
    }
    Transmission current = transmission;
    if (current != null && !ended) {
      current.parse();
    }
    Stream open = stream;
    if (current != null && open != null && !ended) {
      open.setReading(!closing && !current.isPaused() && !current.isLeaving());
    }
  }

  // The handshake's side

  @Override
  public void transmit(ServedExport chosen, boolean structuredReplies, boolean allocationContext) {
    stopHandshake();
    Stream open = stream;
    if (open == null) {
      return;
    }
    export = chosen;
    transmission =
        new Transmission(
            chosen,
            new RequestCheck(
                chosen, config.maxPayloadBytes(), structuredReplies, allocationContext),
            open,
            in,
            new Replies(open, structuredReplies),
            server.memory(),
            counters,
            this);
  }

  @Override
  public void finish() {
    closeWhenSent();
  }

  private void stopHandshake() {
    handshake = null;
    if (handshakeTimer != null) {
      handshakeTimer.cancel();
      handshakeTimer = null;
    }
  }

  // The transmission's side

  @Override
  public void drained() {
    closeWhenSent();
  }

  @Override
  public void waitForOutput() {
    lookAtOutputLater(0); // what was given to the stream in this turn has not even been tried yet
  }

  private void lookAtOutputLater(long delayNanos) {
    if (outputLook != null) {
      outputLook.cancel();
    }
    outputLook = loop.schedule(delayNanos, this::lookAtOutput);
  }

  private void lookAtOutput() {
    outputLook = null;
    Stream open = stream;
    if (open == null || ended) {
      return;
    }
    if (open.pendingBytes() > 0) {
      lookAtOutputLater(OUTPUT_LOOK_NANOS);
    } else {
      outputLeft();
    }
  }

  /** Nothing is pending any more. */
  private void outputLeft() {
    if (closing) {
      closeNow();
    } else {
      wake();
    }
  }

  @Override
  public void wake() {
    if (!resumeDeferred && !ended) {
      resumeDeferred = true;
      loop.defer(resume);
    }
  }

  private void resume() {
    resumeDeferred = false;
    if (!ended) {
      process();
    }
  }

  // The end

  @Override
  public void fail(String reason) {
    Stream open = stream;
    if (ended || open == null) {
      return;
    }
    LOG.log(
        System.Logger.Level.INFO,
        () -> "NBD client " + open.remote() + " " + reason + "; its connection is ended");
    open.reset();
    end();
  }

  private void closeWhenSent() {
    Stream open = stream;
    if (!closing && !ended && open != null) {
      closing = true;
      open.setReading(false);
      lookAtOutputLater(0);
    }
  }

  private void closeNow() {
    Stream open = stream;
    if (!ended && open != null) {
      open.close();
      end();
    }
  }

  /** The server is going away: ends as soon as nothing is in flight. */
  void shutDown() {
    if (handshake != null) {
      handshake.shutDown();
    }
    if (transmission != null) {
      transmission.shutDown();
    }
    if (transmission == null) {
      closeWhenSent();
    }
  }

  /** Tells whether this is the export that the client chose. */
  boolean uses(ServedExport one) {
    return one.equals(export);
  }

  /** The server's patience is over. */
  void shutDownNow() {
    if (transmission != null && !ended) {
      transmission.abandon();
    }
    if (stream == null) {
      end();
    } else {
      closeNow();
    }
  }

  private void end() {
    if (ended) {
      return;
    }
    ended = true;
    stopHandshake();
    if (outputLook != null) {
      outputLook.cancel();
      outputLook = null;
    }
    if (transmission != null) {
      transmission.streamEnded();
    }
    server.ended(this);
  }

  /** Ends a client that has made no progress for too long although it is its turn. */
  void checkStall(long nowNanos, long limitNanos) {
    Stream open = stream;
    Transmission current = transmission;
    if (open == null || current == null || ended) {
      return;
    }
    long pending = open.pendingBytes();
    long sent = current.repliedBytes() - pending;
    boolean waiting = pending > 0 || current.isReceiving();
    if (!waiting || sent != sentBytesSeen || receivedBytes != receivedBytesSeen) {
      sentBytesSeen = sent;
      receivedBytesSeen = receivedBytes;
      progressNanos = nowNanos;
    } else if (nowNanos - progressNanos >= limitNanos) {
      fail(
          pending > 0
              ? "does not take its replies: " + pending + " bytes wait"
              : "does not send the payload it announced");
    }
  }
}
