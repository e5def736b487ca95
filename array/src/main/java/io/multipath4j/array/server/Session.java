package io.multipath4j.array.server;

import io.multipath4j.array.lu.Nexus;
import io.multipath4j.array.lu.ScsiTask;
import io.multipath4j.iscsi.login.SessionParameters;
import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.IscsiProtocolException;
import io.multipath4j.iscsi.pdu.LogoutRequestPdu;
import io.multipath4j.iscsi.pdu.LogoutResponsePdu;
import io.multipath4j.iscsi.pdu.NopPdu;
import io.multipath4j.iscsi.pdu.Opcode;
import io.multipath4j.iscsi.pdu.PduReader;
import io.multipath4j.iscsi.pdu.PduSink;
import io.multipath4j.iscsi.pdu.RejectPdu;
import io.multipath4j.iscsi.pdu.SerialNumber;
import io.multipath4j.reactor.Timer;
import io.multipath4j.scsi.codec.Lun;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A session in full feature phase, which has one connection: its command window and its PDUs. */
final class Session implements PduSink {

  /** Most commands that an initiator may have outstanding. */
  static final int QUEUE_DEPTH = 128;

  /** Most immediate commands beside them; more are rejected. */
  static final int IMMEDIATE_DEPTH = 16;

  /** An initiator that says nothing for this long is asked whether it lives, and then dropped. */
  static final long KEEPALIVE_NANOS = TimeUnit.SECONDS.toNanos(15);

  private static final int LOGOUT_CONNECTION_NOT_FOUND = 1;
  private static final int LOGOUT_RECOVERY_NOT_SUPPORTED = 2;
  private static final int PING_TAG = 0x4D50_494E;

  /** Numbers that name a session. */
  record Identity(int tsih, int cid, boolean discovery) {}

  private final Connection connection;
  private final Nexus nexus;
  private final Identity identity;
  private final SessionWriter writer;
  private final TaskTable tasks;
  private final CommandFlow flow;
  private final TaskManagement management;
  private final TextExchange text;
  private int expCmdSn;
  private int windowUse;
  private boolean heard;
  private boolean asked;
  private @Nullable Timer keepalive;

  Session(
      Connection connection,
      Nexus nexus,
      SessionParameters parameters,
      Identity identity,
      int cmdSn,
      int statSn) {
    this.connection = connection;
    this.nexus = nexus;
    this.identity = identity;
    this.expCmdSn = cmdSn;
    this.writer = new SessionWriter(connection, this, parameters, statSn);
    this.tasks =
        new TaskTable(
            connection.server(), identity.discovery() ? 1 : QUEUE_DEPTH + IMMEDIATE_DEPTH);
    this.flow = new CommandFlow(connection, this, parameters, writer, tasks);
    this.management = new TaskManagement(connection, this, writer);
    this.text = new TextExchange(connection, writer, parameters, identity.discovery());
    writer.pdus().setDigests(parameters.headerDigest(), parameters.dataDigest());
    connection.reader().setDigests(parameters.headerDigest(), parameters.dataDigest());
    connection.reader().setMaxDataSegmentBytes(parameters.maxRecvDataSegmentLength());
    nexus.setTaskAborter(lun -> abortTasks(Lun.of(lun)));
    scheduleKeepalive();
  }

  int tsih() {
    return identity.tsih();
  }

  Nexus nexus() {
    return nexus;
  }

  Connection connection() {
    return connection;
  }

  Portal portal() {
    return connection.portal();
  }

  CommandFlow flow() {
    return flow;
  }

  // ---- Command window (RFC 7143 4.2.2.1)

  int expCmdSn() {
    return expCmdSn;
  }

  int maxCmdSn() {
    return expCmdSn + QUEUE_DEPTH - windowUse - 1;
  }

  /**
   * Takes the CmdSN of a PDU that is not immediate.
   *
   * @return false when it is outside of the window: then the PDU is to be ignored
   */
  private boolean takeCmdSn(ByteBuffer buffer, int at) {
    int cmdSn = Bhs.cmdSn(buffer, at);
    if (cmdSn == expCmdSn && windowUse < QUEUE_DEPTH) {
      expCmdSn++;
      return true;
    }
    if (SerialNumber.isBefore(cmdSn, expCmdSn) || SerialNumber.isAfter(cmdSn, maxCmdSn())) {
      return false;
    }
    // One connection keeps the order: what is missing will not come.
    throw new IscsiProtocolException("CmdSN " + cmdSn + " where " + expCmdSn + " is due");
  }

  /** A command that is not immediate holds a place of the window until it is answered. */
  void windowUsed(int change) {
    windowUse += change;
  }

  /** Tells whether a request may go on: immediate, or next in the window. */
  boolean isDue(ByteBuffer buffer, int at) {
    return Bhs.isImmediate(buffer, at) || takeCmdSn(buffer, at);
  }

  // ---- PDUs

  @Override
  public void dataSegment(PduReader reader, ByteBuffer buffer, int at, int length) {
    int opcode = Bhs.opcode(buffer, at);
    if (opcode == Opcode.SCSI_COMMAND.code() && !identity.discovery()) {
      flow.commandData(reader, buffer, at, length);
    } else if (opcode == Opcode.DATA_OUT.code()) {
      flow.dataOutData(reader, buffer, at, length);
    }
  }

  @Override
  public void pdu(ByteBuffer buffer, int at, int dataAt) {
    heard = true;
    Opcode opcode = Opcode.of(Bhs.opcode(buffer, at));
    if (opcode == Opcode.SCSI_COMMAND && !identity.discovery()) {
      flow.command(buffer, at);
      return;
    }
    if (opcode == Opcode.DATA_OUT) {
      flow.dataOut(buffer, at);
      return;
    }
    if (opcode == null || (identity.discovery() && !isForDiscovery(opcode))) {
      writer.reject(buffer, at, RejectPdu.PROTOCOL_ERROR);
      throw new IscsiProtocolException(Bhs.describe(buffer, at) + " is not for this session");
    }
    switch (opcode) {
      case NOP_OUT -> nopOut(buffer, at, dataAt);
      case TASK_MANAGEMENT_REQUEST -> {
        if (isDue(buffer, at)) {
          management.request(buffer, at);
        }
      }
      case TEXT_REQUEST -> {
        if (isDue(buffer, at)) {
          text.request(buffer, at, dataAt);
        }
      }
      case LOGOUT_REQUEST -> logout(buffer, at);
      case SNACK_REQUEST -> writer.reject(buffer, at, RejectPdu.SNACK_REJECT);
      default -> {
        writer.reject(buffer, at, RejectPdu.PROTOCOL_ERROR);
        throw new IscsiProtocolException(Bhs.describe(buffer, at) + " from an initiator");
      }
    }
  }

  private static boolean isForDiscovery(Opcode opcode) {
    return opcode == Opcode.TEXT_REQUEST
        || opcode == Opcode.LOGOUT_REQUEST
        || opcode == Opcode.NOP_OUT;
  }

  private void nopOut(ByteBuffer buffer, int at, int dataAt) {
    if (!isDue(buffer, at)) {
      return;
    }
    int itt = Bhs.itt(buffer, at);
    if (itt == Bhs.RESERVED_TAG) {
      return; // the answer to a ping of this side
    }
    int length = dataAt < 0 ? 0 : Bhs.dataSegmentLength(buffer, at);
    byte[] ping = new byte[Math.min(length, flow.maxSendBytes())];
    if (ping.length > 0) {
      buffer.get(dataAt, ping);
    }
    afterDelay(() -> {
      ByteBuffer header = writer.pdus().begin();
      int headerAt = header.position();
      NopPdu.initIn(header, headerAt, itt, Bhs.RESERVED_TAG);
      writer.stampStatus(header, headerAt);
      writer.pdus().endWithBytes(ping, 0, ping.length);
    });
  }

  private void logout(ByteBuffer buffer, int at) {
    if (!isDue(buffer, at)) {
      return;
    }
    int reason = LogoutRequestPdu.reason(buffer, at);
    int response = LogoutResponsePdu.CLOSED;
    if (reason == LogoutRequestPdu.REMOVE_FOR_RECOVERY) {
      response = LOGOUT_RECOVERY_NOT_SUPPORTED;
    } else if (reason == LogoutRequestPdu.CLOSE_CONNECTION
        && LogoutRequestPdu.cid(buffer, at) != identity.cid()) {
      response = LOGOUT_CONNECTION_NOT_FOUND;
    }
    ByteBuffer header = writer.pdus().begin();
    int headerAt = header.position();
    LogoutResponsePdu.init(header, headerAt, response, 0, 0);
    Bhs.setItt(header, headerAt, Bhs.itt(buffer, at));
    writer.stampStatus(header, headerAt);
    writer.pdus().end();
    if (response == LogoutResponsePdu.CLOSED) {
      connection.close();
    }
  }

  /** Runs an answer now, or later when the portal is slow, unless the session has ended by then. */
  void afterDelay(Runnable answer) {
    long delayNanos = portal().delayNanos();
    if (delayNanos == 0) {
      answer.run();
    } else {
      Runnable unlessEnded =
          () -> {
            if (!connection.isEnded()) {
              answer.run();
            }
          };
      connection.server().loop.schedule(delayNanos, () -> portal().answer(unlessEnded));
    }
  }

  // ---- Keepalive

  private void scheduleKeepalive() {
    keepalive = connection.server().loop.schedule(KEEPALIVE_NANOS, this::checkAlive);
  }

  private void checkAlive() {
    if (portal().isDark() || heard) {
      asked = false;
    } else if (asked) {
      connection.abort("the initiator does not answer a ping");
      return;
    } else {
      asked = true;
      ByteBuffer header = writer.pdus().begin();
      int at = header.position();
      NopPdu.initIn(header, at, Bhs.RESERVED_TAG, PING_TAG);
      writer.stamp(header, at);
      writer.pdus().end();
    }
    heard = false;
    scheduleKeepalive();
  }

  // ---- Tasks

  /**
   * Aborts the tasks of a LUN, or all for null; they are not answered.
   *
   * @return whether there were any
   */
  boolean abortTasks(@Nullable Long lun) {
    boolean any = false;
    for (int i = 0; i < tasks.size(); i++) {
      TaskSlot task = tasks.slot(i);
      ScsiTask scsi = task.scsi;
      if (task.active && (lun == null || Lun.same(scsi.lun(), lun))) {
        flow.abort(task);
        any = true;
      }
    }
    return any;
  }

  /** Aborts one task; tells whether it was there. */
  boolean abortTask(int itt, long lun) {
    TaskSlot task = tasks.find(itt);
    if (task == null || !Lun.same(task.scsi.lun(), lun)) {
      return false;
    }
    flow.abort(task);
    return true;
  }

  /** The connection has ended. */
  void end() {
    Timer timer = keepalive;
    if (timer != null) {
      timer.cancel();
    }
    abortTasks(null);
    connection.server().ended(this);
  }
}
