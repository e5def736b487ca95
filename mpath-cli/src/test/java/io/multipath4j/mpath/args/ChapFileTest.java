package io.multipath4j.mpath.args;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.iscsi.login.ChapSecret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChapFileTest {

  @TempDir Path folder;

  @Test
  void readsBothDirections() throws Exception {
    ChapFile chap =
        ChapFile.read(
            file(
                "# the lab\nuser = me\nsecret = one=two three\n\ntarget-user=array\ntarget-secret=back\n",
                "rw-------"));

    assertThat(chap.initiator().user()).isEqualTo("me");
    assertThat(chap.initiator().hasSameSecretAs(new ChapSecret("x", "one=two three"))).isTrue();
    ChapSecret target = chap.target();
    assertThat(target).isNotNull();
    assertThat(target.user()).isEqualTo("array");
    assertThat(target.hasSameSecretAs(new ChapSecret("x", "back"))).isTrue();
    assertThat(chap.toString()).doesNotContain("one=two").doesNotContain("back");
  }

  @Test
  void aFileThatOthersCanReadIsRefused() throws Exception {
    Path file = file("user = me\nsecret = one\n", "rw-r-----");

    assertThatThrownBy(() -> ChapFile.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("can be read by others")
        .hasMessageContaining("chmod 600 " + file);
  }

  @Test
  void aBadLineIsNamedWithoutQuotingIt() throws Exception {
    Path file = file("user = me\npassword: hunter2\n", "rw-------");

    assertThatThrownBy(() -> ChapFile.read(file))
        .hasMessageContaining("line 2")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void incompleteCredentialsAreRefused() throws Exception {
    Path noSecret = file("user = me\n", "rw-------");
    assertThatThrownBy(() -> ChapFile.read(noSecret)).hasMessageContaining("secret is missing");
    Path half = file("user = me\nsecret = one\ntarget-secret = two\n", "rw-------");
    assertThatThrownBy(() -> ChapFile.read(half)).hasMessageContaining("target-user");
    assertThatThrownBy(() -> ChapFile.read(folder.resolve("none")))
        .hasMessageContaining("does not exist");
    assertThatThrownBy(() -> ChapFile.read(folder)).hasMessageContaining("not a plain file");
  }

  @Test
  void theEnvironmentServesAsWell() {
    assertThat(ChapFile.fromEnvironment(Map.of("HOME", "/root"))).isNull();
    ChapFile chap =
        ChapFile.fromEnvironment(Map.of("MPATH_CHAP_USER", "me", "MPATH_CHAP_SECRET", "one"));
    assertThat(chap).isNotNull();
    assertThat(chap.initiator().user()).isEqualTo("me");
    assertThat(chap.target()).isNull();
  }

  private Path file(String text, String mode) throws IOException {
    Path file = Files.createTempFile(folder, "chap", "");
    Files.writeString(file, text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }
}
