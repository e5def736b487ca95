package io.multipath4j.scsi;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One SCSI command on its way to a logical unit and back. Mutable and reusable: its owner sets it
 * up, a transport fills in the result and calls the listener once, and the owner owns it again.
 *
 * <p>While it is submitted, position and limit of the data buffer are scratch space of the
 * transport.
 */
public final class ScsiCommand {

  /** Longest CDB that a command holds, in bytes. */
  public static final int MAX_CDB_BYTES = 32;

  /** Room for sense data, in bytes (SPC-5 4.5.1 allows up to 252). */
  public static final int MAX_SENSE_BYTES = 252;

  /** Which way the data goes. */
  public enum Direction {
    /** No data. */
    NONE,
    /** Data-In: the device sends. */
    FROM_DEVICE,
    /** Data-Out: the device receives. */
    TO_DEVICE
  }

  private final byte[] cdb = new byte[MAX_CDB_BYTES];
  private int cdbLength;
  private Direction direction = Direction.NONE;
  private @Nullable ByteBuffer data;
  private int dataOffset;
  private int dataLength;
  private ScsiCommandListener listener = UNOWNED;

  private HostByte hostByte = HostByte.DID_OK;
  private int status;
  private final byte[] sense = new byte[MAX_SENSE_BYTES];
  private int senseLength;
  private int residual;

  /**
   * For the transport that carries the command, while it carries it: its own tag or slot, so that
   * finding the way back costs no lookup.
   */
  private long transportTag;

  private static final ScsiCommandListener UNOWNED =
      command -> {
        throw new IllegalStateException("SCSI command completed without an owner: " + command);
      };

  /** Makes an empty command. */
  public ScsiCommand() {}

  /**
   * Clears the CDB and the result, and sets the data-less form.
   *
   * @param cdbLength 6 to {@link #MAX_CDB_BYTES}; fill in {@link #cdb()} afterwards
   */
  public ScsiCommand reset(int cdbLength, ScsiCommandListener listener) {
    Objects.checkFromIndexSize(0, cdbLength, MAX_CDB_BYTES);
    java.util.Arrays.fill(cdb, 0, MAX_CDB_BYTES, (byte) 0);
    this.cdbLength = cdbLength;
    this.direction = Direction.NONE;
    this.data = null;
    this.dataOffset = 0;
    this.dataLength = 0;
    this.listener = listener;
    clearResult();
    return this;
  }

  /** Sets the data part: {@code length} bytes of a direct buffer, from index {@code offset}. */
  public ScsiCommand data(Direction direction, ByteBuffer data, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, data.capacity());
    this.direction = direction;
    this.data = data;
    this.dataOffset = offset;
    this.dataLength = length;
    return this;
  }

  /** Forgets the result, for another attempt with the same CDB and data. */
  public void clearResult() {
    hostByte = HostByte.DID_OK;
    status = 0;
    senseLength = 0;
    residual = 0;
  }

  /**
   * Returns the CDB's bytes, to be read or written in place; {@link #cdbLength()} of them count.
   */
  public byte[] cdb() {
    return cdb;
  }

  /** Returns the CDB's length in bytes. */
  public int cdbLength() {
    return cdbLength;
  }

  /** Returns which way the data goes. */
  public Direction direction() {
    return direction;
  }

  /** Returns the data buffer, or null when there is no data. */
  public @Nullable ByteBuffer data() {
    return data;
  }

  /** Returns the index in {@link #data()} of the first byte. */
  public int dataOffset() {
    return dataOffset;
  }

  /** Returns the expected data transfer length in bytes. */
  public int dataLength() {
    return dataLength;
  }

  /** Returns how the transport fared. */
  public HostByte hostByte() {
    return hostByte;
  }

  /** Returns the SCSI status byte (SAM-5 5.3.1). Valid when the host byte is DID_OK. */
  public int status() {
    return status;
  }

  /** Returns the sense bytes; {@link #senseLength()} of them count. */
  public byte[] sense() {
    return sense;
  }

  /** Returns how many bytes of sense data came, 0 to {@link #MAX_SENSE_BYTES}. */
  public int senseLength() {
    return senseLength;
  }

  /**
   * Returns how many bytes of the expected length were not transferred (underflow, positive), or
   * how many more there would have been (overflow, negative).
   */
  public int residual() {
    return residual;
  }

  /** Returns the transport's tag. */
  public long transportTag() {
    return transportTag;
  }

  /** Sets the transport's tag; for the carrying transport alone. */
  public void transportTag(long tag) {
    this.transportTag = tag;
  }

  /**
   * Copies sense data into this command; what is beyond {@link #MAX_SENSE_BYTES} is dropped.
   *
   * @param from read from index {@code offset}; its position is not used
   */
  public void senseFrom(ByteBuffer from, int offset, int length) {
    senseLength = Math.min(length, MAX_SENSE_BYTES);
    from.get(offset, sense, 0, senseLength);
  }

  /** Ends the command with a SCSI status; called by the transport, once. */
  public void completeWithStatus(int status, int residual) {
    this.hostByte = HostByte.DID_OK;
    this.status = status;
    this.residual = residual;
    listener.completed(this);
  }

  /** Ends the command because of the transport; called by the transport, once. */
  public void completeWithHostByte(HostByte hostByte) {
    this.hostByte = hostByte;
    this.status = 0;
    this.senseLength = 0;
    this.residual = dataLength;
    listener.completed(this);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("CDB");
    for (int i = 0; i < cdbLength; i++) {
      text.append(' ').append(Character.forDigit((cdb[i] >> 4) & 0xF, 16));
      text.append(Character.forDigit(cdb[i] & 0xF, 16));
    }
    return text.toString();
  }
}
