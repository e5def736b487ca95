package io.multipath4j.iscsi;

import io.multipath4j.iscsi.login.TextKey;
import io.multipath4j.iscsi.login.TextKeys;
import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.IscsiProtocolException;
import io.multipath4j.iscsi.pdu.Opcode;
import io.multipath4j.iscsi.pdu.PduReader;
import io.multipath4j.iscsi.pdu.TextPdu;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Timer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A discovery session: asks a portal for its targets with SendTargets (RFC 7143 appendix C). */
public final class Discovery {

  private static final int ITT = 1;
  private static final byte[] SEND_TARGETS =
      TextKeys.encode(List.of(new TextKey("SendTargets", "All")));

  private final EventLoop loop;
  private final IscsiSessionConfig config;
  private final IscsiConnection connection;
  private final CompletableFuture<List<DiscoveredTarget>> result = new CompletableFuture<>();
  private final TextKeys.Assembler text = new TextKeys.Assembler();
  private @Nullable Timer deadline;

  private Discovery(EventLoop loop, IscsiSessionConfig config, long isid, RandomGenerator random) {
    this.loop = loop;
    this.config = config;
    this.connection = new IscsiConnection(loop, config, true, isid, random, new Link());
  }

  /**
   * Asks the portal of a configuration; its target name is not used. Callable from any thread.
   *
   * @return the targets in the order of the answer; exceptionally a {@link LoginFailedException}
   *     with the reason. Completed on the loop thread, after at most twice the login timeout.
   */
  public static CompletableFuture<List<DiscoveredTarget>> sendTargets(
      EventLoop loop, IscsiSessionConfig config, long isid, RandomGenerator random) {
    IscsiSessionConfig.Limits limits = config.limits();
    IscsiSessionConfig kept =
        config.withLimits(
            new IscsiSessionConfig.Limits(
                limits.maxCommands(),
                limits.maxTransferBytes(),
                Math.min(limits.maxRecvDataSegmentLength(), PduReader.MAX_KEPT_SEGMENT_BYTES),
                limits.maxBurstLength(),
                limits.firstBurstLength(),
                limits.maxOutstandingR2T(),
                limits.initialR2T(),
                limits.immediateData(),
                limits.maxRedirects()));
    Discovery discovery = new Discovery(loop, kept, isid, random);
    if (loop.inEventLoop()) {
      discovery.connection.open();
    } else {
      loop.execute(discovery.connection::open);
    }
    return discovery.result.copy();
  }

  private void answer(ByteBuffer buffer, int at, int dataAt) {
    if (Bhs.itt(buffer, at) != ITT) {
      throw new IscsiProtocolException("unasked " + Bhs.describe(buffer, at));
    }
    if (dataAt >= 0) {
      text.add(buffer, dataAt, Bhs.dataSegmentLength(buffer, at));
    }
    int ttt = Bhs.ttt(buffer, at);
    if (!Bhs.isFinal(buffer, at) || TextPdu.isContinued(buffer, at)) {
      if (ttt == Bhs.RESERVED_TAG) {
        throw new IscsiProtocolException("text response to be continued, without a transfer tag");
      }
      ControlPdus.text(connection, ITT, ttt, new byte[0]);
      return;
    }
    List<DiscoveredTarget> targets = targets(text.finish(), connection.portal());
    finish();
    ControlPdus.logout(connection, ITT + 1);
    connection.close();
    result.complete(targets);
  }

  /** Reads the answer: each TargetName, then its TargetAddress keys. */
  static List<DiscoveredTarget> targets(List<TextKey> keys, Endpoint askedPortal) {
    Map<String, List<TargetAddress>> found = new LinkedHashMap<>();
    List<TargetAddress> current = null;
    for (TextKey pair : keys) {
      if (pair.key().equals("TargetName")) {
        checkName(pair.value());
        current = found.computeIfAbsent(pair.value(), name -> new ArrayList<>());
      } else if (pair.key().equals("TargetAddress")) {
        if (current == null) {
          throw new IscsiProtocolException("TargetAddress before any TargetName");
        }
        current.add(TargetAddress.parse(pair.value()));
      }
    }
    List<DiscoveredTarget> targets = new ArrayList<>();
    found.forEach((name, addresses) -> {
      if (addresses.isEmpty() && askedPortal instanceof Endpoint.Tcp tcp) {
        addresses.add(
            new TargetAddress(tcp.address().getHostString(), tcp.address().getPort(), -1));
      }
      targets.add(new DiscoveredTarget(name, addresses));
    });
    return targets;
  }

  /** What a person will see and type again: not endless, and one line. */
  private static void checkName(String name) {
    if (name.length() > IscsiSessionConfig.MAX_NAME_BYTES
        || name.chars().anyMatch(Character::isISOControl)) {
      throw new IscsiProtocolException("TargetName=" + name + " is not an iSCSI name");
    }
  }

  private void finish() {
    Timer armed = deadline;
    if (armed != null) {
      armed.cancel();
    }
  }

  private final class Link implements ConnectionOwner {

    @Override
    public void loggedIn(IscsiConnection link) {
      int millis = config.timing().loginTimeoutMillis();
      deadline =
          loop.schedule(
              TimeUnit.MILLISECONDS.toNanos(millis),
              () -> link.end("no list of targets within " + millis + " ms", false));
      ControlPdus.text(link, ITT, Bhs.RESERVED_TAG, SEND_TARGETS);
    }

    @Override
    public void dataSegment(PduReader reader, ByteBuffer buffer, int at, int length) {}

    @Override
    public void pdu(ByteBuffer buffer, int at, int dataAt) {
      Opcode opcode = Opcode.of(Bhs.opcode(buffer, at));
      if (opcode == Opcode.TEXT_RESPONSE) {
        answer(buffer, at, dataAt);
      } else if (opcode == Opcode.NOP_IN && Bhs.ttt(buffer, at) != Bhs.RESERVED_TAG) {
        ControlPdus.nopOut(connection, Bhs.RESERVED_TAG, Bhs.ttt(buffer, at), Bhs.lun(buffer, at));
      } else {
        throw new IscsiProtocolException("unexpected " + Bhs.describe(buffer, at));
      }
    }

    @Override
    public void ended(String reason, boolean lasting) {
      finish();
      result.completeExceptionally(new LoginFailedException(reason, lasting));
    }
  }
}
