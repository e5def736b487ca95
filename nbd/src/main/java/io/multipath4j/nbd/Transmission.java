package io.multipath4j.nbd;

import static io.multipath4j.nbd.wire.Transmitting.CMD_BLOCK_STATUS;
import static io.multipath4j.nbd.wire.Transmitting.CMD_CACHE;
import static io.multipath4j.nbd.wire.Transmitting.CMD_DISC;
import static io.multipath4j.nbd.wire.Transmitting.CMD_READ;
import static io.multipath4j.nbd.wire.Transmitting.CMD_WRITE;
import static java.util.Objects.requireNonNull;

import io.multipath4j.nbd.wire.NbdError;
import io.multipath4j.nbd.wire.ReceiveBuffer;
import io.multipath4j.nbd.wire.Wire;
import io.multipath4j.reactor.Stream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The transmission phase of one connection: its requests, their slots, and backpressure. */
final class Transmission {

  /** Requests in flight on one connection; reading stops beyond. */
  static final int MAX_REQUESTS_IN_FLIGHT = 128;

  /** Replies without payload that wait for a slow client; parsing stops beyond. */
  static final int MAX_WAITING_REPLY_BYTES = 256 * 1024;

  /** CACHE reads this much at once. */
  static final int CACHE_PIECE_BYTES = 256 * 1024;

  /** What a transmission asks of its connection. */
  interface Host extends PayloadPool.Waiter {

    /** The client broke the protocol; the connection has to end at once. */
    void fail(String reason);

    /** The client said goodbye or the server did, and nothing is in flight any more. */
    void drained();

    /** A slot or memory has become free: call {@link #parse} again, soon. */
    @Override
    void wake();

    /** The client takes replies too slowly: {@link #wake} when what waits has left. */
    void waitForOutput();
  }

  private final ServedExport export;
  private final RequestCheck check;
  private final Stream stream;
  private final ReceiveBuffer in;
  private final Replies replies;
  private final ServerMemory memory;
  private final Counters counters;
  private final Host host;

  private final Request[] all = new Request[MAX_REQUESTS_IN_FLIGHT];
  private final Request[] free = new Request[MAX_REQUESTS_IN_FLIGHT];
  private int freeCount;
  private @Nullable Request receiving;
  private long waitingPayloadBytes;
  private long heldBytes;
  private boolean paused;
  private boolean leaving;
  private boolean shuttingDown;
  private boolean gone;

  Transmission(
      ServedExport export,
      RequestCheck check,
      Stream stream,
      ReceiveBuffer in,
      Replies replies,
      ServerMemory memory,
      Counters counters,
      Host host) {
    this.export = export;
    this.check = check;
    this.stream = stream;
    this.in = in;
    this.replies = replies;
    this.memory = memory;
    this.counters = counters;
    this.host = host;
    for (int i = 0; i < all.length; i++) {
      all[i] = new Request(this);
      free[i] = all[i];
    }
    freeCount = all.length;
  }

  ServedExport export() {
    return export;
  }

  /** The connection has ended: what the device still has is to be thrown away when it comes. */
  boolean isGone() {
    return gone;
  }

  boolean isPaused() {
    return paused;
  }

  int inFlight() {
    return all.length - freeCount;
  }

  /** Returns how many bytes of replies were given to the stream so far. */
  long repliedBytes() {
    return replies.appendedBytes();
  }

  /** Tells whether a payload has begun to arrive and is not complete. */
  boolean isReceiving() {
    return receiving != null || in.isSkipping();
  }

  /** Puts the rest of a payload's destination into {@code targets}; returns how many it put. */
  int readTargets(ByteBuffer[] targets) {
    if (receiving == null || receiving.buffer == null) {
      return 0;
    }
    targets[0] = receiving.buffer.limit((int) receiving.length).position(receiving.received);
    return 1;
  }

  /** Takes what has arrived. */
  void parse() {
    paused = false;
    Request incomplete = receiving;
    if (incomplete != null) {
      takePayload(incomplete);
    }
    while (receiving == null && !leaving && !gone && in.available() >= Wire.REQUEST_BYTES) {
      if (in.getInt(0) != Wire.REQUEST_MAGIC) {
        host.fail("sent something that is no NBD request; expected the request magic");
        return;
      }
      if (!takeRequest()) {
        paused = true;
        return;
      }
    }
  }

  /** Returns false when there is no slot, no memory, or too much that the client does not take. */
  private boolean takeRequest() {
    if (freeCount == 0) {
      memory.pool().giveUp(host);
      return false;
    }
    if (stream.pendingBytes() - waitingPayloadBytes > MAX_WAITING_REPLY_BYTES) {
      memory.pool().giveUp(host);
      host.waitForOutput();
      return false;
    }
    Request request = free[freeCount - 1];
    request.flags = Short.toUnsignedInt(in.getShort(4));
    request.command = Short.toUnsignedInt(in.getShort(6));
    request.cookie = in.getLong(8);
    request.offset = in.getLong(16);
    request.length = Integer.toUnsignedLong(in.getInt(24));
    NbdError refusal = shuttingDown ? NbdError.ESHUTDOWN : check.refusal(request);
    if (refusal != NbdError.OK && request.command != CMD_DISC) {
      in.skip(Wire.REQUEST_BYTES);
      refuse(request, refusal);
      return true;
    }
    if (!takeMemory(request)) {
      return false;
    }
    in.skip(Wire.REQUEST_BYTES);
    begin(request);
    return true;
  }

  private boolean takeMemory(Request request) {
    int wanted =
        switch (request.command) {
          case CMD_READ, CMD_WRITE -> (int) request.length;
          case CMD_CACHE -> (int) Math.min(request.length, CACHE_PIECE_BYTES);
          default -> 0;
        };
    if (wanted == 0) {
      return true;
    }
    if (heldBytes > 0 && heldBytes + wanted > memory.shareBytes()) {
      memory.pool().giveUp(host);
      return false;
    }
    ByteBuffer buffer = memory.pool().acquire(wanted, host);
    if (buffer == null) {
      return false;
    }
    heldBytes += buffer.capacity();
    request.buffer = buffer;
    return true;
  }

  private void refuse(Request request, NbdError refusal) {
    counters.requested(request.command);
    export.counters.requested(request.command);
    countFailure();
    if (request.command == CMD_WRITE) {
      if (request.length > Wire.MAX_SANE_PAYLOAD_BYTES) {
        host.fail("announced a WRITE of " + request.length + " bytes");
        return;
      }
      in.skip(request.length);
    }
    replies.error(refusal, request.cookie);
  }

  private void begin(Request request) {
    if (request.command == CMD_DISC) {
      leaving = true;
      drainedIfIdle();
      return;
    }
    freeCount--;
    counters.requested(request.command);
    export.counters.requested(request.command);
    counters.slotTaken();
    export.counters.slotTaken();
    if (request.command == CMD_BLOCK_STATUS) {
      replies.allocatedExtent(request.cookie, (int) request.length);
      free(request);
    } else if (request.length == 0 && check.hasRange(request.command)) {
      replies.done(request.command, request.cookie);
      free(request);
    } else if (request.command == CMD_WRITE) {
      request.state = Request.State.RECEIVING;
      request.received = 0;
      receiving = request;
      takePayload(request);
    } else {
      request.start(export);
    }
  }

  private void takePayload(Request request) {
    ByteBuffer buffer = requireNonNull(request.buffer);
    int wanted = (int) request.length;
    if (request.received < wanted) {
      request.received += in.moveTo(buffer, request.received, wanted - request.received);
    }
    if (request.received == wanted) {
      receiving = null;
      request.start(export);
    }
  }

  /** Bytes have arrived in the target that {@link #readTargets} gave. */
  void arrived() {
    if (receiving != null && receiving.buffer != null) {
      receiving.received = receiving.buffer.position();
      receiving.buffer.clear();
    }
  }

  /** The device is done with a request, well or not. */
  void ended(Request request, NbdError error) {
    if (gone) {
      free(request);
      return;
    }
    if (error != NbdError.OK) {
      countFailure();
      replies.error(error, request.cookie);
    } else if (request.command == CMD_READ) {
      reply(request);
      return;
    } else {
      if (request.command == CMD_WRITE) {
        counters.wrote(request.length);
        export.counters.wrote(request.length);
      }
      replies.done(request.command, request.cookie);
    }
    free(request);
  }

  private void reply(Request request) {
    int length = (int) request.length;
    counters.read(length);
    export.counters.read(length);
    request.state = Request.State.REPLYING;
    waitingPayloadBytes += length;
    replies.dataHeader(request.cookie, request.offset, length);
    stream.write(requireNonNull(request.buffer), 0, length, request);
  }

  /** The payload of a READ has left. */
  void replied(Request request) {
    waitingPayloadBytes -= request.length;
    free(request);
  }

  private void free(Request request) {
    ByteBuffer buffer = request.buffer;
    if (buffer != null) {
      request.buffer = null;
      heldBytes -= buffer.capacity();
      memory.pool().release(buffer);
    }
    request.state = Request.State.FREE;
    free[freeCount++] = request;
    counters.slotFreed();
    export.counters.slotFreed();
    if (paused) {
      host.wake();
    }
    drainedIfIdle();
  }

  private void drainedIfIdle() {
    if ((leaving || shuttingDown) && !gone && freeCount == all.length) {
      host.drained();
    }
  }

  private void countFailure() {
    counters.failed();
    export.counters.failed();
  }

  /** Returns this slot's own view of zeroes: position and limit of a bio's buffer are shared. */
  ByteBuffer zeroes(Request request) {
    ByteBuffer view = request.zeroes;
    if (view == null) {
      view = memory.zeroes().duplicate();
      request.zeroes = view;
    }
    return view;
  }

  /** Tells whether the client has said goodbye. */
  boolean isLeaving() {
    return leaving;
  }

  /** Refuses what comes from now on; {@link Host#drained} follows when nothing is in flight. */
  void shutDown() {
    shuttingDown = true;
    drainedIfIdle();
  }

  /** Answers all that the device still has with ESHUTDOWN. The connection ends right behind. */
  void abandon() {
    for (Request request : all) {
      if (request.state == Request.State.SUBMITTED) {
        countFailure();
        replies.error(NbdError.ESHUTDOWN, request.cookie);
      }
    }
  }

  /**
   * The stream has ended and holds no buffer any more. What waited for it is freed; what the device
   * has keeps its buffer until it completes.
   */
  void streamEnded() {
    gone = true;
    receiving = null;
    memory.pool().giveUp(host);
    for (Request request : all) {
      if (request.state == Request.State.RECEIVING || request.state == Request.State.REPLYING) {
        free(request);
      }
    }
  }
}
