package io.multipath4j.iscsi.login;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.iscsi.pdu.IscsiProtocolException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextKeysTest {

  @Test
  void pairsGoThereAndBack() {
    List<TextKey> pairs =
        List.of(
            new TextKey("TargetName", "iqn.2026-01.example:a"),
            new TextKey("X-empty", ""),
            new TextKey("TargetName", "second=with=equals"));
    byte[] wire = TextKeys.encode(pairs);
    assertThat(new String(wire, UTF_8))
        .isEqualTo("TargetName=iqn.2026-01.example:a\0X-empty=\0TargetName=second=with=equals\0");
    assertThat(TextKeys.decode(wire)).isEqualTo(pairs);
    assertThat(TextKeys.find(pairs, "TargetName")).isEqualTo("iqn.2026-01.example:a");
    assertThat(TextKeys.find(pairs, "Missing")).isNull();
  }

  @Test
  void moreZeroBytesThanNeededAreSkipped() {
    assertThat(TextKeys.decode("\0a=b\0\0\0".getBytes(UTF_8)))
        .containsExactly(new TextKey("a", "b"));
  }

  @Test
  void malformedTextIsRefused() {
    for (String text : List.of("noequals\0", "=value\0", "unended=1", "k".repeat(64) + "=1\0")) {
      assertThatThrownBy(() -> TextKeys.decode(text.getBytes(UTF_8)))
          .as(text)
          .isInstanceOf(IscsiProtocolException.class);
    }
    assertThatThrownBy(() -> TextKeys.decode(("k=" + "v".repeat(8193) + "\0").getBytes(UTF_8)))
        .hasMessageContaining("value of k has 8193 bytes");
  }

  @Test
  void textOverSeveralPdusIsJoinedEvenAmidAPair() {
    TextKeys.Assembler assembler = new TextKeys.Assembler();
    assembler.add(ByteBuffer.wrap("..Targe".getBytes(UTF_8)), 2, 5);
    assembler.add(ByteBuffer.wrap("tName=x\0".getBytes(UTF_8)), 0, 8);
    assertThat(assembler.finish()).containsExactly(new TextKey("TargetName", "x"));
    assertThat(assembler.finish()).isEmpty();
  }

  @Test
  void textWithoutEndIsRefused() {
    TextKeys.Assembler assembler = new TextKeys.Assembler();
    ByteBuffer part = ByteBuffer.allocate(8192);
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 1000; i++) {
                assembler.add(part, 0, 8192);
              }
            })
        .isInstanceOf(IscsiProtocolException.class)
        .hasMessageContaining("1048576");
  }
}
