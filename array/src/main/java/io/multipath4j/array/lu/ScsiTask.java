package io.multipath4j.array.lu;

import io.multipath4j.reactor.BufferPool;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.ScsiStatus;
import io.multipath4j.scsi.codec.Sense;
import io.multipath4j.scsi.codec.SenseKey;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One command on its way through the device server. Mutable and reusable: the server sets the
 * request, calls {@link TargetDevice#prepare}, brings the Data-Out that is wanted, calls {@link
 * TargetDevice#execute}, and sends the result. Loop thread only.
 */
public final class ScsiTask {

  /** Longest data part of a command, in bytes. */
  public static final int MAX_DATA_BYTES = 8 * 1024 * 1024;

  /** Room for a CDB, in bytes. */
  public static final int MAX_CDB_BYTES = 32;

  private final BufferPool buffers;
  final byte[] cdb = new byte[MAX_CDB_BYTES];
  private @Nullable Nexus nexus;
  private long lun;
  private long expectedDataIn;
  private long expectedDataOut;

  @Nullable LogicalUnit unit;
  @Nullable Command command;
  @Nullable TargetDevice target;
  private long dataOutLength;

  private @Nullable ByteBuffer data;
  private int dataLength;

  private boolean ended;
  private int status;
  private long transferLength;
  private int condition;
  private int information;
  private boolean hasInformation;

  /** Makes a task that takes its data buffers from {@code buffers}. */
  public ScsiTask(BufferPool buffers) {
    this.buffers = buffers;
  }

  /**
   * Sets a new request; fill in {@link #cdb()} before or after.
   *
   * @param dataIn how many bytes the initiator is ready to take
   * @param dataOut how many bytes the initiator is ready to send
   */
  public void begin(Nexus nexus, long lun, long dataIn, long dataOut) {
    this.nexus = nexus;
    this.lun = lun;
    expectedDataIn = dataIn;
    expectedDataOut = dataOut;
    unit = null;
    command = null;
    dataOutLength = 0;
    dataLength = 0;
    ended = false;
    status = ScsiStatus.GOOD;
    transferLength = 0;
    condition = Condition.NO_SENSE;
    hasInformation = false;
  }

  /** Returns the CDB's bytes, to be filled in place. */
  public byte[] cdb() {
    return cdb;
  }

  /** Returns the nexus the request came through. */
  public Nexus nexus() {
    Nexus of = nexus;
    if (of == null) {
      throw new IllegalStateException("no request");
    }
    return of;
  }

  /** Returns the 8-byte LUN as a big-endian number. */
  public long lun() {
    return lun;
  }

  /** Returns the device that prepared the task. */
  TargetDevice target() {
    TargetDevice of = target;
    if (of == null) {
      throw new IllegalStateException("task was not prepared");
    }
    return of;
  }

  // ---- Data

  /** Returns how many bytes of Data-Out the CDB asks for. Valid once prepared. */
  public long dataOutLength() {
    return dataOutLength;
  }

  /**
   * Takes a buffer for the data part.
   *
   * @param length 0 to {@link #MAX_DATA_BYTES}
   * @return false, with the task ended by TASK SET FULL, when there is no room
   */
  public boolean acquireData(int length) {
    releaseData();
    data = buffers.tryAcquire(length);
    if (data == null) {
      end(ScsiStatus.TASK_SET_FULL);
      return false;
    }
    return true;
  }

  /** Returns the data buffer, to be addressed by index. */
  public ByteBuffer bytes() {
    ByteBuffer buffer = data;
    if (buffer == null) {
      throw new IllegalStateException("no data buffer");
    }
    return buffer;
  }

  /** Returns the data buffer and forgets it: the caller gives it back to the pool. */
  public ByteBuffer takeBytes() {
    ByteBuffer buffer = bytes();
    data = null;
    return buffer;
  }

  /** Tells the task how much Data-Out has arrived. */
  public void dataOutReceived(int length) {
    dataLength = length;
  }

  /** Returns how many bytes the data buffer holds: Data-Out that arrived, or Data-In to be sent. */
  public int dataLength() {
    return dataLength;
  }

  /** Gives the data buffer back, if there is one. */
  public void releaseData() {
    ByteBuffer buffer = data;
    if (buffer != null) {
      data = null;
      buffers.release(buffer);
    }
  }

  /** Takes a buffer beside the data buffer; null, with the task ended, when there is no room. */
  @Nullable ByteBuffer acquireScratch(int length) {
    ByteBuffer scratch = buffers.tryAcquire(length);
    if (scratch == null) {
      end(ScsiStatus.TASK_SET_FULL);
    }
    return scratch;
  }

  void releaseScratch(ByteBuffer scratch) {
    buffers.release(scratch);
  }

  /** Ends the task with parameter data, cut to the CDB's allocation length (SPC-5 4.2.5.6). */
  void reply(byte[] parameterData) {
    long transfer = Math.min(parameterData.length, Cdb.allocationLength(cdb));
    reply(parameterData, transfer);
  }

  /** Ends the task with the first {@code transfer} bytes of parameter data. */
  void reply(byte[] parameterData, long transfer) {
    int sent = beginDataIn(transfer);
    if (sent >= 0) {
      bytes().put(0, parameterData, 0, sent);
      endDataIn(sent, transfer);
    }
  }

  static void zero(ByteBuffer buffer, int at, int length) {
    for (int i = at; i < at + length; i += Long.BYTES) {
      buffer.putLong(i, 0);
    }
  }

  // ---- Result

  /** Tells whether the task has its status. */
  public boolean ended() {
    return ended;
  }

  /** Returns the SCSI status. */
  public int status() {
    return status;
  }

  /** Returns how many bytes the device server wanted to transfer, for the residual count. */
  public long transferLength() {
    return transferLength;
  }

  /** Returns the {@link Condition} of a CHECK CONDITION. */
  public int condition() {
    return condition;
  }

  /** Makes the sense data of a CHECK CONDITION, in the format that the unit's D_SENSE bit says. */
  public byte[] senseData() {
    LogicalUnit of = unit;
    boolean descriptor = of != null && of.modePages().descriptorSense();
    SenseKey key = Sense.key(condition);
    int asc = Sense.asc(condition);
    int ascq = Sense.ascq(condition);
    if (hasInformation) {
      return descriptor
          ? Sense.descriptor(key, asc, ascq, information)
          : Sense.fixed(key, asc, ascq, information);
    }
    return descriptor ? Sense.descriptor(key, asc, ascq) : Sense.fixed(key, asc, ascq);
  }

  /** Ends the task with a status and no data. */
  public void end(int withStatus) {
    ended = true;
    status = withStatus;
    dataLength = 0;
  }

  /** Ends the task with CHECK CONDITION. */
  public void fail(int withCondition) {
    end(ScsiStatus.CHECK_CONDITION);
    transferLength = 0;
    condition = withCondition;
  }

  /** Ends the task with CHECK CONDITION and an INFORMATION field. */
  void fail(int withCondition, int withInformation) {
    fail(withCondition);
    information = withInformation;
    hasInformation = true;
  }

  /** Ends the task with GOOD after {@code length} bytes of Data-Out were wanted. */
  void endDataOut(long length) {
    end(ScsiStatus.GOOD);
    transferLength = length;
  }

  /** Asks for Data-Out. */
  void wantDataOut(long length) {
    dataOutLength = length;
  }

  /** Asks for Data-Out of a length that means something: the initiator must send just that. */
  void wantExactDataOut(long length) {
    if (expectedDataOut == length) {
      dataOutLength = length;
    } else {
      fail(Condition.INVALID_FIELD_IN_CDB);
    }
  }

  /**
   * Makes room for Data-In of {@code length} bytes, of which the initiator takes as many as it
   * expects.
   *
   * @return how many bytes to fill in, or -1 when the task has ended for want of memory
   */
  int beginDataIn(long length) {
    int sent = (int) Math.min(length, expectedDataIn);
    return acquireData(sent) ? sent : -1;
  }

  /** Ends the task with GOOD and {@code sent} bytes of the {@code length} that there were. */
  void endDataIn(int sent, long length) {
    end(ScsiStatus.GOOD);
    dataLength = sent;
    transferLength = length;
  }
}
