package io.multipath4j.iscsi;

import io.multipath4j.iscsi.login.SessionParameters;
import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.DataInPdu;
import io.multipath4j.iscsi.pdu.IscsiProtocolException;
import io.multipath4j.iscsi.pdu.Opcode;
import io.multipath4j.iscsi.pdu.PduReader;
import io.multipath4j.iscsi.pdu.PduSink;
import io.multipath4j.iscsi.pdu.PduWriter;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.StreamHandler;
import io.multipath4j.reactor.Timer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to connect and log in, and the connection that comes of it: stream, framing, StatSN
 * and command window. It ends once and is not used again; redirections happen within it.
 */
final class IscsiConnection implements StreamHandler, PduSink {

  private final EventLoop loop;
  private final IscsiSessionConfig config;
  private final boolean discovery;
  private final long isid;
  private final RandomGenerator random;
  private final ConnectionOwner owner;
  private final PduReader reader;
  private final CommandWindow window = new CommandWindow(InitiatorLogin.FIRST_CMD_SN);

  private Endpoint portal;
  private InitiatorLogin login;
  private @Nullable Stream stream;
  private @Nullable PduWriter writer;
  private @Nullable Timer loginDeadline;
  private @Nullable SessionParameters parameters;
  private int redirects;
  private @Nullable Endpoint movedTo;
  private boolean ended;
  private int expStatSn;
  private long heardNanos;

  IscsiConnection(
      EventLoop loop,
      IscsiSessionConfig config,
      boolean discovery,
      long isid,
      RandomGenerator random,
      ConnectionOwner owner) {
    this.loop = loop;
    this.config = config;
    this.discovery = discovery;
    this.isid = isid;
    this.random = random;
    this.owner = owner;
    this.reader = new PduReader(this);
    reader.setMaxAhsBytes(0); // no PDU of a target has any (RFC 7143 11.2.2)
    this.portal = config.portal();
    this.login = new InitiatorLogin(config, discovery, isid, random);
  }

  /** Starts to connect; the owner is told how it went, never inside this call. */
  void open() {
    loginDeadline =
        loop.schedule(
            TimeUnit.MILLISECONDS.toNanos(config.timing().loginTimeoutMillis()),
            () ->
                end(
                    "no login within %d ms at %s"
                        .formatted(config.timing().loginTimeoutMillis(), portal),
                    false));
    stream = loop.connect(portal, this);
  }

  /** Ends the connection at once and tells the owner; idempotent. */
  void end(String reason, boolean lasting) {
    if (!ended) {
      release().reset();
      owner.ended(reason, lasting);
    }
  }

  /** Ends the connection after what is pending has been sent, and does not tell the owner. */
  void close() {
    if (!ended) {
      release().close();
    }
  }

  private Stream release() {
    ended = true;
    reader.stop();
    cancelDeadline();
    return Objects.requireNonNull(stream);
  }

  private void cancelDeadline() {
    Timer deadline = loginDeadline;
    if (deadline != null) {
      deadline.cancel();
      loginDeadline = null;
    }
  }

  boolean isEnded() {
    return ended;
  }

  /** Returns where to put PDUs. Valid once connected. */
  PduWriter writer() {
    return Objects.requireNonNull(writer);
  }

  /** Returns the bytes that have not left yet. */
  long pendingBytes() {
    return Objects.requireNonNull(stream).pendingBytes();
  }

  CommandWindow window() {
    return window;
  }

  /** Returns the next StatSN that is expected, which acknowledges those before it. */
  int expStatSn() {
    return expStatSn;
  }

  /** Returns what the login agreed on. Valid once logged in. */
  SessionParameters parameters() {
    return Objects.requireNonNull(parameters);
  }

  /** Returns when bytes came last, in the loop's nanoseconds. */
  long heardNanos() {
    return heardNanos;
  }

  /** Returns where it is connected to. */
  Endpoint portal() {
    return portal;
  }

  /** Returns where later logins shall go because the target has moved for good, or null. */
  @Nullable Endpoint movedTo() {
    return movedTo;
  }

  /** Returns the local address. Valid once connected. */
  Endpoint local() {
    return Objects.requireNonNull(stream).local();
  }

  @Override
  public void onConnected(Stream connected) {
    reader.restart();
    writer = new PduWriter(connected);
    login.start(writer);
  }

  @Override
  public int readTargets(ByteBuffer[] targets) {
    return reader.readTargets(targets);
  }

  @Override
  public void onRead(Stream from, int byteCount) {
    heardNanos = loop.clock().nanoTime();
    try {
      reader.received(byteCount);
    } catch (IscsiProtocolException broken) {
      end("protocol error of the target: " + broken.getMessage(), false);
    } catch (LoginFailedException refused) {
      end(refused.getMessage() + " at " + portal, refused.isLasting());
    }
  }

  @Override
  public void onClosed(Stream closed, @Nullable IOException cause) {
    if (ended) {
      return;
    }
    String phase = parameters == null ? " during login" : "";
    if (cause == null) {
      end("the target closed the connection" + phase + ": " + portal, false);
    } else if (writer == null) {
      end(String.valueOf(cause.getMessage()), false); // the loop says where it could not connect to
    } else {
      end("connection to " + portal + " lost" + phase + ": " + cause.getMessage(), false);
    }
  }

  @Override
  public void dataSegment(PduReader from, ByteBuffer buffer, int at, int length) {
    if (parameters != null) {
      owner.dataSegment(from, buffer, at, length);
    }
  }

  @Override
  public void pdu(ByteBuffer buffer, int at, int dataAt) {
    if (parameters == null) {
      loginPdu(buffer, at, dataAt);
      return;
    }
    if (carriesStatSn(buffer, at)) {
      int statSn = Bhs.statSn(buffer, at);
      if (statSn != expStatSn) {
        throw new IscsiProtocolException(
            "StatSN %d in %s, expected %d".formatted(statSn, Bhs.describe(buffer, at), expStatSn));
      }
      expStatSn++;
    }
    window.update(buffer, at);
    owner.pdu(buffer, at, dataAt);
  }

  /** Tells whether the PDU takes a StatSN (RFC 7143 4.2.2.2 and the clauses of the PDUs). */
  private static boolean carriesStatSn(ByteBuffer buffer, int at) {
    int opcode = Bhs.opcode(buffer, at);
    if (opcode == Opcode.DATA_IN.code()) {
      return DataInPdu.hasStatus(buffer, at);
    }
    if (opcode == Opcode.NOP_IN.code()) {
      return Bhs.itt(buffer, at) != Bhs.RESERVED_TAG;
    }
    return opcode != Opcode.R2T.code();
  }

  private void loginPdu(ByteBuffer buffer, int at, int dataAt) {
    switch (login.receive(buffer, at, dataAt, writer())) {
      case CONTINUE -> {}
      case REDIRECT -> redirect();
      case DONE -> {
        SessionParameters agreed = login.parameters();
        parameters = agreed;
        cancelDeadline();
        expStatSn = login.expStatSn();
        window.update(buffer, at);
        reader.setDigests(agreed.headerDigest(), agreed.dataDigest());
        reader.setMaxDataSegmentBytes(agreed.maxRecvDataSegmentLength());
        writer().setDigests(agreed.headerDigest(), agreed.dataDigest());
        owner.loggedIn(this);
      }
    }
  }

  private void redirect() {
    redirects++;
    if (redirects > config.limits().maxRedirects()) {
      throw new LoginFailedException(
          "login redirected more than %d times, last to %s"
              .formatted(config.limits().maxRedirects(), login.redirection()),
          true);
    }
    reader.stop();
    Objects.requireNonNull(stream).reset();
    portal = new Endpoint.Tcp(login.redirection().socketAddress());
    if (login.isRedirectionPermanent()) {
      movedTo = portal;
    }
    login = new InitiatorLogin(config, discovery, isid, random);
    writer = null;
    stream = loop.connect(portal, this);
  }
}
