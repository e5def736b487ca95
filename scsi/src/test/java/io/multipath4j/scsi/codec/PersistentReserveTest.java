package io.multipath4j.scsi.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PERSISTENT RESERVE IN and OUT, by the layouts of SPC-5 6.15, 6.16 and 7.6.4.6. */
class PersistentReserveTest {

  /** "iqn.h,i,0x00023d000001", its zero, one byte of padding. */
  private static final String PORT_ID =
      "45000018" + "69716e2e682c692c307830303032336430303030303100" + "00";

  private static final TransportId PORT = TransportId.iscsi("iqn.h,i,0x00023d000001");

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void readKeys() throws Exception {
    String golden = "00000007" + "00000010" + "00000000000000ab" + "ffffffffffffffff";
    ReservationKeys keys = new ReservationKeys(7, List.of(0xABL, -1L));
    assertThat(hex(keys.encode())).isEqualTo(golden);
    assertThat(ReservationKeys.decode(bytes(golden))).isEqualTo(keys);
    assertThat(hex(new ReservationKeys(0xFFFF_FFFFL, List.of()).encode()))
        .isEqualTo("ffffffff00000000");
  }

  @Test
  void readReservation() throws Exception {
    String golden =
        "00000002" + "00000010" + "1122334455667788" + "00000000" + "00" + "05" + "0000";
    ReservationStatus status =
        new ReservationStatus(
            2, 0x1122334455667788L, ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY);
    assertThat(hex(status.encode())).isEqualTo(golden);
    assertThat(ReservationStatus.decode(bytes(golden))).isEqualTo(status);
    ReservationStatus none = new ReservationStatus(3, 0, null);
    assertThat(hex(none.encode())).isEqualTo("0000000300000000");
    assertThat(ReservationStatus.decode(none.encode())).isEqualTo(none);
    assertThatThrownBy(() -> ReservationStatus.decode(bytes(golden.replace("0005", "0004"))))
        .hasMessageContaining("type 4");
  }

  @Test
  void reportCapabilities() throws Exception {
    ReservationCapabilities all =
        new ReservationCapabilities(
            true, true, true, true, true, 5, EnumSet.allOf(ReservationType.class));
    assertThat(hex(all.encode())).isEqualTo("0008" + "1d" + "d1" + "ea01" + "0000");
    assertThat(ReservationCapabilities.decode(all.encode())).isEqualTo(all);
    ReservationCapabilities little =
        new ReservationCapabilities(
            false, false, true, false, false, 0, Set.of(ReservationType.EXCLUSIVE_ACCESS));
    assertThat(hex(little.encode())).isEqualTo("0008" + "04" + "80" + "0800" + "0000");
    assertThat(ReservationCapabilities.decode(little.encode())).isEqualTo(little);
  }

  @Test
  void readFullStatus() throws Exception {
    String golden =
        "00000009"
            + "00000068"
            + ("00000000000000ab"
                + "00000000"
                + "0106"
                + "00000000"
                + "0002"
                + "0000001c"
                + PORT_ID)
            + ("00000000000000cd"
                + "00000000"
                + "0200"
                + "00000000"
                + "0000"
                + "0000001c"
                + PORT_ID);
    ReservationFullStatus status =
        new ReservationFullStatus(
            9,
            List.of(
                new ReservationFullStatus.Registration(
                    0xAB, false, ReservationType.EXCLUSIVE_ACCESS_REGISTRANTS_ONLY, 2, PORT),
                new ReservationFullStatus.Registration(0xCD, true, null, 0, PORT)));
    assertThat(hex(status.encode())).isEqualTo(golden);
    assertThat(ReservationFullStatus.decode(bytes(golden))).isEqualTo(status);
    for (int length = 0; length < golden.length() / 2; length++) {
      byte[] cut = Arrays.copyOf(bytes(golden), length);
      assertThatThrownBy(() -> ReservationFullStatus.decode(cut))
          .isInstanceOf(MalformedDataException.class);
    }
  }

  @Test
  void transportIds() throws Exception {
    assertThat(hex(PORT.encode())).isEqualTo(PORT_ID);
    byte[] id = bytes(PORT_ID);
    assertThat(TransportId.decode(id, 0, id.length)).isEqualTo(PORT);
    assertThat(PORT.namesPort()).isTrue();
    String device = "05000014" + "69716e2e6800" + "0000000000000000000000000000";
    assertThat(TransportId.decode(bytes(device), 0, 24)).isEqualTo(TransportId.iscsi("iqn.h"));
    assertThat(hex(TransportId.iscsi("iqn.h").encode())).isEqualTo(device);
    String fibreChannel = "00000000000000002100000e1e09d0c0" + "0000000000000000";
    TransportId other = TransportId.decode(bytes(fibreChannel), 0, 24);
    assertThat(other).isEqualTo(new TransportId(0, fibreChannel));
    assertThat(hex(other.encode())).isEqualTo(fibreChannel);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "45000014" + "69716e2e6800" + "0000000000000000000000000000", // a port without its ISID
        "05000014" + "0000000000000000000000000000000000000000", // no name
        "05000014" + "6161616161616161616161616161616161616161", // no zero at its end
        "0500ffff" + "6161616161616161616161616161616161616100", // longer than what is here
        "05000010" + "6161616100000000000000000000000000000000", // shorter than the shortest
        "0500001561616100000000000000000000000000000000000000", // no multiple of four
        "05000014" + "6107000000000000000000000000000000000000", // a control character
        "05000014",
      })
  void aTransportIdThatIsNoneIsMalformed(String hex) {
    byte[] id = bytes(hex);
    assertThatThrownBy(() -> TransportId.decode(id, 0, id.length))
        .isInstanceOf(MalformedDataException.class);
  }

  @Test
  void parameterListOfOut() throws Exception {
    String golden = "0000000000000001" + "00000000000000ff" + "00000000" + "05" + "000000";
    ReservationOutList list = new ReservationOutList(1, 255, true, true, false, List.of());
    assertThat(hex(list.encode())).isEqualTo(golden);
    assertThat(ReservationOutList.decode(bytes(golden))).isEqualTo(list);
    String withInitiators =
        "0000000000000000"
            + "00000000000000ff"
            + "00000000"
            + "08"
            + "000000"
            + "0000001c"
            + PORT_ID;
    ReservationOutList specified =
        new ReservationOutList(0, 255, false, false, true, List.of(PORT));
    assertThat(hex(specified.encode())).isEqualTo(withInitiators);
    assertThat(ReservationOutList.decode(bytes(withInitiators))).isEqualTo(specified);
    for (int length : new int[] {0, 20, 23, 25, 27}) {
      byte[] cut = Arrays.copyOf(bytes(withInitiators), length);
      assertThatThrownBy(() -> ReservationOutList.decode(cut))
          .as("%d bytes", length)
          .isInstanceOf(MalformedDataException.class);
    }
  }

  @Test
  void parameterListOfRegisterAndMove() throws Exception {
    String golden =
        "0000000000000001" + "0000000000000002" + "00" + "03" + "0102" + "0000001c" + PORT_ID;
    ReservationMoveList list = new ReservationMoveList(1, 2, true, true, 0x0102, PORT);
    assertThat(hex(list.encode())).isEqualTo(golden);
    assertThat(ReservationMoveList.decode(bytes(golden))).isEqualTo(list);
    assertThatThrownBy(() -> ReservationMoveList.decode(Arrays.copyOf(bytes(golden), 40)))
        .isInstanceOf(MalformedDataException.class);
  }

  @Test
  void commands() {
    byte[] in = new byte[10];
    Cdb.persistentReserveIn(in, PersistentReserve.READ_FULL_STATUS, 0x1234);
    assertThat(hex(in)).isEqualTo("5e030000000000123400");
    byte[] out = new byte[10];
    Cdb.persistentReserveOut(
        out,
        PersistentReserve.PREEMPT_AND_ABORT,
        ReservationType.WRITE_EXCLUSIVE_ALL_REGISTRANTS.code(),
        24);
    assertThat(hex(out)).isEqualTo("5f050700000000001800");
    assertThat(Cdb.reservationType(out)).isEqualTo(7);
    assertThat(Cdb.reservationScope(out)).isZero();
    out[2] = (byte) 0xA7;
    assertThat(Cdb.reservationScope(out)).isEqualTo(10);
  }

  @ParameterizedTest
  @CsvSource({
    "1, WRITE_EXCLUSIVE, true, false, false",
    "3, EXCLUSIVE_ACCESS, false, false, false",
    "5, WRITE_EXCLUSIVE_REGISTRANTS_ONLY, true, true, false",
    "6, EXCLUSIVE_ACCESS_REGISTRANTS_ONLY, false, true, false",
    "7, WRITE_EXCLUSIVE_ALL_REGISTRANTS, true, true, true",
    "8, EXCLUSIVE_ACCESS_ALL_REGISTRANTS, false, true, true",
  })
  void typesSayWhoMayDoWhat(
      int code, ReservationType type, boolean write, boolean registrants, boolean all) {
    assertThat(ReservationType.of(code)).isEqualTo(type);
    assertThat(type.code()).isEqualTo(code);
    assertThat(type.isWriteExclusive()).isEqualTo(write);
    assertThat(type.admitsRegistrants()).isEqualTo(registrants);
    assertThat(type.isAllRegistrants()).isEqualTo(all);
    assertThat(ReservationType.of(0)).isNull();
    assertThat(ReservationType.of(2)).isNull();
    assertThat(ReservationType.of(4)).isNull();
  }
}
