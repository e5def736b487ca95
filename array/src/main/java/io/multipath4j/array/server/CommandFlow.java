package io.multipath4j.array.server;

import io.multipath4j.array.lu.Condition;
import io.multipath4j.array.lu.ScsiTask;
import io.multipath4j.array.lu.TargetDevice;
import io.multipath4j.iscsi.login.SessionParameters;
import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.DataOutPdu;
import io.multipath4j.iscsi.pdu.IscsiProtocolException;
import io.multipath4j.iscsi.pdu.PduReader;
import io.multipath4j.iscsi.pdu.RejectPdu;
import io.multipath4j.iscsi.pdu.ScsiCommandPdu;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.codec.ScsiStatus;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * SCSI commands of one session: from the command PDU through immediate, unsolicited and solicited
 * data to execution and answer.
 */
final class CommandFlow {

  private final Connection connection;
  private final Session session;
  private final SessionParameters parameters;
  private final SessionWriter writer;
  private final TaskTable tasks;
  private final TargetDevice device;

  /** The task whose data segment is on its way; null when that data goes nowhere. */
  private @Nullable TaskSlot incoming;

  /** Whether {@link #incoming} was set for the PDU on its way. */
  private boolean dataBegun;

  CommandFlow(
      Connection connection,
      Session session,
      SessionParameters parameters,
      SessionWriter writer,
      TaskTable tasks) {
    this.connection = connection;
    this.session = session;
    this.parameters = parameters;
    this.writer = writer;
    this.tasks = tasks;
    this.device = connection.server().device;
  }

  /** Returns the longest data segment that the initiator takes, as far as a copy may go. */
  int maxSendBytes() {
    return Math.min(parameters.maxSendDataSegmentLength(), PduReader.MAX_KEPT_SEGMENT_BYTES / 2);
  }

  // ---- SCSI Command

  /** The header of a command has come, its immediate data follow. */
  void commandData(PduReader reader, ByteBuffer buffer, int at, int length) {
    TaskSlot task = begin(buffer, at, length);
    incoming = task;
    dataBegun = true;
    receive(reader, task, 0);
  }

  /** A command and its immediate data have come. */
  void command(ByteBuffer buffer, int at) {
    TaskSlot task;
    if (dataBegun) {
      task = incoming;
      dataBegun = false;
      incoming = null;
      if (task != null) {
        task.received = Bhs.dataSegmentLength(buffer, at);
      }
    } else {
      task = begin(buffer, at, 0);
    }
    if (task != null && task.active) {
      proceed(task);
    }
  }

  private void receive(PduReader reader, @Nullable TaskSlot task, int offset) {
    boolean wanted = task != null && task.active && !task.scsi.ended() && task.wanted > 0;
    if (wanted && task != null) {
      reader.into(task.scsi.bytes(), offset);
    } else {
      reader.discardInto(connection.server().discard);
    }
  }

  /** Starts a task; returns null when the command is ignored or was rejected. */
  private @Nullable TaskSlot begin(ByteBuffer buffer, int at, int immediateBytes) {
    if (!session.isDue(buffer, at)) {
      return null;
    }
    int itt = Bhs.itt(buffer, at);
    if (itt == Bhs.RESERVED_TAG || tasks.find(itt) != null) {
      writer.reject(buffer, at, RejectPdu.TASK_IN_PROGRESS);
      return null;
    }
    TaskSlot task = tasks.begin(itt);
    if (task == null) {
      writer.reject(buffer, at, RejectPdu.TOO_MANY_IMMEDIATE_COMMANDS);
      return null;
    }
    task.immediate = Bhs.isImmediate(buffer, at);
    if (!task.immediate) {
      session.windowUsed(1);
    }
    task.announced = Integer.toUnsignedLong(ScsiCommandPdu.expectedDataTransferLength(buffer, at));
    task.isWrite = ScsiCommandPdu.isWrite(buffer, at);
    checkUnsolicited(task, Bhs.isFinal(buffer, at), immediateBytes);
    boolean isRead = ScsiCommandPdu.isRead(buffer, at) && !task.isWrite;
    ScsiCommandPdu.cdb(buffer, at, task.scsi.cdb());
    task.scsi.begin(
        session.nexus(),
        buffer.getLong(at + Bhs.LUN_AT),
        isRead ? task.announced : 0,
        task.isWrite ? task.announced : 0);
    prepare(task);
    return task;
  }

  /** RFC 7143 4.2.5.2, 11.3.1: what may come unasked. */
  private void checkUnsolicited(TaskSlot task, boolean isFinal, int immediateBytes) {
    task.unsolicitedOpen = !isFinal;
    long most = task.isWrite ? Math.min(task.announced, parameters.firstBurstLength()) : 0;
    if (immediateBytes > (parameters.immediateData() ? most : 0)) {
      throw new IscsiProtocolException(
          "immediate data of " + immediateBytes + " bytes, at most " + most + " are allowed");
    }
    if (!isFinal && (parameters.initialR2T() || !task.isWrite)) {
      throw new IscsiProtocolException("unsolicited data announced, and none are allowed");
    }
    task.allowedEnd = (int) most;
  }

  private void prepare(TaskSlot task) {
    ScsiTask scsi = task.scsi;
    CommandFault fault =
        connection.portal().faultOf(Cdb.opcode(scsi.cdb()), Lun.number(scsi.lun()));
    task.fault = fault;
    if (fault != null && fault.kind() == CommandFault.Kind.SENSE) {
      scsi.fail((int) fault.argument());
    } else if (fault != null && fault.kind() == CommandFault.Kind.STATUS) {
      scsi.end((int) fault.argument());
    } else if (connection.stream().pendingBytes() > Connection.MAX_PENDING_BYTES * 4) {
      scsi.end(ScsiStatus.TASK_SET_FULL);
    } else {
      device.prepare(scsi);
    }
    if (!scsi.ended() && task.isWrite && scsi.dataOutLength() > 0) {
      task.wanted = (int) Math.min(scsi.dataOutLength(), task.announced);
      scsi.acquireData(Math.max(task.wanted, task.allowedEnd));
    }
  }

  // ---- SCSI Data-Out

  /** The header of a Data-Out has come, its data follow. */
  void dataOutData(PduReader reader, ByteBuffer buffer, int at, int length) {
    TaskSlot task = taskOf(buffer, at);
    if (task != null) {
      checkDataOut(task, buffer, at, length);
    }
    incoming = task;
    dataBegun = true;
    receive(reader, task, task == null ? 0 : task.received);
  }

  /** A Data-Out has come with all of its data. */
  void dataOut(ByteBuffer buffer, int at) {
    TaskSlot task;
    if (dataBegun) {
      task = incoming;
      dataBegun = false;
      incoming = null;
    } else {
      task = taskOf(buffer, at);
      if (task != null) {
        checkDataOut(task, buffer, at, 0);
      }
    }
    if (task == null || !task.active) {
      return;
    }
    task.received += Bhs.dataSegmentLength(buffer, at);
    if (!Bhs.isFinal(buffer, at)) {
      return;
    }
    if (task.solicited && !task.scsi.ended() && task.received < task.allowedEnd) {
      throw new IscsiProtocolException(
          "Data-Out ends at %d where an R2T asked for data up to %d"
              .formatted(task.received, task.allowedEnd));
    }
    task.solicited = false;
    task.unsolicitedOpen = false;
    proceed(task);
  }

  /** Returns the task that data belong to; null when it has ended, or never was. */
  private @Nullable TaskSlot taskOf(ByteBuffer buffer, int at) {
    int tag = Bhs.ttt(buffer, at);
    if (tag == Bhs.RESERVED_TAG) {
      TaskSlot task = tasks.find(Bhs.itt(buffer, at));
      return task != null && task.unsolicitedOpen ? task : null;
    }
    int index = TaskSlot.indexOf(tag);
    TaskSlot slot = index < tasks.size() ? tasks.slot(index) : null;
    if (slot != null && slot.active && slot.solicited && slot.transferTag() == tag) {
      return slot;
    }
    if (slot == null || !slot.isOldTag(tag)) {
      writer.reject(buffer, at, RejectPdu.INVALID_PDU_FIELD);
    }
    return null;
  }

  private static void checkDataOut(TaskSlot task, ByteBuffer buffer, int at, int length) {
    int dataSn = DataOutPdu.dataSn(buffer, at);
    int offset = DataOutPdu.bufferOffset(buffer, at);
    if (dataSn != task.nextDataSn++ && !task.scsi.ended()) {
      // RFC 7143 7.8: data are missing, so the task fails; the connection goes on.
      task.scsi.fail(Condition.PROTOCOL_SERVICE_CRC_ERROR);
    }
    boolean rightPlace = offset == task.received || task.scsi.ended();
    if (!rightPlace || length > task.allowedEnd - task.received) {
      throw new IscsiProtocolException(
          "Data-Out of %d bytes at offset %d where data from %d to %d are due"
              .formatted(length, Integer.toUnsignedLong(offset), task.received, task.allowedEnd));
    }
  }

  // ---- Execution

  /** Goes on when a PDU of the task is complete: asks for more data, or executes. */
  private void proceed(TaskSlot task) {
    if (task.unsolicitedOpen) {
      return;
    }
    if (!task.scsi.ended() && task.received < task.wanted) {
      int length = Math.min(parameters.maxBurstLength(), task.wanted - task.received);
      task.allowedEnd = task.received + length;
      task.solicited = true;
      task.nextDataSn = 0;
      writer.r2t(task, length);
      return;
    }
    CommandFault fault = task.fault;
    long delayNanos = connection.portal().delayNanos();
    if (fault != null && fault.kind() == CommandFault.Kind.DELAY) {
      delayNanos += fault.argument();
    }
    if (delayNanos > 0) {
      int tag = task.transferTag();
      Runnable unlessAborted =
          () -> {
            if (task.active && task.transferTag() == tag) {
              complete(task);
            }
          };
      task.timer =
          connection
              .server()
              .loop
              .schedule(delayNanos, () -> connection.portal().answer(unlessAborted));
    } else {
      complete(task);
    }
  }

  private void complete(TaskSlot task) {
    CommandFault fault = task.fault;
    CommandFault.Kind kind = fault == null ? null : fault.kind();
    task.timer = null;
    if (kind == CommandFault.Kind.DROP) {
      return;
    }
    if (!task.scsi.ended()) {
      task.scsi.dataOutReceived(Math.min(task.received, task.wanted));
      device.execute(task.scsi);
    }
    if (kind == CommandFault.Kind.DROP_ANSWER) {
      return;
    }
    leaveWindow(task);
    if (kind == CommandFault.Kind.ABSURD_LENGTH) {
      writer.absurdDataIn(task);
    } else {
      writer.answer(task);
    }
    tasks.end(task);
  }

  /** Ends a task without an answer. Data that are on their way to it go nowhere. */
  void abort(TaskSlot task) {
    leaveWindow(task);
    if (incoming == task) {
      // Its buffer goes back to the pool: the rest of the segment must not follow it there.
      incoming = null;
      connection.reader().discardInto(connection.server().discard);
    }
    tasks.end(task);
  }

  private void leaveWindow(TaskSlot task) {
    if (!task.immediate) {
      session.windowUsed(-1);
    }
  }
}
