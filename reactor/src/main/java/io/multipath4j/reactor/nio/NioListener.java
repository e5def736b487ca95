package io.multipath4j.reactor.nio;

import io.multipath4j.reactor.Acceptor;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.Listener;
import io.multipath4j.reactor.StreamHandler;
import io.multipath4j.reactor.loop.LoopStream;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A listening socket, TCP or Unix. */
final class NioListener implements Listener, Ready {

  /** Connections that the kernel keeps until they are accepted. */
  static final int BACKLOG = 1024;

  /** Connections accepted in one turn, so that a flood does not starve the streams. */
  static final int MAX_ACCEPTS_PER_TURN = 64;

  /**
   * Pause after an accept that failed. The connection stays in the backlog, so that without a pause
   * a process that is out of file descriptors would spin.
   */
  static final long ACCEPT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final System.Logger LOG = System.getLogger(NioListener.class.getName());

  private final NioEventLoop loop;
  private final ServerSocketChannel channel;
  private final Endpoint local;
  private final @Nullable UnixSocketFile file;
  private final Acceptor acceptor;
  private final SelectionKey key;

  /** The last accept failed, and this was logged. */
  private boolean failing;

  private NioListener(
      NioEventLoop loop,
      ServerSocketChannel channel,
      Endpoint local,
      @Nullable UnixSocketFile file,
      Acceptor acceptor)
      throws IOException {
    this.loop = loop;
    this.channel = channel;
    this.local = local;
    this.file = file;
    this.acceptor = acceptor;
    channel.configureBlocking(false);
    this.key = loop.register(channel, SelectionKey.OP_ACCEPT, this);
  }

  static NioListener open(NioEventLoop loop, Endpoint wanted, Acceptor acceptor)
      throws IOException {
    ServerSocketChannel channel = null;
    UnixSocketFile file = null;
    try {
      Endpoint local;
      switch (wanted) {
        case Endpoint.Tcp tcp -> {
          channel = ServerSocketChannel.open();
          channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
          channel.bind(Addresses.socketAddress(tcp), BACKLOG);
          local = Addresses.endpoint(channel.getLocalAddress());
        }
        case Endpoint.Unix unix -> {
          file = UnixSocketFile.bind(unix.path(), BACKLOG);
          channel = file.channel();
          local = wanted;
        }
      }
      return new NioListener(loop, channel, local, file, acceptor);
    } catch (IOException | RuntimeException e) {
      if (file != null) {
        file.remove();
      }
      if (channel != null) {
        channel.close();
      }
      throw new IOException("cannot listen on " + wanted + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void ready() {
    for (int accepts = 0; accepts < MAX_ACCEPTS_PER_TURN && channel.isOpen(); accepts++) {
      SocketChannel accepted;
      try {
        accepted = channel.accept();
      } catch (IOException e) {
        pause(e);
        return;
      }
      if (accepted == null) {
        return;
      }
      failing = false;
      take(accepted);
    }
  }

  private void take(SocketChannel accepted) {
    ChannelTransport transport;
    Endpoint remote;
    try {
      transport = new ChannelTransport(accepted, local);
      remote = Addresses.endpoint(accepted.getRemoteAddress());
      if (file == null) {
        transport.connected();
      }
    } catch (IOException e) {
      // Gone before it was accepted.
      LOG.log(System.Logger.Level.DEBUG, () -> "connection to " + local + " lost at once: " + e);
      NioEventLoop.closeQuietly(accepted);
      return;
    }
    try {
      StreamHandler handler = acceptor.accept(remote);
      if (handler == null) {
        transport.reset();
      } else {
        LoopStream stream = loop.newStream(transport, remote, handler);
        loop.register(transport, stream, 0);
        stream.connected();
      }
    } catch (IOException | RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, () -> "connection from " + remote + " is reset: " + e, e);
      transport.reset();
    }
  }

  private void pause(IOException cause) {
    if (!failing) {
      failing = true;
      LOG.log(
          System.Logger.Level.WARNING,
          () ->
              "cannot accept connections on %s: %s; trying again every %d ms"
                  .formatted(
                      local,
                      cause.getMessage(),
                      TimeUnit.NANOSECONDS.toMillis(ACCEPT_PAUSE_NANOS)));
    }
    key.interestOps(0);
    loop.schedule(
        ACCEPT_PAUSE_NANOS,
        () -> {
          if (channel.isOpen()) {
            key.interestOps(SelectionKey.OP_ACCEPT);
          }
        });
  }

  @Override
  public void loopClosed() {
    close();
  }

  @Override
  public Endpoint local() {
    return local;
  }

  @Override
  public void close() {
    if (!channel.isOpen()) {
      return;
    }
    if (file != null) {
      file.remove();
    }
    NioEventLoop.closeQuietly(channel);
    loop.flushClosedChannels();
  }
}
