package io.multipath4j.scsi;

import static io.multipath4j.scsi.Disposition.FAIL;
import static io.multipath4j.scsi.Disposition.REQUEUE;
import static io.multipath4j.scsi.Disposition.RETRY;
import static io.multipath4j.scsi.Disposition.RETRY_LATER;
import static io.multipath4j.scsi.Disposition.SUCCESS;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.codec.ScsiStatus;
import io.multipath4j.scsi.codec.Sense;
import io.multipath4j.scsi.codec.SenseKey;
import java.util.EnumSet;
import java.util.Set;

/**
 * The table from a command's result to what is done with it: one row for each kind of result, the
 * first that matches counts. {@link #status()} is the end of a command that is not, or no longer,
 * tried again; whether another path then gets it is {@link BlockStatus#isPathError()}.
 */
public enum ResultRule {
  /** GOOD, or CONDITION MET. */
  GOOD(status(ScsiStatus.GOOD, ScsiStatus.CONDITION_MET), SUCCESS, BlockStatus.OK),

  // ---- the transport's word -------------------------------------------------------------------

  /** There is no way to the device, or the command was aborted on request. */
  NO_CONNECTION(
      host(HostByte.DID_NO_CONNECT, HostByte.DID_BAD_TARGET, HostByte.DID_ABORT),
      FAIL,
      BlockStatus.IOERR),
  /** The transport stumbled. */
  TRANSPORT_ERROR(
      host(HostByte.DID_BUS_BUSY, HostByte.DID_PARITY, HostByte.DID_ERROR, HostByte.DID_SOFT_ERROR),
      RETRY,
      BlockStatus.IOERR),
  /** No answer in time; the command has since been aborted. */
  TIMED_OUT(host(HostByte.DID_TIME_OUT), RETRY, BlockStatus.IOERR),
  /** A reset took the command away. */
  RESET(host(HostByte.DID_RESET), RETRY, BlockStatus.IOERR),
  /** The transport asks for the command again. */
  REQUEUED(host(HostByte.DID_IMM_RETRY, HostByte.DID_REQUEUE), REQUEUE, BlockStatus.IOERR),
  /** The transport was lost with the command outstanding. */
  TRANSPORT_DISRUPTED(host(HostByte.DID_TRANSPORT_DISRUPTED), RETRY, BlockStatus.IOERR),
  /** The transport is given up, or marginal. */
  TRANSPORT_GIVEN_UP(
      host(HostByte.DID_TRANSPORT_FAILFAST, HostByte.DID_TRANSPORT_MARGINAL),
      FAIL,
      BlockStatus.TRANSPORT),

  // ---- the status byte ------------------------------------------------------------------------

  /** The device has too much to do. */
  BUSY(status(ScsiStatus.BUSY, ScsiStatus.TASK_SET_FULL), REQUEUE, BlockStatus.IOERR),
  /** Another I_T nexus aborted the command. */
  TASK_ABORTED(status(ScsiStatus.TASK_ABORTED), RETRY, BlockStatus.IOERR),
  /** Another initiator holds a reservation. */
  RESERVATION_CONFLICT(status(ScsiStatus.RESERVATION_CONFLICT), FAIL, BlockStatus.RESV_CONFLICT),

  // ---- sense data -----------------------------------------------------------------------------

  /** The error belongs to an earlier command; this one was not done. */
  DEFERRED_ERROR(deferred(), RETRY, BlockStatus.IOERR),
  /** CHECK CONDITION without sense data that can be read. */
  NO_SENSE_DATA(noSense(), RETRY, BlockStatus.IOERR),
  /** Done, and something is worth telling. */
  RECOVERED(keys(SenseKey.NO_SENSE, SenseKey.RECOVERED_ERROR), SUCCESS, BlockStatus.OK),
  /** The port group changes its access state. */
  ALUA_TRANSITION(
      keys(SenseKey.NOT_READY, SenseKey.UNIT_ATTENTION).codes(0x040A),
      RETRY_LATER,
      BlockStatus.IOERR),
  /** Not ready, but it will be by itself. */
  BECOMING_READY(
      keys(SenseKey.NOT_READY)
          .codes(
              0x0401, 0x0404, 0x0405, 0x0406, 0x0407, 0x0408, 0x0409, 0x0411, 0x0414, 0x041A,
              0x041B, 0x041D, 0x0424, 0x0425),
      RETRY_LATER,
      BlockStatus.IOERR),
  /** The port is in standby, unavailable or offline: another one may be active. */
  WRONG_ACCESS_STATE(
      keys(SenseKey.NOT_READY).codes(0x040B, 0x040C, 0x0412), FAIL, BlockStatus.IOERR),
  /** Not ready for any other reason. */
  NOT_READY(keys(SenseKey.NOT_READY), FAIL, BlockStatus.IOERR),
  /** The medium is damaged: unrecovered read error, address mark or record not found. */
  MEDIUM_DAMAGED(keys(SenseKey.MEDIUM_ERROR).ascs(0x11, 0x13, 0x14), FAIL, BlockStatus.MEDIUM),
  /** Any other trouble with the medium. */
  MEDIUM_ERROR(keys(SenseKey.MEDIUM_ERROR), RETRY, BlockStatus.IOERR),
  /** The device is broken. */
  HARDWARE_ERROR(keys(SenseKey.HARDWARE_ERROR), FAIL, BlockStatus.TARGET),
  /** Protection information does not match, found by the host or by the device. */
  PROTECTION(
      keys(SenseKey.ILLEGAL_REQUEST, SenseKey.ABORTED_COMMAND).ascs(0x10),
      FAIL,
      BlockStatus.PROTECTION),
  /** The command is wrong, and would be on every path. */
  REFUSED(
      keys(SenseKey.ILLEGAL_REQUEST).ascs(0x20, 0x21, 0x22, 0x24, 0x26, 0x27),
      FAIL,
      BlockStatus.TARGET),
  /** Too many zones are open, and would be on every path. */
  ZONE_RESOURCES(
      keys(SenseKey.DATA_PROTECT, SenseKey.ILLEGAL_REQUEST).codes(0x0C12, 0x550E, 0x550F),
      FAIL,
      BlockStatus.ZONE_RESOURCE),
  /** The zone's condition forbids it, on every path. */
  ZONE_REFUSED(
      keys(SenseKey.ILLEGAL_REQUEST, SenseKey.DATA_PROTECT).codes(0x2C0D, 0x2C0E, 0x2C10, 0x2708),
      FAIL,
      BlockStatus.TARGET),
  /** 25h (no such logical unit here) and the rest: another path may have it. */
  REFUSED_HERE(keys(SenseKey.ILLEGAL_REQUEST), FAIL, BlockStatus.IOERR),
  /** Something happened; it has been reported, and the command was not done. */
  UNIT_ATTENTION(keys(SenseKey.UNIT_ATTENTION), RETRY, BlockStatus.IOERR),
  /** A thin-provisioned device is full. */
  OUT_OF_SPACE(keys(SenseKey.DATA_PROTECT).codes(0x2707), FAIL, BlockStatus.NOSPC),
  /** Write-protected, miscompared, or beyond the end. */
  DATA_REFUSED(
      keys(
          SenseKey.DATA_PROTECT,
          SenseKey.COPY_ABORTED,
          SenseKey.VOLUME_OVERFLOW,
          SenseKey.MISCOMPARE,
          SenseKey.BLANK_CHECK),
      FAIL,
      BlockStatus.TARGET),
  /** A command duration limit passed: another path would not be in time either. */
  DURATION_LIMIT(
      keys(SenseKey.ABORTED_COMMAND, SenseKey.COMPLETED).codes(0x2E01, 0x2E02, 0x2E03, 0x550A),
      FAIL,
      BlockStatus.DURATION_LIMIT),
  /** The device gave the command up. */
  ABORTED_COMMAND(keys(SenseKey.ABORTED_COMMAND), RETRY, BlockStatus.IOERR),

  // ---- not from the device alone --------------------------------------------------------------

  /**
   * Success is claimed, but not all bytes came or went. Never found by {@link #of}: only who sent
   * the command knows that it is wrong.
   */
  SHORT_TRANSFER(never(), RETRY, BlockStatus.IOERR),
  /** Whatever is not named above. */
  UNKNOWN(any(), FAIL, BlockStatus.IOERR);

  /** Rows that end at once for a command that must not wait for a failed path. */
  private static final Set<ResultRule> TRANSPORT_CLASS =
      EnumSet.of(TRANSPORT_ERROR, TIMED_OUT, TRANSPORT_DISRUPTED);

  private static final ResultRule[] ROWS = values();

  // Its sets are all made with Set.of.
  @SuppressWarnings("ImmutableEnumChecker")
  private final Match match;

  private final Disposition disposition;
  private final BlockStatus status;

  ResultRule(Match match, Disposition disposition, BlockStatus status) {
    this.match = match;
    this.disposition = disposition;
    this.status = status;
  }

  /** Returns the row of a completed command. */
  public static ResultRule of(ScsiCommand command) {
    if (command.hostByte() == HostByte.DID_OK && command.status() == ScsiStatus.GOOD) {
      return GOOD;
    }
    int sense = Sense.decode(command.sense(), command.senseLength());
    boolean deferred = Sense.isDeferred(command.sense(), command.senseLength());
    return of(command.hostByte(), command.status(), sense, deferred);
  }

  /**
   * Returns the row of a result.
   *
   * @param status counts when the host byte is DID_OK
   * @param sense a sense code or {@link Sense#NONE}; counts when the status is CHECK CONDITION
   */
  static ResultRule of(HostByte host, int status, int sense, boolean deferred) {
    for (ResultRule row : ROWS) {
      if (row.match.matches(host, status, sense, deferred)) {
        return row;
      }
    }
    return UNKNOWN;
  }

  /** Returns what is done, as long as there are retries left. */
  public Disposition disposition() {
    return disposition;
  }

  /** Returns how the command ends when it is not tried again. */
  public BlockStatus status() {
    return status;
  }

  /** Tells whether the device may have done a part of the command, or all of it. */
  boolean mayBeHalfDone() {
    return this == TASK_ABORTED
        || this == ABORTED_COMMAND
        || this == SHORT_TRANSFER
        || this == NO_SENSE_DATA;
  }

  /** Tells whether a fail-fast command ends at once: the path is in doubt, not the command. */
  public boolean isTransportClass() {
    return TRANSPORT_CLASS.contains(this);
  }

  private enum Kind {
    HOST,
    STATUS,
    DEFERRED,
    NO_SENSE,
    SENSE,
    ANY,
    NEVER
  }

  /** The left side of a row. In {@code codes}, {@code 0xAAQQ}; empty sets match everything. */
  private record Match(
      Kind kind,
      Set<HostByte> hosts,
      Set<Integer> statuses,
      Set<SenseKey> keys,
      Set<Integer> ascs,
      Set<Integer> codes) {

    Match ascs(Integer... ascs) {
      return new Match(kind, hosts, statuses, keys, Set.of(ascs), codes);
    }

    Match codes(Integer... codes) {
      return new Match(kind, hosts, statuses, keys, ascs, Set.of(codes));
    }

    boolean matches(HostByte host, int status, int sense, boolean deferred) {
      boolean answered = host == HostByte.DID_OK;
      boolean check = answered && status == ScsiStatus.CHECK_CONDITION;
      return switch (kind) {
        case HOST -> hosts.contains(host);
        case STATUS -> answered && statuses.contains(status);
        case DEFERRED -> check && deferred;
        case NO_SENSE -> check && sense == Sense.NONE;
        case SENSE ->
            check
                && keys.contains(Sense.key(sense))
                && (ascs.isEmpty() || ascs.contains(Sense.asc(sense)))
                && (codes.isEmpty() || codes.contains(Sense.ascAndAscq(sense)));
        case ANY -> true;
        case NEVER -> false;
      };
    }
  }

  private static Match match(
      Kind kind, Set<HostByte> hosts, Set<Integer> statuses, Set<SenseKey> keys) {
    return new Match(kind, hosts, statuses, keys, Set.of(), Set.of());
  }

  private static Match host(HostByte... hosts) {
    return match(Kind.HOST, Set.of(hosts), Set.of(), Set.of());
  }

  private static Match status(Integer... statuses) {
    return match(Kind.STATUS, Set.of(), Set.of(statuses), Set.of());
  }

  private static Match keys(SenseKey... keys) {
    return match(Kind.SENSE, Set.of(), Set.of(), Set.of(keys));
  }

  private static Match deferred() {
    return match(Kind.DEFERRED, Set.of(), Set.of(), Set.of());
  }

  private static Match noSense() {
    return match(Kind.NO_SENSE, Set.of(), Set.of(), Set.of());
  }

  private static Match never() {
    return match(Kind.NEVER, Set.of(), Set.of(), Set.of());
  }

  private static Match any() {
    return match(Kind.ANY, Set.of(), Set.of(), Set.of());
  }
}
