package io.multipath4j.nbd.client;

import static java.util.Objects.requireNonNull;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioOp;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.nbd.wire.ReceiveBuffer;
import io.multipath4j.nbd.wire.Transmitting;
import io.multipath4j.nbd.wire.Wire;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.StreamHandler;
import io.multipath4j.reactor.Timer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection to an NBD server, as a block device: submit bios, up to {@code depth} at a time.
 *
 * <p>A bio beyond the depth ends with RESOURCE, one that is longer than {@link #limits} with INVAL,
 * one before {@link NbdClientListener#onReady} or after the end with OFFLINE. When the connection
 * is lost, bios in flight end with TRANSPORT: writes among them may or may not have been done.
 *
 * <p>Loop thread only; {@link #capacityBytes} and {@link #limits} from any thread.
 */
public final class NbdClient implements BlockDevice {

  private static final int TICKS_PER_TIMEOUT = 4;

  private final EventLoop loop;
  private final Endpoint server;
  private final NbdClientConfig config;
  private final NbdClientListener listener;
  private final ReceiveBuffer in = new ReceiveBuffer();
  private final Pending[] all;
  private final Pending[] free;
  private int freeCount;
  private final Stream stream;
  private @Nullable ClientHandshake handshake;
  private @Nullable ReplyReader reader;
  private volatile ExportInfo info = ExportInfo.UNKNOWN;
  private volatile BlockLimits limits = ExportInfo.UNKNOWN.limits();
  private @Nullable Timer timer;
  private int tick;
  private boolean ended;

  private NbdClient(
      EventLoop loop, Endpoint server, NbdClientConfig config, NbdClientListener listener) {
    this.loop = loop;
    this.server = server;
    this.config = config;
    this.listener = listener;
    all = new Pending[config.depth()];
    free = new Pending[config.depth()];
    for (int i = 0; i < all.length; i++) {
      all[i] = new Pending(this, i);
      free[all.length - 1 - i] = all[i];
    }
    freeCount = all.length;
    timer =
        loop.schedule(
            TimeUnit.MILLISECONDS.toNanos(config.handshakeTimeoutMillis()),
            () -> failTimeout("finish the handshake", config.handshakeTimeoutMillis()));
    stream = loop.connect(server, new Handler());
  }

  /** Starts to connect; {@code listener} is told what becomes of it. Loop thread only. */
  public static NbdClient connect(
      EventLoop loop, Endpoint server, NbdClientConfig config, NbdClientListener listener) {
    return new NbdClient(loop, server, config, listener);
  }

  // ---- the user's side

  /** Returns the export's name as it was asked for. */
  @Override
  public String name() {
    return config.exportName();
  }

  @Override
  public long capacityBytes() {
    return info.capacityBytes();
  }

  @Override
  public BlockLimits limits() {
    return limits;
  }

  /** Returns how many requests are in flight. */
  public int inFlight() {
    return all.length - freeCount;
  }

  /** Tells whether structured replies are in use. */
  public boolean structuredReplies() {
    return info.structuredReplies();
  }

  /** Tells whether {@link #blockStatus} can be asked. */
  public boolean canBlockStatus() {
    return info.allocationContextId() >= 0;
  }

  @Override
  public void submit(Bio bio) {
    BlockStatus refusal = refusal(bio);
    if (refusal != BlockStatus.OK) {
      bio.complete(refusal);
      return;
    }
    if (bio.op() == BioOp.FLUSH && !info.has(Transmitting.FLAG_SEND_FLUSH)) {
      bio.complete(BlockStatus.OK); // nothing is volatile there
      return;
    }
    Pending pending = free[--freeCount];
    pending.start(bio, null, tick);
    send(pending.cookie(), command(bio.op()), flags(bio), bio.offset(), bio.length());
    if (bio.op() == BioOp.WRITE) {
      pending.sending = true;
      stream.write(requireNonNull(bio.data()), bio.dataOffset(), (int) bio.length(), pending);
    }
  }

  /**
   * Asks which parts of a range are allocated.
   *
   * @param length 1 to 2^32 - 1, in whole blocks
   * @throws IllegalStateException unless {@link #canBlockStatus}
   */
  public void blockStatus(long offset, long length, BlockStatusListener answer) {
    if (!canBlockStatus()) {
      throw new IllegalStateException("NBD server " + server + " has no base:allocation");
    }
    if (length < 1 || length > 0xffffffffL) {
      answer.ended(BlockStatus.INVAL);
    } else if (reader == null || ended) {
      answer.ended(BlockStatus.OFFLINE);
    } else if (freeCount == 0) {
      answer.ended(BlockStatus.RESOURCE);
    } else {
      Pending pending = free[--freeCount];
      pending.start(null, answer, tick);
      send(pending.cookie(), Transmitting.CMD_BLOCK_STATUS, 0, offset, length);
    }
  }

  /**
   * Says goodbye and ends the connection. Let requests finish before: those in flight end with
   * TRANSPORT. Idempotent.
   */
  public void close() {
    if (ended) {
      return;
    }
    if (reader != null) {
      send(0, Transmitting.CMD_DISC, 0, 0, 0);
    }
    stream.close();
    end();
  }

  private BlockStatus refusal(Bio bio) {
    if (reader == null || ended) {
      return BlockStatus.OFFLINE;
    }
    BlockLimits known = limits;
    BlockStatus wrong = known.check(bio, info.capacityBytes());
    if (wrong != BlockStatus.OK) {
      return wrong;
    }
    if (bio.length() > known.maxBytes(bio.op())) {
      return BlockStatus.INVAL;
    }
    boolean cannot =
        (bio.has(Bio.FUA) && known.volatileCache() && !known.fua())
            || (bio.has(Bio.FAST_ONLY) && !info.has(Transmitting.FLAG_SEND_FAST_ZERO));
    if (cannot) {
      return BlockStatus.NOTSUPP;
    }
    return freeCount == 0 ? BlockStatus.RESOURCE : BlockStatus.OK;
  }

  private static int command(BioOp op) {
    return switch (op) {
      case READ -> Transmitting.CMD_READ;
      case WRITE -> Transmitting.CMD_WRITE;
      case FLUSH -> Transmitting.CMD_FLUSH;
      case DISCARD -> Transmitting.CMD_TRIM;
      case WRITE_ZEROES -> Transmitting.CMD_WRITE_ZEROES;
      case ZONE_OPEN, ZONE_CLOSE, ZONE_FINISH, ZONE_RESET, ZONE_RESET_ALL ->
          throw new IllegalStateException("NBD has no " + op);
    };
  }

  private int flags(Bio bio) {
    int flags = bio.has(Bio.FUA) && limits.fua() ? Transmitting.CMD_FLAG_FUA : 0;
    if (bio.op() == BioOp.WRITE_ZEROES) {
      flags |= bio.has(Bio.NO_UNMAP) ? Transmitting.CMD_FLAG_NO_HOLE : 0;
      flags |= bio.has(Bio.FAST_ONLY) ? Transmitting.CMD_FLAG_FAST_ZERO : 0;
    }
    return flags;
  }

  private void send(long cookie, int command, int flags, long offset, long length) {
    stream
        .stage(Wire.REQUEST_BYTES)
        .putInt(Wire.REQUEST_MAGIC)
        .putShort((short) flags)
        .putShort((short) command)
        .putLong(cookie)
        .putLong(offset)
        .putInt((int) length);
  }

  // ---- the reader's side

  /** Returns the request in flight with this cookie, or null. */
  @Nullable Pending find(long cookie) {
    int index = (int) cookie;
    if (index < 0 || index >= all.length) {
      return null;
    }
    Pending pending = all[index];
    return pending.isFree() || pending.answered || pending.cookie() != cookie ? null : pending;
  }

  /** The last part of an answer has come. */
  void answered(Pending pending) {
    pending.answered = true;
    if (!pending.sending) {
      finish(pending);
    }
  }

  /** The answer is complete and the payload is ours again. */
  void finish(Pending pending) {
    Bio bio = pending.bio;
    BlockStatusListener query = pending.query;
    pending.bio = null;
    pending.query = null;
    free[freeCount++] = pending;
    if (bio != null) {
      bio.complete(pending.status);
    } else if (query != null) {
      query.ended(pending.status);
    }
  }

  // ---- the loop's side

  private final class Handler implements StreamHandler {

    @Override
    public void onConnected(Stream connected) {
      handshake = new ClientHandshake(config, connected, in);
    }

    @Override
    public int readTargets(ByteBuffer[] targets) {
      ReplyReader current = reader;
      int count = current == null ? 0 : current.readTargets(targets);
      targets[count] = in.target();
      return count + 1;
    }

    @Override
    public void onRead(Stream ignored, int byteCount) {
      try {
        process();
      } catch (IOException e) {
        fail(e);
      }
    }

    @Override
    public void onClosed(Stream ignored, @Nullable IOException cause) {
      lost(
          cause != null
              ? cause
              : new IOException("NBD server " + server + " has ended the connection"));
    }
  }

  private void process() throws IOException {
    ClientHandshake negotiating = handshake;
    if (negotiating != null) {
      ExportInfo told = negotiating.advance();
      if (told != null) {
        ready(told);
      }
    }
    ReplyReader current = reader;
    if (current != null && !ended) {
      current.parse();
    }
  }

  private void ready(ExportInfo told) {
    handshake = null;
    info = told;
    limits = told.limits();
    reader = new ReplyReader(this, server, in, told);
    stopTimer();
    scheduleTick();
    listener.onReady(this);
  }

  boolean hasEnded() {
    return ended;
  }

  private void scheduleTick() {
    long timeout = TimeUnit.MILLISECONDS.toNanos(config.requestTimeoutMillis());
    if (timeout > 0) {
      timer = loop.schedule(Math.max(1, timeout / TICKS_PER_TIMEOUT), this::tick);
    }
  }

  private void tick() {
    tick++;
    for (Pending pending : all) {
      if (!pending.isFree() && tick - pending.startedTick > TICKS_PER_TIMEOUT) {
        failTimeout("answer a request", config.requestTimeoutMillis());
        return;
      }
    }
    scheduleTick();
  }

  private void failTimeout(String task, long millis) {
    fail(
        new IOException("NBD server " + server + " did not " + task + " within " + millis + " ms"));
  }

  private void fail(IOException cause) {
    if (!ended) {
      stream.reset();
      lost(cause);
    }
  }

  private void lost(IOException cause) {
    if (!ended) {
      end();
      listener.onClosed(this, cause);
    }
  }

  private void end() {
    ended = true;
    stopTimer();
    for (Pending pending : all) {
      if (!pending.isFree()) {
        pending.status = BlockStatus.TRANSPORT;
        finish(pending);
      }
    }
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }
}
