package io.multipath4j.iscsi.login;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** A CHAP user name with its secret, which it does not show. */
public final class ChapSecret {

  /** Longest secret, in bytes. */
  public static final int MAX_SECRET_BYTES = 256;

  private final String user;
  private final byte[] secret;

  /**
   * Makes one.
   *
   * @param user CHAP_N, not empty
   * @param secret 1 to {@link #MAX_SECRET_BYTES} bytes in UTF-8; 12 or more are wise (RFC 7143
   *     9.2.1)
   */
  public ChapSecret(String user, String secret) {
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    if (user.isEmpty()) {
      throw new IllegalArgumentException("CHAP user name is empty");
    }
    if (bytes.length == 0 || bytes.length > MAX_SECRET_BYTES) {
      throw new IllegalArgumentException(
          "CHAP secret of user " + user + " has " + bytes.length + " bytes, expected 1 to 256");
    }
    this.user = user;
    this.secret = bytes;
  }

  /** Returns the user name. */
  public String user() {
    return user;
  }

  /** Returns the response to a challenge: the hash of identifier, secret, challenge (RFC 1994). */
  byte[] response(ChapAlgorithm algorithm, int identifier, byte[] challenge) {
    MessageDigest digest = algorithm.digest();
    digest.update((byte) identifier);
    digest.update(secret);
    return digest.digest(challenge);
  }

  /**
   * Tells whether another one has the same secret; RFC 7143 9.2.1 forbids it for two directions.
   */
  public boolean hasSameSecretAs(ChapSecret other) {
    return MessageDigest.isEqual(secret, other.secret);
  }

  /** Returns the user name alone. */
  @Override
  public String toString() {
    return "CHAP user " + user;
  }
}
