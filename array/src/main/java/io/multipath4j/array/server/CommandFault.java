package io.multipath4j.array.server;

import io.multipath4j.scsi.codec.ScsiStatus;

/**
 * Something that goes wrong with commands of one portal: what, with which commands, how often. Set
 * up with the chained methods, then give it to {@link Portal#inject}. Loop thread only, once
 * injected.
 *
 * <pre>{@code
 * CommandFault.sense(Condition.UNRECOVERED_READ_ERROR).onOpcode(Opcode.READ_10).skip(3).times(1)
 * }</pre>
 */
public final class CommandFault {

  enum Kind {
    STATUS,
    SENSE,
    DROP,
    DROP_ANSWER,
    DELAY,
    CORRUPT_DATA_DIGEST,
    ABSURD_LENGTH
  }

  private static final int ANY = -1;

  private final Kind kind;
  private final long argument;
  private int opcode = ANY;
  private int lun = ANY;
  private long toSkip;
  private long toHit = Long.MAX_VALUE;
  private long hits;

  private CommandFault(Kind kind, long argument) {
    this.kind = kind;
    this.argument = argument;
  }

  /** The command is not executed and ends with a status such as {@link ScsiStatus#BUSY}. */
  public static CommandFault status(int status) {
    return new CommandFault(Kind.STATUS, status);
  }

  /** The command is not executed and ends with CHECK CONDITION and this sense code. */
  public static CommandFault sense(int condition) {
    return new CommandFault(Kind.SENSE, condition);
  }

  /** The command is neither executed nor answered; it stays outstanding until it is aborted. */
  public static CommandFault drop() {
    return new CommandFault(Kind.DROP, 0);
  }

  /** The command is executed and not answered. */
  public static CommandFault dropAnswer() {
    return new CommandFault(Kind.DROP_ANSWER, 0);
  }

  /** The command is executed and answered this much later, in nanoseconds. */
  public static CommandFault delay(long nanos) {
    return new CommandFault(Kind.DELAY, nanos);
  }

  /**
   * A byte of the Data-In is changed after its digest was made. Without data digests the initiator
   * gets wrong data.
   */
  public static CommandFault corruptData() {
    return new CommandFault(Kind.CORRUPT_DATA_DIGEST, 0);
  }

  /** The answer is a Data-In header that announces 16 MiB less one byte, without the data. */
  public static CommandFault absurdLength() {
    return new CommandFault(Kind.ABSURD_LENGTH, 0);
  }

  /** Only commands with this operation code. */
  public CommandFault onOpcode(int onlyOpcode) {
    opcode = onlyOpcode;
    return this;
  }

  /** Only commands to this LUN. */
  public CommandFault onLun(int onlyLun) {
    lun = onlyLun;
    return this;
  }

  /** Lets this many matching commands pass first. */
  public CommandFault skip(long commands) {
    toSkip = commands;
    return this;
  }

  /** Hits this many commands and then no more; without it, all. */
  public CommandFault times(long commands) {
    toHit = commands;
    return this;
  }

  /** Returns how many commands it has hit. */
  public long hits() {
    return hits;
  }

  Kind kind() {
    return kind;
  }

  long argument() {
    return argument;
  }

  /** Decides about a command, and counts. */
  boolean hits(int commandOpcode, int commandLun) {
    boolean matches =
        (opcode == ANY || opcode == commandOpcode) && (lun == ANY || lun == commandLun);
    if (!matches || toHit == 0) {
      return false;
    }
    if (toSkip > 0) {
      toSkip--;
      return false;
    }
    toHit--;
    hits++;
    return true;
  }
}
