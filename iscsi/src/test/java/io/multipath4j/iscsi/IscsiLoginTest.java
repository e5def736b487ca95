package io.multipath4j.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.iscsi.IscsiSessionConfig.Authentication;
import io.multipath4j.iscsi.ScriptedTarget.Pdu;
import io.multipath4j.iscsi.login.ChapAlgorithm;
import io.multipath4j.iscsi.login.ChapChallenge;
import io.multipath4j.iscsi.login.ChapSecret;
import io.multipath4j.iscsi.login.NegotiationKey;
import io.multipath4j.iscsi.login.TextKey;
import io.multipath4j.iscsi.login.TextKeys;
import io.multipath4j.iscsi.pdu.LoginRequestPdu;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Login: negotiation, authentication, redirection, refusal, deadlines. */
class IscsiLoginTest {

  private static final ChapSecret OURS = new ChapSecret("alice", "initiator secret");
  private static final ChapSecret THEIRS = new ChapSecret("array", "target's own secret");

  private final SessionFixture fixture = new SessionFixture();
  private final ScriptedTarget target = fixture.target;

  @Test
  void firstRequestSaysWhoAndWhat() {
    fixture.up();
    List<TextKey> keys = TextKeys.decode(target.received.getFirst().data());
    assertThat(keys)
        .containsExactly(
            new TextKey("InitiatorName", "iqn.2026-01.test:initiator"),
            new TextKey("SessionType", "Normal"),
            new TextKey("TargetName", "iqn.2026-01.test:disk"),
            new TextKey("AuthMethod", "None"));
    assertThat(target.isids).containsExactly(SessionFixture.ISID);
    assertThat(fixture.session.name()).isEqualTo("iqn.2026-01.test:disk at portal-a:3260");
    assertThat(fixture.session.numaNode()).isEqualTo(-1);
    assertThat(fixture.firstLogin).isCompleted();
  }

  @ParameterizedTest
  @CsvSource({
    "0x0200, initiator error",
    "0x0201, authentication failed",
    "0x0202, not allowed to use the target",
    "0x0203, no such target at this portal",
    "0x0204, has been removed",
    "0x0205, does not speak this iSCSI version",
    "0x0206, too many connections",
    "0x0207, misses a parameter",
    "0x0208, cannot include this connection",
    "0x0209, session type",
    "0x020A, to be joined does not exist",
    "0x020B, invalid during login",
    "0x0300, the target had an error",
    "0x0301, not available now",
    "0x0302, out of resources",
    "0x0400, unknown answer"
  })
  void refusalIsExplained(String status, String explanation) {
    int code = Integer.decode(status);
    target.loginScript =
        pdu -> {
          target.current.loginResponse(pdu, code, 0, 0, 0, List.of());
          return true;
        };
    fixture.start();
    fixture.await(() -> fixture.firstLogin.isDone(), 100, "refusal");
    assertThat(fixture.session.lastFailure()).contains(explanation).contains("portal-a:3260");
    assertThat(fixture.events).isEmpty();
    target.loginScript = pdu -> false;
    fixture.await(() -> fixture.session.isUp(), 6000, "up in the end");
  }

  @Test
  void pausesBetweenAttemptsGrowToTheirLimit() {
    fixture.link.refuse();
    List<Long> attempts = new ArrayList<>();
    fixture.start();
    for (int millis = 0; millis < 60_000; millis++) {
      fixture.runFor(1);
    }
    fixture.link.heal();
    target.loginScript =
        pdu -> {
          attempts.add(fixture.nowMillis());
          target.current.stream.reset();
          return true;
        };
    fixture.runFor(60_000);
    assertThat(attempts).hasSizeBetween(12, 25);
    for (int i = 1; i < attempts.size(); i++) {
      assertThat(attempts.get(i) - attempts.get(i - 1)).isBetween(2_500L, 5_050L);
    }
  }

  @Test
  void targetThatDoesNotAnswerIsGivenUpAtTheDeadline() {
    target.silent = true;
    fixture.start();
    fixture.await(() -> fixture.firstLogin.isDone(), 3_001, "deadline");
    assertThat(fixture.session.lastFailure()).isEqualTo("no login within 3000 ms at portal-a:3260");
    target.silent = false;
    fixture.await(() -> fixture.session.isUp(), 1000, "up in the end");
  }

  @Test
  void blackHoleDuringConnectIsGivenUpAtTheDeadline() {
    fixture.link.blackHole();
    fixture.start();
    fixture.await(() -> fixture.firstLogin.isDone(), 3_001, "deadline");
    fixture.link.heal();
    fixture.await(() -> fixture.session.isUp(), 4000, "up in the end");
  }

  private void redirect(ScriptedTarget from, int status, String address) {
    from.loginScript =
        pdu -> {
          from.current.loginResponse(
              pdu, status, 0, 0, 0, List.of(new TextKey("TargetAddress", address)));
          return true;
        };
  }

  @ParameterizedTest
  @CsvSource({"0x0101, 2, 1", "0x0102, 1, 2"})
  void redirectionIsFollowedAndRememberedOnlyWhenPermanent(
      String status, int loginsHere, int loginsThere) {
    ScriptedTarget other = new ScriptedTarget();
    fixture.listen(SessionFixture.endpoint("portal-b"), other);
    redirect(target, Integer.decode(status), "portal-b:3260,1");
    fixture.up();
    fixture.read(0, 512).submit().good();
    assertThat(target.connections).isEqualTo(1);
    assertThat(other.connections).isEqualTo(1);
    target.loginScript = pdu -> false;
    fixture.onLoop(() -> fixture.session.reconnect("test"));
    fixture.await(() -> fixture.session.isUp(), 1000, "return");
    assertThat(target.connections).isEqualTo(loginsHere);
    assertThat(other.connections).isEqualTo(loginsThere);
  }

  @Test
  void redirectionInACircleEnds() {
    redirect(target, 0x0101, "portal-a:3260");
    fixture.start();
    fixture.await(() -> fixture.firstLogin.isDone(), 1000, "end");
    assertThat(fixture.session.lastFailure()).contains("redirected more than 4 times");
    assertThat(target.connections).isEqualTo(5);
  }

  @Test
  void longAnswerOverSeveralPdusIsPutTogether() {
    int[] parts = new int[1];
    target.loginScript =
        pdu -> {
          boolean operational =
              LoginRequestPdu.currentStage(pdu.header(), 0)
                  == LoginRequestPdu.OPERATIONAL_NEGOTIATION;
          if (!operational || parts[0] == 3) {
            return false;
          }
          parts[0]++;
          target.current.loginResponse(
              pdu,
              0,
              parts[0] < 3 ? LoginRequestPdu.CONTINUE : 0,
              0,
              0,
              List.of(new TextKey("X-part-" + parts[0], "1")));
          return true;
        };
    target.wishes.remove(NegotiationKey.MAX_RECV_DATA_SEGMENT_LENGTH);
    fixture.start();
    fixture.await(() -> parts[0] == 3, 100, "parts");
    fixture.await(() -> fixture.session.isUp(), 100, "up");
    List<TextKey> said = new ArrayList<>();
    target.received.forEach(pdu -> said.addAll(TextKeys.decode(pdu.data())));
    assertThat(said)
        .contains(
            new TextKey("X-part-1", "NotUnderstood"),
            new TextKey("X-part-2", "NotUnderstood"),
            new TextKey("X-part-3", "NotUnderstood"));
  }

  @Test
  void loginThatNeverEndsIsGivenUp() {
    target.loginScript =
        pdu -> {
          target.current.loginResponse(pdu, 0, LoginRequestPdu.CONTINUE, 0, 0, List.of());
          return true;
        };
    fixture.start();
    fixture.await(() -> fixture.firstLogin.isDone(), 1000, "end");
    assertThat(fixture.session.lastFailure()).contains("does not end after 64 requests");
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "2", "3", "4", "5"})
  void brokenLoginResponseIsToldAndRetried(int kind) {
    target.loginScript =
        pdu -> {
          ScriptedTarget.Connection c = target.current;
          switch (kind) {
            case 0 -> c.loginResponse(pdu, 0, 0x80, 3, 1, List.of()); // skips a stage
            case 1 -> c.loginResponse(pdu, 0, 0x80, 0, 1, List.of());
            case 2 -> c.nopIn(1, 2, true);
            case 3 -> c.loginResponse(pdu, 0x0101, 0, 0, 0, List.of());
            case 4 ->
                c.loginResponse(
                    pdu, 0x0101, 0, 0, 0, List.of(new TextKey("TargetAddress", "[::1")));
            default -> c.loginResponse(pdu, 0, 0, 0, 0, List.of(new TextKey("AuthMethod", "KRB5")));
          }
          return true;
        };
    fixture.start();
    fixture.await(() -> fixture.firstLogin.isDone(), 1000, "end");
    assertThat(fixture.session.lastFailure()).startsWith("protocol error of the target: ");
  }

  /** The target's side of CHAP. */
  private final class Chap {
    ChapAlgorithm algorithm = ChapAlgorithm.SHA256;
    ChapSecret expected = OURS;
    ChapSecret own = THEIRS;
    boolean answers = true;
    ChapChallenge challenge = ChapChallenge.create(new Random(99));
    int step;

    boolean test(Pdu pdu) {
      if (LoginRequestPdu.currentStage(pdu.header(), 0) != 0) {
        return false;
      }
      List<TextKey> keys = TextKeys.decode(pdu.data());
      List<TextKey> out = new ArrayList<>();
      step++;
      if (step == 1) {
        target.isids.add(LoginRequestPdu.isid(pdu.header(), 0));
        out.add(new TextKey("AuthMethod", "CHAP"));
        target.current.loginResponse(pdu, 0, 0, 0, 0, out);
      } else if (step == 2) {
        out.add(new TextKey("CHAP_A", String.valueOf(algorithm.number())));
        out.addAll(challenge.keys());
        target.current.loginResponse(pdu, 0, 0, 0, 0, out);
      } else if (!challenge.isAnsweredBy(keys, algorithm, expected)) {
        target.current.loginResponse(pdu, 0x0201, 0, 0, 0, List.of());
      } else {
        if (answers && TextKeys.find(keys, "CHAP_C") != null) {
          out.addAll(ChapChallenge.parse(keys).answer(algorithm, own));
        }
        target.current.loginResponse(pdu, 0, 0x80, 1, 0, out);
      }
      return true;
    }
  }

  private Chap chap(Authentication authentication) {
    Chap chap = new Chap();
    target.loginScript = chap::test;
    fixture.config = fixture.config.withAuthentication(authentication);
    return chap;
  }

  @ParameterizedTest
  @CsvSource({"MD5", "SHA1", "SHA256", "SHA3_256"})
  void chapAuthenticatesTheInitiator(ChapAlgorithm algorithm) {
    chap(Authentication.chap(OURS)).algorithm = algorithm;
    fixture.up();
    fixture.read(0, 512).submit().good();
  }

  @Test
  void mutualChapAuthenticatesBoth() {
    chap(Authentication.mutualChap(OURS, THEIRS));
    fixture.up();
  }

  @Test
  void wrongSecretIsRefused() {
    chap(Authentication.chap(new ChapSecret("alice", "wrong")));
    fixture.start();
    fixture.await(() -> fixture.firstLogin.isDone(), 100, "refusal");
    assertThat(fixture.session.lastFailure())
        .contains("authentication failed")
        .doesNotContain("wrong");
  }

  @Test
  void targetWithAWrongSecretIsNotTrusted() {
    chap(Authentication.mutualChap(OURS, THEIRS)).own = new ChapSecret("array", "impostor");
    fixture.start();
    fixture.await(() -> fixture.firstLogin.isDone(), 100, "refusal");
    assertThat(fixture.session.lastFailure()).contains("does not fit");
  }

  @Test
  void targetThatDoesNotAuthenticateItselfIsNotTrusted() {
    chap(Authentication.mutualChap(OURS, THEIRS)).answers = false;
    fixture.start();
    fixture.await(() -> fixture.firstLogin.isDone(), 100, "refusal");
    assertThat(fixture.session.lastFailure()).contains("did not authenticate itself");
  }

  @Test
  void targetThatSkipsAuthenticationIsNotTrustedWhenItsProofIsDemanded() {
    fixture.config = fixture.config.withAuthentication(Authentication.mutualChap(OURS, THEIRS));
    fixture.start(); // the scripted target knows only AuthMethod=None
    fixture.await(() -> fixture.firstLogin.isDone(), 100, "refusal");
    assertThat(fixture.session.isUp()).isFalse();
  }

  @Test
  void targetThatWantsNoAuthenticationIsFineWithOneWayChap() {
    fixture.config = fixture.config.withAuthentication(Authentication.chap(OURS));
    fixture.up();
  }

  @Test
  void algorithmThatWasNotOfferedIsRefused() {
    chap(new Authentication(OURS, null, List.of(ChapAlgorithm.SHA256))).algorithm =
        ChapAlgorithm.MD5;
    fixture.start();
    fixture.await(() -> fixture.firstLogin.isDone(), 100, "refusal");
    assertThat(fixture.session.lastFailure()).contains("chose algorithm 5, offered were 7");
  }
}
