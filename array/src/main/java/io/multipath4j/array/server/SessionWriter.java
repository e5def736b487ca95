package io.multipath4j.array.server;

import io.multipath4j.array.lu.ScsiTask;
import io.multipath4j.iscsi.login.SessionParameters;
import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.DataInPdu;
import io.multipath4j.iscsi.pdu.PduWriter;
import io.multipath4j.iscsi.pdu.R2tPdu;
import io.multipath4j.iscsi.pdu.RejectPdu;
import io.multipath4j.iscsi.pdu.ScsiResponsePdu;
import io.multipath4j.scsi.codec.ScsiStatus;
import java.nio.ByteBuffer;

/** Sends the PDUs of a session and keeps its StatSN. */
final class SessionWriter {

  private static final int DATA_IN_STATUS = 0x80 | DataInPdu.STATUS;

  private final Connection connection;
  private final PduWriter writer;
  private final Session session;
  private final SessionParameters parameters;
  private int statSn;

  SessionWriter(
      Connection connection, Session session, SessionParameters parameters, int firstStatSn) {
    this.connection = connection;
    this.writer = connection.writer();
    this.session = session;
    this.parameters = parameters;
    this.statSn = firstStatSn;
  }

  PduWriter pdus() {
    return writer;
  }

  /** Fills in the sequence numbers of a PDU that carries a status: it counts. */
  void stampStatus(ByteBuffer header, int at) {
    stamp(header, at);
    statSn++;
  }

  /** Fills in the sequence numbers of a PDU that carries no status. */
  void stamp(ByteBuffer header, int at) {
    Bhs.setStatSn(header, at, statSn);
    stampWindow(header, at);
  }

  private void stampWindow(ByteBuffer header, int at) {
    Bhs.setExpCmdSn(header, at, session.expCmdSn());
    Bhs.setMaxCmdSn(header, at, session.maxCmdSn());
  }

  /** Sends Data-In and status of a task that has ended; takes its data buffer. */
  void answer(TaskSlot task) {
    ScsiTask scsi = task.scsi;
    if (scsi.status() == ScsiStatus.GOOD && scsi.dataLength() > 0) {
      dataIn(task);
    } else {
      response(task);
    }
  }

  private void response(TaskSlot task) {
    ScsiTask scsi = task.scsi;
    ByteBuffer header = writer.begin();
    int at = header.position();
    int flags = residualFlags(task);
    ScsiResponsePdu.init(header, at, flags, ScsiResponsePdu.COMPLETED_AT_TARGET, scsi.status());
    Bhs.setItt(header, at, task.itt);
    ScsiResponsePdu.setExpDataSn(header, at, task.r2tCount);
    ScsiResponsePdu.setResidualCount(header, at, residual(task));
    stampStatus(header, at);
    if (scsi.status() == ScsiStatus.CHECK_CONDITION) {
      byte[] sense = scsi.senseData();
      byte[] segment = new byte[2 + sense.length];
      segment[1] = (byte) sense.length;
      System.arraycopy(sense, 0, segment, 2, sense.length);
      writer.endWithBytes(segment, 0, segment.length);
    } else {
      writer.end();
    }
  }

  /** The status rides on the last Data-In (RFC 7143 11.7.3). */
  private void dataIn(TaskSlot task) {
    int length = task.scsi.dataLength();
    boolean corrupt = has(task, CommandFault.Kind.CORRUPT_DATA_DIGEST);
    ByteBuffer data = task.scsi.takeBytes();
    int segment = parameters.maxSendDataSegmentLength();
    int burst = parameters.maxBurstLength();
    int dataSn = 0;
    int offset = 0;
    while (offset < length) {
      int toBurstEnd = burst - offset % burst;
      int part = Math.min(Math.min(segment, toBurstEnd), length - offset);
      boolean last = offset + part == length;
      ByteBuffer header = writer.begin();
      int at = header.position();
      int flags = last ? DATA_IN_STATUS | residualFlags(task) : part == toBurstEnd ? 0x80 : 0;
      DataInPdu.init(header, at, flags);
      Bhs.setItt(header, at, task.itt);
      DataInPdu.setDataSn(header, at, dataSn++);
      DataInPdu.setBufferOffset(header, at, offset);
      if (last) {
        DataInPdu.setResidualCount(header, at, residual(task));
        stampStatus(header, at);
      } else {
        stampWindow(header, at);
      }
      writer.endWithPayload(data, offset, part, last ? connection.lend(data) : null);
      if (corrupt && last) {
        data.put(offset, (byte) (data.get(offset) ^ 1));
      }
      offset += part;
    }
  }

  /** A header that announces more data than there can be. */
  void absurdDataIn(TaskSlot task) {
    ByteBuffer header = writer.begin();
    int at = header.position();
    DataInPdu.init(header, at, DATA_IN_STATUS);
    Bhs.setItt(header, at, task.itt);
    Bhs.setDataSegmentLength(header, at, Bhs.MAX_DATA_SEGMENT_BYTES);
    stampStatus(header, at);
    writer.end();
  }

  /** Asks for the next data of a write. */
  void r2t(TaskSlot task, int length) {
    ByteBuffer header = writer.begin();
    int at = header.position();
    R2tPdu.init(header, at);
    header.putLong(at + Bhs.LUN_AT, task.scsi.lun());
    Bhs.setItt(header, at, task.itt);
    Bhs.setTtt(header, at, task.transferTag());
    R2tPdu.setR2tSn(header, at, task.r2tCount++);
    R2tPdu.setBufferOffset(header, at, task.received);
    R2tPdu.setDesiredDataTransferLength(header, at, length);
    stamp(header, at);
    writer.end();
  }

  /** Says that a PDU was not accepted, and returns its header (RFC 7143 11.17). */
  void reject(ByteBuffer rejected, int rejectedAt, int reason) {
    byte[] copy = new byte[Bhs.BYTES];
    rejected.get(rejectedAt, copy);
    ByteBuffer header = writer.begin();
    int at = header.position();
    RejectPdu.init(header, at, reason);
    stampStatus(header, at);
    writer.endWithBytes(copy, 0, copy.length);
  }

  private static boolean has(TaskSlot task, CommandFault.Kind kind) {
    CommandFault fault = task.fault;
    return fault != null && fault.kind() == kind;
  }

  /** The same bits in SCSI Response and Data-In (RFC 7143 11.4.1, 11.7.2). */
  private static int residualFlags(TaskSlot task) {
    long transfer = task.scsi.transferLength();
    if (transfer > task.announced) {
      return ScsiResponsePdu.OVERFLOW;
    }
    return transfer < task.announced ? ScsiResponsePdu.UNDERFLOW : 0;
  }

  private static int residual(TaskSlot task) {
    return (int) Math.abs(task.scsi.transferLength() - task.announced);
  }
}
