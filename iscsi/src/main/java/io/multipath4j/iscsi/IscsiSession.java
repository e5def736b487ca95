package io.multipath4j.iscsi;

import io.multipath4j.iscsi.login.NegotiationKey;
import io.multipath4j.iscsi.login.TextKeys;
import io.multipath4j.iscsi.pdu.AsyncMessagePdu;
import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.IscsiProtocolException;
import io.multipath4j.iscsi.pdu.Opcode;
import io.multipath4j.iscsi.pdu.PduReader;
import io.multipath4j.iscsi.pdu.RejectPdu;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Timer;
import io.multipath4j.scsi.HostByte;
import io.multipath4j.scsi.ScsiCommand;
import io.multipath4j.scsi.ScsiTransport;
import io.multipath4j.scsi.ScsiTransportListener;
import io.multipath4j.scsi.TaskManagementListener;
import io.multipath4j.scsi.TaskManagementResult;
import io.multipath4j.scsi.TransportDescription;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * An iSCSI session of one connection with a target (RFC 7143, error recovery level 0): an I_T nexus
 * that reconnects by itself, with the same ISID, so that the target reinstates the session and ends
 * what was left of the former one.
 *
 * <p>Loop thread only, except {@link #name}, {@link #canQueue}, {@link #maxTransferBytes}, {@link
 * #numaNode}, {@link #description} and {@link #lastFailure}.
 */
public final class IscsiSession implements ScsiTransport {

  private static final int PING_TAG = 0xFFF0;
  private static final int LOGOUT_TAG = 0xFFF1;
  private static final int TEXT_TAG = 0xFFF2;

  private static final System.Logger LOG = System.getLogger(IscsiSession.class.getName());
  private static final Path SYS_CLASS_NET = Path.of("/sys/class/net");

  private enum State {
    /** Not started. */
    NEW,
    /** Connects, or logs in. */
    CONNECTING,
    /** Full feature phase. */
    UP,
    /** Has asked for a logout because the target wanted it; will reconnect. */
    LOGGING_OUT,
    /** Pauses before the next attempt. */
    WAITING,
    /** Has asked for a logout, for good. */
    CLOSING,
    /** For good. */
    CLOSED
  }

  private final EventLoop loop;
  private final String name;
  private final long isid;
  private final RandomGenerator random;
  private final CommandEngine engine;
  private final TaskManagement taskManagement;
  private final Keepalive keepalive;
  private final CompletableFuture<Void> firstLogin = new CompletableFuture<>();
  private final RefusedCommands refused;
  private final Backoff backoff;

  private final UnaskedWork unasked = new UnaskedWork();

  private volatile IscsiSessionConfig config;
  private volatile State state = State.NEW;
  private @Nullable IscsiConnection connection;
  private @Nullable Timer timer; // of WAITING, LOGGING_OUT and CLOSING
  private long upNanos;
  private int pings;
  private volatile int numaNode = -1;
  private volatile @Nullable String lastFailure;
  private ScsiTransportListener listener = NOBODY;

  private static final ScsiTransportListener NOBODY =
      new ScsiTransportListener() {
        @Override
        public void transportUp() {}

        @Override
        public void transportDown(String reason) {}

        @Override
        public void asyncEvent(long lun, byte[] sense) {}
      };

  /**
   * Makes a session; {@link #start} connects it. Callable from any thread.
   *
   * @param config with a target name
   * @param isid 48 bits (RFC 7143 11.12.5), different for each session with the same target portal
   *     group
   * @param random a secure one in production: challenges come from it
   */
  public IscsiSession(
      EventLoop loop, IscsiSessionConfig config, long isid, RandomGenerator random) {
    if (config.targetName().isEmpty()) {
      throw new IllegalArgumentException("a normal session needs a target name");
    }
    if (isid >>> 48 != 0) {
      throw new IllegalArgumentException("ISID 0x" + Long.toHexString(isid) + " has over 48 bits");
    }
    this.loop = loop;
    this.config = config;
    this.name = config.targetName() + " at " + config.portal();
    this.isid = isid;
    this.random = random;
    this.engine = new CommandEngine(config.limits().maxCommands());
    this.taskManagement = new TaskManagement(engine);
    this.refused = new RefusedCommands(loop);
    this.backoff = new Backoff(config.timing(), random);
    this.keepalive = new Keepalive(loop, config.timing(), new Watch());
  }

  /**
   * Starts to connect.
   *
   * @return completed when the first attempt succeeds; completed exceptionally with a {@link
   *     LoginFailedException} when it fails, and the session keeps trying all the same
   */
  public CompletableFuture<Void> start() {
    if (state == State.NEW) {
      connect();
    }
    return firstLogin.copy();
  }

  /** Returns why the last attempt or connection ended, or null. Any thread. */
  public @Nullable String lastFailure() {
    return lastFailure;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int canQueue() {
    return config.limits().maxCommands();
  }

  @Override
  public int maxTransferBytes() {
    return config.limits().maxTransferBytes();
  }

  @Override
  public int numaNode() {
    return numaNode;
  }

  @Override
  public boolean isUp() {
    return state == State.UP;
  }

  @Override
  public TransportDescription description() {
    return new TransportDescription(
        "iscsi_tcp",
        Optional.of(
            new TransportDescription.Session(
                "session",
                "iscsi_session",
                List.of(
                    new TransportDescription.Value("targetname", () -> config.targetName()),
                    new TransportDescription.Value("initiatorname", () -> config.initiatorName()),
                    new TransportDescription.Value("state", this::stateWord)))));
  }

  /** The words of Linux: a session that is to reconnect has failed. */
  private String stateWord() {
    return switch (state) {
      case UP, LOGGING_OUT -> "LOGGED_IN";
      case NEW, CONNECTING, WAITING -> "FAILED";
      case CLOSING, CLOSED -> "FREE";
    };
  }

  @Override
  public void setListener(ScsiTransportListener listener) {
    this.listener = listener;
  }

  @Override
  public void submit(long lun, ScsiCommand command) {
    if (state != State.UP) {
      refused.add(command, HostByte.DID_NO_CONNECT);
      return;
    }
    boolean wasIdle = engine.active() == 0;
    if (!engine.submit(lun, command)) {
      refused.add(command, HostByte.DID_BUS_BUSY);
    } else if (wasIdle) {
      keepalive.becameBusy();
    }
  }

  @Override
  public void abortTask(long lun, ScsiCommand command, TaskManagementListener by) {
    IscsiConnection link = connection;
    Task task = engine.find(command);
    if (state != State.UP || link == null) {
      later(by, TaskManagementResult.TRANSPORT_LOST);
    } else if (task == null) {
      later(by, TaskManagementResult.NO_SUCH_TASK);
    } else if (task.state == Task.State.ENDING) {
      task.andThen(() -> by.completed(TaskManagementResult.NO_SUCH_TASK));
    } else if (task.state == Task.State.WAITING) {
      int itt = task.itt;
      loop.schedule(0, () -> abortUnsent(task, itt, by));
    } else if (!taskManagement.abort(link, task, by)) {
      later(by, TaskManagementResult.REJECTED);
    }
  }

  private void abortUnsent(Task task, int itt, TaskManagementListener by) {
    if (task.itt == itt && task.state == Task.State.WAITING) {
      engine.end(task, HostByte.DID_ABORT);
      by.completed(TaskManagementResult.COMPLETE);
    } else if (task.itt == itt && task.command != null) {
      abortTask(task.lun, task.command, by); // it has been sent meanwhile
    } else {
      by.completed(TaskManagementResult.NO_SUCH_TASK);
    }
  }

  @Override
  public void resetLogicalUnit(long lun, TaskManagementListener by) {
    IscsiConnection link = connection;
    if (state != State.UP || link == null) {
      later(by, TaskManagementResult.TRANSPORT_LOST);
    } else if (!taskManagement.reset(link, lun, by)) {
      later(by, TaskManagementResult.REJECTED);
    }
  }

  private void later(TaskManagementListener by, TaskManagementResult result) {
    loop.schedule(0, () -> by.completed(result));
  }

  @Override
  public void reconnect(String reason) {
    IscsiConnection link = connection;
    if (link != null && (state == State.UP || state == State.LOGGING_OUT)) {
      link.end(reason, false);
    }
  }

  @Override
  public void close() {
    IscsiConnection link = connection;
    State before = state;
    if (before == State.CLOSED || before == State.CLOSING) {
      return;
    }
    cancelTimer();
    keepalive.stop();
    if (before == State.UP && engine.active() == 0 && link != null) {
      state = State.CLOSING;
      ControlPdus.logout(link, LOGOUT_TAG);
      startTimer(config.timing().logoutTimeoutMillis(), this::closed);
      return;
    }
    if (before == State.UP && link != null) {
      ControlPdus.logout(
          link, LOGOUT_TAG); // nobody waits for the answer: data of ended commands may be before it
    }
    closed();
  }

  private void closed() {
    IscsiConnection link = connection;
    state = State.CLOSED;
    cancelTimer();
    connection = null;
    if (link != null) {
      link.close();
    }
    engine.endAll(HostByte.DID_NO_CONNECT);
    taskManagement.lost();
    firstLogin.completeExceptionally(new LoginFailedException("closed before login", true));
  }

  private void connect() {
    state = State.CONNECTING;
    timer = null;
    IscsiConnection next = new IscsiConnection(loop, config, false, isid, random, new Link());
    connection = next;
    next.open();
  }

  private void startTimer(long millis, Runnable task) {
    cancelTimer();
    timer = loop.schedule(TimeUnit.MILLISECONDS.toNanos(millis), task);
  }

  private void cancelTimer() {
    Timer armed = timer;
    if (armed != null) {
      armed.cancel();
      timer = null;
    }
  }

  private void up(IscsiConnection link) {
    state = State.UP;
    upNanos = loop.clock().nanoTime();
    unasked.restart();
    numaNode = NetworkNuma.nodeOf(link.local(), SYS_CLASS_NET);
    Endpoint moved = link.movedTo();
    if (moved != null) {
      config = config.withPortal(moved);
    }
    engine.attach(link);
    keepalive.start();
    LOG.log(System.Logger.Level.INFO, "session {0}: up", name);
    firstLogin.complete(null);
    if (state == State.UP) { // not closed by whom that was told
      listener.transportUp();
    }
  }

  /** The connection or the attempt has ended; the stream refers to nothing any more. */
  private void down(String reason, boolean lasting) {
    boolean wasUp = state == State.UP || state == State.LOGGING_OUT;
    State before = state;
    connection = null;
    cancelTimer();
    keepalive.stop();
    if (before == State.CLOSING) {
      closed();
      return;
    }
    state = State.WAITING;
    if (wasUp || !reason.equals(lastFailure)) {
      LOG.log(System.Logger.Level.WARNING, "session {0}: {1}", name, reason);
    }
    lastFailure = reason;
    if (wasUp) {
      backoff.lasted(TimeUnit.NANOSECONDS.toMillis(loop.clock().nanoTime() - upNanos));
    }
    startTimer(backoff.nextMillis(), this::connect);
    // Whoever is told may close the session, and then no attempt must follow.
    firstLogin.completeExceptionally(new LoginFailedException(reason, lasting));
    if (wasUp) {
      try {
        engine.endAll(HostByte.DID_TRANSPORT_DISRUPTED);
      } finally {
        taskManagement.lost();
        listener.transportDown(reason);
      }
    }
  }

  private void pdu(IscsiConnection link, ByteBuffer buffer, int at, int dataAt) {
    Opcode opcode = Opcode.of(Bhs.opcode(buffer, at));
    if (opcode == null) {
      throw new IscsiProtocolException("unexpected " + Bhs.describe(buffer, at));
    }
    switch (opcode) {
      case DATA_IN -> engine.dataIn(buffer, at);
      case SCSI_RESPONSE -> engine.scsiResponse(buffer, at, dataAt);
      case R2T -> engine.r2t(buffer, at);
      case NOP_IN -> nopIn(link, buffer, at);
      case TASK_MANAGEMENT_RESPONSE -> taskManagement.response(buffer, at);
      case ASYNC_MESSAGE -> asyncMessage(link, buffer, at, dataAt);
      case REJECT -> rejected(link, buffer, at, dataAt);
      case LOGOUT_RESPONSE -> loggedOut(link);
      case TEXT_RESPONSE -> text(buffer, at, dataAt);
      default -> throw new IscsiProtocolException("unexpected " + Bhs.describe(buffer, at));
    }
    if (state == State.UP) { // after a logout request nothing new may be sent (RFC 7143 11.14)
      engine.pump();
    }
  }

  private void nopIn(IscsiConnection link, ByteBuffer buffer, int at) {
    int ttt = Bhs.ttt(buffer, at);
    if (ttt != Bhs.RESERVED_TAG) { // the target pings (RFC 7143 11.19)
      countAnswer(link);
      ControlPdus.nopOut(link, Bhs.RESERVED_TAG, ttt, Bhs.lun(buffer, at));
    } else if (Bhs.itt(buffer, at) != Bhs.RESERVED_TAG
        && (Bhs.itt(buffer, at) & 0xFFFF) != PING_TAG) {
      throw new IscsiProtocolException("unasked " + Bhs.describe(buffer, at));
    }
  }

  private void countAnswer(IscsiConnection link) {
    unasked.answer(link.pendingBytes(), loop.clock().nanoTime());
  }

  private void loggedOut(IscsiConnection link) {
    if (state == State.CLOSING) {
      closed();
    } else if (state == State.LOGGING_OUT) {
      link.end("logged out because the target asked for it", false);
    } else {
      throw new IscsiProtocolException("unasked logout response");
    }
  }

  /** RFC 7143 11.9.1. */
  private void asyncMessage(IscsiConnection link, ByteBuffer buffer, int at, int dataAt) {
    int event = AsyncMessagePdu.event(buffer, at);
    int seconds = AsyncMessagePdu.parameter(buffer, at, 3);
    switch (event) {
      case AsyncMessagePdu.SCSI_EVENT -> {
        int length = Bhs.dataSegmentLength(buffer, at);
        int senseLength = dataAt < 0 || length < 2 ? 0 : buffer.getShort(dataAt) & 0xFFFF;
        if (senseLength > Math.max(0, length - 2)) {
          throw new IscsiProtocolException(
              "asynchronous message with SenseLength " + senseLength + " of " + length);
        }
        byte[] sense = new byte[senseLength];
        if (senseLength > 0) {
          buffer.get(dataAt + 2, sense);
        }
        listener.asyncEvent(Bhs.lun(buffer, at), sense);
      }
      case AsyncMessagePdu.LOGOUT_REQUESTED -> {
        if (state == State.UP) {
          state = State.LOGGING_OUT;
          ControlPdus.logout(link, LOGOUT_TAG);
          long most = Math.clamp(seconds * 1000L, 1, config.timing().logoutTimeoutMillis());
          startTimer(most, () -> link.end("the target asked for a logout", false));
        }
      }
      case AsyncMessagePdu.CONNECTION_DROPPED, AsyncMessagePdu.SESSION_DROPPED -> {
        long seconds2Wait = AsyncMessagePdu.parameter(buffer, at, 2);
        backoff.waitAtLeast(TimeUnit.SECONDS.toMillis(seconds2Wait));
        link.end("the target announced that it drops the connection", false);
      }
      case AsyncMessagePdu.NEGOTIATION_REQUESTED -> {
        countAnswer(link);
        ControlPdus.text(link, TEXT_TAG, Bhs.RESERVED_TAG, new byte[0]);
      }
      default -> {
        if (unasked.mayLog()) {
          LOG.log(System.Logger.Level.INFO, "session {0}: asynchronous event {1}", name, event);
        }
      }
    }
  }

  /** In the full feature phase the target can only declare a new MaxRecvDataSegmentLength. */
  private void text(ByteBuffer buffer, int at, int dataAt) {
    if (Bhs.itt(buffer, at) != TEXT_TAG) {
      throw new IscsiProtocolException("unasked " + Bhs.describe(buffer, at));
    }
    if (dataAt >= 0) {
      TextKeys.Assembler assembler = new TextKeys.Assembler();
      assembler.add(buffer, dataAt, Bhs.dataSegmentLength(buffer, at));
      NegotiationKey key = NegotiationKey.MAX_RECV_DATA_SEGMENT_LENGTH;
      String value = TextKeys.find(assembler.finish(), key.keyName());
      if (value != null && key.number(value) > 0) {
        engine.setMaxSendDataSegmentLength(key.number(value));
      }
    }
  }

  /** RFC 7143 11.17: the data segment is the header that was not accepted. */
  private void rejected(IscsiConnection link, ByteBuffer buffer, int at, int dataAt) {
    String reason = RejectPdu.describe(RejectPdu.reason(buffer, at));
    if (dataAt < 0 || Bhs.dataSegmentLength(buffer, at) < Bhs.BYTES) {
      throw new IscsiProtocolException("reject (" + reason + ") without the rejected header");
    }
    if (unasked.mayLog()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "session {0}: target rejects {1}: {2}",
          name,
          Bhs.describe(buffer, dataAt),
          reason);
    }
    int itt = Bhs.itt(buffer, dataAt);
    Opcode opcode = Opcode.of(Bhs.opcode(buffer, dataAt));
    Task task = engine.find(itt);
    if (opcode == Opcode.LOGOUT_REQUEST) {
      link.end("the target rejects the logout: " + reason, false);
    } else if (opcode == Opcode.TASK_MANAGEMENT_REQUEST) {
      taskManagement.answer(itt, TaskManagementResult.REJECTED);
    } else if (task != null && opcode == Opcode.SCSI_COMMAND) {
      engine.end(task, HostByte.DID_ERROR);
    } // a rejected Data-Out is followed by the command's own response (RFC 7143 7.7, 11.17.1)
  }

  /** Takes what the current connection tells. */
  private final class Link implements ConnectionOwner {

    @Override
    public void loggedIn(IscsiConnection link) {
      up(link);
    }

    @Override
    public void dataSegment(PduReader reader, ByteBuffer buffer, int at, int length) {
      if (Bhs.opcode(buffer, at) == Opcode.DATA_IN.code()) {
        engine.dataInSegment(reader, buffer, at, length);
      }
    }

    @Override
    public void pdu(ByteBuffer buffer, int at, int dataAt) {
      IscsiSession.this.pdu(Objects.requireNonNull(connection), buffer, at, dataAt);
    }

    @Override
    public void ended(String reason, boolean lasting) {
      down(reason, lasting);
    }
  }

  /** Watches the current connection for silence. */
  private final class Watch implements Keepalive.Watched {

    @Override
    public boolean isBusy() {
      return engine.active() > 0;
    }

    @Override
    public long heardNanos() {
      return Objects.requireNonNull(connection).heardNanos();
    }

    @Override
    public void ping() {
      // The one before may be outstanding still, when something else proved life.
      pings = (pings + 1) & 0x7FFF;
      int tag = pings << 16 | PING_TAG;
      ControlPdus.nopOut(Objects.requireNonNull(connection), tag, Bhs.RESERVED_TAG, 0);
    }

    @Override
    public void silent(long millis) {
      Objects.requireNonNull(connection)
          .end("no sign of life for " + millis + " ms, ping unanswered", false);
    }
  }

  /** Describes the session for a list of connections; no secrets. */
  @Override
  public String toString() {
    return name + " (" + state + ")";
  }
}
