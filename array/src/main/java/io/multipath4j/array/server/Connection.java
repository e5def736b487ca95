package io.multipath4j.array.server;

import io.multipath4j.iscsi.pdu.IscsiProtocolException;
import io.multipath4j.iscsi.pdu.PduReader;
import io.multipath4j.iscsi.pdu.PduSink;
import io.multipath4j.iscsi.pdu.PduWriter;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.StreamHandler;
import io.multipath4j.reactor.Timer;
import io.multipath4j.reactor.WriteCompletion;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection of an initiator: framing, back pressure, and the phase it is in, login first,
 * then the session's.
 */
final class Connection implements StreamHandler, PduSink {

  /** How long an initiator has for its login. */
  static final long LOGIN_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(15);

  /** An initiator that does not take its answers is not read from beyond this. */
  static final long MAX_PENDING_BYTES = 4 * 1024 * 1024;

  private static final System.Logger LOG = System.getLogger(Connection.class.getName());

  private final Portal portal;
  private final PduReader reader;
  private final ArrayDeque<ByteBuffer> sending = new ArrayDeque<>();
  private final WriteCompletion sent = this::payloadSent;
  private @Nullable Stream stream;
  private @Nullable PduWriter writer;
  private @Nullable Timer loginTimer;
  private @Nullable Session session;
  private PduSink phase;
  private boolean blocked;
  private boolean ended;

  Connection(Portal portal) {
    this.portal = portal;
    this.reader = new PduReader(this);
    this.phase = new LoginPhase(this);
  }

  Portal portal() {
    return portal;
  }

  IscsiServer server() {
    return portal.server();
  }

  PduReader reader() {
    return reader;
  }

  Stream stream() {
    Stream connected = stream;
    if (connected == null) {
      throw new IllegalStateException("not connected");
    }
    return connected;
  }

  PduWriter writer() {
    PduWriter connected = writer;
    if (connected == null) {
      throw new IllegalStateException("not connected");
    }
    return connected;
  }

  boolean isEnded() {
    return ended;
  }

  /** The login is done: PDUs go to the session from now on. */
  void fullFeature(Session newSession) {
    cancelLoginTimer();
    session = newSession;
    phase = newSession;
  }

  /**
   * Notes a pooled buffer that is about to be written.
   *
   * @return the completion to be given with its last part, which gives it back
   */
  WriteCompletion lend(ByteBuffer buffer) {
    sending.add(buffer);
    return sent;
  }

  private void payloadSent() {
    server().buffers.release(sending.remove());
  }

  // ---- Stream

  @Override
  public void onConnected(Stream connected) {
    stream = connected;
    writer = new PduWriter(connected);
    loginTimer = server().loop.schedule(LOGIN_TIMEOUT_NANOS, this::loginTimedOut);
    updateReading();
  }

  private void loginTimedOut() {
    if (portal.isDark()) {
      loginTimer = server().loop.schedule(LOGIN_TIMEOUT_NANOS, this::loginTimedOut);
    } else {
      abort("no login within " + TimeUnit.NANOSECONDS.toSeconds(LOGIN_TIMEOUT_NANOS) + " s");
    }
  }

  @Override
  public int readTargets(ByteBuffer[] targets) {
    return reader.readTargets(targets);
  }

  @Override
  public void onRead(Stream from, int byteCount) {
    try {
      reader.received(byteCount);
    } catch (IscsiProtocolException e) {
      // Not reset: the Reject that says why is still to be sent.
      LOG.log(Level.INFO, "{0} is closed: {1}", this, e.getMessage());
      close();
      return;
    }
    if (!ended && from.pendingBytes() > MAX_PENDING_BYTES) {
      blocked = true;
      updateReading();
      // If this turn sends everything, nobody tells so: look in the next one.
      server().loop.schedule(0, this::unblock);
    }
  }

  @Override
  public void onDrained(Stream from) {
    unblock();
  }

  private void unblock() {
    if (!ended && blocked && stream().pendingBytes() <= MAX_PENDING_BYTES / 2) {
      blocked = false;
      updateReading();
    }
  }

  void darknessChanged() {
    if (stream != null && !ended) {
      updateReading();
    }
  }

  private void updateReading() {
    stream().setReading(!blocked && !portal.isDark());
  }

  @Override
  public void dataSegment(PduReader from, ByteBuffer buffer, int at, int length) {
    phase.dataSegment(from, buffer, at, length);
  }

  @Override
  public void pdu(ByteBuffer buffer, int at, int dataAt) {
    phase.pdu(buffer, at, dataAt);
  }

  // ---- End

  @Override
  public void onClosed(Stream from, @Nullable IOException cause) {
    if (!ended) {
      LOG.log(Level.DEBUG, "{0} is gone: {1}", this, cause == null ? "closed" : cause.getMessage());
      end();
    }
  }

  /** Sends what is pending and closes. */
  void close() {
    if (!ended) {
      Stream open = stream;
      if (open != null) {
        open.close();
      }
      end();
    }
  }

  /** Resets the connection and ends its session. */
  void abort(@Nullable String reason) {
    if (!ended) {
      LOG.log(Level.INFO, "{0} is reset: {1}", this, reason);
      Stream open = stream;
      if (open != null) {
        open.reset();
      }
      end();
    }
  }

  private void end() {
    ended = true;
    reader.stop();
    cancelLoginTimer();
    portal.ended(this);
    Session of = session;
    if (of != null) {
      of.end();
    }
    while (!sending.isEmpty()) {
      payloadSent();
    }
  }

  private void cancelLoginTimer() {
    Timer timer = loginTimer;
    if (timer != null) {
      timer.cancel();
      loginTimer = null;
    }
  }

  @Override
  public String toString() {
    Session of = session;
    String who = of == null ? "not logged in" : of.nexus().initiatorPort();
    Stream connected = stream;
    return "connection of "
        + (connected == null ? "?" : connected.remote())
        + " ("
        + who
        + ") to portal "
        + portal;
  }
}
