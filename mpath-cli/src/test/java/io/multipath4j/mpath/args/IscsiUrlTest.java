package io.multipath4j.mpath.args;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IscsiUrlTest {

  @Test
  void readsPortalTargetAndLun() {
    IscsiUrl url = IscsiUrl.parse("iscsi://127.0.0.1:3261/iqn.2026-01.example:disk/1");

    assertThat(url.portal()).isEqualTo(new HostPort("127.0.0.1", 3261));
    assertThat(url.target()).isEqualTo("iqn.2026-01.example:disk");
    assertThat(url.lun()).isEqualTo(1);
    assertThat(url).hasToString("iscsi://127.0.0.1:3261/iqn.2026-01.example:disk/1");
  }

  @ParameterizedTest
  @CsvSource({
    "iscsi://array, iscsi://array:3260",
    "iscsi://array/, iscsi://array:3260",
    "ISCSI://array:1/, iscsi://array:1",
    "iscsi://[fe80::1]:3260/iqn.2026-01.a:b, iscsi://[fe80::1]:3260/iqn.2026-01.a:b",
    "iscsi://a/IQN.2026-01.A:B/16383, iscsi://a:3260/iqn.2026-01.a:b/16383",
    "iscsi://a/eui.0123456789abcdef/0, iscsi://a:3260/eui.0123456789abcdef/0",
    "iscsi://a/naa.0123456789abcdef/0, iscsi://a:3260/naa.0123456789abcdef/0"
  })
  void partsMayBeLeftOut(String text, String normal) {
    assertThat(IscsiUrl.parse(text)).hasToString(normal);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "array, is not an iSCSI URL",
        "http://array, is not an iSCSI URL",
        "iscsi://, the host is missing",
        "iscsi://:3260, the host is missing",
        "iscsi://a:b, 'b' is not a TCP port",
        "iscsi://a:0/iqn.2026-01.a:b/1, 0 is not a port",
        "iscsi://a:65536, '65536' is not a TCP port",
        "iscsi://::1/iqn.2026-01.a:b/1, put an IPv6 address in brackets",
        "iscsi://[::1/iqn.2026-01.a:b/1, the closing ] is missing",
        "iscsi://a b/iqn.2026-01.a:b/1, neither a host name nor an address",
        "iscsi://a//1, the target's name is missing",
        "iscsi://a/disk/1, 'disk' is not an iSCSI name",
        "iscsi://a/iqn.2026-01.a:b/x, 'x' is not a LUN",
        "iscsi://a/iqn.2026-01.a:b/16384, '16384' is not a LUN",
        "iscsi://a/iqn.2026-01.a:b/-1, '-1' is not a LUN",
        "iscsi://a/iqn.2026-01.a:b/1/2, too many '/'"
      })
  void aBadUrlIsRefusedWithItsFault(String text, String fault) {
    assertThatThrownBy(() -> IscsiUrl.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(fault);
  }

  @Test
  void aPasswordInAUrlIsRefusedWithoutRepeatingIt() {
    assertThatThrownBy(() -> IscsiUrl.parse("iscsi://me%hunter2@array/iqn.2026-01.a:b/1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--chap-file")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void aUrlWithoutLunIsNotEnoughToAttach() {
    assertThatThrownBy(() -> IscsiUrl.parseWithLun("iscsi://array/iqn.2026-01.a:b"))
        .hasMessageContaining("the LUN is missing")
        .hasMessageContaining("mpath discover iscsi://array:3260");
    assertThatThrownBy(() -> IscsiUrl.parseWithLun("iscsi://array"))
        .hasMessageContaining("the target and the LUN are missing");
  }
}
