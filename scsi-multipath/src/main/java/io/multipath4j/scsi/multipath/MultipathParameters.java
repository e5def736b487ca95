package io.multipath4j.scsi.multipath;

import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.libmultipath.IoPolicy;
import java.util.List;

/**
 * The module parameters of SCSI multipath, in both of their spellings: {@code multipath} with
 * {@code multipath_iopolicy}, and {@code scsi_multipath}, {@code scsi_multipath_always} with {@code
 * iopolicy}. They are views of one mode and one policy, so that they cannot contradict each other.
 * A change is for devices and heads that are found afterwards. Any thread.
 */
public final class MultipathParameters {

  /** {@code off}, {@code on} or {@code always}. */
  public static final String MULTIPATH = "multipath";

  /** The policy of new heads. */
  public static final String MULTIPATH_IOPOLICY = "multipath_iopolicy";

  /** {@code Y} or {@code N}: whether there is multipath at all. */
  public static final String SCSI_MULTIPATH = "scsi_multipath";

  /**
   * {@code Y} or {@code N}: also for devices without target port groups; {@code Y} implies the
   * other.
   */
  public static final String SCSI_MULTIPATH_ALWAYS = "scsi_multipath_always";

  /** The former name of {@link #MULTIPATH_IOPOLICY}. */
  public static final String IOPOLICY = "iopolicy";

  /** All names. */
  public static final List<String> NAMES =
      List.of(MULTIPATH, MULTIPATH_IOPOLICY, SCSI_MULTIPATH, SCSI_MULTIPATH_ALWAYS, IOPOLICY);

  private volatile MultipathMode mode;
  private volatile IoPolicy policy;

  /** Makes them with values to begin with. */
  public MultipathParameters(MultipathMode mode, IoPolicy policy) {
    this.mode = mode;
    this.policy = policy;
  }

  /** Returns which devices are multipathed. */
  public MultipathMode mode() {
    return mode;
  }

  /** Returns the policy of a new head. */
  public IoPolicy policy() {
    return policy;
  }

  /**
   * Returns a parameter's value: the word, without a newline.
   *
   * @throws IllegalArgumentException when there is no such parameter
   */
  public String get(String name) {
    return switch (name) {
      case MULTIPATH -> mode.word();
      case SCSI_MULTIPATH -> letter(mode != MultipathMode.OFF);
      case SCSI_MULTIPATH_ALWAYS -> letter(mode == MultipathMode.ALWAYS);
      case MULTIPATH_IOPOLICY, IOPOLICY -> policy.word();
      default -> throw unknown(name);
    };
  }

  /**
   * Sets a parameter. The word must match exactly; one newline behind it is taken.
   *
   * @throws IllegalArgumentException (EINVAL) when there is no such parameter, when it is no word
   *     of it, or when {@code scsi_multipath} is to become N while {@code scsi_multipath_always} is
   *     Y; nothing has changed then
   */
  public synchronized void set(String name, String text) {
    String word = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    switch (name) {
      case MULTIPATH -> mode = MultipathMode.parse(word);
      case SCSI_MULTIPATH -> mode = withMultipath(bool(name, word));
      case SCSI_MULTIPATH_ALWAYS -> mode = withAlways(bool(name, word));
      case MULTIPATH_IOPOLICY, IOPOLICY -> policy = IoPolicies.parse(word);
      default -> throw unknown(name);
    }
  }

  private MultipathMode withMultipath(boolean on) {
    if (on) {
      return mode == MultipathMode.OFF ? MultipathMode.ON : mode;
    }
    if (mode == MultipathMode.ALWAYS) {
      throw new IllegalArgumentException(
          SCSI_MULTIPATH
              + " cannot become N while "
              + SCSI_MULTIPATH_ALWAYS
              + " is Y: set that to N first");
    }
    return MultipathMode.OFF;
  }

  /** What Y implied stays when it becomes N. */
  private MultipathMode withAlways(boolean always) {
    if (always) {
      return MultipathMode.ALWAYS;
    }
    return mode == MultipathMode.ALWAYS ? MultipathMode.ON : mode;
  }

  private static boolean bool(String name, String word) {
    return switch (word) {
      case "Y", "y", "1" -> true;
      case "N", "n", "0" -> false;
      default ->
          throw new IllegalArgumentException(
              name + " '" + word + "' is no truth value: expected Y or N");
    };
  }

  private static String letter(boolean value) {
    return value ? "Y" : "N";
  }

  private static IllegalArgumentException unknown(String name) {
    return new IllegalArgumentException(
        "there is no parameter '" + name + "', only " + String.join(", ", NAMES));
  }
}
