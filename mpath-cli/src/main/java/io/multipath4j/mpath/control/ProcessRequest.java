package io.multipath4j.mpath.control;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;

/** Asks a process who it is. */
@JsonTypeName("process")
public record ProcessRequest() implements ControlRequest<ProcessRequest.Answer> {

  /**
   * A process that attaches.
   *
   * @param pid its number
   * @param version of the program
   * @param disks the disks that it has now
   */
  public record Answer(long pid, String version, List<Disk> disks) {

    /** Copies the disks. */
    public Answer {
      disks = List.copyOf(disks);
    }
  }

  /**
   * A disk.
   *
   * @param name as in {@code sda}
   * @param id the unit's designator, as in {@code naa.6...}
   */
  public record Disk(String name, String id) {}

  @Override
  public Class<Answer> answerType() {
    return Answer.class;
  }
}
