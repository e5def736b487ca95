package io.multipath4j.mpath.control;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks for, or changes, the persistent reservations of a disk.
 *
 * @param disk its name, as in {@code sda}
 * @param action what to do
 * @param key this host's key as {@code 0x} and hexadecimal digits: the registered one; empty for
 *     none
 * @param other the new key of a registration, or the one to preempt, in the same form
 * @param type word of the reservation's type, as in {@code write-exclusive}; empty where there is
 *     none
 * @param persist APTPL
 */
@JsonTypeName("reservation")
public record ReservationRequest(
    String disk, Action action, String key, String other, String type, boolean persist)
    implements ControlRequest<ReservationRequest.Answer> {

  /** What can be done. */
  public enum Action {
    /** Registers, changes or removes a key. */
    REGISTER,
    /** The same, whatever is registered. */
    REGISTER_IGNORE,
    /** Reserves. */
    RESERVE,
    /** Releases. */
    RELEASE,
    /** Removes everything. */
    CLEAR,
    /** Removes another host's key, or changes the type. */
    PREEMPT,
    /** The same, and ends that host's commands. */
    PREEMPT_ABORT,
    /** Who is registered. */
    READ_KEYS,
    /** Who holds the disk. */
    READ_RESERVATION,
    /** Each registration with its nexus. */
    READ_FULL_STATUS,
    /** What the device can do. */
    REPORT_CAPABILITIES
  }

  /**
   * What came of it.
   *
   * @param lines for people
   * @param facts for programs
   */
  public record Answer(List<String> lines, Map<String, Object> facts) {

    /** Copies both. */
    public Answer {
      lines = List.copyOf(lines);
      facts = new LinkedHashMap<>(facts);
    }
  }

  @Override
  public Class<Answer> answerType() {
    return Answer.class;
  }
}
