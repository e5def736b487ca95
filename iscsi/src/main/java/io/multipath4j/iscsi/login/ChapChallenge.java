package io.multipath4j.iscsi.login;

import io.multipath4j.iscsi.pdu.IscsiProtocolException;
import java.security.MessageDigest;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A challenge and its identifier (CHAP_I, CHAP_C): made by the side that authenticates the other,
 * answered by the side that is authenticated (RFC 7143 12.1.3, RFC 1994).
 */
public final class ChapChallenge {

  /** Longest challenge and response, in bytes (RFC 7143 12.1.3). */
  public static final int MAX_BYTES = 1024;

  private static final int MADE_BYTES = 32;

  private final int identifier;
  private final byte[] challenge;

  private ChapChallenge(int identifier, byte[] challenge) {
    this.identifier = identifier;
    this.challenge = challenge;
  }

  /** Makes a challenge for the other side. {@code random} is a secure one in production. */
  public static ChapChallenge create(RandomGenerator random) {
    byte[] challenge = new byte[MADE_BYTES];
    random.nextBytes(challenge);
    return new ChapChallenge(random.nextInt(256), challenge);
  }

  /**
   * Reads the other side's challenge.
   *
   * @throws IscsiProtocolException when CHAP_I or CHAP_C is missing or malformed
   */
  public static ChapChallenge parse(List<TextKey> pairs) {
    String identifier = required(pairs, "CHAP_I");
    String challenge = required(pairs, "CHAP_C");
    int number;
    try {
      number = Integer.decode(identifier);
    } catch (NumberFormatException notNumber) {
      number = -1;
    }
    if (number < 0 || number > 255) {
      throw new IscsiProtocolException("CHAP_I is not a number from 0 to 255");
    }
    return new ChapChallenge(number, BinaryText.decode("CHAP_C", challenge, MAX_BYTES));
  }

  /** Returns CHAP_I and CHAP_C. */
  public List<TextKey> keys() {
    return List.of(
        new TextKey("CHAP_I", String.valueOf(identifier)),
        new TextKey("CHAP_C", BinaryText.hex(challenge)));
  }

  /** Returns CHAP_N and CHAP_R: this side's answer to the other side's challenge. */
  public List<TextKey> answer(ChapAlgorithm algorithm, ChapSecret secret) {
    byte[] response = secret.response(algorithm, identifier, challenge);
    return List.of(
        new TextKey("CHAP_N", secret.user()), new TextKey("CHAP_R", BinaryText.hex(response)));
  }

  /**
   * Tells whether the other side's CHAP_N and CHAP_R answer this challenge, in constant time.
   *
   * @throws IscsiProtocolException when one is missing or malformed
   */
  public boolean isAnsweredBy(List<TextKey> pairs, ChapAlgorithm algorithm, ChapSecret expected) {
    String user = required(pairs, "CHAP_N");
    byte[] response = BinaryText.decode("CHAP_R", required(pairs, "CHAP_R"), MAX_BYTES);
    boolean right =
        MessageDigest.isEqual(response, expected.response(algorithm, identifier, challenge));
    return right && user.equals(expected.user());
  }

  /**
   * Tells whether another challenge is the same: then one side reflects the other's, which ends the
   * connection (RFC 7143 9.2.1).
   */
  public boolean isSameAs(ChapChallenge other) {
    return MessageDigest.isEqual(challenge, other.challenge);
  }

  private static String required(List<TextKey> pairs, String key) {
    String value = TextKeys.find(pairs, key);
    if (value == null) {
      throw new IscsiProtocolException(key + " is missing");
    }
    return value;
  }

  /** Does not show the challenge. */
  @Override
  public String toString() {
    return "CHAP challenge " + identifier;
  }
}
