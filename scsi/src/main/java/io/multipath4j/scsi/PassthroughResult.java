package io.multipath4j.scsi;

import io.multipath4j.scsi.codec.ScsiStatus;
import io.multipath4j.scsi.codec.Sense;

/**
 * How a passed-through command ended, on its last attempt. Arrays are copies.
 *
 * @see ScsiPassthrough
 */
public final class PassthroughResult {

  private final HostByte hostByte;
  private final int status;
  private final byte[] sense;
  private final byte[] data;
  private final int residual;
  private final int attempts;
  private final long durationNanos;

  PassthroughResult(
      HostByte hostByte,
      int status,
      byte[] sense,
      byte[] data,
      int residual,
      int attempts,
      long durationNanos) {
    this.hostByte = hostByte;
    this.status = status;
    this.sense = sense;
    this.data = data;
    this.residual = residual;
    this.attempts = attempts;
    this.durationNanos = durationNanos;
  }

  /** Returns how the transport fared; the status counts only with DID_OK. */
  public HostByte hostByte() {
    return hostByte;
  }

  /** Returns the SCSI status byte, see {@link ScsiStatus}. */
  public int status() {
    return status;
  }

  /** Returns the sense bytes as they came; none when there were none. */
  public byte[] sense() {
    return sense.clone();
  }

  /** Returns the sense code, see {@link Sense}; {@link Sense#NONE} when there is none. */
  public int senseCode() {
    return Sense.decode(sense, sense.length);
  }

  /** Returns the bytes that the device sent; none for a command without a Data-In part. */
  public byte[] data() {
    return data.clone();
  }

  /**
   * Returns how many bytes fewer than announced were transferred; negative when there were more.
   */
  public int residual() {
    return residual;
  }

  /** Returns how often the command went out, 1 or more. */
  public int attempts() {
    return attempts;
  }

  /** Returns the time from the call to the end, in nanoseconds. */
  public long durationNanos() {
    return durationNanos;
  }

  /** Tells whether the device did the command, and has nothing to say about it. */
  public boolean isGood() {
    return hostByte == HostByte.DID_OK
        && (status == ScsiStatus.GOOD || status == ScsiStatus.CONDITION_MET);
  }

  /** Returns the outcome in words, such as {@code "CHECK CONDITION: NOT READY 04h/0Ch ..."}. */
  public String text() {
    if (hostByte != HostByte.DID_OK) {
      return hostByte.name();
    }
    return status == ScsiStatus.CHECK_CONDITION
        ? ScsiStatus.name(status) + ": " + Sense.text(senseCode())
        : ScsiStatus.name(status);
  }

  @Override
  public String toString() {
    return text();
  }
}
