package io.multipath4j.iscsi;

import io.multipath4j.iscsi.login.SessionParameters;
import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.DataInPdu;
import io.multipath4j.iscsi.pdu.DataOutPdu;
import io.multipath4j.iscsi.pdu.IscsiProtocolException;
import io.multipath4j.iscsi.pdu.PduReader;
import io.multipath4j.iscsi.pdu.PduWriter;
import io.multipath4j.iscsi.pdu.R2tPdu;
import io.multipath4j.iscsi.pdu.ScsiCommandPdu;
import io.multipath4j.iscsi.pdu.ScsiResponsePdu;
import io.multipath4j.scsi.HostByte;
import io.multipath4j.scsi.ScsiCommand;
import io.multipath4j.scsi.ScsiCommand.Direction;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The outstanding commands of a session: their slots, their PDUs, their ends. Slots outlive
 * connections; the rest is set anew by {@link #attach}.
 *
 * <p>A command ends only when the stream refers to its buffer no more: a target may answer a write
 * before all its data has left.
 */
final class CommandEngine {

  private final Task[] tasks;
  private final int[] free;
  private int freeCount;
  private @Nullable Task waitingHead;
  private @Nullable Task waitingTail;
  private long submissions;

  private @Nullable IscsiConnection connection;
  private @Nullable PduWriter writer;
  private boolean immediateData;
  private boolean initialR2T;
  private int firstBurstLength;
  private int maxBurstLength;
  private int maxSendDataSegmentLength;

  CommandEngine(int maxCommands) {
    tasks = new Task[maxCommands];
    free = new int[maxCommands];
    freeCount = maxCommands;
    for (int i = 0; i < maxCommands; i++) {
      tasks[i] = new Task(this, i);
      free[i] = maxCommands - 1 - i;
    }
  }

  /** Begins to use a connection that has just logged in. */
  void attach(IscsiConnection loggedIn) {
    SessionParameters parameters = loggedIn.parameters();
    connection = loggedIn;
    writer = loggedIn.writer();
    immediateData = parameters.immediateData();
    initialR2T = parameters.initialR2T();
    firstBurstLength = parameters.firstBurstLength();
    maxBurstLength = parameters.maxBurstLength();
    maxSendDataSegmentLength = parameters.maxSendDataSegmentLength();
  }

  /** Takes the target's new MaxRecvDataSegmentLength. */
  void setMaxSendDataSegmentLength(int bytes) {
    maxSendDataSegmentLength = bytes;
  }

  /** Returns how many commands are outstanding. */
  int active() {
    return tasks.length - freeCount;
  }

  /** Returns the number that the next submission will get. */
  long nextOrder() {
    return submissions;
  }

  /** Sends a command or lets it wait for the window; false when all slots are taken. */
  boolean submit(long lun, ScsiCommand command) {
    if (freeCount == 0) {
      return false;
    }
    Task task = tasks[free[--freeCount]];
    task.begin(command, lun, submissions++);
    if (waitingHead == null && connection().window().isOpen()) {
      send(task);
    } else {
      task.state = Task.State.WAITING;
      task.next = null;
      Task tail = waitingTail;
      if (tail == null) {
        waitingHead = task;
      } else {
        tail.next = task;
      }
      waitingTail = task;
    }
    return true;
  }

  /** Sends what waits, as far as the window is open. */
  void pump() {
    Task task = waitingHead;
    while (task != null && connection().window().isOpen()) {
      waitingHead = task.next;
      if (waitingHead == null) {
        waitingTail = null;
      }
      send(task);
      task = waitingHead;
    }
  }

  private IscsiConnection connection() {
    return Objects.requireNonNull(connection);
  }

  private void send(Task task) {
    ScsiCommand command = Objects.requireNonNull(task.command);
    IscsiConnection link = connection();
    PduWriter out = Objects.requireNonNull(writer);
    int length = command.dataLength();
    int flags = ScsiCommandPdu.ATTR_SIMPLE;
    int immediate = 0;
    int unsolicited = 0;
    if (command.direction() == Direction.FROM_DEVICE) {
      flags |= ScsiCommandPdu.READ;
    } else if (command.direction() == Direction.TO_DEVICE) {
      flags |= ScsiCommandPdu.WRITE;
      int burst = Math.min(length, firstBurstLength);
      immediate = immediateData ? Math.min(burst, maxSendDataSegmentLength) : 0;
      unsolicited = initialR2T ? immediate : burst;
    }
    if (unsolicited == immediate) {
      flags |= 0x80; // no unsolicited Data-Out follows (RFC 7143 11.3.1)
    }
    task.state = Task.State.SENT;
    task.cmdSn = link.window().take();
    task.dataDone = command.direction() == Direction.TO_DEVICE ? unsolicited : 0;
    ByteBuffer header = out.begin(ScsiCommandPdu.ahsBytesFor(command.cdbLength()));
    int at = header.position();
    ScsiCommandPdu.init(header, at, flags);
    Bhs.setLun(header, at, task.lun);
    Bhs.setItt(header, at, task.itt);
    ScsiCommandPdu.setExpectedDataTransferLength(header, at, length);
    Bhs.setCmdSn(header, at, task.cmdSn);
    Bhs.setExpStatSn(header, at, link.expStatSn());
    ScsiCommandPdu.setCdb(header, at, command.cdb(), command.cdbLength());
    if (immediate == 0) {
      out.end();
    } else {
      task.pendingWrites++;
      out.endWithPayload(
          Objects.requireNonNull(command.data()), command.dataOffset(), immediate, task);
    }
    if (unsolicited > immediate) {
      sendData(task, command, Bhs.RESERVED_TAG, immediate, unsolicited);
    }
  }

  /** Sends one sequence of Data-Out PDUs, bytes {@code from} to {@code to} of the transfer. */
  private void sendData(Task task, ScsiCommand command, int ttt, int from, int to) {
    PduWriter out = Objects.requireNonNull(writer);
    ByteBuffer data = Objects.requireNonNull(command.data());
    int dataSn = 0;
    for (int offset = from; offset < to; ) {
      int part = Math.min(to - offset, maxSendDataSegmentLength);
      ByteBuffer header = out.begin();
      int at = header.position();
      DataOutPdu.init(header, at, offset + part == to);
      Bhs.setLun(header, at, task.lun);
      Bhs.setItt(header, at, task.itt);
      Bhs.setTtt(header, at, ttt);
      Bhs.setExpStatSn(header, at, connection().expStatSn());
      DataOutPdu.setDataSn(header, at, dataSn++);
      DataOutPdu.setBufferOffset(header, at, offset);
      task.pendingWrites++;
      out.endWithPayload(data, command.dataOffset() + offset, part, task);
      offset += part;
    }
  }

  /** Returns the sent task with this tag, or null. */
  @Nullable Task find(int itt) {
    int index = itt & 0xFFFF;
    if (index >= tasks.length) {
      return null;
    }
    Task task = tasks[index];
    return task.itt == itt && task.state == Task.State.SENT ? task : null;
  }

  /** Returns the task that carries a command, in whatever state, or null when none does. */
  @Nullable Task find(ScsiCommand command) {
    int index = (int) command.transportTag() & 0xFFFF;
    boolean carried = index < tasks.length && tasks[index].command == command;
    return carried ? tasks[index] : null;
  }

  private Task required(ByteBuffer buffer, int at) {
    Task task = find(Bhs.itt(buffer, at));
    if (task == null) {
      throw new IscsiProtocolException(
          Bhs.describe(buffer, at) + ", which is not the tag of an outstanding command");
    }
    return task;
  }

  /** A Data-In announces its data segment: checks it and says where it goes (RFC 7143 11.7). */
  void dataInSegment(PduReader reader, ByteBuffer buffer, int at, int length) {
    Task task = required(buffer, at);
    ScsiCommand command = Objects.requireNonNull(task.command);
    long offset = Integer.toUnsignedLong(DataInPdu.bufferOffset(buffer, at));
    ByteBuffer data = command.data();
    if (command.direction() != Direction.FROM_DEVICE || data == null) {
      throw notARead(buffer, at);
    }
    if (offset != task.dataDone || length > command.dataLength() - task.dataDone) {
      throw new IscsiProtocolException(
          "%s: bytes %d to %d of %d, expected from %d"
              .formatted(
                  Bhs.describe(buffer, at),
                  offset,
                  offset + length,
                  command.dataLength(),
                  task.dataDone));
    }
    reader.into(data, command.dataOffset() + task.dataDone);
  }

  private static IscsiProtocolException notARead(ByteBuffer buffer, int at) {
    return new IscsiProtocolException(
        Bhs.describe(buffer, at) + " for a command that does not read");
  }

  /** A Data-In is complete. */
  void dataIn(ByteBuffer buffer, int at) {
    Task task = required(buffer, at);
    if (Objects.requireNonNull(task.command).direction() != Direction.FROM_DEVICE) {
      throw notARead(buffer, at);
    }
    int dataSn = DataInPdu.dataSn(buffer, at);
    if (dataSn != task.nextDataSn) {
      throw new IscsiProtocolException(
          "%s: DataSN %d, expected %d"
              .formatted(Bhs.describe(buffer, at), dataSn, task.nextDataSn));
    }
    task.nextDataSn++;
    task.dataDone += Bhs.dataSegmentLength(buffer, at);
    if (DataInPdu.hasStatus(buffer, at)) {
      task.endStatus = DataInPdu.status(buffer, at);
      task.endResidual = residual(task, buffer, at, DataInPdu.residualCount(buffer, at));
      end(task, null);
    }
  }

  /** A SCSI Response is complete (RFC 7143 11.4). */
  void scsiResponse(ByteBuffer buffer, int at, int dataAt) {
    Task task = required(buffer, at);
    if (ScsiResponsePdu.response(buffer, at) != ScsiResponsePdu.COMPLETED_AT_TARGET) {
      end(task, HostByte.DID_ERROR);
      return;
    }
    int length = Bhs.dataSegmentLength(buffer, at);
    if (dataAt >= 0 && length >= 2) {
      int senseLength = buffer.getShort(dataAt) & 0xFFFF;
      if (senseLength > length - 2) {
        throw new IscsiProtocolException(
            "%s: SenseLength %d in a data segment of %d bytes"
                .formatted(Bhs.describe(buffer, at), senseLength, length));
      }
      Objects.requireNonNull(task.command).senseFrom(buffer, dataAt + 2, senseLength);
    }
    task.endStatus = ScsiResponsePdu.status(buffer, at);
    task.endResidual = residual(task, buffer, at, ScsiResponsePdu.residualCount(buffer, at));
    end(task, null);
  }

  /**
   * Returns the residual (RFC 7143 11.4.5): what the target says, but never less than what did not
   * come of a read, or was not asked for of a write.
   */
  private static int residual(Task task, ByteBuffer buffer, int at, int count) {
    ScsiCommand command = Objects.requireNonNull(task.command);
    int flags = Bhs.flags(buffer, at);
    long unsigned = Integer.toUnsignedLong(count);
    int residual = 0;
    if ((flags & ScsiResponsePdu.OVERFLOW) != 0) {
      residual = (int) -Math.min(unsigned, Integer.MAX_VALUE);
    } else if ((flags & ScsiResponsePdu.UNDERFLOW) != 0) {
      if (unsigned > command.dataLength()) {
        throw new IscsiProtocolException(
            "%s: underflow of %d bytes in a transfer of %d"
                .formatted(Bhs.describe(buffer, at), unsigned, command.dataLength()));
      }
      residual = count;
    }
    int missing = command.dataLength() - task.dataDone;
    return missing > 0 ? Math.max(residual, missing) : residual;
  }

  /** The target asks for data (RFC 7143 11.8). */
  void r2t(ByteBuffer buffer, int at) {
    Task task = required(buffer, at);
    ScsiCommand command = Objects.requireNonNull(task.command);
    long offset = Integer.toUnsignedLong(R2tPdu.bufferOffset(buffer, at));
    long length = Integer.toUnsignedLong(R2tPdu.desiredDataTransferLength(buffer, at));
    int r2tSn = R2tPdu.r2tSn(buffer, at);
    if (command.direction() != Direction.TO_DEVICE) {
      throw new IscsiProtocolException(
          Bhs.describe(buffer, at) + " for a command that does not write");
    }
    if (r2tSn != task.nextDataSn) {
      throw new IscsiProtocolException(
          "%s: R2TSN %d, expected %d".formatted(Bhs.describe(buffer, at), r2tSn, task.nextDataSn));
    }
    if (length == 0
        || length > maxBurstLength
        || offset != task.dataDone
        || offset + length > command.dataLength()) {
      throw new IscsiProtocolException(
          "%s: asks for %d bytes from %d of %d; expected from %d, at most %d"
              .formatted(
                  Bhs.describe(buffer, at),
                  length,
                  offset,
                  command.dataLength(),
                  task.dataDone,
                  maxBurstLength));
    }
    if (Bhs.ttt(buffer, at) == Bhs.RESERVED_TAG) {
      throw new IscsiProtocolException(Bhs.describe(buffer, at) + " without target transfer tag");
    }
    task.nextDataSn++;
    int from = task.dataDone;
    task.dataDone = from + (int) length;
    sendData(task, command, Bhs.ttt(buffer, at), from, task.dataDone);
  }

  /** Ends a task: with its status, or with a host byte when that is not null. */
  void end(Task task, @Nullable HostByte hostByte) {
    task.endHostByte = hostByte;
    if (task.state == Task.State.WAITING) {
      unlink(task);
    }
    task.state = Task.State.ENDING;
    if (task.pendingWrites == 0) {
      deliver(task);
    }
  }

  private void unlink(Task task) {
    Task before = null;
    for (Task t = waitingHead; t != task; t = t.next) {
      before = Objects.requireNonNull(t);
    }
    if (before == null) {
      waitingHead = task.next;
    } else {
      before.next = task.next;
    }
    if (waitingTail == task) {
      waitingTail = before;
    }
  }

  /** Frees the slot and tells the command's owner, who may submit again at once. */
  void deliver(Task task) {
    ScsiCommand command = Objects.requireNonNull(task.command);
    HostByte hostByte = task.endHostByte;
    int status = task.endStatus;
    int residual = task.endResidual;
    Runnable after = task.afterEnd;
    task.command = null;
    task.afterEnd = null;
    task.state = Task.State.FREE;
    free[freeCount++] = task.index;
    if (hostByte == null) {
      command.completeWithStatus(status, residual);
    } else {
      command.completeWithHostByte(hostByte);
    }
    if (after != null) {
      after.run();
    }
  }

  /** Ends the tasks of a logical unit that were submitted before {@code order}. */
  void endLogicalUnit(long lun, long order, HostByte hostByte) {
    for (Task task : tasks) {
      boolean live = task.state == Task.State.WAITING || task.state == Task.State.SENT;
      if (live && task.lun == lun && task.order < order) {
        end(task, hostByte);
      }
    }
  }

  /**
   * Ends everything, after the stream is gone. A task whose status came keeps it. Whoever is told
   * must not be able to submit: the session is down already.
   */
  void endAll(HostByte hostByte) {
    connection = null;
    writer = null;
    waitingHead = null;
    waitingTail = null;
    RuntimeException thrown = null;
    for (Task task : tasks) {
      if (task.state == Task.State.FREE) {
        continue;
      }
      task.pendingWrites = 0;
      if (task.state != Task.State.ENDING) {
        task.endHostByte = hostByte;
      }
      try {
        deliver(task);
      } catch (RuntimeException e) { // one owner's mistake must not lose the commands of others
        if (thrown == null) {
          thrown = e;
        } else {
          thrown.addSuppressed(e);
        }
      }
    }
    if (thrown != null) {
      throw thrown;
    }
  }
}
