package io.multipath4j.iscsi;

import io.multipath4j.iscsi.pdu.IscsiProtocolException;
import java.util.concurrent.TimeUnit;

/** What a target makes this side do unasked, on one connection: answers, and lines of the log. */
final class UnaskedWork {

  /** Most answers to pings and the like that are given while the target does not take any. */
  static final int MAX_UNSENT_ANSWERS = 1024;

  /** Most lines that are logged about what a target rejects or announces. */
  static final int MAX_LOG_LINES = 20;

  private static final long FEW_PENDING_BYTES = 256 * 1024;
  private static final long ANSWERS_PERIOD_NANOS = TimeUnit.MINUTES.toNanos(1);

  private int unsentAnswers;
  private long unsentSinceNanos;
  private int logLines;

  /** A new connection begins. */
  void restart() {
    unsentAnswers = 0;
    logLines = 0;
  }

  /**
   * Counts an answer that is about to be given.
   *
   * @param pendingBytes what has not left yet
   * @throws IscsiProtocolException when the target asks much and takes nothing
   */
  void answer(long pendingBytes, long nowNanos) {
    boolean restart = unsentAnswers == 0 || nowNanos - unsentSinceNanos > ANSWERS_PERIOD_NANOS;
    if (restart || pendingBytes < FEW_PENDING_BYTES) {
      unsentAnswers = 0;
      unsentSinceNanos = nowNanos;
    }
    unsentAnswers++;
    if (unsentAnswers > MAX_UNSENT_ANSWERS) {
      throw new IscsiProtocolException("it sends pings and does not take the answers");
    }
  }

  /** Tells whether one more line may be logged, and counts it. */
  boolean mayLog() {
    return logLines < MAX_LOG_LINES && ++logLines > 0;
  }
}
