package io.multipath4j.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MountTableTest {

  private static final String LINES =
      """
      22 1 0:21 / /proc rw,relatime - proc proc rw
      36 22 98:0 /a /mnt/with\\040blank\\134 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
      40 22 0:50 / /m rw,nosuid shared:7 master:2 - fuse.sshfs host:/x rw,user_id=0
      41 22 0:51 / /m rw,nosuid - fuse.multipath4j multipath4j rw,user_id=0,group_id=0
      42 22 0:52 / /n rw - fuse multipath4j rw
      43 22 0:53 / /o rw - tmpfs multipath4j rw
      nonsense
      44 22 0:54 / /p rw

      """;

  private final MountTable table = MountTable.parse(LINES);

  @Test
  void theTopmostMountOfAPlaceIsFound() {
    assertThat(table.at(Path.of("/m")))
        .isEqualTo(new MountTable.Entry("/m", "fuse.multipath4j", "multipath4j"));
    assertThat(table.at(Path.of("/mnt"))).isNull();
    assertThat(table.at(Path.of("/mnt/with blank\\")).type()).isEqualTo("ext3");
  }

  @Test
  void linesOfAnotherFormAreLeftOut() {
    assertThat(table.entries()).hasSize(6);
    assertThat(MountTable.parse("").entries()).isEmpty();
    assertThat(MountTable.parse("1 2 3 4 5\\0 - a b").entries()).isEmpty();
  }

  @Test
  void aMountIsOursOnlyByItsTypeAndItsSource() {
    assertThat(table.entries())
        .filteredOn(MountTable.Entry::isOurs)
        .extracting(MountTable.Entry::place)
        .containsExactly("/m", "/n");
  }
}
