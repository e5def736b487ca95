package io.multipath4j.mpath.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlPlaceTest {

  @TempDir Path runtime;
  private ControlPlace place;

  @BeforeEach
  void find() throws IOException {
    place = ControlPlace.ofProcess(Map.of("XDG_RUNTIME_DIR", runtime.toString()));
  }

  @Test
  void theFolderIsMadeForItsOwnerAlone() throws Exception {
    assertThat(place.prepare(42)).isEqualTo(runtime.resolve("mpath/42.sock"));
    assertThat(mode(runtime.resolve("mpath"))).isEqualTo("rwx------");
  }

  @Test
  void aFolderThatIsNamedIsTheOnlyOneLookedInto() throws Exception {
    Path named = Files.createDirectory(runtime.resolve("named"));
    Map<String, String> both =
        Map.of("XDG_RUNTIME_DIR", runtime.toString(), "MPATH_RUNTIME_DIR", named.toString());
    Files.createFile(place.prepare(1));
    ControlPlace apart = ControlPlace.ofProcess(both);
    Path socket = Files.createFile(apart.prepare(2));

    assertThat(apart.sockets()).containsExactly(socket);
    assertThat(socket).isEqualTo(named.resolve("mpath/2.sock"));
  }

  @Test
  void aFolderThatOthersMayWriteToIsRefusedAndNotLookedInto() throws Exception {
    Path folder = Files.createDirectory(runtime.resolve("mpath"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.createFile(folder.resolve("1.sock"));

    assertThatThrownBy(() -> place.prepare(42))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("mode 0700");
    assertThat(place.sockets()).noneMatch(socket -> socket.startsWith(folder));
  }

  @Test
  void aFolderOfAnotherUserIsRefused() throws Exception {
    Files.createDirectory(runtime.resolve("mpath"));
    ControlPlace foreign =
        new ControlPlace(Map.of("XDG_RUNTIME_DIR", runtime.toString()), ControlPlace.userId() + 1);

    assertThatThrownBy(() -> foreign.prepare(42)).hasMessageContaining("expected owner");
    assertThat(foreign.sockets()).noneMatch(socket -> socket.startsWith(runtime));
  }

  @Test
  void aLinkInPlaceOfTheFolderIsRefused() throws Exception {
    Path elsewhere = Files.createDirectory(runtime.resolve("elsewhere"));
    Files.createSymbolicLink(runtime.resolve("mpath"), elsewhere);

    assertThatThrownBy(() -> place.prepare(42)).isInstanceOf(IOException.class);
  }

  @Test
  void socketsOfDeadProcessesAreRemovedAndThoseOfLiveOnesStay() throws Exception {
    Path folder = place.prepare(42).getParent();
    Path dead = folder.resolve("1.sock");
    Path alive = folder.resolve("2.sock");
    ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(dead))
        .close();
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(alive));
      assertThat(place.sockets()).contains(dead, alive);

      place.prepare(42);

      assertThat(dead).doesNotExist();
      assertThat(alive).exists();
    }
  }

  @Test
  void withoutARuntimeFolderItIsThatOfTheUser() throws Exception {
    assertThat(new ControlPlace(Map.of(), 1234567).sockets()).isEmpty();
    assertThatThrownBy(
            () -> new ControlPlace(Map.of("XDG_RUNTIME_DIR", "relative"), 1234567).prepare(1))
        .hasMessageContaining("/tmp/mpath-1234567");
    Files.deleteIfExists(Path.of("/tmp/mpath-1234567"));
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
