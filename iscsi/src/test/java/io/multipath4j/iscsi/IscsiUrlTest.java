package io.multipath4j.iscsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IscsiUrlTest {

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "iscsi://10.0.0.1/iqn.2026-01.a:b/1, -, 10.0.0.1, 3260, iqn.2026-01.a:b, 1",
        "iscsi://10.0.0.1:3261/iqn.2026-01.a:b, -, 10.0.0.1, 3261, iqn.2026-01.a:b, -1",
        "iscsi://host, -, host, 3260, -, -1",
        "iscsi://host/, -, host, 3260, -, -1",
        "ISCSI://[::1]:1/eui.02004567A425678D/0, -, ::1, 1, eui.02004567A425678D, 0",
        "iscsi://alice@host/iqn.2026-01.a:b/16383, alice, host, 3260, iqn.2026-01.a:b, 16383",
        "iscsi://host/iqn.2026-01.a%3Ab+c/2, -, host, 3260, iqn.2026-01.a:b+c, 2"
      })
  void partsAreFound(String url, String user, String host, int port, String target, int lun) {
    assertThat(IscsiUrl.parse(url)).isEqualTo(new IscsiUrl(user, host, port, target, lun));
    assertThat(IscsiUrl.parse(IscsiUrl.parse(url).toString())).isEqualTo(IscsiUrl.parse(url));
  }

  @ParameterizedTest
  @CsvSource({
    "http://host/iqn.a, does not start with iscsi://",
    "host, does not start with iscsi://",
    "iscsi:///iqn.2026-01.a:b/1, the host is missing",
    "iscsi://@host/iqn.a, user name before @ is empty",
    "iscsi://host:0/iqn.a, the port \"0\"",
    "iscsi://host:65536/iqn.a, the port \"65536\"",
    "iscsi://host:/iqn.a, the port \"\"",
    "iscsi://::1/iqn.a, needs brackets",
    "iscsi://[::1/iqn.a, has no ]",
    "iscsi://host/disk/1, the target \"disk\" is not an iSCSI name",
    "iscsi://host/iqn.a%zz/1, malformed % escape",
    "iscsi://host/iqn.a/x, the LUN \"x\"",
    "iscsi://host/iqn.a/16384, the LUN \"16384\"",
    "iscsi://host/iqn.a/-1, the LUN \"-1\"",
    "iscsi://host/iqn.a/1/2, the LUN \"1/2\""
  })
  void errorNamesThePartThatIsWrong(String url, String message) {
    assertThatThrownBy(() -> IscsiUrl.parse(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({
    "iscsi://alice%hunter2@host/iqn.a/1",
    "iscsi://alice:hunter2@host/iqn.a/1",
    "http://alice:hunter2@host/iqn.a/1"
  })
  void passwordIsRefusedAndNeverShown(String url) {
    assertThatThrownBy(() -> IscsiUrl.parse(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void lunNumberHasPeripheralOrFlatForm() {
    assertThat(IscsiUrl.lunNumber(1)).isEqualTo(0x0001_0000_0000_0000L);
    assertThat(IscsiUrl.lunNumber(255)).isEqualTo(0x00FF_0000_0000_0000L);
    assertThat(IscsiUrl.lunNumber(256)).isEqualTo(0x4100_0000_0000_0000L);
  }
}
