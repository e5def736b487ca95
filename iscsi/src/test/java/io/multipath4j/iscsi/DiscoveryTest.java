package io.multipath4j.iscsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.iscsi.login.TextKey;
import io.multipath4j.iscsi.login.TextKeys;
import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.IscsiProtocolException;
import io.multipath4j.iscsi.pdu.Opcode;
import io.multipath4j.iscsi.pdu.TextPdu;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiscoveryTest {

  private final SessionFixture fixture = new SessionFixture();
  private final ScriptedTarget target = fixture.target;

  private CompletableFuture<List<DiscoveredTarget>> discover(int withinMillis) {
    IscsiSessionConfig config =
        IscsiSessionConfig.of("iqn.2026-01.test:initiator", "", fixture.portal);
    CompletableFuture<List<DiscoveredTarget>> found =
        Discovery.sendTargets(fixture.loop, config, 1, new Random(1));
    fixture.await(found::isDone, withinMillis, "discovery");
    return found;
  }

  /** Answers SendTargets in PDUs of at most so many bytes. */
  private void answer(byte[] text, int partBytes, int ttt) {
    int[] sent = new int[1];
    target.script =
        pdu -> {
          if (pdu.opcode() != Opcode.TEXT_REQUEST) {
            return false;
          }
          int part = Math.min(partBytes, text.length - sent[0]);
          boolean last = sent[0] + part == text.length;
          ByteBuffer out = target.current.writer.begin();
          TextPdu.initResponse(
              out, out.position(), last ? 0x80 : TextPdu.CONTINUE, last ? Bhs.RESERVED_TAG : ttt);
          Bhs.setItt(out, out.position(), pdu.itt());
          target.current.sequence(out, out.position(), true);
          byte[] bytes = Arrays.copyOfRange(text, sent[0], sent[0] + part);
          target.current.writer.endWithBytes(bytes, 0, part);
          sent[0] += part;
          return true;
        };
  }

  @Test
  void targetsAndTheirAddressesAreFound() {
    answer(
        TextKeys.encode(
            List.of(
                new TextKey("TargetName", "iqn.2026-01.test:a"),
                new TextKey("TargetAddress", "10.0.0.1:3260,1"),
                new TextKey("TargetAddress", "[fe80::1]:3261,2"),
                new TextKey("TargetName", "iqn.2026-01.test:b"))),
        8192,
        0);
    assertThat(discover(100))
        .isCompletedWithValue(
            List.of(
                new DiscoveredTarget(
                    "iqn.2026-01.test:a",
                    List.of(
                        new TargetAddress("10.0.0.1", 3260, 1),
                        new TargetAddress("fe80::1", 3261, 2))),
                new DiscoveredTarget(
                    "iqn.2026-01.test:b", List.of(new TargetAddress("portal-a", 3260, -1)))));
    fixture.runFor(10);
    assertThat(target.received(Opcode.LOGOUT_REQUEST)).hasSize(1);
    List<TextKey> login = TextKeys.decode(target.received.getFirst().data());
    assertThat(login).contains(new TextKey("SessionType", "Discovery"));
    assertThat(login).noneMatch(pair -> pair.key().equals("TargetName"));
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 8192, 65_000})
  void longAnswersComeInParts(int partBytes) {
    List<TextKey> keys = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      keys.add(new TextKey("TargetName", "iqn.2026-01.test:disk-" + i));
      keys.add(new TextKey("TargetAddress", "10.0.0.1:" + (1000 + i) + ",1"));
    }
    answer(TextKeys.encode(keys), partBytes, 0x55);
    List<DiscoveredTarget> found = discover(1000).join();
    assertThat(found).hasSize(2000);
    assertThat(found.get(1999).addresses()).containsExactly(new TargetAddress("10.0.0.1", 2999, 1));
    assertThat(target.received(Opcode.TEXT_REQUEST).stream().skip(1))
        .allMatch(pdu -> Bhs.ttt(pdu.header(), 0) == 0x55 && pdu.data().length == 0);
  }

  @Test
  void portalWithoutTargetsGivesAnEmptyList() {
    answer(new byte[0], 8192, 0);
    assertThat(discover(100).join()).isEmpty();
  }

  @Test
  void failureSaysWhy() {
    fixture.link.refuse();
    assertThat(discover(100))
        .failsWithin(java.time.Duration.ZERO)
        .withThrowableOfType(java.util.concurrent.ExecutionException.class)
        .withMessageContaining("cannot connect to portal-a:3260");
  }

  @Test
  void portalThatDoesNotListIsGivenUpAtTheDeadline() {
    target.script = pdu -> true;
    assertThat(discover(3_100))
        .failsWithin(java.time.Duration.ZERO)
        .withThrowableOfType(java.util.concurrent.ExecutionException.class)
        .withMessageContaining("no list of targets within 3000 ms");
  }

  @Test
  void malformedAnswersAreRefused() {
    assertThatThrownBy(() ->
            Discovery.targets(List.of(new TextKey("TargetAddress", "10.0.0.1")), fixture.portal))
        .isInstanceOf(IscsiProtocolException.class);
    for (String bad :
        List.of("", ":3260", "h:0", "h:65536", "h:x", "h,70000", "[::1", "[::1]3260", "h:1,x")) {
      assertThatThrownBy(() -> TargetAddress.parse(bad))
          .as(bad)
          .isInstanceOf(IscsiProtocolException.class)
          .hasMessageContaining("TargetAddress=" + bad);
    }
    assertThat(TargetAddress.parse("host")).isEqualTo(new TargetAddress("host", 3260, -1));
    assertThat(TargetAddress.parse("host").socketAddress().isUnresolved()).isTrue();
    assertThat(TargetAddress.parse("127.0.0.1:1").socketAddress().isUnresolved()).isFalse();
    assertThat(TargetAddress.parse("[::1]:5")).hasToString("[::1]:5");
  }
}
