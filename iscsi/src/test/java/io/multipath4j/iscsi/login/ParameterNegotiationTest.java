package io.multipath4j.iscsi.login;

import static io.multipath4j.iscsi.login.NegotiationKey.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.iscsi.pdu.IscsiProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParameterNegotiationTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          HeaderDigest        | CRC32C,None | None,CRC32C | CRC32C
          HeaderDigest        | None        | CRC32C,None | None
          DataDigest          | None,CRC32C | CRC32C,None | None
          DataDigest          | CRC32C      | None        | Reject
          MaxConnections      | 8           | 1           | 1
          InitialR2T          | No          | No          | No
          InitialR2T          | No          | Yes         | Yes
          InitialR2T          | Yes         | No          | Yes
          ImmediateData       | Yes         | Yes         | Yes
          ImmediateData       | Yes         | No          | No
          ImmediateData       | No          | Yes         | No
          MaxBurstLength      | 16776192    | 262144      | 262144
          MaxBurstLength      | 0x1000      | 262144      | 4096
          FirstBurstLength    | 65536       | 262144      | 65536
          DefaultTime2Wait    | 0           | 2           | 2
          DefaultTime2Wait    | 5           | 2           | 5
          DefaultTime2Retain  | 0           | 20          | 0
          MaxOutstandingR2T   | 16          | 4           | 4
          DataPDUInOrder      | No          | Yes         | Yes
          DataSequenceInOrder | No          | No          | No
          ErrorRecoveryLevel  | 2           | 0           | 0
          iSCSIProtocolLevel  | 1           | 1           | 1
          AuthMethod          | CHAP,None   | None        | None
          AuthMethod          | None        | CHAP        | Reject
          MaxBurstLength      | 511         | 262144      | Reject
          MaxBurstLength      | 16777216    | 262144      | Reject
          MaxBurstLength      | many        | 262144      | Reject
          InitialR2T          | yes         | No          | Reject
          IFMarker            | Yes         | No          | No
          OFMarker            | No          | No          | No
          IFMarkInt           | 1~65535     |             | Reject
          SendTargets         | All         |             | Reject
          X-com.example.speed | 11          |             | NotUnderstood
          Nonsense            | 1           |             | NotUnderstood
          """)
  void targetAnswersAnOffer(String key, String offer, String wish, String expected) {
    NegotiationKey known = NegotiationKey.named(key);
    ParameterNegotiation target =
        new ParameterNegotiation(known == null || wish == null ? Map.of() : Map.of(known, wish));
    List<TextKey> answers = new ArrayList<>();
    target.receive(new TextKey(key, offer), answers);
    assertThat(answers).containsExactly(new TextKey(key, expected));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          HeaderDigest       | CRC32C,None | None
          InitialR2T         | No          | Yes
          InitialR2T         | No          | No
          ImmediateData      | Yes         | No
          MaxBurstLength     | 262144      | 0x400
          MaxBurstLength     | 262144      | 262144
          DefaultTime2Wait   | 2           | 3
          ErrorRecoveryLevel | 0           | 0
          """)
  void initiatorTakesAnAnswer(String key, String offer, String answer) {
    NegotiationKey known = NegotiationKey.named(key);
    ParameterNegotiation initiator = new ParameterNegotiation(Map.of(known, offer));
    assertThat(initiator.offers()).containsExactly(new TextKey(key, offer));
    List<TextKey> answers = new ArrayList<>();
    initiator.receive(new TextKey(key, answer), answers);
    assertThat(answers).isEmpty();
    assertThat(initiator.agreed(known)).isEqualTo(answer);
    assertThat(initiator.unanswered()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          HeaderDigest       | None        | CRC32C
          InitialR2T         | Yes         | No
          ImmediateData      | No          | Yes
          MaxBurstLength     | 262144      | 262145
          MaxBurstLength     | 262144      | 511
          MaxBurstLength     | 262144      | -1
          MaxBurstLength     | 262144      | 99999999999
          DefaultTime2Wait   | 2           | 1
          ErrorRecoveryLevel | 0           | 1
          MaxConnections     | 1           | Reject
          """)
  void initiatorRefusesAnAnswerThatDoesNotFollow(String key, String offer, String answer) {
    NegotiationKey known = NegotiationKey.named(key);
    ParameterNegotiation initiator = new ParameterNegotiation(Map.of(known, offer));
    initiator.offers();
    assertThatThrownBy(() -> initiator.receive(new TextKey(key, answer), new ArrayList<>()))
        .isInstanceOf(IscsiProtocolException.class)
        .hasMessageContaining(key);
  }

  @Test
  void keyMayNotBeNegotiatedTwice() {
    ParameterNegotiation target = new ParameterNegotiation(Map.of());
    target.receive(new TextKey("InitialR2T", "No"), new ArrayList<>());
    assertThatThrownBy(() -> target.receive(new TextKey("InitialR2T", "No"), new ArrayList<>()))
        .hasMessageContaining("twice");
  }

  @Test
  void declaredNumberOutOfRangeIsRefused() {
    ParameterNegotiation side = new ParameterNegotiation(Map.of());
    assertThatThrownBy(
            () -> side.receive(new TextKey("MaxRecvDataSegmentLength", "100"), new ArrayList<>()))
        .hasMessageContaining("512 to 16777215");
  }

  @Test
  void digestThatIsRequiredButNotWantedByTheTargetIsNamed() {
    ParameterNegotiation initiator = new ParameterNegotiation(Map.of(HEADER_DIGEST, "CRC32C"));
    initiator.offers();
    assertThatThrownBy(
            () -> initiator.receive(new TextKey("HeaderDigest", "None"), new ArrayList<>()))
        .hasMessageContaining("answers HeaderDigest=None")
        .hasMessageContaining("accept only CRC32C");
  }

  @Test
  void keysOfNormalSessionsAreIrrelevantInDiscovery() {
    ParameterNegotiation target = new ParameterNegotiation(Map.of());
    target.setDiscovery(true);
    List<TextKey> answers = new ArrayList<>();
    target.receive(new TextKey("MaxBurstLength", "4096"), answers);
    assertThat(answers).containsExactly(new TextKey("MaxBurstLength", "Irrelevant"));
    assertThat(target.result().maxBurstLength()).isEqualTo(262144);

    ParameterNegotiation initiator =
        new ParameterNegotiation(Map.of(MAX_BURST_LENGTH, "4096", HEADER_DIGEST, "None"));
    initiator.setDiscovery(true);
    assertThat(initiator.offers()).containsExactly(new TextKey("HeaderDigest", "None"));
  }

  @Test
  void answersMayAlsoBeIrrelevantOrNotUnderstood() {
    ParameterNegotiation initiator =
        new ParameterNegotiation(Map.of(FIRST_BURST_LENGTH, "4096", MAX_BURST_LENGTH, "8192"));
    initiator.offers();
    initiator.receive(new TextKey("FirstBurstLength", "Irrelevant"), new ArrayList<>());
    initiator.receive(new TextKey("MaxBurstLength", "8192"), new ArrayList<>());
    // the default of 65536 would exceed MaxBurstLength (RFC 7143 13.14)
    assertThat(initiator.result().firstBurstLength()).isEqualTo(8192);
  }

  @Test
  void bothSidesComeToTheSameResult() {
    ParameterNegotiation initiator =
        new ParameterNegotiation(
            Map.of(
                HEADER_DIGEST, "CRC32C,None",
                INITIAL_R2T, "No",
                MAX_RECV_DATA_SEGMENT_LENGTH, "262144",
                MAX_BURST_LENGTH, "1048576",
                FIRST_BURST_LENGTH, "131072",
                MAX_OUTSTANDING_R2T, "8",
                DEFAULT_TIME2RETAIN, "0"));
    ParameterNegotiation target =
        new ParameterNegotiation(
            Map.of(
                HEADER_DIGEST, "None,CRC32C",
                INITIAL_R2T, "No",
                MAX_RECV_DATA_SEGMENT_LENGTH, "65536",
                TARGET_PORTAL_GROUP_TAG, "7",
                MAX_OUTSTANDING_R2T, "4"));
    List<TextKey> answers = new ArrayList<>(target.declarations());
    initiator.offers().forEach(pair -> target.receive(pair, answers));
    List<TextKey> none = new ArrayList<>();
    answers.forEach(pair -> initiator.receive(pair, none));
    assertThat(none).isEmpty();

    SessionParameters ours = initiator.result();
    SessionParameters theirs = target.result();
    assertThat(ours.headerDigest()).isTrue();
    assertThat(theirs.headerDigest()).isTrue();
    assertThat(ours.dataDigest()).isFalse();
    assertThat(ours.initialR2T()).isFalse();
    assertThat(theirs.initialR2T()).isFalse();
    assertThat(ours.maxBurstLength()).isEqualTo(262144).isEqualTo(theirs.maxBurstLength());
    assertThat(ours.firstBurstLength()).isEqualTo(65536).isEqualTo(theirs.firstBurstLength());
    assertThat(ours.maxOutstandingR2T()).isEqualTo(4).isEqualTo(theirs.maxOutstandingR2T());
    assertThat(ours.maxRecvDataSegmentLength()).isEqualTo(262144);
    assertThat(theirs.maxSendDataSegmentLength()).isEqualTo(262144);
    assertThat(ours.maxSendDataSegmentLength()).isEqualTo(65536);
    assertThat(ours.targetPortalGroupTag()).isEqualTo(7);
    assertThat(ours.defaultTime2Retain()).isZero();
  }

  @Test
  void defaultsAreThoseOfTheStandard() {
    SessionParameters defaults = new ParameterNegotiation(Map.of()).result();
    assertThat(defaults)
        .isEqualTo(
            new SessionParameters(
                false, false, 1, true, true, 8192, 8192, 262144, 65536, 2, 20, 1, true, true, 0, 0,
                ""));
  }
}
