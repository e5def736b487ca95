package io.multipath4j.array.server;

import io.multipath4j.iscsi.login.NegotiationKey;
import io.multipath4j.iscsi.login.SessionParameters;
import io.multipath4j.iscsi.login.TextKey;
import io.multipath4j.iscsi.login.TextKeys;
import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.RejectPdu;
import io.multipath4j.iscsi.pdu.TextPdu;
import io.multipath4j.reactor.Endpoint;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Text requests in full feature phase: SendTargets (RFC 7143 13.3, appendix C). */
final class TextExchange {

  private static final int FINAL = 0x80;

  /** There is one exchange at a time, so that its tag needs no counting. */
  private static final int CONTINUATION_TAG = 0x5445_5854;

  private final Connection connection;
  private final SessionWriter writer;
  private final int maxSegmentBytes;
  private final boolean discovery;
  private final TextKeys.Assembler text = new TextKeys.Assembler();
  private byte[] answer = {};
  private int sent;

  TextExchange(
      Connection connection,
      SessionWriter writer,
      SessionParameters parameters,
      boolean discovery) {
    this.connection = connection;
    this.writer = writer;
    this.maxSegmentBytes = Math.min(parameters.maxSendDataSegmentLength(), 8192);
    this.discovery = discovery;
  }

  void request(ByteBuffer buffer, int at, int dataAt) {
    int itt = Bhs.itt(buffer, at);
    boolean continuation = Bhs.ttt(buffer, at) == CONTINUATION_TAG;
    if (continuation && sent < answer.length) {
      respond(itt);
      return;
    }
    if (Bhs.ttt(buffer, at) != Bhs.RESERVED_TAG && !continuation) {
      writer.reject(buffer, at, RejectPdu.INVALID_PDU_FIELD);
      return;
    }
    if (dataAt >= 0) {
      text.add(buffer, dataAt, Bhs.dataSegmentLength(buffer, at));
    }
    sent = 0;
    if (TextPdu.isContinued(buffer, at)) {
      answer = new byte[0];
      respond(itt, 0, CONTINUATION_TAG);
      return;
    }
    answer = TextKeys.encode(answers(text.finish()));
    respond(itt);
  }

  private void respond(int itt) {
    boolean last = answer.length - sent <= maxSegmentBytes;
    respond(itt, last ? FINAL : TextPdu.CONTINUE, last ? Bhs.RESERVED_TAG : CONTINUATION_TAG);
  }

  private void respond(int itt, int flags, int tag) {
    int length = Math.min(answer.length - sent, maxSegmentBytes);
    ByteBuffer header = writer.pdus().begin();
    int at = header.position();
    TextPdu.initResponse(header, at, flags, tag);
    Bhs.setItt(header, at, itt);
    writer.stampStatus(header, at);
    writer.pdus().endWithBytes(answer, sent, length);
    sent += length;
  }

  private List<TextKey> answers(List<TextKey> keys) {
    List<TextKey> answers = new ArrayList<>();
    for (TextKey key : keys) {
      if (key.key().equals(NegotiationKey.SEND_TARGETS.keyName())) {
        sendTargets(key.value(), answers);
      } else {
        boolean known = NegotiationKey.named(key.key()) != null;
        answers.add(new TextKey(key.key(), known ? "Reject" : "NotUnderstood"));
      }
    }
    return answers;
  }

  private void sendTargets(String wanted, List<TextKey> answers) {
    String name = connection.server().config.targetName();
    boolean thisOne = wanted.equals(name) || (wanted.isEmpty() && !discovery);
    if (!thisOne && !(wanted.equals("All") && discovery)) {
      return;
    }
    answers.add(new TextKey(NegotiationKey.TARGET_NAME.keyName(), name));
    for (Portal portal : connection.server().portals()) {
      answers.add(
          new TextKey(
              NegotiationKey.TARGET_ADDRESS.keyName(),
              reachable(portal.address()) + "," + portal.tag()));
    }
  }

  /** A portal on all addresses is reached by the one that this initiator uses. */
  private String reachable(Endpoint address) {
    if (address instanceof Endpoint.Tcp tcp
        && !tcp.address().isUnresolved()
        && tcp.address().getAddress().isAnyLocalAddress()
        && connection.stream().local() instanceof Endpoint.Tcp here) {
      return new Endpoint.Tcp(
              new InetSocketAddress(here.address().getAddress(), tcp.address().getPort()))
          .toString();
    }
    return address.toString();
  }
}
