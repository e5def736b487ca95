package io.multipath4j.iscsi.pdu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every PDU against bytes laid out by hand from RFC 7143 section 11, written and read. */
class GoldenPduTest {

  /** An odd index, so that nothing depends on alignment or on starting at 0. */
  private static final int AT = 5;

  private static final long LUN = 0x0001_0000_0000_0000L;

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(256);

  @BeforeEach
  void fillWithGarbage() {
    for (int i = 0; i < buffer.capacity(); i++) {
      buffer.put(i, (byte) 0xA5);
    }
  }

  private void assertBytes(String... words) {
    byte[] expected = HexFormat.of().parseHex(String.join("", words).replace(" ", ""));
    byte[] actual = new byte[expected.length];
    buffer.get(AT, actual);
    assertThat(HexFormat.of().formatHex(actual)).isEqualTo(HexFormat.of().formatHex(expected));
    assertThat(buffer.get(AT - 1)).isEqualTo((byte) 0xA5);
    assertThat(buffer.get(AT + expected.length)).isEqualTo((byte) 0xA5);
  }

  @Test
  void scsiCommand() {
    ScsiCommandPdu.init(buffer, AT, 0x80 | ScsiCommandPdu.READ | ScsiCommandPdu.ATTR_SIMPLE);
    Bhs.setLun(buffer, AT, LUN);
    Bhs.setItt(buffer, AT, 0x11223344);
    ScsiCommandPdu.setExpectedDataTransferLength(buffer, AT, 4096);
    Bhs.setCmdSn(buffer, AT, 7);
    Bhs.setExpStatSn(buffer, AT, 9);
    byte[] read10 = HexFormat.of().parseHex("28000000100000000800");
    ScsiCommandPdu.setCdb(buffer, AT, read10, read10.length);

    assertBytes(
        "01 c1 0000",
        "00 000000",
        "0001000000000000",
        "11223344",
        "00001000",
        "00000007",
        "00000009",
        "28000000",
        "10000000",
        "08000000",
        "00000000");
    assertThat(ScsiCommandPdu.isRead(buffer, AT)).isTrue();
    assertThat(ScsiCommandPdu.isWrite(buffer, AT)).isFalse();
    assertThat(ScsiCommandPdu.attribute(buffer, AT)).isEqualTo(1);
    assertThat(ScsiCommandPdu.expectedDataTransferLength(buffer, AT)).isEqualTo(4096);
    assertThat(Bhs.opcode(buffer, AT)).isEqualTo(Opcode.SCSI_COMMAND.code());
    assertThat(Bhs.isFinal(buffer, AT)).isTrue();
    assertThat(Bhs.lun(buffer, AT)).isEqualTo(LUN);
    assertThat(Bhs.itt(buffer, AT)).isEqualTo(0x11223344);
    assertThat(Bhs.cmdSn(buffer, AT)).isEqualTo(7);
    assertThat(Bhs.expStatSn(buffer, AT)).isEqualTo(9);
  }

  @Test
  void scsiCommandWithExtendedCdb() {
    byte[] cdb = new byte[32];
    for (int i = 0; i < cdb.length; i++) {
      cdb[i] = (byte) (0x7F - i);
    }
    ScsiCommandPdu.init(buffer, AT, 0x80);
    ScsiCommandPdu.setCdb(buffer, AT, cdb, 32);
    Bhs.setDataSegmentLength(buffer, AT, 512);

    assertBytes(
        "01 80 0000",
        "05 000200",
        "0000000000000000",
        "00000000",
        "00000000",
        "00000000",
        "00000000",
        "7f7e7d7c",
        "7b7a7978",
        "77767574",
        "73727170",
        // AHSLength = CDB length - 15, type 1, reserved, the other 16 bytes
        "0011 01 00",
        "6f6e6d6c",
        "6b6a6968",
        "67666564",
        "63626160");
    byte[] back = new byte[32];
    assertThat(ScsiCommandPdu.cdb(buffer, AT, back)).isEqualTo(32);
    assertThat(back).isEqualTo(cdb);
    assertThat(Bhs.ahsBytes(buffer, AT)).isEqualTo(20);
    assertThat(Bhs.dataSegmentLength(buffer, AT)).isEqualTo(512);
  }

  @Test
  void extendedCdbOfOddLengthIsPaddedWithZeroes() {
    byte[] cdb = new byte[18];
    Arrays.fill(cdb, (byte) 0x11);
    ScsiCommandPdu.init(buffer, AT, 0x80);
    ScsiCommandPdu.setCdb(buffer, AT, cdb, 18);

    assertThat(Bhs.ahsBytes(buffer, AT)).isEqualTo(8);
    assertThat(buffer.getLong(AT + 48)).isEqualTo(0x0003_0100_1111_0000L);
    assertThat(ScsiCommandPdu.cdb(buffer, AT, new byte[32])).isEqualTo(18);
  }

  @Test
  void ahsThatGoesBeyondItsSpaceIsRefused() {
    ScsiCommandPdu.init(buffer, AT, 0x80);
    Bhs.setAhsBytes(buffer, AT, 4);
    buffer.putInt(AT + 48, 0x0011_0100);
    assertThatThrownBy(() -> ScsiCommandPdu.cdb(buffer, AT, new byte[32]))
        .isInstanceOf(IscsiProtocolException.class)
        .hasMessageContaining("AHSLength 17");
    buffer.putInt(AT + 48, 0);
    assertThatThrownBy(() -> ScsiCommandPdu.cdb(buffer, AT, new byte[32]))
        .isInstanceOf(IscsiProtocolException.class);
  }

  @Test
  void extendedCdbThatIsTooLongIsRefused() {
    ScsiCommandPdu.init(buffer, AT, 0x80);
    Bhs.setAhsBytes(buffer, AT, 24);
    buffer.putInt(AT + 48, 18 << 16 | 0x0100);
    assertThatThrownBy(() -> ScsiCommandPdu.cdb(buffer, AT, new byte[32]))
        .isInstanceOf(IscsiProtocolException.class)
        .hasMessageContaining("33 bytes");
  }

  @Test
  void unknownAhsIsSkipped() {
    ScsiCommandPdu.init(buffer, AT, 0x80);
    Bhs.setAhsBytes(buffer, AT, 8 + 8);
    buffer.putLong(AT + 48, 0x0005_0200_0000_0000L); // bidirectional read length
    buffer.putLong(AT + 56, 0x0002_0100_AB00_0000L);
    byte[] cdb = new byte[32];
    assertThat(ScsiCommandPdu.cdb(buffer, AT, cdb)).isEqualTo(17);
    assertThat(cdb[16]).isEqualTo((byte) 0xAB);
  }

  @Test
  void scsiResponse() {
    ScsiResponsePdu.init(
        buffer, AT, ScsiResponsePdu.UNDERFLOW, ScsiResponsePdu.COMPLETED_AT_TARGET, 2);
    Bhs.setItt(buffer, AT, 0xCAFE0001);
    Bhs.setStatSn(buffer, AT, 0x01020304);
    Bhs.setExpCmdSn(buffer, AT, 0x05060708);
    Bhs.setMaxCmdSn(buffer, AT, 0x0900000A);
    ScsiResponsePdu.setExpDataSn(buffer, AT, 3);
    ScsiResponsePdu.setResidualCount(buffer, AT, 512);
    Bhs.setDataSegmentLength(buffer, AT, 20);

    assertBytes(
        "21 82 00 02",
        "00 000014",
        "0000000000000000",
        "cafe0001",
        "00000000",
        "01020304",
        "05060708",
        "0900000a",
        "00000003",
        "00000000",
        "00000200");
    assertThat(ScsiResponsePdu.response(buffer, AT)).isZero();
    assertThat(ScsiResponsePdu.status(buffer, AT)).isEqualTo(2);
    assertThat(ScsiResponsePdu.expDataSn(buffer, AT)).isEqualTo(3);
    assertThat(ScsiResponsePdu.residualCount(buffer, AT)).isEqualTo(512);
    assertThat(Bhs.statSn(buffer, AT)).isEqualTo(0x01020304);
    assertThat(Bhs.expCmdSn(buffer, AT)).isEqualTo(0x05060708);
    assertThat(Bhs.maxCmdSn(buffer, AT)).isEqualTo(0x0900000A);
  }

  @Test
  void dataIn() {
    DataInPdu.init(buffer, AT, 0x80 | DataInPdu.STATUS | DataInPdu.OVERFLOW);
    DataInPdu.setStatus(buffer, AT, 0x18);
    Bhs.setDataSegmentLength(buffer, AT, 0x123456);
    Bhs.setItt(buffer, AT, 1);
    Bhs.setStatSn(buffer, AT, 2);
    Bhs.setExpCmdSn(buffer, AT, 3);
    Bhs.setMaxCmdSn(buffer, AT, 4);
    DataInPdu.setDataSn(buffer, AT, 5);
    DataInPdu.setBufferOffset(buffer, AT, 0x2000);
    DataInPdu.setResidualCount(buffer, AT, 6);

    assertBytes(
        "25 85 00 18",
        "00 123456",
        "0000000000000000",
        "00000001",
        "ffffffff",
        "00000002",
        "00000003",
        "00000004",
        "00000005",
        "00002000",
        "00000006");
    assertThat(DataInPdu.hasStatus(buffer, AT)).isTrue();
    assertThat(DataInPdu.status(buffer, AT)).isEqualTo(0x18);
    assertThat(DataInPdu.dataSn(buffer, AT)).isEqualTo(5);
    assertThat(DataInPdu.bufferOffset(buffer, AT)).isEqualTo(0x2000);
    assertThat(DataInPdu.residualCount(buffer, AT)).isEqualTo(6);
  }

  @Test
  void dataOut() {
    DataOutPdu.init(buffer, AT, true);
    Bhs.setDataSegmentLength(buffer, AT, 512);
    Bhs.setLun(buffer, AT, LUN);
    Bhs.setItt(buffer, AT, 1);
    Bhs.setTtt(buffer, AT, 0xFFFFFFFF);
    Bhs.setExpStatSn(buffer, AT, 4);
    DataOutPdu.setDataSn(buffer, AT, 2);
    DataOutPdu.setBufferOffset(buffer, AT, 0x400);

    assertBytes(
        "05 80 0000",
        "00 000200",
        "0001000000000000",
        "00000001",
        "ffffffff",
        "00000000",
        "00000004",
        "00000000",
        "00000002",
        "00000400",
        "00000000");
    assertThat(DataOutPdu.dataSn(buffer, AT)).isEqualTo(2);
    assertThat(DataOutPdu.bufferOffset(buffer, AT)).isEqualTo(0x400);
  }

  @Test
  void r2t() {
    R2tPdu.init(buffer, AT);
    Bhs.setLun(buffer, AT, LUN);
    Bhs.setItt(buffer, AT, 1);
    Bhs.setTtt(buffer, AT, 2);
    Bhs.setStatSn(buffer, AT, 3);
    Bhs.setExpCmdSn(buffer, AT, 4);
    Bhs.setMaxCmdSn(buffer, AT, 5);
    R2tPdu.setR2tSn(buffer, AT, 6);
    R2tPdu.setBufferOffset(buffer, AT, 7);
    R2tPdu.setDesiredDataTransferLength(buffer, AT, 8);

    assertBytes(
        "31 80 0000",
        "00 000000",
        "0001000000000000",
        "00000001",
        "00000002",
        "00000003",
        "00000004",
        "00000005",
        "00000006",
        "00000007",
        "00000008");
    assertThat(R2tPdu.r2tSn(buffer, AT)).isEqualTo(6);
    assertThat(R2tPdu.bufferOffset(buffer, AT)).isEqualTo(7);
    assertThat(R2tPdu.desiredDataTransferLength(buffer, AT)).isEqualTo(8);
    assertThat(Bhs.ttt(buffer, AT)).isEqualTo(2);
  }

  @Test
  void taskManagementRequest() {
    TaskManagementRequestPdu.init(buffer, AT, TaskManagementRequestPdu.ABORT_TASK);
    Bhs.setImmediate(buffer, AT);
    Bhs.setLun(buffer, AT, LUN);
    Bhs.setItt(buffer, AT, 1);
    TaskManagementRequestPdu.setReferencedTaskTag(buffer, AT, 2);
    Bhs.setCmdSn(buffer, AT, 3);
    Bhs.setExpStatSn(buffer, AT, 4);
    TaskManagementRequestPdu.setRefCmdSn(buffer, AT, 5);

    assertBytes(
        "42 81 0000",
        "00 000000",
        "0001000000000000",
        "00000001",
        "00000002",
        "00000003",
        "00000004",
        "00000005",
        "00000000",
        "00000000",
        "00000000");
    assertThat(TaskManagementRequestPdu.function(buffer, AT)).isEqualTo(1);
    assertThat(TaskManagementRequestPdu.referencedTaskTag(buffer, AT)).isEqualTo(2);
    assertThat(TaskManagementRequestPdu.refCmdSn(buffer, AT)).isEqualTo(5);
    assertThat(Bhs.isImmediate(buffer, AT)).isTrue();
    TaskManagementRequestPdu.init(buffer, AT, TaskManagementRequestPdu.LOGICAL_UNIT_RESET);
    assertThat(buffer.get(AT + 1)).isEqualTo((byte) 0x85);
    assertThat(TaskManagementRequestPdu.referencedTaskTag(buffer, AT)).isEqualTo(-1);
  }

  @Test
  void taskManagementResponse() {
    TaskManagementResponsePdu.init(buffer, AT, TaskManagementResponsePdu.FUNCTION_REJECTED);
    Bhs.setItt(buffer, AT, 1);
    Bhs.setStatSn(buffer, AT, 2);

    assertBytes(
        "22 80 ff 00",
        "00 000000",
        "0000000000000000",
        "00000001",
        "00000000",
        "00000002",
        "00000000",
        "00000000",
        "00000000",
        "00000000",
        "00000000");
    assertThat(TaskManagementResponsePdu.response(buffer, AT)).isEqualTo(255);
  }

  @Test
  void asyncMessage() {
    AsyncMessagePdu.init(buffer, AT, AsyncMessagePdu.CONNECTION_DROPPED, 1, 0x203, 0xFFFE);
    Bhs.setStatSn(buffer, AT, 9);

    assertBytes(
        "32 80 0000",
        "00 000000",
        "0000000000000000",
        "ffffffff",
        "00000000",
        "00000009",
        "00000000",
        "00000000",
        "02 00 0001",
        "0203 fffe",
        "00000000");
    assertThat(AsyncMessagePdu.event(buffer, AT)).isEqualTo(2);
    assertThat(AsyncMessagePdu.parameter(buffer, AT, 1)).isEqualTo(1);
    assertThat(AsyncMessagePdu.parameter(buffer, AT, 2)).isEqualTo(0x203);
    assertThat(AsyncMessagePdu.parameter(buffer, AT, 3)).isEqualTo(0xFFFE);
  }

  @Test
  void textRequestAndResponse() {
    TextPdu.initRequest(buffer, AT, 0x80, Bhs.RESERVED_TAG);
    Bhs.setItt(buffer, AT, 1);
    assertBytes(
        "04 80 0000",
        "00 000000",
        "0000000000000000",
        "00000001",
        "ffffffff",
        "00000000",
        "00000000",
        "00000000",
        "00000000",
        "00000000",
        "00000000");
    TextPdu.initResponse(buffer, AT, TextPdu.CONTINUE, 0x77);
    Bhs.setDataSegmentLength(buffer, AT, 8192);
    assertBytes(
        "24 40 0000",
        "00 002000",
        "0000000000000000",
        "00000000",
        "00000077",
        "00000000",
        "00000000",
        "00000000",
        "00000000",
        "00000000",
        "00000000");
    assertThat(TextPdu.isContinued(buffer, AT)).isTrue();
  }

  @Test
  void loginRequest() {
    LoginRequestPdu.init(
        buffer,
        AT,
        LoginRequestPdu.TRANSIT,
        LoginRequestPdu.OPERATIONAL_NEGOTIATION,
        LoginRequestPdu.FULL_FEATURE_PHASE,
        0x8012_3456_789AL,
        0xBEEF);
    Bhs.setItt(buffer, AT, 1);
    LoginRequestPdu.setCid(buffer, AT, 0x102);
    Bhs.setCmdSn(buffer, AT, 3);
    Bhs.setExpStatSn(buffer, AT, 4);

    assertBytes(
        "43 87 00 00",
        "00 000000",
        "80123456789a beef",
        "00000001",
        "0102 0000",
        "00000003",
        "00000004",
        "00000000",
        "00000000",
        "00000000",
        "00000000");
    assertThat(LoginRequestPdu.isTransit(buffer, AT)).isTrue();
    assertThat(LoginRequestPdu.isContinued(buffer, AT)).isFalse();
    assertThat(LoginRequestPdu.currentStage(buffer, AT)).isEqualTo(1);
    assertThat(LoginRequestPdu.nextStage(buffer, AT)).isEqualTo(3);
    assertThat(LoginRequestPdu.isid(buffer, AT)).isEqualTo(0x8012_3456_789AL);
    assertThat(LoginRequestPdu.tsih(buffer, AT)).isEqualTo(0xBEEF);
    assertThat(LoginRequestPdu.cid(buffer, AT)).isEqualTo(0x102);
    assertThat(LoginRequestPdu.versionMin(buffer, AT)).isZero();
    assertThat(LoginRequestPdu.versionMax(buffer, AT)).isZero();
  }

  @Test
  void loginResponse() {
    LoginResponsePdu.init(buffer, AT, 0, 0, 0, 0x8000_0000_0001L, 1);
    LoginResponsePdu.setStatus(buffer, AT, LoginStatus.AUTHENTICATION_FAILURE.code());

    assertBytes(
        "23 00 00 00",
        "00 000000",
        "800000000001 0001",
        "00000000",
        "00000000",
        "00000000",
        "00000000",
        "00000000",
        "0201 0000",
        "00000000",
        "00000000");
    assertThat(LoginResponsePdu.status(buffer, AT)).isEqualTo(0x0201);
    assertThat(LoginResponsePdu.versionActive(buffer, AT)).isZero();
  }

  @Test
  void logout() {
    LogoutRequestPdu.init(buffer, AT, LogoutRequestPdu.CLOSE_CONNECTION, 0x55);
    assertBytes(
        "46 81 0000",
        "00 000000",
        "0000000000000000",
        "00000000",
        "0055 0000",
        "00000000",
        "00000000",
        "00000000",
        "00000000",
        "00000000",
        "00000000");
    assertThat(LogoutRequestPdu.reason(buffer, AT)).isEqualTo(1);
    assertThat(LogoutRequestPdu.cid(buffer, AT)).isEqualTo(0x55);
    LogoutResponsePdu.init(buffer, AT, 1, 2, 20);
    assertBytes(
        "26 80 01 00",
        "00 000000",
        "0000000000000000",
        "00000000",
        "00000000",
        "00000000",
        "00000000",
        "00000000",
        "00000000",
        "0002 0014",
        "00000000");
    assertThat(LogoutResponsePdu.response(buffer, AT)).isEqualTo(1);
    assertThat(LogoutResponsePdu.time2Wait(buffer, AT)).isEqualTo(2);
    assertThat(LogoutResponsePdu.time2Retain(buffer, AT)).isEqualTo(20);
  }

  @Test
  void nop() {
    NopPdu.initOut(buffer, AT, 5, Bhs.RESERVED_TAG);
    assertBytes(
        "00 80 0000",
        "00 000000",
        "0000000000000000",
        "00000005",
        "ffffffff",
        "00000000",
        "00000000",
        "00000000",
        "00000000",
        "00000000",
        "00000000");
    NopPdu.initIn(buffer, AT, Bhs.RESERVED_TAG, 6);
    assertBytes(
        "20 80 0000",
        "00 000000",
        "0000000000000000",
        "ffffffff",
        "00000006",
        "00000000",
        "00000000",
        "00000000",
        "00000000",
        "00000000",
        "00000000");
  }

  @Test
  void reject() {
    RejectPdu.init(buffer, AT, RejectPdu.PROTOCOL_ERROR);
    Bhs.setDataSegmentLength(buffer, AT, 48);
    assertBytes(
        "3f 80 04 00",
        "00 000030",
        "0000000000000000",
        "ffffffff",
        "00000000",
        "00000000",
        "00000000",
        "00000000",
        "00000000",
        "00000000",
        "00000000");
    assertThat(RejectPdu.reason(buffer, AT)).isEqualTo(4);
  }

  @Test
  void opcodeNumbersAreThoseOfTheStandard() {
    assertThat(Opcode.of(0x31)).isEqualTo(Opcode.R2T);
    assertThat(Opcode.of(0x3F)).isEqualTo(Opcode.REJECT);
    assertThat(Opcode.of(0x10)).isEqualTo(Opcode.SNACK_REQUEST);
    assertThat(Opcode.of(0x1C)).isNull();
  }

  @Test
  void digestIsThatOfTheStandard() {
    // RFC 7143 A.3 (and RFC 3720 B.4): digest of 32 zero bytes, and of 32 bytes of ones
    PduDigest digest = new PduDigest();
    ByteBuffer zeroes = ByteBuffer.allocateDirect(40);
    digest.update(zeroes, 4, 32);
    assertThat(digest.wireValue()).isEqualTo(0xaa36918a);
    digest.reset();
    digest.updateZeroes(32);
    assertThat(digest.wireValue()).isEqualTo(0xaa36918a);
    for (int i = 0; i < 40; i++) {
      zeroes.put(i, (byte) 0xFF);
    }
    digest.reset();
    digest.update(zeroes, 4, 32);
    assertThat(digest.wireValue()).isEqualTo(0x43aba862);
    assertThat(zeroes.position()).isZero();
    assertThat(zeroes.limit()).isEqualTo(40);
  }

  @Test
  void serialNumbersCompareAcrossTheWrap() {
    assertThat(SerialNumber.isBefore(0xFFFF_FFFF, 0)).isTrue();
    assertThat(SerialNumber.isAfter(1, 0xFFFF_FFF0)).isTrue();
    assertThat(SerialNumber.isBefore(5, 5)).isFalse();
  }
}
