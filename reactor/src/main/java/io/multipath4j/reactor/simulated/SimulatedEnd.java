package io.multipath4j.reactor.simulated;

import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.loop.LoopStream;
import io.multipath4j.reactor.loop.Transport;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** One end of a simulated connection, and the wire from it to the other end. */
final class SimulatedEnd implements Transport {

  private final SimulatedConnection connection;
  private final SimulatedNetwork network;
  private final Endpoint local;

  /** What was sent and has not arrived, oldest first. */
  private final ArrayDeque<Packet> wire = new ArrayDeque<>();

  /** Raised by each retransmission, which outdates the arrivals that were planned before. */
  private int wireEpoch;

  private long lastArrivalNanos;

  /** Bytes given to the wire and not yet read at the other end. */
  private int unreadAtPeerBytes;

  private final ArrayDeque<ByteBuffer> received = new ArrayDeque<>();
  private boolean finReceived;

  /** A client's end is connected when the server's host has answered; a server's end is at once. */
  private boolean connected;

  private boolean connectedUntold;
  private @Nullable IOException failure;
  private boolean gone;

  private @Nullable SimulatedEventLoop loop;
  private @Nullable LoopStream stream;
  private boolean readWanted;
  private boolean writeWanted;
  private boolean marked;

  SimulatedEnd(
      SimulatedConnection connection, SimulatedNetwork network, Endpoint local, boolean connected) {
    this.connection = connection;
    this.network = network;
    this.local = local;
    this.connected = connected;
  }

  SimulatedConnection connection() {
    return connection;
  }

  void attach(SimulatedEventLoop loop, LoopStream stream) {
    this.loop = loop;
    this.stream = stream;
  }

  boolean isGone() {
    return gone;
  }

  // ---- the wire

  void send(Packet packet) {
    if (!connection.isVanished()) {
      wire.addLast(packet);
      planArrival();
    }
  }

  void retransmit() {
    wireEpoch++;
    wire.forEach(packet -> planArrival());
  }

  private void planArrival() {
    int epoch = wireEpoch;
    network.at(
        nextArrivalNanos(),
        () -> {
          if (epoch == wireEpoch && isPassing()) {
            Packet packet = wire.pollFirst();
            if (packet != null) {
              connection.peerOf(this).arrived(packet);
            }
          }
        });
  }

  private long nextArrivalNanos() {
    long arrival = network.nowNanos() + connection.link().nextLatencyNanos();
    lastArrivalNanos = Math.max(lastArrivalNanos, arrival);
    return lastArrivalNanos;
  }

  private boolean isPassing() {
    return !connection.isVanished() && !connection.link().isBlackHole();
  }

  private void sendReset() {
    if (isPassing()) {
      network.at(
          nextArrivalNanos(),
          () -> {
            if (isPassing()) {
              connection.peerOf(this).resetArrived();
            }
          });
    }
  }

  private void arrived(Packet packet) {
    switch (packet) {
      case Packet.Syn() -> connection.requested();
      case Packet.SynAck() -> connectArrived(null);
      case Packet.Refused() -> connectArrived(new ConnectException("Connection refused"));
      case Packet.Data(byte[] bytes) -> {
        if (gone) {
          sendReset();
        } else {
          received.addLast(ByteBuffer.wrap(bytes));
        }
      }
      case Packet.Ack(int byteCount) -> unreadAtPeerBytes -= byteCount;
      case Packet.Fin() -> finReceived = true;
    }
    markIfReady();
  }

  private void connectArrived(@Nullable IOException refusal) {
    if (refusal != null) {
      failure = refusal;
    } else if (gone) {
      sendReset();
    } else {
      connected = true;
      connectedUntold = true;
    }
  }

  void resetArrived() {
    wire.clear();
    wireEpoch++;
    received.clear();
    failure = new SocketException("Connection reset");
    markIfReady();
  }

  // ---- the loop

  private boolean isReadable() {
    return failure != null || finReceived || !received.isEmpty();
  }

  private int roomBytes() {
    return connection.link().windowBytes() - unreadAtPeerBytes;
  }

  private boolean isReady() {
    return connectedUntold
        || (!connected && failure != null)
        || (readWanted && isReadable())
        || (writeWanted && (failure != null || roomBytes() > 0));
  }

  private void markIfReady() {
    SimulatedEventLoop owner = loop;
    if (!marked && !gone && owner != null && isReady()) {
      marked = true;
      owner.markReady(this::turn);
    }
  }

  private void turn() {
    marked = false;
    LoopStream current = stream;
    if (gone || current == null) {
      return;
    }
    if (!connected && failure != null) {
      current.lost(
          new IOException(
              "cannot connect to " + current.remote() + ": " + failure.getMessage(), failure));
      return;
    }
    if (connectedUntold) {
      connectedUntold = false;
      current.connected();
    }
    if (writeWanted && (failure != null || roomBytes() > 0)) {
      current.writable();
    }
    if (readWanted && isReadable()) {
      current.readable();
    }
    markIfReady();
  }

  // ---- the transport

  @Override
  public long read(ByteBuffer[] targets, int count) throws IOException {
    if (failure != null) {
      throw failure;
    }
    int room = 0;
    for (int i = 0; i < count; i++) {
      room += targets[i].remaining();
    }
    int wanted = connection.link().nextPieceBytes(room);
    int done = 0;
    for (int i = 0; i < count && done < wanted && !received.isEmpty(); ) {
      int moved = move(received.getFirst(), targets[i], wanted - done);
      done += moved;
      if (!received.getFirst().hasRemaining()) {
        received.removeFirst();
      }
      if (!targets[i].hasRemaining()) {
        i++;
      }
    }
    if (done > 0) {
      send(new Packet.Ack(done));
      return done;
    }
    return finReceived ? -1 : 0;
  }

  @Override
  public long write(ByteBuffer[] segments, int count) throws IOException {
    if (failure != null) {
      throw failure;
    }
    int pending = 0;
    for (int i = 0; i < count; i++) {
      pending += segments[i].remaining();
    }
    int taken = connection.link().nextPieceBytes(Math.max(0, Math.min(pending, roomBytes())));
    ByteBuffer all = ByteBuffer.allocate(taken);
    for (int i = 0; all.hasRemaining(); i++) {
      // By index, because the same buffer may be here twice.
      int length = Math.min(segments[i].remaining(), all.remaining());
      all.put(all.position(), segments[i], segments[i].position(), length);
      all.position(all.position() + length);
    }
    unreadAtPeerBytes += taken;
    for (int sent = 0; sent < taken; ) {
      byte[] bytes = new byte[connection.link().nextPieceBytes(taken - sent)];
      all.get(sent, bytes);
      send(new Packet.Data(bytes));
      sent += bytes.length;
    }
    return taken;
  }

  private static int move(ByteBuffer from, ByteBuffer to, int maxBytes) {
    int count = Math.min(maxBytes, Math.min(from.remaining(), to.remaining()));
    to.put(to.position(), from, from.position(), count);
    to.position(to.position() + count);
    from.position(from.position() + count);
    return count;
  }

  @Override
  public void interest(boolean read, boolean write) {
    readWanted = read;
    writeWanted = write;
    markIfReady();
  }

  @Override
  public Endpoint local() {
    return local;
  }

  @Override
  public void close() {
    if (!gone) {
      // Nothing is known of a client that gives up while it connects, until it is answered.
      if (connected && failure == null) {
        send(new Packet.Fin());
      }
      discard();
    }
  }

  @Override
  public void reset() {
    if (!connection.isTcp()) {
      close();
    } else if (!gone) {
      if (connected && failure == null) {
        sendReset();
      }
      discard();
    }
  }

  /** This end is no more; what it has sent still travels. */
  void discard() {
    gone = true;
    received.clear();
    connection.ended();
  }
}
