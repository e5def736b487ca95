package io.multipath4j.iscsi.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.iscsi.pdu.IscsiProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ChapTest {

  private static final String CHALLENGE =
      "0x101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f";

  private static final ChapSecret SECRET = new ChapSecret("alice", "correct horse battery");

  /** Responses computed with another implementation of the hashes. */
  @ParameterizedTest
  @CsvSource({
    "5,defb61b46bb206358d009a6faaffc019",
    "6,6fc81a42268902ef3bd1599041cb0c51374f02ec",
    "7,b2c7ecd365c785c34819330126c2943ecb4c2366b57258c4c7420500f9641880",
    "8,53e297f58988ef73a3fde50af17aba9fcded5ef8abdd8bf7f0008ac7f6606604"
  })
  void responseIsTheHashOfIdentifierSecretAndChallenge(String number, String response) {
    ChapAlgorithm algorithm = ChapAlgorithm.of(number);
    ChapChallenge challenge =
        ChapChallenge.parse(
            List.of(new TextKey("CHAP_I", "123"), new TextKey("CHAP_C", CHALLENGE)));
    assertThat(challenge.answer(algorithm, SECRET))
        .containsExactly(new TextKey("CHAP_N", "alice"), new TextKey("CHAP_R", "0x" + response));
    assertThat(algorithm.hashBytes()).isEqualTo(response.length() / 2);
  }

  @ParameterizedTest
  @EnumSource(ChapAlgorithm.class)
  void eachSideVerifiesTheOther(ChapAlgorithm algorithm) {
    ChapChallenge made = ChapChallenge.create(new Random(1));
    List<TextKey> answer = ChapChallenge.parse(made.keys()).answer(algorithm, SECRET);
    assertThat(made.isAnsweredBy(answer, algorithm, SECRET)).isTrue();
    ChapSecret wrong = new ChapSecret("alice", "correct horse batterY");
    assertThat(made.isAnsweredBy(answer, algorithm, wrong)).isFalse();
    ChapSecret other = new ChapSecret("bob", "correct horse battery");
    assertThat(made.isAnsweredBy(answer, algorithm, other)).isFalse();
    assertThat(ChapChallenge.create(new Random(2)).isAnsweredBy(answer, algorithm, SECRET))
        .isFalse();
  }

  @Test
  void base64IsUnderstoodAsWell() {
    ChapChallenge made = ChapChallenge.create(new Random(1));
    byte[] challenge =
        BinaryText.decode("CHAP_C", TextKeys.find(made.keys(), "CHAP_C"), ChapChallenge.MAX_BYTES);
    List<TextKey> keys = new ArrayList<>(made.keys());
    keys.set(1, new TextKey("CHAP_C", BinaryText.base64(challenge)));
    assertThat(
            made.isAnsweredBy(
                ChapChallenge.parse(keys).answer(ChapAlgorithm.MD5, SECRET),
                ChapAlgorithm.MD5,
                SECRET))
        .isTrue();
  }

  @Test
  void reflectedChallengeIsRecognized() {
    ChapChallenge made = ChapChallenge.create(new Random(1));
    assertThat(ChapChallenge.parse(made.keys()).isSameAs(made)).isTrue();
    assertThat(ChapChallenge.create(new Random(2)).isSameAs(made)).isFalse();
    assertThat(SECRET.hasSameSecretAs(new ChapSecret("other", "correct horse battery"))).isTrue();
    assertThat(SECRET.hasSameSecretAs(new ChapSecret("alice", "something else"))).isFalse();
  }

  @Test
  void malformedValuesAreRefusedWithoutShowingThem() {
    for (String value : List.of("", "0x", "0xzz", "0b***", "abcd", "0x" + "00".repeat(1025))) {
      assertThatThrownBy(() ->
              ChapChallenge.parse(
                  List.of(new TextKey("CHAP_I", "1"), new TextKey("CHAP_C", value))))
          .as(value)
          .isInstanceOf(IscsiProtocolException.class)
          .hasMessageContaining("CHAP_C");
    }
    for (String value : List.of("256", "-1", "x")) {
      assertThatThrownBy(() ->
              ChapChallenge.parse(
                  List.of(new TextKey("CHAP_I", value), new TextKey("CHAP_C", "0x00"))))
          .hasMessageContaining("CHAP_I");
    }
    assertThatThrownBy(() -> ChapChallenge.parse(List.of())).hasMessage("CHAP_I is missing");
  }

  @Test
  void oddHexadecimalHasALeadingZero() {
    assertThat(BinaryText.decode("k", "0x102", 2)).containsExactly(1, 2);
    assertThat(BinaryText.hex(new byte[] {1, (byte) 0xFE})).isEqualTo("0x01fe");
  }

  @Test
  void nothingShowsASecret() {
    assertThat(SECRET.toString()).isEqualTo("CHAP user alice");
    assertThat(new TextKey("CHAP_R", "0x1234").toString()).isEqualTo("CHAP_R=...");
    assertThatThrownBy(() -> new ChapSecret("alice", "s".repeat(300)))
        .hasMessageNotContaining("sss");
  }
}
