package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.multipath4j.libmultipath.IoPolicies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MultipathParametersTest {

  private final MultipathParameters parameters =
      new MultipathParameters(MultipathMode.OFF, IoPolicies.NUMA);

  private void assertValues(String multipath, String on, String always) {
    assertThat(parameters.get("multipath")).isEqualTo(multipath);
    assertThat(parameters.get("scsi_multipath")).isEqualTo(on);
    assertThat(parameters.get("scsi_multipath_always")).isEqualTo(always);
    assertThat(parameters.mode().word()).isEqualTo(multipath);
  }

  @Test
  void theDefaultsAreThoseOfLinux() {
    assertValues("off", "N", "N");
    assertThat(parameters.get("iopolicy")).isEqualTo("numa");
  }

  @Test
  void theOldAndTheMergedParametersAreOne() {
    parameters.set("multipath", "on\n");
    assertValues("on", "Y", "N");
    parameters.set("multipath", "always");
    assertValues("always", "Y", "Y");
    parameters.set("multipath", "off");
    assertValues("off", "N", "N");
    parameters.set("scsi_multipath", "Y");
    assertValues("on", "Y", "N");
    parameters.set("scsi_multipath", "N");
    assertValues("off", "N", "N");
  }

  @Test
  void alwaysImpliesOnAndLeavesItOn() {
    parameters.set("scsi_multipath_always", "Y");
    assertValues("always", "Y", "Y");
    parameters.set("scsi_multipath_always", "N");
    assertValues("on", "Y", "N");
  }

  @Test
  void multipathCannotBecomeNWhileAlwaysIsY() {
    parameters.set("scsi_multipath_always", "1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parameters.set("scsi_multipath", "N"))
        .withMessage(
            "scsi_multipath cannot become N while scsi_multipath_always is Y: set that to N first");
    assertValues("always", "Y", "Y");
    parameters.set("scsi_multipath", "y\n");
    assertValues("always", "Y", "Y");
  }

  @Test
  void alwaysNDoesNotSwitchMultipathOn() {
    parameters.set("scsi_multipath_always", "N");
    assertValues("off", "N", "N");
  }

  @Test
  void thePolicyHasTwoNames() {
    parameters.set("multipath_iopolicy", "queue-depth\n");
    assertThat(parameters.get("iopolicy")).isEqualTo("queue-depth");
    parameters.set("iopolicy", "round-robin");
    assertThat(parameters.policy()).isEqualTo(IoPolicies.ROUND_ROBIN);
  }

  @ParameterizedTest
  @CsvSource({
    "multipath,once",
    "multipath,office",
    "multipath,ON",
    "multipath,Y",
    "scsi_multipath,yes",
    "scsi_multipath,2",
    "scsi_multipath,''",
    "scsi_multipath_always,Yes",
    "iopolicy,numa2",
    "multipath_iopolicy,rr",
    "nothing,Y"
  })
  void otherWordsAreRefusedByNameAndChangeNothing(String name, String word) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parameters.set(name, word))
        .withMessageContaining(name.equals("nothing") ? name : word);
    assertValues("off", "N", "N");
    assertThat(parameters.policy()).isEqualTo(IoPolicies.NUMA);
  }

  @ParameterizedTest
  @ValueSource(strings = {"on\n\n", "\non", " on", "on "})
  void oneNewlineBehindAWordIsTakenAndNothingElse(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> parameters.set("multipath", text));
  }
}
