package io.multipath4j.scsi;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.codec.Sense;
import org.jspecify.annotations.Nullable;

/**
 * A command and its way through a device: waiting, outstanding, tried again, ended. Mutable and
 * reusable; its owner prepares it, fills in {@link #command()}, executes it, and owns it again when
 * the listener is called.
 */
public final class ScsiRequest {

  /**
   * A path that fails must not be waited for: no retry for what is the transport's fault, and only
   * as many delays as there are retries for a device that is busy with nothing of this host.
   */
  public static final int FAIL_FAST = 1;

  /**
   * Part of probing, checking or recovering the device: goes out whatever the device's state while
   * the transport is up, ahead of others, and never waits for the transport.
   */
  public static final int INTERNAL = 1 << 1;

  /** Exactly the announced bytes must be transferred: a residual is an error. */
  public static final int EXACT_TRANSFER = 1 << 2;

  /** Where a request is. */
  enum Stage {
    /** With its owner. */
    IDLE,
    /** In the device's queue. */
    WAITING,
    /** Waiting for its time to go out again. */
    DELAYED,
    /** With the transport. */
    OUTSTANDING,
    /** With the transport, overdue, and being got rid of. */
    OVERDUE
  }

  private final ScsiCommand command = new ScsiCommand();
  private final ScsiCommandListener commandListener = this::commandCompleted;
  private final ScsiRequestListener listener;

  // What the owner asks for.
  private int flags;
  private long timeoutMillis;
  private Repeat repeat = Repeat.AS_THE_TABLE_SAYS;

  // How it ended.
  private BlockStatus status = BlockStatus.OK;
  private ResultRule rule = ResultRule.GOOD;

  // The way through the device; DeviceQueue's, except for the links, which are RequestList's.
  Stage stage = Stage.IDLE;
  int retries;

  /**
   * How often it was put off, uncounted as a retry, because the device or transport asked for it.
   */
  int delays;

  int dispatches;

  /**
   * The transport took an attempt away, or the device gave it up: it may have been done, or done in
   * part, although nobody said so.
   */
  boolean inDoubt;

  long startNanos;
  long deadlineNanos;
  @Nullable DeviceQueue queue;
  @Nullable RequestList list;
  @Nullable ScsiRequest next;
  @Nullable ScsiRequest previous;

  /** Makes an idle request. */
  public ScsiRequest(ScsiRequestListener listener) {
    this.listener = listener;
  }

  /**
   * Clears the command for a new CDB, to be repeated as the table says.
   *
   * @param cdbLength in bytes; fill in {@code command().cdb()} afterwards
   * @param flags {@link #FAIL_FAST}, {@link #INTERNAL}, {@link #EXACT_TRANSFER}
   * @param timeoutMillis per attempt; 0 takes the host's
   */
  public ScsiCommand prepare(int cdbLength, int flags, long timeoutMillis) {
    if (stage != Stage.IDLE) {
      throw new IllegalStateException("request prepared while it is " + stage + ": " + command);
    }
    this.flags = flags;
    this.timeoutMillis = timeoutMillis;
    this.repeat = Repeat.AS_THE_TABLE_SAYS;
    return command.reset(cdbLength, commandListener);
  }

  /** Sets when the prepared command goes out again. */
  public ScsiRequest repeat(Repeat when) {
    this.repeat = when;
    return this;
  }

  Repeat repeat() {
    return repeat;
  }

  private void commandCompleted(ScsiCommand completed) {
    DeviceQueue owner = queue;
    if (owner == null) {
      throw new IllegalStateException("command completed that was not executed: " + completed);
    }
    owner.completed(this);
  }

  /** Returns the command; its result is the last attempt's. */
  public ScsiCommand command() {
    return command;
  }

  /** Tells whether all bits of {@code flag} are set. */
  public boolean has(int flag) {
    return (flags & flag) == flag;
  }

  /** Returns the time for one attempt in milliseconds; 0 when it is the host's. */
  public long timeoutMillis() {
    return timeoutMillis;
  }

  /** Returns how it ended. */
  public BlockStatus status() {
    return status;
  }

  /** Returns the row of the table that decided; GOOD when it did not reach the device. */
  public ResultRule rule() {
    return rule;
  }

  /** Returns the sense code of the last attempt, or {@link Sense#NONE}. */
  public int sense() {
    return Sense.decode(command.sense(), command.senseLength());
  }

  void end(BlockStatus endStatus, ResultRule endRule) {
    stage = Stage.IDLE;
    status = endStatus;
    rule = endRule;
    listener.completed(this);
  }

  @Override
  public String toString() {
    return command + " " + stage;
  }
}
