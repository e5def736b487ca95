package io.multipath4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.codec.Sense;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ResultRuleTest {

  /** One line of the table as it is written down, with an example of what it is about. */
  record Line(
      ResultRule row,
      HostByte host,
      int status,
      String sense,
      Disposition disposition,
      BlockStatus end,
      boolean failsOver,
      boolean failFastEndsAtOnce) {

    @Override
    public String toString() {
      return row + ": " + host + " status " + Integer.toHexString(status) + " sense " + sense;
    }
  }

  private static Line host(
      ResultRule row, HostByte host, Disposition d, BlockStatus end, boolean failFastEndsAtOnce) {
    return new Line(row, host, 0, "", d, end, true, failFastEndsAtOnce);
  }

  private static Line status(
      ResultRule row, int status, Disposition d, BlockStatus end, boolean failsOver) {
    return new Line(row, HostByte.DID_OK, status, "", d, end, failsOver, false);
  }

  private static Line sense(
      ResultRule row, int code, Disposition d, BlockStatus end, boolean failsOver) {
    String fixed = HexFormat.of().formatHex(Sense.fixed(Sense.key(code), code >> 8, code));
    return new Line(row, HostByte.DID_OK, 2, fixed, d, end, failsOver, false);
  }

  static Stream<Line> lines() {
    return Stream.of(hostLines(), statusLines(), senseLines(), refusedLines(), finalLines())
        .flatMap(x -> x);
  }

  private static Stream<Line> hostLines() {
    BlockStatus ioerr = BlockStatus.IOERR;
    return Stream.of(
        host(ResultRule.NO_CONNECTION, HostByte.DID_NO_CONNECT, Disposition.FAIL, ioerr, false),
        host(ResultRule.NO_CONNECTION, HostByte.DID_BAD_TARGET, Disposition.FAIL, ioerr, false),
        host(ResultRule.NO_CONNECTION, HostByte.DID_ABORT, Disposition.FAIL, ioerr, false),
        host(ResultRule.TRANSPORT_ERROR, HostByte.DID_BUS_BUSY, Disposition.RETRY, ioerr, true),
        host(ResultRule.TRANSPORT_ERROR, HostByte.DID_PARITY, Disposition.RETRY, ioerr, true),
        host(ResultRule.TRANSPORT_ERROR, HostByte.DID_ERROR, Disposition.RETRY, ioerr, true),
        host(ResultRule.TRANSPORT_ERROR, HostByte.DID_SOFT_ERROR, Disposition.RETRY, ioerr, true),
        host(ResultRule.TIMED_OUT, HostByte.DID_TIME_OUT, Disposition.RETRY, ioerr, true),
        host(ResultRule.RESET, HostByte.DID_RESET, Disposition.RETRY, ioerr, false),
        host(ResultRule.REQUEUED, HostByte.DID_IMM_RETRY, Disposition.REQUEUE, ioerr, false),
        host(ResultRule.REQUEUED, HostByte.DID_REQUEUE, Disposition.REQUEUE, ioerr, false),
        host(
            ResultRule.TRANSPORT_DISRUPTED,
            HostByte.DID_TRANSPORT_DISRUPTED,
            Disposition.RETRY,
            ioerr,
            true),
        host(
            ResultRule.TRANSPORT_GIVEN_UP,
            HostByte.DID_TRANSPORT_FAILFAST,
            Disposition.FAIL,
            BlockStatus.TRANSPORT,
            false),
        host(
            ResultRule.TRANSPORT_GIVEN_UP,
            HostByte.DID_TRANSPORT_MARGINAL,
            Disposition.FAIL,
            BlockStatus.TRANSPORT,
            false));
  }

  private static Stream<Line> statusLines() {
    return Stream.of(
        status(ResultRule.GOOD, 0x00, Disposition.SUCCESS, BlockStatus.OK, false),
        status(ResultRule.GOOD, 0x04, Disposition.SUCCESS, BlockStatus.OK, false),
        status(ResultRule.BUSY, 0x08, Disposition.REQUEUE, BlockStatus.IOERR, true),
        status(ResultRule.BUSY, 0x28, Disposition.REQUEUE, BlockStatus.IOERR, true),
        status(ResultRule.TASK_ABORTED, 0x40, Disposition.RETRY, BlockStatus.IOERR, true),
        status(
            ResultRule.RESERVATION_CONFLICT,
            0x18,
            Disposition.FAIL,
            BlockStatus.RESV_CONFLICT,
            false),
        status(ResultRule.NO_SENSE_DATA, 0x02, Disposition.RETRY, BlockStatus.IOERR, true),
        status(ResultRule.UNKNOWN, 0x30, Disposition.FAIL, BlockStatus.IOERR, true),
        status(ResultRule.UNKNOWN, 0xFF, Disposition.FAIL, BlockStatus.IOERR, true));
  }

  private static Stream<Line> senseLines() {
    BlockStatus ioerr = BlockStatus.IOERR;
    return Stream.of(
        new Line(
            ResultRule.DEFERRED_ERROR,
            HostByte.DID_OK,
            2,
            "71000300000000000000000011000000",
            Disposition.RETRY,
            ioerr,
            true,
            false),
        sense(ResultRule.RECOVERED, 0x000000, Disposition.SUCCESS, BlockStatus.OK, false),
        sense(ResultRule.RECOVERED, 0x011800, Disposition.SUCCESS, BlockStatus.OK, false),
        sense(ResultRule.ALUA_TRANSITION, 0x02040A, Disposition.RETRY_LATER, ioerr, true),
        sense(ResultRule.ALUA_TRANSITION, 0x06040A, Disposition.RETRY_LATER, ioerr, true),
        sense(ResultRule.BECOMING_READY, 0x020401, Disposition.RETRY_LATER, ioerr, true),
        sense(ResultRule.BECOMING_READY, 0x020404, Disposition.RETRY_LATER, ioerr, true),
        sense(ResultRule.BECOMING_READY, 0x020414, Disposition.RETRY_LATER, ioerr, true),
        sense(ResultRule.BECOMING_READY, 0x02041D, Disposition.RETRY_LATER, ioerr, true),
        sense(ResultRule.WRONG_ACCESS_STATE, 0x02040B, Disposition.FAIL, ioerr, true),
        sense(ResultRule.WRONG_ACCESS_STATE, 0x02040C, Disposition.FAIL, ioerr, true),
        sense(ResultRule.WRONG_ACCESS_STATE, 0x020412, Disposition.FAIL, ioerr, true),
        sense(ResultRule.NOT_READY, 0x023A00, Disposition.FAIL, ioerr, true),
        sense(ResultRule.NOT_READY, 0x020403, Disposition.FAIL, ioerr, true),
        sense(ResultRule.MEDIUM_DAMAGED, 0x031100, Disposition.FAIL, BlockStatus.MEDIUM, false),
        sense(ResultRule.MEDIUM_DAMAGED, 0x031300, Disposition.FAIL, BlockStatus.MEDIUM, false),
        sense(ResultRule.MEDIUM_DAMAGED, 0x031401, Disposition.FAIL, BlockStatus.MEDIUM, false),
        sense(ResultRule.MEDIUM_ERROR, 0x030C00, Disposition.RETRY, ioerr, true),
        sense(ResultRule.HARDWARE_ERROR, 0x044400, Disposition.FAIL, BlockStatus.TARGET, false),
        sense(ResultRule.UNIT_ATTENTION, 0x062900, Disposition.RETRY, ioerr, true),
        sense(ResultRule.UNIT_ATTENTION, 0x062A06, Disposition.RETRY, ioerr, true),
        sense(ResultRule.UNIT_ATTENTION, 0x063F0E, Disposition.RETRY, ioerr, true),
        sense(ResultRule.OUT_OF_SPACE, 0x072707, Disposition.FAIL, BlockStatus.NOSPC, false),
        sense(ResultRule.DATA_REFUSED, 0x072700, Disposition.FAIL, BlockStatus.TARGET, false),
        sense(ResultRule.DATA_REFUSED, 0x080000, Disposition.FAIL, BlockStatus.TARGET, false),
        sense(ResultRule.DATA_REFUSED, 0x0A0000, Disposition.FAIL, BlockStatus.TARGET, false),
        sense(ResultRule.DATA_REFUSED, 0x0D0000, Disposition.FAIL, BlockStatus.TARGET, false),
        sense(ResultRule.DATA_REFUSED, 0x0E1D00, Disposition.FAIL, BlockStatus.TARGET, false),
        sense(ResultRule.PROTECTION, 0x0B1001, Disposition.FAIL, BlockStatus.PROTECTION, false),
        sense(ResultRule.ABORTED_COMMAND, 0x0B4700, Disposition.RETRY, ioerr, true),
        sense(ResultRule.UNKNOWN, 0x090000, Disposition.FAIL, ioerr, true));
  }

  private static Stream<Line> refusedLines() {
    BlockStatus target = BlockStatus.TARGET;
    return Stream.of(
        sense(ResultRule.PROTECTION, 0x051000, Disposition.FAIL, BlockStatus.PROTECTION, false),
        sense(ResultRule.REFUSED, 0x052000, Disposition.FAIL, target, false),
        sense(ResultRule.REFUSED, 0x052100, Disposition.FAIL, target, false),
        sense(ResultRule.REFUSED, 0x052104, Disposition.FAIL, target, false),
        sense(ResultRule.REFUSED, 0x052105, Disposition.FAIL, target, false),
        sense(ResultRule.REFUSED, 0x052106, Disposition.FAIL, target, false),
        sense(ResultRule.REFUSED, 0x052107, Disposition.FAIL, target, false),
        sense(ResultRule.REFUSED, 0x052200, Disposition.FAIL, target, false),
        sense(ResultRule.REFUSED, 0x052400, Disposition.FAIL, target, false),
        sense(ResultRule.REFUSED, 0x052600, Disposition.FAIL, target, false),
        sense(ResultRule.REFUSED, 0x052700, Disposition.FAIL, target, false),
        sense(ResultRule.REFUSED_HERE, 0x052500, Disposition.FAIL, BlockStatus.IOERR, true),
        sense(ResultRule.REFUSED_HERE, 0x051A00, Disposition.FAIL, BlockStatus.IOERR, true));
  }

  /** Nothing of this another path would do better (SBC, ZBC-2 4.4, SPC-6 duration limits). */
  private static Stream<Line> finalLines() {
    BlockStatus zones = BlockStatus.ZONE_RESOURCE;
    BlockStatus late = BlockStatus.DURATION_LIMIT;
    BlockStatus target = BlockStatus.TARGET;
    return Stream.of(
        sense(ResultRule.ZONE_RESOURCES, 0x07550E, Disposition.FAIL, zones, false),
        sense(ResultRule.ZONE_RESOURCES, 0x07550F, Disposition.FAIL, zones, false),
        sense(ResultRule.ZONE_RESOURCES, 0x070C12, Disposition.FAIL, zones, false),
        sense(ResultRule.ZONE_RESOURCES, 0x05550E, Disposition.FAIL, zones, false),
        sense(ResultRule.ZONE_REFUSED, 0x072708, Disposition.FAIL, target, false),
        sense(ResultRule.ZONE_REFUSED, 0x052C0D, Disposition.FAIL, target, false),
        sense(ResultRule.ZONE_REFUSED, 0x052C0E, Disposition.FAIL, target, false),
        sense(ResultRule.ZONE_REFUSED, 0x072C0E, Disposition.FAIL, target, false),
        sense(ResultRule.ZONE_REFUSED, 0x052C10, Disposition.FAIL, target, false),
        sense(ResultRule.DURATION_LIMIT, 0x0B2E01, Disposition.FAIL, late, false),
        sense(ResultRule.DURATION_LIMIT, 0x0B2E02, Disposition.FAIL, late, false),
        sense(ResultRule.DURATION_LIMIT, 0x0F550A, Disposition.FAIL, late, false));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lines")
  void rowDecides(Line line) {
    ScsiCommand command = new ScsiCommand().reset(6, c -> {});
    byte[] sense = HexFormat.of().parseHex(line.sense());
    command.senseFrom(ByteBuffer.wrap(sense), 0, sense.length);
    if (line.host() == HostByte.DID_OK) {
      command.completeWithStatus(line.status(), 0);
    } else {
      command.completeWithHostByte(line.host());
    }

    ResultRule row = ResultRule.of(command);

    assertThat(row).isEqualTo(line.row());
    assertThat(row.disposition()).isEqualTo(line.disposition());
    assertThat(row.status()).isEqualTo(line.end());
    assertThat(row.status().isPathError()).as("failover").isEqualTo(line.failsOver());
    assertThat(row.isTransportClass()).isEqualTo(line.failFastEndsAtOnce());
  }

  @Test
  void everyRowHasALineHere() {
    Set<ResultRule> tested = EnumSet.of(ResultRule.SHORT_TRANSFER);
    lines().forEach(line -> tested.add(line.row()));
    assertThat(tested).containsExactlyInAnyOrder(ResultRule.values());
  }
}
