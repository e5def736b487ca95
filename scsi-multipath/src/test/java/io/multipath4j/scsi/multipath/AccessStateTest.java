package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.libmultipath.MpathAccessState;
import io.multipath4j.scsi.codec.AccessState;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessStateTest {

  @ParameterizedTest
  @CsvSource({
    "0x0, ACTIVE_OPTIMIZED, OPTIMIZED, active/optimized",
    "0x1, ACTIVE_NON_OPTIMIZED, NONOPTIMIZED, active/non-optimized",
    "0x2, STANDBY, OTHER, standby",
    "0x3, UNAVAILABLE, OTHER, unavailable",
    "0x4, LBA_DEPENDENT, OTHER, lba-dependent",
    "0xE, OFFLINE, OTHER, offline",
    "0xF, TRANSITIONING, OTHER, transitioning",
    "0x5, UNAVAILABLE, OTHER, unavailable",
  })
  void eachCodeHasItsMeaningPreferredOrNot(
      String code, AccessState state, MpathAccessState selection, String word) {
    int low = Integer.decode(code);
    assertThat(AccessState.of(low)).isEqualTo(state);
    assertThat(AccessState.of(low | 0x80)).as("preferred").isEqualTo(state);
    assertThat(PathStates.selection(state)).isEqualTo(selection);
    assertThat(state.word()).isEqualTo(word);
  }
}
