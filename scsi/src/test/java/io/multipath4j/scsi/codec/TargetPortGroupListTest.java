package io.multipath4j.scsi.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetPortGroupListTest {

  private static final String DESCRIPTORS =
      "80cf000100020002" + "00000001" + "00000003" + "02ff010000000001" + "00000002";
  private static final List<TargetPortGroupList.Group> GROUPS =
      List.of(
          new TargetPortGroupList.Group(true, 0, 0xCF, 1, 2, List.of(1, 3)),
          new TargetPortGroupList.Group(false, 2, 0xFF, 256, 0, List.of(2)));

  @Test
  void theExtendedHeaderCarriesTheTransitionTime() throws Exception {
    byte[] bytes = HexFormat.of().parseHex("00000020" + "103c0000" + DESCRIPTORS);
    TargetPortGroupList list = new TargetPortGroupList(60, GROUPS);
    assertThat(TargetPortGroupList.decode(bytes)).isEqualTo(list);
    assertThat(list.encode(true)).isEqualTo(bytes);
  }

  @Test
  void withoutItTheDescriptorsComeFirst() throws Exception {
    byte[] bytes = HexFormat.of().parseHex("0000001c" + DESCRIPTORS);
    TargetPortGroupList list = new TargetPortGroupList(0, GROUPS);
    assertThat(TargetPortGroupList.decode(bytes)).isEqualTo(list);
    assertThat(list.encode(false)).isEqualTo(bytes);
    assertThat(TargetPortGroupList.totalBytes(Arrays.copyOf(bytes, 4))).isEqualTo(bytes.length);
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> TargetPortGroupList.decode(cut))
          .isInstanceOf(MalformedDataException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ffffffff", "0000000880cf000100020002", "0000000480cf0001"})
  void whatReachesBeyondTheListIsMalformed(String hex) {
    assertThatThrownBy(() -> TargetPortGroupList.decode(HexFormat.of().parseHex(hex)))
        .isInstanceOf(MalformedDataException.class);
  }
}
