package io.multipath4j.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.reactor.Endpoint;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class NbdServerConfigTest {

  private final MemoryDevice device = new MemoryDevice(4096);

  private NbdServerConfig.Builder valid() {
    return NbdServerConfig.builder()
        .export(NbdExport.of("disk", device))
        .listen(new Endpoint.Unix(Path.of("nbd.sock")));
  }

  private static Endpoint tcp(String host) {
    return new Endpoint.Tcp(new InetSocketAddress(host, 10809));
  }

  @Test
  void loopbackIsPermitted() {
    assertThat(valid().listen(tcp("127.0.0.1")).listen(tcp("::1")).build().endpoints()).hasSize(3);
  }

  @Test
  void otherAddressesNeedAnExplicitWord() {
    assertThatThrownBy(() -> valid().listen(tcp("0.0.0.0")).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0.0.0.0:10809")
        .hasMessageContaining("allow remote");
    assertThat(valid().listen(tcp("0.0.0.0")).allowRemote(true).build().allowRemote()).isTrue();
  }

  @Test
  void namesAreDistinct() {
    assertThatThrownBy(() -> valid().export(NbdExport.of("disk", device)).build())
        .hasMessageContaining("two exports are named \"disk\"");
  }

  @Test
  void somethingIsServedSomewhere() {
    assertThatThrownBy(() -> NbdServerConfig.builder().listen(tcp("127.0.0.1")).build())
        .hasMessageContaining("no export");
    assertThatThrownBy(() -> NbdServerConfig.builder().export(NbdExport.of("disk", device)).build())
        .hasMessageContaining("no endpoint");
  }

  @Test
  void limitsAreChecked() {
    assertThatThrownBy(() -> valid().maxPayloadBytes(100_000).build())
        .hasMessageContaining("power of two");
    assertThatThrownBy(() -> valid().maxPayloadBytes(64 << 20).build())
        .hasMessageContaining("32 MiB");
    assertThatThrownBy(() -> valid().bufferBytes(1 << 20).build())
        .hasMessageContaining("bufferBytes");
    assertThatThrownBy(() -> valid().maxConnections(0).build())
        .hasMessageContaining("maxConnections");
  }

  @Test
  void textsAreChecked() {
    assertThatThrownBy(() -> NbdExport.of("x".repeat(4097), device)).hasMessageContaining("4097");
    assertThatThrownBy(() -> NbdExport.of("a\0b", device)).hasMessageContaining("NUL");
  }
}
