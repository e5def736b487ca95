package io.multipath4j.mpath;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code mpath pr} against a process that attaches two paths. */
@Timeout(60)
class PrCommandTest {

  @TempDir Path folder;
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void end() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
  }

  private TestArray array() throws Exception {
    TestArray array = TestArray.start();
    open.add(array);
    return array;
  }

  private String[] attachment(List<String> urls, String... more) {
    List<String> all = new ArrayList<>(List.of("attach"));
    all.addAll(urls);
    all.addAll(List.of("--nbd", "unix:" + folder.resolve("disk.sock"), "--control", control()));
    all.addAll(Arrays.asList(more));
    return all.toArray(String[]::new);
  }

  private BackgroundRun attach(List<String> urls, String... more) throws Exception {
    BackgroundRun run = BackgroundRun.start(attachment(urls, more));
    open.add(run);
    return run.awaitOutput("ready");
  }

  private static List<String> urls(TestArray array) {
    return List.of(array.url(0, 1), array.url(1, 1));
  }

  private String control() {
    return folder.resolve("control.sock").toString();
  }

  private CommandRun pr(String words) {
    List<String> all = new ArrayList<>(List.of("pr", "--control", control(), "sda"));
    all.addAll(Arrays.asList(words.split(" ")));
    return CommandRun.of(all.toArray(String[]::new));
  }

  private String good(String words) {
    CommandRun run = pr(words);
    assertThat(run.status()).as("%s: %s", words, run).isZero();
    return run.out();
  }

  @Test
  void theWordsOfSgPersistDoWhatTheySay() throws Exception {
    attach(urls(array()), "--persistent-reservations", "on");
    assertThat(good("--in --read-keys")).contains("no registered keys");
    assertThat(good("--out --register --param-sark=a1")).startsWith("registered\n");
    assertThat(good("-i -k")).contains("2 registered keys:").contains("  0x00000000000000a1\n");
    assertThat(good("--out --reserve --param-rk=a1 --prout-type=5"))
        .startsWith("registered, holds write-exclusive-reg-only\n");
    assertThat(good("--in --read-reservation"))
        .contains("reserved: key 0x00000000000000a1, type write-exclusive-reg-only");
    assertThat(good("--in --read-full-status").lines().filter(line -> line.contains("0xa1")))
        .isEmpty();
    assertThat(good("-s"))
        .containsPattern("(?m)^0x00000000000000a1  iqn\\..*target port 1")
        .containsPattern("(?m)^0x00000000000000a1  iqn\\..*target port 2");
    assertThat(good("-c")).contains("persistCapable: ").contains("types: [");
    assertThat(good("--out --preempt --param-rk=a1 --param-sark=a1 --prout-type=6"))
        .contains("exclusive-access-reg-only");
    assertThat(good("-k")).as("registered again").contains("2 registered keys:");
    assertThat(good("--out --release --param-rk=a1 --prout-type=6")).startsWith("registered\n");
    assertThat(good("--out --register --param-rk=a1 --param-sark=0")).startsWith("out\n");
    assertThat(good("-k")).contains("no registered keys");
  }

  @Test
  void theWordsOfBlkprDoTheSameAndProgramsGetJson() throws Exception {
    attach(urls(array()), "--persistent-reservations", "on");
    assertThat(good("--command register --key 161 --json")).contains("\"state\":\"registered\"");
    assertThat(good("--command reserve --key 0xa1 --type exclusive-access --json"))
        .contains("\"held\":\"exclusive-access\"");
    assertThat(good("--command read-keys --json"))
        .contains("\"keys\":[\"0x00000000000000a1\",\"0x00000000000000a1\"]");
    assertThat(good("--command read-reservation --json"))
        .contains("\"key\":\"0x00000000000000a1\"")
        .contains("\"type\":\"exclusive-access\"");
    assertThat(good("--command clear --key 0xa1")).startsWith("out\n");
    assertThat(good("--command read-reservation --json")).contains("\"held\":false");
  }

  @Test
  void aWrongKeyIsAConflictAndChangesNothing() throws Exception {
    attach(urls(array()), "--persistent-reservations", "on");
    good("--out --register --param-sark=a1");
    List<String> before = good("-s").lines().skip(1).toList(); // without the generation
    for (String words :
        List.of(
            "--out --reserve --param-rk=a2 --prout-type=5",
            "--out --register --param-rk=a2 --param-sark=a3",
            "--out --clear --param-rk=a2")) {
      CommandRun run = pr(words);
      assertThat(run.status()).as(words).isEqualTo(1);
      assertThat(run.err()).startsWith("mpath: ").contains("sda: not ");
    }
    assertThat(good("-s").lines().skip(1).toList()).hasSize(2).isEqualTo(before);
  }

  @Test
  void withoutTheSwitchAllIsRefused() throws Exception {
    attach(urls(array()));
    for (String words :
        List.of("-k", "--out --register --param-sark=a1", "--command register --key 1")) {
      CommandRun run = pr(words);
      assertThat(run.status()).as(words).isEqualTo(1);
      assertThat(run.out()).isEmpty();
      assertThat(run.err())
          .contains("Operation not supported")
          .contains("attach it with --persistent-reservations on");
    }
  }

  @Test
  void passedThroughOneMayBeReadAndNotChanged() throws Exception {
    attach(urls(array()), "--persistent-reservations", "on");
    CommandRun in =
        CommandRun.of("sg", "--control", control(), "sda", "5e000000000000000800", "--in", "8");
    assertThat(in.status()).as(in.toString()).isZero();
    Path list = folder.resolve("list");
    byte[] register = new byte[24];
    register[15] = 0x11;
    Files.write(list, register);
    CommandRun out =
        CommandRun.of(
            "sg", "--control", control(), "sda", "5f000000000000001800", "--out", list.toString());
    assertThat(out.status()).isEqualTo(1);
    assertThat(out.err())
        .contains("Operation not supported")
        .contains("PERSISTENT RESERVE OUT is refused");
    assertThat(good("-k")).contains("no registered keys");
  }

  /** Words that are wrong are refused before a process is looked for: there is none here. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--out --register --param-sark=11223344556677889 | has 8 bytes",
        "--command register --key 18446744073709551616 | at most 8 bytes",
        "--out --register --reserve --param-rk=1 --prout-type=5 | only one action at a time",
        "--in --register --param-sark=1 | --in contradicts --register",
        "--command reserve --reserve --key 1 | contradicts the options of sg_persist",
        "--out --reserve --param-rk=1 --prout-type=4 | --prout-type 4"
      })
  void whatIsWrongIsSaidAndNothingIsAsked(String words, String sentence) {
    CommandRun run = pr(words);
    assertThat(run.status()).as(run.toString()).isEqualTo(2);
    assertThat(run.err()).startsWith("mpath: ").contains(sentence);
  }

  // ---- the key file

  private String keys() {
    return folder.resolve("state").resolve("keys").toString();
  }

  @Test
  void aKeyFileWithoutTheSwitchIsWrongUsage() {
    CommandRun run =
        CommandRun.of(
            attachment(List.of("iscsi://127.0.0.1:1/iqn.a:b/1"), "--reservation-keys", keys()));
    assertThat(run.status()).as(run.toString()).isEqualTo(2);
    assertThat(run.err())
        .contains("--reservation-keys has no meaning without --persistent-reservations on");
    assertThat(Path.of(keys())).doesNotExist();
  }

  @Test
  void aKeyFileThatOthersCanReadIsRefused() throws Exception {
    Files.createDirectory(
        Path.of(keys()).getParent(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.writeString(Path.of(keys()), "x");
    Files.setPosixFilePermissions(Path.of(keys()), PosixFilePermissions.fromString("rw-r--r--"));
    CommandRun run =
        CommandRun.of(
            attachment(
                List.of("iscsi://127.0.0.1:1/iqn.a:b/1"),
                "--persistent-reservations",
                "on",
                "--reservation-keys",
                keys()));
    assertThat(run.status()).as(run.toString()).isEqualTo(1);
    assertThat(run.err()).contains("has the mode rw-r--r--").contains("chmod 600");
    assertThat(Files.readString(Path.of(keys()))).isEqualTo("x");
  }

  @Test
  void afterARestartTheRegistrationsAreThoseOfTheSameNexuses() throws Exception {
    TestArray array = array();
    String[] allowed = {"--persistent-reservations", "on", "--reservation-keys", keys()};
    BackgroundRun first = attach(urls(array), allowed);
    good("--out --register --param-sark=a1");
    good("--out --reserve --param-rk=a1 --prout-type=5");
    List<String> before = good("-s").lines().skip(1).sorted().toList();
    first.interrupt();
    assertThat(first.awaitStatus()).isZero();

    attach(urls(array).reversed(), allowed);
    assertThat(before).hasSize(2);
    assertThat(good("-s").lines().skip(1).sorted().toList()).isEqualTo(before);
    assertThat(good("--out --release --param-rk=a1 --prout-type=5")).startsWith("registered\n");
    assertThat(good("--out --register --param-rk=a1 --param-sark=0")).startsWith("out\n");
    assertThat(good("-k")).as("none is left behind").contains("no registered keys");
  }
}
