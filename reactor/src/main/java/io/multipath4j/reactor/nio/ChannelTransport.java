package io.multipath4j.reactor.nio;

import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.loop.LoopStream;
import io.multipath4j.reactor.loop.Transport;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** A non-blocking socket, TCP or Unix, registered with the selector of its loop. */
final class ChannelTransport implements Transport, Ready {

  private static final System.Logger LOG = System.getLogger(ChannelTransport.class.getName());

  private final SocketChannel channel;
  private final boolean tcp;
  private Endpoint local;
  private @Nullable LoopStream stream;
  private @Nullable SelectionKey key;
  private int interestOps;

  /**
   * Wraps a channel and makes it non-blocking.
   *
   * @param local this side's address, as far as it is known yet
   */
  ChannelTransport(SocketChannel channel, Endpoint local) throws IOException {
    this.channel = channel;
    this.local = local;
    this.tcp = local instanceof Endpoint.Tcp;
    channel.configureBlocking(false);
    if (tcp) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
  }

  /** Registers a channel that is connecting ({@code OP_CONNECT}) or connected (0). */
  void register(Selector selector, LoopStream stream, int ops) throws IOException {
    this.stream = stream;
    this.interestOps = ops;
    this.key = channel.register(selector, ops, this);
  }

  @Override
  public void ready() {
    LoopStream stream = this.stream;
    SelectionKey key = this.key;
    if (stream == null || key == null || stream.isClosed()) {
      return;
    }
    int ops = key.readyOps();
    if ((ops & SelectionKey.OP_WRITE) != 0) {
      stream.writable();
    }
    if ((ops & SelectionKey.OP_READ) != 0) {
      stream.readable();
    }
    if ((ops & SelectionKey.OP_CONNECT) != 0) {
      finishConnect(stream);
    }
  }

  @Override
  public void loopClosed() {
    if (stream != null) {
      stream.close();
    }
  }

  private void finishConnect(LoopStream stream) {
    try {
      if (!channel.finishConnect()) {
        return;
      }
      connected();
    } catch (IOException e) {
      stream.lost(NioEventLoop.cannotConnect(stream.remote(), e));
      return;
    }
    stream.connected();
  }

  /** Learns this side's address. */
  void connected() throws IOException {
    local = Addresses.endpoint(channel.getLocalAddress());
  }

  @Override
  public long read(ByteBuffer[] targets, int count) throws IOException {
    return count == 1 ? channel.read(targets[0]) : channel.read(targets, 0, count);
  }

  @Override
  public long write(ByteBuffer[] segments, int count) throws IOException {
    return count == 1 ? channel.write(segments[0]) : channel.write(segments, 0, count);
  }

  @Override
  public void interest(boolean read, boolean write) {
    int ops = (read ? SelectionKey.OP_READ : 0) | (write ? SelectionKey.OP_WRITE : 0);
    SelectionKey key = this.key;
    if (ops != interestOps && key != null) {
      interestOps = ops;
      key.interestOps(ops);
    }
  }

  @Override
  public Endpoint local() {
    return local;
  }

  @Override
  public void close() {
    NioEventLoop.closeQuietly(channel);
  }

  @Override
  public void reset() {
    if (tcp && channel.isOpen()) {
      try {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      } catch (IOException e) {
        // Then the other side sees FIN instead of RST.
        LOG.log(System.Logger.Level.DEBUG, () -> "reset of " + local + ": " + e);
      }
    }
    close();
  }
}
