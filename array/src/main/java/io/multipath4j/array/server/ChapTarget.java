package io.multipath4j.array.server;

import io.multipath4j.iscsi.login.ChapAlgorithm;
import io.multipath4j.iscsi.login.ChapChallenge;
import io.multipath4j.iscsi.login.ChapSecret;
import io.multipath4j.iscsi.login.NegotiationKey;
import io.multipath4j.iscsi.login.TextKey;
import io.multipath4j.iscsi.login.TextKeys;
import io.multipath4j.iscsi.pdu.LoginStatus;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The security stage of one login, on the target's side (RFC 7143 12). */
final class ChapTarget {

  private enum State {
    METHOD,
    ALGORITHM,
    RESPONSE,
    DONE
  }

  private final @Nullable ChapSecret initiatorSecret;
  private final @Nullable ChapSecret targetSecret;
  private final RandomGenerator random;
  private State state;
  private @Nullable ChapAlgorithm algorithm;
  private @Nullable ChapChallenge challenge;

  /**
   * Starts the stage.
   *
   * @param initiatorSecret what the initiator has to know; null when it need not authenticate
   * @param targetSecret what this side proves when it is asked to; null when it does not
   */
  ChapTarget(
      @Nullable ChapSecret initiatorSecret,
      @Nullable ChapSecret targetSecret,
      RandomGenerator random) {
    this.initiatorSecret = initiatorSecret;
    this.targetSecret = targetSecret;
    this.random = random;
    this.state = initiatorSecret == null ? State.DONE : State.METHOD;
  }

  /** Tells whether the initiator may go on to the next stage. */
  boolean isDone() {
    return state == State.DONE;
  }

  /** Takes the keys of a request of the security stage, and adds the answers. */
  void receive(List<TextKey> keys, List<TextKey> answers) throws LoginFailure {
    String methods = TextKeys.find(keys, NegotiationKey.AUTH_METHOD.keyName());
    if (methods != null) {
      chooseMethod(List.of(methods.split(",")), answers);
    } else if (state == State.ALGORITHM) {
      chooseAlgorithm(keys, answers);
    } else if (state == State.RESPONSE) {
      check(keys, answers);
    }
  }

  private void chooseMethod(List<String> offered, List<TextKey> answers) throws LoginFailure {
    String wanted = initiatorSecret == null ? "None" : "CHAP";
    if (!offered.contains(wanted)) {
      throw failure("the target wants AuthMethod=" + wanted + ", the initiator offers " + offered);
    }
    answers.add(new TextKey(NegotiationKey.AUTH_METHOD.keyName(), wanted));
    if (initiatorSecret != null) {
      state = State.ALGORITHM;
    }
  }

  private void chooseAlgorithm(List<TextKey> keys, List<TextKey> answers) throws LoginFailure {
    String offered = TextKeys.find(keys, "CHAP_A");
    if (offered == null) {
      throw failure("CHAP_A is missing");
    }
    for (String number : offered.split(",", -1)) {
      ChapAlgorithm known = ChapAlgorithm.of(number);
      if (known != null) {
        algorithm = known;
        ChapChallenge made = ChapChallenge.create(random);
        challenge = made;
        answers.add(new TextKey("CHAP_A", number));
        answers.addAll(made.keys());
        state = State.RESPONSE;
        return;
      }
    }
    throw failure("no CHAP algorithm of " + offered + " is known");
  }

  private void check(List<TextKey> keys, List<TextKey> answers) throws LoginFailure {
    ChapAlgorithm chosen = algorithm;
    ChapChallenge made = challenge;
    ChapSecret expected = initiatorSecret;
    if (chosen == null || made == null || expected == null) {
      throw new IllegalStateException("no challenge was made");
    }
    if (!made.isAnsweredBy(keys, chosen, expected)) {
      throw failure("CHAP user name or secret is wrong");
    }
    if (TextKeys.find(keys, "CHAP_I") != null) {
      ChapSecret own = targetSecret;
      ChapChallenge theirs = ChapChallenge.parse(keys);
      if (own == null || theirs.isSameAs(made)) {
        throw failure(
            own == null
                ? "the initiator wants mutual CHAP, and the target has no secret"
                : "the initiator reflects the target's challenge");
      }
      answers.addAll(theirs.answer(chosen, own));
    }
    state = State.DONE;
  }

  private static LoginFailure failure(String message) {
    return new LoginFailure(LoginStatus.AUTHENTICATION_FAILURE, message);
  }
}
