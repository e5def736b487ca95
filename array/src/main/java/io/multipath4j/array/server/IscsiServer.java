package io.multipath4j.array.server;

import io.multipath4j.array.lu.ScsiTask;
import io.multipath4j.array.lu.TargetDevice;
import io.multipath4j.iscsi.login.NegotiationKey;
import io.multipath4j.reactor.BufferPool;
import io.multipath4j.reactor.EventLoop;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What the portals of one target share: its sessions, its buffers, its device. Loop thread only.
 */
public final class IscsiServer {

  /** Most bytes of data parts and receive buffers of all sessions together. */
  public static final long MAX_BUFFER_BYTES = 256L * 1024 * 1024;

  /** Longest data segment that the target takes, in bytes. */
  public static final int MAX_RECV_DATA_SEGMENT_BYTES = 256 * 1024;

  private static final int MAX_TSIH = 0xFFFF;

  final TargetConfig config;
  final TargetDevice device;
  final EventLoop loop;
  final RandomGenerator random;
  final BufferPool buffers = new BufferPool(MAX_BUFFER_BYTES);

  /** Where data goes that nobody wants: every session may write it, nobody reads it. */
  final ByteBuffer discard;

  private final List<Portal> portals = new ArrayList<>();
  private final List<Session> sessions = new ArrayList<>();
  private int lastTsih;

  /**
   * Makes a server without portals.
   *
   * @param random makes CHAP challenges: a secure one, outside of simulations
   */
  public IscsiServer(
      TargetConfig config, TargetDevice device, EventLoop loop, RandomGenerator random) {
    this.config = config;
    NegotiationKey longest = NegotiationKey.MAX_RECV_DATA_SEGMENT_LENGTH;
    int declared = longest.number(config.wishes().getOrDefault(longest, longest.defaultValue()));
    this.discard = ByteBuffer.allocateDirect(Math.max(MAX_RECV_DATA_SEGMENT_BYTES, declared));
    this.device = device;
    this.loop = loop;
    this.random = random;
  }

  /** Returns the number of sessions that are logged in. */
  public int sessionCount() {
    return sessions.size();
  }

  /** Returns the bytes of buffers in use: zero when no connection is open. */
  public long bufferBytes() {
    return buffers.outstandingBytes();
  }

  List<Portal> portals() {
    return portals;
  }

  void add(Portal portal) {
    portals.add(portal);
  }

  // ---- Sessions

  int nextTsih() {
    do {
      lastTsih = lastTsih % MAX_TSIH + 1;
    } while (hasTsih(lastTsih));
    return lastTsih;
  }

  boolean hasTsih(int tsih) {
    for (Session session : sessions) {
      if (session.tsih() == tsih) {
        return true;
      }
    }
    return false;
  }

  /** Ends the session that a new login of the same initiator port replaces (RFC 7143 6.3.5). */
  void reinstate(String initiatorPort, Portal portal) {
    for (Session session : List.copyOf(sessions)) {
      if (session.portal() == portal && session.nexus().initiatorPort().equals(initiatorPort)) {
        session.connection().abort("session reinstated by " + initiatorPort);
      }
    }
  }

  void opened(Session session) {
    sessions.add(session);
  }

  void ended(Session session) {
    sessions.remove(session);
    device.disconnect(session.nexus());
  }

  /** Returns a copy of the sessions, to be walked while some end. */
  List<Session> sessions() {
    return List.copyOf(sessions);
  }

  ScsiTask newTask() {
    return new ScsiTask(buffers);
  }
}
