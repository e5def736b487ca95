package io.multipath4j.mpath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.multipath4j.mpath.control.ReservationRequest;
import io.multipath4j.mpath.control.ReservationRequest.Action;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The words of sg_persist and of blkpr. */
class PrOptionsTest {

  @Command
  private static final class Words {
    @CommandLine.Mixin private PrOptions options = new PrOptions();
  }

  private static ReservationRequest request(String words) {
    Words parsed = new Words();
    new CommandLine(parsed).parseArgs(words.split(" "));
    return parsed.options.request("sda");
  }

  @Test
  void bothLanguagesSayTheSame() {
    ReservationRequest reserve =
        new ReservationRequest(
            "sda", Action.RESERVE, "0x00000000000000a1", "", "write-exclusive-reg-only", false);
    assertThat(request("--out --reserve --param-rk=a1 --prout-type=5")).isEqualTo(reserve);
    assertThat(request("--command reserve --key 0xa1 --type write-exclusive-reg-only"))
        .isEqualTo(reserve);
    ReservationRequest register =
        new ReservationRequest("sda", Action.REGISTER, "", "0x00000000000000a1", "", false);
    assertThat(request("--out --register --param-sark=0xa1")).isEqualTo(register);
    assertThat(request("--command register --key 161")).isEqualTo(register);
    assertThat(request("--command register --key 161 --flag ignore-key").action())
        .isEqualTo(Action.REGISTER_IGNORE);
    assertThat(request("--in --read-keys").action()).isEqualTo(Action.READ_KEYS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--out --register --param-sark=11223344556677889 | has 8 bytes",
        "--out --register --param-sark=xyz | --param-sark xyz",
        "--out --register | register needs --param-sark",
        "--out --reserve --param-rk=1 --prout-type=2 | --prout-type 2",
        "--out --reserve --param-rk=1 | reserve needs --prout-type",
        "--out --reserve --release --param-rk=1 --prout-type=5 | only one action",
        "--in --reserve --param-rk=1 --prout-type=5 | --in contradicts --reserve",
        "--out --read-keys | --out contradicts --read-keys",
        "--in --read-keys --param-rk=1 | has no meaning for read-keys",
        "--command steal --key 1 | --command steal",
        "--command reserve --key 1 --type exclusive | --type exclusive",
        "--command reserve --key 1 --flag ignore-key --type exclusive-access | --flag ignore-key",
        "--command reserve --reserve --key 1 | contradicts the options of sg_persist",
        "--read-keys --key 1 | --key 1 needs --command"
      })
  void whatIsWrongIsNamed(String words, String part) {
    assertThatThrownBy(() -> request(words))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(part);
  }
}
