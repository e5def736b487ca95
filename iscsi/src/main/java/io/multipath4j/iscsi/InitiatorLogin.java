package io.multipath4j.iscsi;

import io.multipath4j.iscsi.login.ChapAlgorithm;
import io.multipath4j.iscsi.login.ChapChallenge;
import io.multipath4j.iscsi.login.ChapSecret;
import io.multipath4j.iscsi.login.NegotiationKey;
import io.multipath4j.iscsi.login.ParameterNegotiation;
import io.multipath4j.iscsi.login.SessionParameters;
import io.multipath4j.iscsi.login.TextKey;
import io.multipath4j.iscsi.login.TextKeys;
import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.IscsiProtocolException;
import io.multipath4j.iscsi.pdu.LoginRequestPdu;
import io.multipath4j.iscsi.pdu.LoginResponsePdu;
import io.multipath4j.iscsi.pdu.LoginStatus;
import io.multipath4j.iscsi.pdu.Opcode;
import io.multipath4j.iscsi.pdu.PduWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The initiator's side of one login (RFC 7143 6.3): security negotiation, operational negotiation,
 * full feature phase. Knows neither sockets nor time; one for each connection.
 */
final class InitiatorLogin {

  /** What to do after a login response. */
  enum Step {
    /** Another request has been sent. */
    CONTINUE,
    /** The full feature phase begins. */
    DONE,
    /** The login goes on at {@link InitiatorLogin#redirection}. */
    REDIRECT
  }

  /** Most requests of one login. */
  private static final int MAX_REQUESTS = 64;

  /** CmdSN of the login, and of the first command after it. */
  static final int FIRST_CMD_SN = 1;

  private static final int ITT = 0;

  private final IscsiSessionConfig config;
  private final boolean discovery;
  private final long isid;
  private final RandomGenerator random;
  private final ParameterNegotiation negotiation;
  private final TextKeys.Assembler text = new TextKeys.Assembler();

  private int stage = LoginRequestPdu.SECURITY_NEGOTIATION;
  private boolean transitAsked;
  private int requests;
  private int expStatSn;
  private boolean statSnKnown;
  private boolean chapChosen;
  private @Nullable ChapAlgorithm algorithm;
  private @Nullable ChapChallenge ourChallenge;
  private boolean targetIsAuthenticated;
  private @Nullable TargetAddress redirection;
  private boolean redirectionIsPermanent;

  InitiatorLogin(IscsiSessionConfig config, boolean discovery, long isid, RandomGenerator random) {
    this.config = config;
    this.discovery = discovery;
    this.isid = isid;
    this.random = random;
    this.negotiation = new ParameterNegotiation(wishes(config));
    negotiation.setDiscovery(discovery);
  }

  private static Map<NegotiationKey, String> wishes(IscsiSessionConfig config) {
    IscsiSessionConfig.Limits limits = config.limits();
    Map<NegotiationKey, String> wishes = new EnumMap<>(NegotiationKey.class);
    wishes.put(NegotiationKey.HEADER_DIGEST, config.digests().header());
    wishes.put(NegotiationKey.DATA_DIGEST, config.digests().data());
    wishes.put(NegotiationKey.MAX_CONNECTIONS, "1");
    wishes.put(NegotiationKey.INITIAL_R2T, limits.initialR2T() ? "Yes" : "No");
    wishes.put(NegotiationKey.IMMEDIATE_DATA, limits.immediateData() ? "Yes" : "No");
    wishes.put(
        NegotiationKey.MAX_RECV_DATA_SEGMENT_LENGTH,
        String.valueOf(limits.maxRecvDataSegmentLength()));
    wishes.put(NegotiationKey.MAX_BURST_LENGTH, String.valueOf(limits.maxBurstLength()));
    wishes.put(NegotiationKey.FIRST_BURST_LENGTH, String.valueOf(limits.firstBurstLength()));
    wishes.put(NegotiationKey.MAX_OUTSTANDING_R2T, String.valueOf(limits.maxOutstandingR2T()));
    wishes.put(NegotiationKey.DEFAULT_TIME2WAIT, "0");
    wishes.put(NegotiationKey.DEFAULT_TIME2RETAIN, "0");
    wishes.put(NegotiationKey.DATA_PDU_IN_ORDER, "Yes");
    wishes.put(NegotiationKey.DATA_SEQUENCE_IN_ORDER, "Yes");
    wishes.put(NegotiationKey.ERROR_RECOVERY_LEVEL, "0");
    IscsiSessionConfig.Authentication chap = config.authentication();
    if (chap.target() != null) {
      wishes.put(NegotiationKey.AUTH_METHOD, "CHAP"); // None would leave the target unproved
    } else if (chap.initiator() != null) {
      wishes.put(NegotiationKey.AUTH_METHOD, "CHAP,None");
    }
    return wishes;
  }

  /** Sends the first request. */
  void start(PduWriter writer) {
    List<TextKey> keys = new ArrayList<>();
    keys.add(new TextKey("InitiatorName", config.initiatorName()));
    keys.add(new TextKey("SessionType", discovery ? "Discovery" : "Normal"));
    if (!discovery) {
      keys.add(new TextKey("TargetName", config.targetName()));
    }
    keys.add(negotiation.offer(NegotiationKey.AUTH_METHOD));
    send(writer, keys, config.authentication().initiator() == null);
  }

  /** Returns where to go on, after {@link Step#REDIRECT}. */
  TargetAddress redirection() {
    return Objects.requireNonNull(redirection);
  }

  /** Tells whether the redirection holds for later logins too. */
  boolean isRedirectionPermanent() {
    return redirectionIsPermanent;
  }

  /** Returns the ExpStatSN after the last response. */
  int expStatSn() {
    return expStatSn;
  }

  /** Returns the result, after {@link Step#DONE}. */
  SessionParameters parameters() {
    return negotiation.result();
  }

  /**
   * Takes a PDU of the target and sends the next request, if there is one.
   *
   * @throws LoginFailedException when the target refuses
   * @throws IscsiProtocolException when the target breaks the protocol
   */
  Step receive(ByteBuffer buffer, int at, int dataAt, PduWriter writer) {
    if (Bhs.opcode(buffer, at) != Opcode.LOGIN_RESPONSE.code()) {
      throw new IscsiProtocolException(
          "expected a login response, not " + Bhs.describe(buffer, at));
    }
    if (dataAt >= 0) {
      text.add(buffer, dataAt, Bhs.dataSegmentLength(buffer, at));
    }
    int status = LoginResponsePdu.status(buffer, at);
    if (status != LoginStatus.SUCCESS.code()) {
      return refused(status);
    }
    checkHeader(buffer, at);
    if (LoginRequestPdu.isContinued(buffer, at)) {
      send(writer, List.of(), false);
      return Step.CONTINUE;
    }
    List<TextKey> keys = text.finish();
    boolean transit = LoginRequestPdu.isTransit(buffer, at);
    if (transit && (!transitAsked || LoginRequestPdu.nextStage(buffer, at) != nextStage())) {
      throw new IscsiProtocolException("the target changes the login stage without being asked to");
    }
    return stage == LoginRequestPdu.SECURITY_NEGOTIATION
        ? security(keys, transit, writer)
        : operational(keys, transit, LoginRequestPdu.tsih(buffer, at), writer);
  }

  private void checkHeader(ByteBuffer buffer, int at) {
    if (Bhs.itt(buffer, at) != ITT || LoginResponsePdu.versionActive(buffer, at) != 0) {
      throw new IscsiProtocolException("login response with a wrong task tag or version");
    }
    if (LoginRequestPdu.currentStage(buffer, at) != stage) {
      throw new IscsiProtocolException(
          "login response for stage %d, expected %d"
              .formatted(LoginRequestPdu.currentStage(buffer, at), stage));
    }
    int statSn = Bhs.statSn(buffer, at);
    if (statSnKnown && statSn != expStatSn) {
      throw new IscsiProtocolException(
          "login response with StatSN %d, expected %d".formatted(statSn, expStatSn));
    }
    statSnKnown = true;
    expStatSn = statSn + 1;
  }

  private Step refused(int status) {
    if (!LoginStatus.isRedirection(status)) {
      throw new LoginFailedException(
          "login refused: " + LoginStatus.describe(status), !LoginStatus.isTargetError(status));
    }
    String address = TextKeys.find(text.finish(), "TargetAddress");
    if (address == null) {
      throw new IscsiProtocolException("redirection without TargetAddress");
    }
    redirection = TargetAddress.parse(address);
    redirectionIsPermanent = status == LoginStatus.TARGET_MOVED_PERMANENTLY.code();
    return Step.REDIRECT;
  }

  private Step security(List<TextKey> keys, boolean transit, PduWriter writer) {
    List<TextKey> answers = negotiate(keys);
    if (transit) {
      if (config.authentication().target() != null && !targetIsAuthenticated) {
        verifyTarget(keys);
      }
      stage = LoginRequestPdu.OPERATIONAL_NEGOTIATION;
      answers.addAll(negotiation.offers());
      send(writer, answers, true);
      return Step.CONTINUE;
    }
    if (!negotiation.agreed(NegotiationKey.AUTH_METHOD).equals("CHAP")) {
      send(writer, answers, true);
    } else if (!chapChosen) {
      chapChosen = true;
      answers.add(new TextKey("CHAP_A", algorithmNumbers()));
      send(writer, answers, false);
    } else if (algorithm == null) {
      answers.addAll(answerChallenge(keys));
      send(writer, answers, true);
    } else {
      if (ourChallenge != null && !targetIsAuthenticated && TextKeys.find(keys, "CHAP_R") != null) {
        verifyTarget(keys);
      }
      send(writer, answers, true);
    }
    return Step.CONTINUE;
  }

  private String algorithmNumbers() {
    return config.authentication().algorithms().stream()
        .map(offered -> String.valueOf(offered.number()))
        .collect(Collectors.joining(","));
  }

  private List<TextKey> answerChallenge(List<TextKey> keys) {
    IscsiSessionConfig.Authentication authentication = config.authentication();
    ChapSecret secret = Objects.requireNonNull(authentication.initiator());
    String number = TextKeys.find(keys, "CHAP_A");
    ChapAlgorithm chosen = number == null ? null : ChapAlgorithm.of(number);
    if (chosen == null || !authentication.algorithms().contains(chosen)) {
      throw new LoginFailedException(
          "CHAP: the target chose algorithm %s, offered were %s"
              .formatted(number, algorithmNumbers()),
          true);
    }
    algorithm = chosen;
    ChapChallenge theirs = ChapChallenge.parse(keys);
    List<TextKey> answer = new ArrayList<>(theirs.answer(chosen, secret));
    if (authentication.target() != null) {
      ChapChallenge ours = ChapChallenge.create(random);
      if (ours.isSameAs(theirs)) {
        throw new LoginFailedException("CHAP: both challenges are the same", true);
      }
      ourChallenge = ours;
      answer.addAll(ours.keys());
    }
    return answer;
  }

  private void verifyTarget(List<TextKey> keys) {
    ChapSecret expected = Objects.requireNonNull(config.authentication().target());
    ChapChallenge challenge = ourChallenge;
    ChapAlgorithm hash = algorithm;
    boolean answered = TextKeys.find(keys, "CHAP_R") != null;
    if (challenge == null || hash == null || !answered) {
      throw new LoginFailedException(
          "mutual CHAP: the target did not authenticate itself; check its outgoing user", true);
    }
    if (!challenge.isAnsweredBy(keys, hash, expected)) {
      throw new LoginFailedException(
          "mutual CHAP: the target's answer does not fit the user name and secret expected of it",
          true);
    }
    targetIsAuthenticated = true;
  }

  private Step operational(List<TextKey> keys, boolean transit, int tsih, PduWriter writer) {
    List<TextKey> answers = negotiate(keys);
    if (!transit) {
      send(writer, answers, true);
      return Step.CONTINUE;
    }
    if (!answers.isEmpty()) {
      throw new IscsiProtocolException(
          "the target ends the login with an offer that waits for an answer: "
              + answers.getFirst().key());
    }
    if (tsih == 0 && !discovery) {
      throw new IscsiProtocolException("login ended without a session handle (TSIH 0)");
    }
    return Step.DONE;
  }

  private List<TextKey> negotiate(List<TextKey> keys) {
    List<TextKey> answers = new ArrayList<>();
    for (TextKey pair : keys) {
      if (!pair.key().startsWith("CHAP_")) {
        negotiation.receive(pair, answers);
      }
    }
    return answers;
  }

  private int nextStage() {
    return stage == LoginRequestPdu.SECURITY_NEGOTIATION
        ? LoginRequestPdu.OPERATIONAL_NEGOTIATION
        : LoginRequestPdu.FULL_FEATURE_PHASE;
  }

  private void send(PduWriter writer, List<TextKey> keys, boolean transit) {
    requests++;
    if (requests > MAX_REQUESTS) {
      throw new IscsiProtocolException("login does not end after " + MAX_REQUESTS + " requests");
    }
    byte[] bytes = TextKeys.encode(keys);
    if (bytes.length > TextKeys.MAX_LOGIN_TEXT_BYTES) {
      throw new IscsiProtocolException(
          "answers to all keys of the target would have %d bytes, a login request holds %d"
              .formatted(bytes.length, TextKeys.MAX_LOGIN_TEXT_BYTES));
    }
    transitAsked = transit;
    ByteBuffer header = writer.begin();
    int at = header.position();
    LoginRequestPdu.init(
        header,
        at,
        transit ? LoginRequestPdu.TRANSIT : 0,
        stage,
        transit ? nextStage() : 0,
        isid,
        0);
    Bhs.setItt(header, at, ITT);
    Bhs.setCmdSn(header, at, FIRST_CMD_SN);
    Bhs.setExpStatSn(header, at, expStatSn);
    writer.endWithBytes(bytes, 0, bytes.length);
  }
}
