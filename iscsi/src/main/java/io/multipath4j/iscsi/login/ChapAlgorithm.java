package io.multipath4j.iscsi.login;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/** The hash of a CHAP exchange, with its IANA number (RFC 7143 12.1.3, PPP authentication). */
public enum ChapAlgorithm {
  /** Strongest first, so that {@code values()} is the order of preference. */
  SHA3_256(8, "SHA3-256"),
  /** SHA-256. */
  SHA256(7, "SHA-256"),
  /** SHA-1. */
  SHA1(6, "SHA-1"),
  /** MD5, which every implementation has. */
  MD5(5, "MD5");

  private final int number;
  private final String digestName;

  ChapAlgorithm(int number, String digestName) {
    this.number = number;
    this.digestName = digestName;
  }

  /** Returns the number of CHAP_A. */
  public int number() {
    return number;
  }

  /** Returns the algorithm with this number, or null. */
  public static @Nullable ChapAlgorithm of(String number) {
    for (ChapAlgorithm algorithm : values()) {
      if (String.valueOf(algorithm.number).equals(number)) {
        return algorithm;
      }
    }
    return null;
  }

  /** Returns the digest's length in bytes. */
  public int hashBytes() {
    return digest().getDigestLength();
  }

  /** Returns a fresh digest. */
  MessageDigest digest() {
    try {
      return MessageDigest.getInstance(digestName);
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("this Java has no " + digestName, missing);
    }
  }
}
