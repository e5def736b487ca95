package io.multipath4j.mpath.control;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;

/**
 * Asks targets which logical units they have, and units who they are.
 *
 * @param host the host's number, as in {@code 0}; empty for every host
 * @param disk the name of a disk whose paths are asked who they are; empty for hosts. One of the
 *     two is empty
 */
@JsonTypeName("scan")
public record ScanRequest(String host, String disk) implements ControlRequest<ScanRequest.Answer> {

  /**
   * What it came to: addresses as in {@code 0:0:0:1}, and what they are.
   *
   * @param added units that are new
   * @param present how many units are still there
   * @param removed units that are gone
   * @param failed units and hosts that could not be asked, each with the reason
   */
  public record Answer(List<String> added, int present, List<String> removed, List<String> failed) {

    /** Copies the lists. */
    public Answer {
      added = List.copyOf(added);
      removed = List.copyOf(removed);
      failed = List.copyOf(failed);
    }
  }

  @Override
  public Class<Answer> answerType() {
    return Answer.class;
  }
}
