package io.multipath4j.scsi.multipath.reservation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileKeyStoreTest {

  private static final String WWID = "naa.600140505200a986f0043c9afa1fd077";
  private static final String T10 = "t10.VENDOR  disk 1";
  private static final KeyRecord RECORD = new KeyRecord(0xA1, true, KeyRecord.State.REGISTERED, 3);

  @TempDir private Path temporary;
  private Path file = Path.of("keys");

  @BeforeEach
  void name() {
    file = temporary.resolve("state").resolve("keys");
  }

  private FileKeyStore open() throws IOException {
    return FileKeyStore.open(file, Runnable::run, new SplittableRandom(1));
  }

  private void given(String text) throws IOException {
    open().close();
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void whatIsKeptIsThereAfterARestart() throws IOException {
    int isid;
    try (FileKeyStore store = open()) {
      isid = store.isidPart();
      store.put(WWID, RECORD).join();
      store.put(T10, new KeyRecord(-1, false, KeyRecord.State.PREEMPTED)).join();
      store.put("naa.6002", RECORD).join();
      store.remove("naa.6002").join();
    }
    assertThat(file)
        .hasContent(
            """
            multipath4j-reservation-keys 2
            isid 0x%06x
            0x00000000000000a1 aptpl registered 3 %s
            0xffffffffffffffff - preempted 0 %s
            """
                .formatted(isid, WWID, T10));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
        .isEqualTo("rwx------");
    try (FileKeyStore store = FileKeyStore.open(file, Runnable::run, new SplittableRandom(2))) {
      assertThat(store.isidPart()).as("the same nexuses").isEqualTo(isid);
      assertThat(store.get(WWID)).contains(RECORD);
      assertThat(store.get(T10).orElseThrow().state()).isEqualTo(KeyRecord.State.PREEMPTED);
      assertThat(store.get("naa.6002")).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"rw-r-----", "rw-rw-rw-", "rwx------"})
  void aFileOfAnotherModeIsRefusedAndLeftAlone(String mode) throws IOException {
    given("multipath4j-reservation-keys 2\nisid 0x000001\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    assertThatThrownBy(this::open)
        .isInstanceOf(IOException.class)
        .hasMessage(
            "the file of reservation keys %s has the mode %s, expected rw-------: run 'chmod 600"
                + " %s'",
            file, mode, file);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo(mode);
  }

  @Test
  void aDirectoryThatOthersCanEnterIsRefused() throws IOException {
    given("multipath4j-reservation-keys 2\nisid 0x000001\n");
    Files.setPosixFilePermissions(file.getParent(), PosixFilePermissions.fromString("rwxr-x---"));
    assertThatThrownBy(this::open)
        .hasMessageContaining("the directory of reservation keys")
        .hasMessageContaining("chmod 700");
  }

  @Test
  void aLinkIsNotFollowed() throws IOException {
    given("multipath4j-reservation-keys 2\nisid 0x000001\n");
    Path elsewhere = file.resolveSibling("elsewhere");
    Files.move(file, elsewhere);
    Files.createSymbolicLink(file, elsewhere);
    assertThatThrownBy(this::open).hasMessageContaining("is none");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "something else\n",
        "multipath4j-reservation-keys 1\n",
        "multipath4j-reservation-keys 2\n",
        "multipath4j-reservation-keys 2\nisid 0x1\n",
        "multipath4j-reservation-keys 2\nisid 0x000001\n0x00000000000000a1 - registered x naa.1\n",
        "multipath4j-reservation-keys 2\nisid 0x000001\n0x00000000000000a1 aptpl registered 0 naa.1",
        "multipath4j-reservation-keys 2\nisid 0x000001\n0xa1 aptpl registered 0 naa.1\n",
        "multipath4j-reservation-keys 2\nisid 0x000001\n0x0000000000000000 aptpl registered 0 naa.1\n",
        "multipath4j-reservation-keys 2\nisid 0x000001\n0x00000000000000a1 maybe registered 0 naa.1\n",
        "multipath4j-reservation-keys 2\nisid 0x000001\n0x00000000000000a1 aptpl gone 0 naa.1\n",
        "multipath4j-reservation-keys 2\nisid 0x000001\n0x00000000000000a1 aptpl registered\n",
        "multipath4j-reservation-keys 2\nisid 0x000001\n0x00000000000000a1 aptpl registered 0 naa.\u0001\n",
        "multipath4j-reservation-keys 2\nisid 0x000001\n\n",
        """
        multipath4j-reservation-keys 2
        isid 0x000001
        0x00000000000000a1 aptpl registered 0 naa.1
        0x00000000000000a1 aptpl registered 0 naa.1
        """
      })
  void aBrokenFileIsRefusedAndLeftAlone(String text) throws IOException {
    given(text);
    assertThatThrownBy(this::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("correct it, or remove it and register anew");
    assertThat(Files.readString(file)).isEqualTo(text);
  }

  @Test
  void oneProcessAtATimeHasTheFile() throws IOException {
    try (FileKeyStore first = open()) {
      assertThatThrownBy(this::open).hasMessageContaining("is in use");
      assertThat(first.get(WWID)).isEmpty();
    }
    open().close();
  }

  @Test
  void whatCannotBeWrittenLeavesTheFormerRecord() throws IOException {
    try (FileKeyStore store = open()) {
      store.put(WWID, RECORD).join();
      Files.createDirectories(file.resolveSibling("keys.new").resolve("in-the-way"));
      assertThatThrownBy(() -> store.put(WWID, RECORD.in(KeyRecord.State.PREEMPTED)).join())
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOf(IOException.class);
      assertThat(store.get(WWID)).contains(RECORD);
    }
    assertThat(KeyFileText.read(Files.readString(file)).records()).containsEntry(WWID, RECORD);
  }
}
