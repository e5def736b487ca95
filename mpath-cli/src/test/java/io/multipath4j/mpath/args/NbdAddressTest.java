package io.multipath4j.mpath.args;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.reactor.Endpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class NbdAddressTest {

  @Test
  void readsUnixSocketsAndTcpAddresses() {
    assertThat(NbdAddress.parse("unix:/run/disk.sock"))
        .isEqualTo(new NbdAddress.Unix(Path.of("/run/disk.sock")));
    assertThat(NbdAddress.parse("127.0.0.1:10809"))
        .isEqualTo(new NbdAddress.Tcp(new HostPort("127.0.0.1", 10809)));
    assertThat(NbdAddress.parse("[::1]:0")).isEqualTo(new NbdAddress.Tcp(new HostPort("::1", 0)));
  }

  @Test
  void aBadAddressIsRefusedWithItsFault() {
    assertThatThrownBy(() -> NbdAddress.parse("/run/disk.sock")).hasMessageContaining("unix:PATH");
    assertThatThrownBy(() -> NbdAddress.parse("unix:")).hasMessageContaining("path");
    assertThatThrownBy(() -> NbdAddress.parse("127.0.0.1")).hasMessageContaining("HOST:PORT");
    assertThatThrownBy(() -> NbdAddress.parse("unix:/" + "x".repeat(107)))
        .hasMessageContaining("108 bytes long")
        .hasMessageContaining("at most 107");
  }

  @Test
  void theUriIsWhatNbdClientsTake() {
    assertThat(NbdAddress.uri(new Endpoint.Unix(Path.of("/tmp/a b/é.sock"))))
        .isEqualTo("nbd+unix:///?socket=/tmp/a%20b/%C3%A9.sock");
    assertThat(
            NbdAddress.uri(
                new Endpoint.Tcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 10809))))
        .isEqualTo("nbd://127.0.0.1:10809/");
  }
}
