package io.multipath4j.scsi;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.codec.Sense;
import io.multipath4j.scsi.codec.SenseKey;

/** A control command failed, or its reply makes no sense. The message is for a person. */
public final class ScsiException extends Exception {

  private static final long serialVersionUID = 1L;

  private final BlockStatus status;
  private final int sense;
  private final boolean lunAbsent;

  /**
   * Makes one.
   *
   * @param message what happened, to what
   * @param sense a sense code or {@link Sense#NONE}
   */
  public ScsiException(String message, BlockStatus status, int sense) {
    this(message, status, sense, false);
  }

  private ScsiException(String message, BlockStatus status, int sense, boolean lunAbsent) {
    super(message);
    this.status = status;
    this.sense = sense;
    this.lunAbsent = lunAbsent;
  }

  /** Makes one that says that the target has no logical unit there. */
  static ScsiException lunAbsent(String message, int sense) {
    return new ScsiException(message, BlockStatus.OFFLINE, sense, true);
  }

  /** Tells whether the target itself said that it has no logical unit there. */
  public boolean isLunAbsent() {
    return lunAbsent;
  }

  /** Returns how the command ended. */
  public BlockStatus status() {
    return status;
  }

  /** Returns the sense code, or {@link Sense#NONE}. */
  public int sense() {
    return sense;
  }

  /** Tells whether the device answered with this sense key. */
  public boolean has(SenseKey key) {
    return sense != Sense.NONE && Sense.key(sense) == key;
  }
}
