package io.multipath4j.array.server;

import io.multipath4j.iscsi.IscsiSessionConfig;
import io.multipath4j.iscsi.login.NegotiationKey;
import io.multipath4j.iscsi.login.ParameterNegotiation;
import io.multipath4j.iscsi.login.TextKey;
import io.multipath4j.iscsi.login.TextKeys;
import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.IscsiProtocolException;
import io.multipath4j.iscsi.pdu.LoginRequestPdu;
import io.multipath4j.iscsi.pdu.LoginResponsePdu;
import io.multipath4j.iscsi.pdu.LoginStatus;
import io.multipath4j.iscsi.pdu.Opcode;
import io.multipath4j.iscsi.pdu.PduReader;
import io.multipath4j.iscsi.pdu.PduSink;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The login of one connection, on the target's side (RFC 7143 6.3). */
final class LoginPhase implements PduSink {

  /** Most Login Requests of one login. */
  static final int MAX_REQUESTS = 64;

  private static final System.Logger LOG = System.getLogger(LoginPhase.class.getName());

  private final Connection connection;
  private final TextKeys.Assembler text = new TextKeys.Assembler();
  private final ParameterNegotiation negotiation;
  private @Nullable ChapTarget security;
  private int requests;
  private boolean named;
  private boolean discovery;
  private boolean declared;
  private String initiatorName = "";
  private int stage;
  private long isid;
  private int requestTsih;
  private int itt;
  private int cid;
  private int cmdSn;
  private int statSn;

  LoginPhase(Connection connection) {
    this.connection = connection;
    this.negotiation = new ParameterNegotiation(connection.server().config.wishes());
  }

  @Override
  public void dataSegment(PduReader reader, ByteBuffer buffer, int at, int length) {}

  @Override
  public void pdu(ByteBuffer buffer, int at, int dataAt) {
    if (Bhs.opcode(buffer, at) != Opcode.LOGIN_REQUEST.code()) {
      throw new IscsiProtocolException(Bhs.describe(buffer, at) + " before the login is done");
    }
    if (++requests > MAX_REQUESTS) {
      throw new IscsiProtocolException("more than " + MAX_REQUESTS + " login requests");
    }
    try {
      request(buffer, at, dataAt);
    } catch (LoginFailure e) {
      refuse(e.status(), e.getMessage());
    } catch (IscsiProtocolException e) {
      refuse(LoginStatus.INITIATOR_ERROR, e.getMessage());
    }
  }

  private void request(ByteBuffer buffer, int at, int dataAt) throws LoginFailure {
    itt = Bhs.itt(buffer, at);
    if (requests == 1) {
      isid = LoginRequestPdu.isid(buffer, at);
      requestTsih = LoginRequestPdu.tsih(buffer, at);
      cid = LoginRequestPdu.cid(buffer, at);
      cmdSn = Bhs.cmdSn(buffer, at);
      statSn = Bhs.expStatSn(buffer, at);
      stage = LoginRequestPdu.currentStage(buffer, at);
      if (LoginRequestPdu.versionMin(buffer, at) > 0) {
        throw new LoginFailure(LoginStatus.UNSUPPORTED_VERSION, "only version 0 is spoken");
      }
    }
    if (LoginRequestPdu.currentStage(buffer, at) != stage) {
      throw new LoginFailure(
          LoginStatus.INVALID_DURING_LOGIN,
          "stage " + LoginRequestPdu.currentStage(buffer, at) + " amid stage " + stage);
    }
    if (dataAt >= 0) {
      text.add(buffer, dataAt, Bhs.dataSegmentLength(buffer, at));
    }
    boolean transit = LoginRequestPdu.isTransit(buffer, at);
    if (LoginRequestPdu.isContinued(buffer, at)) {
      respond(List.of(), false, 0, requestTsih);
      return;
    }
    keys(text.finish(), transit, LoginRequestPdu.nextStage(buffer, at));
  }

  private void keys(List<TextKey> keys, boolean transit, int nextStage) throws LoginFailure {
    List<TextKey> answers = new ArrayList<>();
    if (!named) {
      names(keys);
      named = true;
      if (!discovery) {
        answers.add(
            new TextKey(
                NegotiationKey.TARGET_PORTAL_GROUP_TAG.keyName(),
                String.valueOf(connection.portal().tag())));
      }
    }
    ChapTarget chap = security();
    if (stage == LoginRequestPdu.SECURITY_NEGOTIATION) {
      chap.receive(keys, answers);
      operational(keys, answers);
    } else if (stage == LoginRequestPdu.OPERATIONAL_NEGOTIATION) {
      if (!chap.isDone()) {
        throw new LoginFailure(
            LoginStatus.AUTHENTICATION_FAILURE, "the initiator skips the authentication");
      }
      operational(keys, answers);
      if (!declared) {
        declared = true;
        answers.addAll(negotiation.declarations());
      }
    } else {
      throw new LoginFailure(LoginStatus.INVALID_DURING_LOGIN, "there is no stage " + stage);
    }
    boolean moves = transit && chap.isDone();
    if (moves && nextStage <= stage) {
      throw new LoginFailure(
          LoginStatus.INVALID_DURING_LOGIN, "transit from stage " + stage + " to " + nextStage);
    }
    if (moves && nextStage == LoginRequestPdu.FULL_FEATURE_PHASE) {
      finish(answers);
    } else {
      respond(answers, moves, nextStage, requestTsih);
      if (moves) {
        stage = nextStage;
      }
    }
  }

  /** Keys of authentication are not for the negotiation. */
  private void operational(List<TextKey> keys, List<TextKey> answers) {
    for (TextKey key : keys) {
      boolean authentication =
          key.key().startsWith("CHAP_") || key.key().equals(NegotiationKey.AUTH_METHOD.keyName());
      if (!authentication) {
        negotiation.receive(key, answers);
      }
    }
  }

  private ChapTarget security() {
    ChapTarget started = security;
    if (started == null) {
      TargetConfig config = connection.server().config;
      started =
          new ChapTarget(
              discovery ? null : config.initiatorSecret(),
              config.targetSecret(),
              connection.server().random);
      security = started;
    }
    return started;
  }

  private void names(List<TextKey> keys) throws LoginFailure {
    String initiator = TextKeys.find(keys, NegotiationKey.INITIATOR_NAME.keyName());
    if (initiator == null || initiator.isEmpty()) {
      throw new LoginFailure(LoginStatus.MISSING_PARAMETER, "InitiatorName is missing");
    }
    if (!isNameLike(initiator)) {
      throw new LoginFailure(LoginStatus.INITIATOR_ERROR, "InitiatorName is not an iSCSI name");
    }
    initiatorName = initiator;
    String type = TextKeys.find(keys, NegotiationKey.SESSION_TYPE.keyName());
    discovery = "Discovery".equals(type);
    if (!discovery && type != null && !type.equals("Normal")) {
      throw new LoginFailure(LoginStatus.SESSION_TYPE_NOT_SUPPORTED, "SessionType=" + type);
    }
    negotiation.setDiscovery(discovery);
    String target = TextKeys.find(keys, NegotiationKey.TARGET_NAME.keyName());
    if (!discovery && target == null) {
      throw new LoginFailure(LoginStatus.MISSING_PARAMETER, "TargetName is missing");
    }
    if (!discovery && !connection.server().config.targetName().equals(target)) {
      throw new LoginFailure(
          LoginStatus.NOT_FOUND,
          "there is no target " + (target != null && isNameLike(target) ? target : "of that name"));
    }
    if (requestTsih != 0) {
      // One connection per session: nobody can join.
      boolean exists = connection.server().hasTsih(requestTsih);
      throw new LoginFailure(
          exists ? LoginStatus.TOO_MANY_CONNECTIONS : LoginStatus.SESSION_DOES_NOT_EXIST,
          "wants to join session " + requestTsih);
    }
  }

  /** Tells whether a name can be kept and logged: not endless, and one line. */
  private static boolean isNameLike(String name) {
    return name.length() <= IscsiSessionConfig.MAX_NAME_BYTES
        && name.chars().noneMatch(Character::isISOControl);
  }

  private void finish(List<TextKey> answers) throws LoginFailure {
    IscsiServer server = connection.server();
    // RFC 7143 4.2.7.1: the SCSI initiator port's name.
    String initiatorPort = "%s,i,0x%012x".formatted(initiatorName, isid);
    if (!discovery) {
      server.reinstate(initiatorPort, connection.portal());
    }
    if (!connection.portal().hasRoomForSession()) {
      throw new LoginFailure(
          LoginStatus.OUT_OF_RESOURCES, "the portal has " + Portal.MAX_SESSIONS + " sessions");
    }
    int tsih = server.nextTsih();
    respond(answers, true, LoginRequestPdu.FULL_FEATURE_PHASE, tsih);
    Session session =
        new Session(
            connection,
            server.device.connect(initiatorPort, connection.portal().port()),
            negotiation.result(),
            new Session.Identity(tsih, cid, discovery),
            cmdSn,
            statSn);
    server.opened(session);
    connection.fullFeature(session);
    LOG.log(Level.DEBUG, "{0} logged in to portal {1}", initiatorPort, connection.portal());
  }

  private void refuse(LoginStatus status, @Nullable String reason) {
    LOG.log(Level.INFO, "{0}: login refused, {1}: {2}", connection, status, reason);
    ByteBuffer header = connection.writer().begin();
    int at = header.position();
    LoginResponsePdu.init(header, at, 0, stage & 1, 0, isid, requestTsih);
    LoginResponsePdu.setStatus(header, at, status.code());
    stamp(header, at);
    connection.writer().end();
    connection.close();
  }

  private void respond(List<TextKey> answers, boolean transit, int nextStage, int tsih) {
    byte[] bytes = TextKeys.encode(answers);
    if (bytes.length > TextKeys.MAX_LOGIN_TEXT_BYTES) {
      throw new IscsiProtocolException(
          "answers to all keys would have " + bytes.length + " bytes, too many for a response");
    }
    ByteBuffer header = connection.writer().begin();
    int at = header.position();
    int flags = transit ? LoginRequestPdu.TRANSIT : 0;
    LoginResponsePdu.init(header, at, flags, stage, transit ? nextStage : 0, isid, tsih);
    stamp(header, at);
    connection.writer().endWithBytes(bytes, 0, bytes.length);
  }

  private void stamp(ByteBuffer header, int at) {
    Bhs.setItt(header, at, itt);
    Bhs.setStatSn(header, at, statSn++);
    Bhs.setExpCmdSn(header, at, cmdSn);
    Bhs.setMaxCmdSn(header, at, cmdSn + Session.QUEUE_DEPTH - 1);
  }
}
