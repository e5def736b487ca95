package io.multipath4j.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.iscsi.login.BinaryText;
import io.multipath4j.iscsi.login.ChapChallenge;
import io.multipath4j.iscsi.login.NegotiationKey;
import io.multipath4j.iscsi.login.ParameterNegotiation;
import io.multipath4j.iscsi.login.TextKey;
import io.multipath4j.iscsi.login.TextKeys;
import io.multipath4j.iscsi.pdu.IscsiProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Text of a peer is understood or refused, and nothing else. */
class TextFuzzTest {

  private static final long SEED = 20261121;
  private static final int ROUNDS = 4000;

  private static final String[] VALUES = {
    "",
    "Yes",
    "No",
    "None",
    "CRC32C",
    "CRC32C,None",
    "Reject",
    "Irrelevant",
    "NotUnderstood",
    "0",
    "-1",
    "4294967296",
    "99999999999999999999",
    "0x",
    "0xFFFFFFFF",
    "0x2000",
    "16777215",
    "CHAP",
    "5",
    "7,5",
    "0b",
    "0b====",
    "0xABC",
    "[::1]:3260,1",
    "host:0,1",
    "[",
    ":",
    ",",
    "a:b:c",
    "host:99999",
    "host,-1",
    "All",
    "\u0000",
    "=",
    "\uFFFF"
  };

  private static String key(Random random) {
    NegotiationKey[] keys = NegotiationKey.values();
    return switch (random.nextInt(8)) {
      case 0 -> "CHAP_" + "AICNR".charAt(random.nextInt(5));
      case 1 -> "X-" + "y".repeat(random.nextInt(70));
      case 2 -> "TargetAddress";
      case 3 -> "TargetName";
      default -> keys[random.nextInt(keys.length)].keyName();
    };
  }

  private static byte[] text(Random random) {
    List<TextKey> pairs = new ArrayList<>();
    for (int i = random.nextInt(6); i >= 0; i--) {
      pairs.add(new TextKey(key(random), VALUES[random.nextInt(VALUES.length)]));
    }
    byte[] bytes = TextKeys.encode(pairs);
    for (int i = random.nextInt(3); i > 0; i--) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    if (random.nextInt(8) == 0) {
      random.nextBytes(bytes);
    }
    return bytes;
  }

  private static void refusable(Runnable decoder) {
    try {
      decoder.run();
    } catch (IscsiProtocolException refused) {
      assertThat(refused.getMessage()).isNotEmpty();
    }
  }

  @Test
  void keysOfAPeerAreUnderstoodOrRefused() {
    int understood = 0;
    for (int round = 0; round < ROUNDS; round++) {
      Random random = new Random(SEED + round);
      byte[] text = text(random);
      List<TextKey> pairs = new ArrayList<>();
      try {
        refusable(() -> pairs.addAll(TextKeys.decode(text)));
        understood += pairs.size();
        decodeAll(pairs, random);
      } catch (RuntimeException escaped) {
        throw new AssertionError(
            "seed " + (SEED + round) + ": " + new String(text, StandardCharsets.UTF_8), escaped);
      }
    }
    assertThat(understood).isGreaterThan(ROUNDS);
  }

  private static void decodeAll(List<TextKey> pairs, Random random) {
    ParameterNegotiation negotiation =
        new ParameterNegotiation(Map.of(NegotiationKey.HEADER_DIGEST, "CRC32C,None"));
    negotiation.setDiscovery(random.nextInt(4) == 0);
    if (random.nextBoolean()) {
      negotiation.offers();
    }
    List<TextKey> answers = new ArrayList<>();
    for (TextKey pair : pairs) {
      refusable(() -> negotiation.receive(pair, answers));
      refusable(() -> TargetAddress.parse(pair.value()).socketAddress());
      refusable(() -> {
        assertThat(BinaryText.decode(pair.key(), pair.value(), 16)).hasSizeBetween(1, 16);
      });
    }
    negotiation.result();
    assertThat(answers.size()).isLessThanOrEqualTo(pairs.size());
    refusable(() -> ChapChallenge.parse(pairs));
    refusable(() -> Discovery.targets(pairs, SessionFixture.endpoint("portal")));
  }
}
