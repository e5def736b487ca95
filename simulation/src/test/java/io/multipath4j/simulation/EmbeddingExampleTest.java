package io.multipath4j.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.array.EmulatedArray;
import io.multipath4j.array.backing.MemoryStore;
import io.multipath4j.array.server.Portal;
import io.multipath4j.initiator.AttachFailedException;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.nio.NioEventLoop;
import io.multipath4j.simulation.EmbeddingExample.Disk;
import io.multipath4j.simulation.EmbeddingExample.ZeroCount;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The code of docs/embedding.md works, over real sockets, and is what the page shows. */
@Timeout(60)
class EmbeddingExampleTest {

  private static final String TARGET = "iqn.2026-01.example:disk";
  private static final long DISK_BYTES = 4 << 20;
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  private NioEventLoop arrayLoop;
  private EmulatedArray array;

  @BeforeEach
  void startAnArray() throws Exception {
    arrayLoop = new NioEventLoop();
    arrayLoop.start("array");
    array =
        EmulatedArray.builder(TARGET, new SecureRandom())
            .lun(1, 512, new MemoryStore(DISK_BYTES, DISK_BYTES))
            .lun(2, 512, new MemoryStore(DISK_BYTES, DISK_BYTES))
            .portal(freePort(), 1)
            .portal(freePort(), 2)
            .build();
    onArrayLoop(() -> array.start(arrayLoop));
  }

  @AfterEach
  void endTheArray() throws Exception {
    onArrayLoop(() -> {
      array.close();
      return true;
    });
    arrayLoop.close();
  }

  @Test
  void diskOfTwoPathsIsReadAndWrittenThroughAChannel() throws Exception {
    try (Disk disk = new Disk(List.of(url(0, 1), url(1, 1)))) {
      assertThat(EmbeddingExample.writeAndRead(disk)).isEqualTo("hello, disk");
    }
  }

  @Test
  void channelOutlivesEachOfItsPaths() throws Exception {
    try (Disk disk = new Disk(List.of(url(0, 1), url(1, 1)))) {
      portal(0).cut();
      assertThat(EmbeddingExample.writeAndRead(disk)).isEqualTo("hello, disk");
      portal(0).restore();
      portal(1).blackHole();
      assertThat(EmbeddingExample.writeAndRead(disk)).isEqualTo("hello, disk");
    }
  }

  @Test
  void biosAreSubmittedOnTheLoopAndCountZeroChunks() throws Exception {
    try (Disk disk = new Disk(List.of(url(0, 1), url(1, 1)))) {
      EmbeddingExample.writeAndRead(disk);
      long zeroChunks =
          CompletableFuture.completedFuture(new ZeroCount(disk.device()))
              .thenComposeAsync(ZeroCount::start, disk.loop())
              .get(30, TimeUnit.SECONDS);
      // "hello, disk" lies in the first of them.
      assertThat(zeroChunks).isEqualTo(DISK_BYTES / (64 * 1024) - 1);
    }
  }

  @Test
  void pathsToDifferentUnitsAreNoDisk() {
    assertThatThrownBy(() -> new Disk(List.of(url(0, 1), url(1, 2))))
        .hasCauseInstanceOf(AttachFailedException.class)
        .hasMessageContaining("different logical units");
  }

  @ParameterizedTest
  @ValueSource(strings = {"disk", "channel", "bio"})
  void pageShowsThisVeryCode(String snippet) throws IOException {
    String source =
        Files.readString(
            Path.of("src/test/java/io/multipath4j/simulation/EmbeddingExample.java")
                .toAbsolutePath());
    String begin = "// begin " + snippet + "\n";
    int start = source.indexOf(begin);
    assertThat(start).as("marker in the example").isPositive();
    String code =
        source
            .substring(start + begin.length(), source.indexOf("// end " + snippet))
            .stripTrailing();
    assertThat(Files.readString(ROOT.resolve("docs/embedding.md")))
        .contains("```java\n" + code.stripIndent() + "\n```\n");
  }

  private Portal portal(int index) {
    return array.portals().get(index);
  }

  private String url(int portal, int lun) {
    return "iscsi://" + portal(portal).address() + "/" + TARGET + "/" + lun;
  }

  private static Endpoint freePort() {
    return new Endpoint.Tcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private <T> void onArrayLoop(Callable<T> task) throws Exception {
    CompletableFuture<T> done = new CompletableFuture<>();
    arrayLoop.execute(() -> {
      try {
        done.complete(task.call());
      } catch (Exception e) {
        done.completeExceptionally(e);
      }
    });
    var _ = done.get(10, TimeUnit.SECONDS);
  }
}
