package io.multipath4j.mpath.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * What a verifying load found.
 *
 * @param readsVerified read I/Os whose every block was compared
 * @param writes write I/Os that were acknowledged
 * @param wrongBlocks blocks that held something that was never written there
 * @param lostBlocks blocks without the write that was acknowledged
 * @param failedIos I/Os that ended with an error
 * @param unansweredIos I/Os that never ended
 * @param findings the first mistakes, a line each
 */
public record LoadResult(
    long readsVerified,
    long writes,
    long wrongBlocks,
    long lostBlocks,
    long failedIos,
    long unansweredIos,
    List<String> findings) {

  /** Keeps a copy of the findings. */
  public LoadResult {
    findings = List.copyOf(findings);
  }

  /** Tells whether every byte was right and every I/O was answered well. */
  public boolean isRight() {
    return wrongBlocks == 0 && lostBlocks == 0 && failedIos == 0 && unansweredIos == 0;
  }

  /** Returns one line: {@code 1234 reads verified, 0 wrong, 0 lost}. */
  public String summary() {
    List<String> parts = new ArrayList<>();
    parts.add(readsVerified + " reads verified");
    parts.add(wrongBlocks + " wrong");
    parts.add(lostBlocks + unansweredIos + " lost");
    if (failedIos > 0) {
      parts.add(failedIos + " failed");
    }
    return String.join(", ", parts);
  }
}
