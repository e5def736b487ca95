package io.multipath4j.scsi;

import io.multipath4j.block.Ioctl;
import io.multipath4j.scsi.ScsiCommand.Direction;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Opcode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A SCSI command that a program wants done as it is, as with SG_IO of Linux: one path, one attempt,
 * and the answer, sense data included, as it came. A program that finds its command repeated behind
 * its back cannot tell what it did, so nothing is tried again unless {@link #withRetry} asks for
 * it, and then only commands of {@link SafeCommands}.
 *
 * <p>Carries its own answer: {@link #result()} once {@code ioctl} has completed. For one use.
 */
public final class ScsiPassthrough implements Ioctl {

  /** Longest data part, in bytes. A transport may allow less. */
  public static final int MAX_DATA_BYTES = 1 << 20;

  /** Time for a command for which nothing else is set, in milliseconds. */
  public static final long DEFAULT_TIMEOUT_MILLIS = 60_000;

  /** Longest time for a command, in milliseconds: a day, for the likes of FORMAT UNIT. */
  public static final long MAX_TIMEOUT_MILLIS = 86_400_000;

  private final byte[] cdb;
  private final Direction direction;
  private final byte[] dataOut;
  private final int dataLength;
  private final long timeoutMillis;
  private final boolean retry;
  private @Nullable PassthroughResult result;

  private ScsiPassthrough(
      byte[] cdb,
      Direction direction,
      byte[] dataOut,
      int dataLength,
      long timeoutMillis,
      boolean retry) {
    this.cdb = cdb;
    this.direction = direction;
    this.dataOut = dataOut;
    this.dataLength = dataLength;
    this.timeoutMillis = timeoutMillis;
    this.retry = retry;
  }

  /**
   * Makes a command without data.
   *
   * @param cdb as long as its operation code says, see {@link Cdb#lengthProblem}
   * @throws IllegalArgumentException when it is not
   */
  public static ScsiPassthrough withoutData(byte[] cdb) {
    return of(cdb, Direction.NONE, new byte[0], 0);
  }

  /**
   * Makes a command with a Data-In part.
   *
   * @param bytes room for it, 1 to {@link #MAX_DATA_BYTES}
   * @throws IllegalArgumentException when the CDB's or the data's length is wrong
   */
  public static ScsiPassthrough dataIn(byte[] cdb, int bytes) {
    return of(cdb, Direction.FROM_DEVICE, new byte[0], bytes);
  }

  /**
   * Makes a command with a Data-Out part.
   *
   * @param data 1 to {@link #MAX_DATA_BYTES} bytes; copied
   * @throws IllegalArgumentException when the CDB's or the data's length is wrong
   */
  public static ScsiPassthrough dataOut(byte[] cdb, byte[] data) {
    return of(cdb, Direction.TO_DEVICE, data.clone(), data.length);
  }

  private static ScsiPassthrough of(byte[] cdb, Direction direction, byte[] dataOut, int bytes) {
    String problem = Cdb.lengthProblem(cdb);
    if (!problem.isEmpty()) {
      throw new IllegalArgumentException(problem);
    }
    if (direction != Direction.NONE && (bytes < 1 || bytes > MAX_DATA_BYTES)) {
      throw new IllegalArgumentException(
          "data of " + bytes + " bytes: expected 1 to " + MAX_DATA_BYTES);
    }
    return new ScsiPassthrough(
        cdb.clone(), direction, dataOut, bytes, DEFAULT_TIMEOUT_MILLIS, false);
  }

  /**
   * Returns the same command with another time for it: to wait for its turn, and for each attempt.
   *
   * @param millis 1 to {@link #MAX_TIMEOUT_MILLIS}
   */
  public ScsiPassthrough withTimeoutMillis(long millis) {
    if (millis < 1 || millis > MAX_TIMEOUT_MILLIS) {
      throw new IllegalArgumentException(
          "timeout of " + millis + " ms: expected 1 to " + MAX_TIMEOUT_MILLIS);
    }
    return new ScsiPassthrough(cdb, direction, dataOut, dataLength, millis, retry);
  }

  /**
   * Returns the same command, to be tried again on its path when it did not come through: a unit
   * attention was reported in its place, the device was busy, or the transport lost it.
   *
   * @throws IllegalArgumentException when the command is not safe to repeat
   */
  public ScsiPassthrough withRetry() {
    if (!SafeCommands.contains(cdb)) {
      throw new IllegalArgumentException(
          description() + " is not on the list of commands that are safe to repeat");
    }
    return new ScsiPassthrough(cdb, direction, dataOut, dataLength, timeoutMillis, true);
  }

  /** Returns a copy of the CDB. */
  public byte[] cdb() {
    return cdb.clone();
  }

  /** Returns which way the data goes. */
  public Direction direction() {
    return direction;
  }

  /** Returns the length of the data part, in bytes. */
  public int dataLength() {
    return dataLength;
  }

  /** Returns the time for it, in milliseconds. */
  public long timeoutMillis() {
    return timeoutMillis;
  }

  /**
   * Returns the answer.
   *
   * @throws IllegalStateException when there is none, or not yet
   */
  public PassthroughResult result() {
    PassthroughResult told = result;
    if (told == null) {
      throw new IllegalStateException(description() + " has no answer");
    }
    return told;
  }

  @Override
  public String description() {
    return Opcode.name(cdb[0] & 0xFF);
  }

  byte[] dataOut() {
    return dataOut;
  }

  boolean retry() {
    return retry;
  }

  void answer(PassthroughResult answer) {
    result = Objects.requireNonNull(answer);
  }

  @Override
  public String toString() {
    return description();
  }
}
