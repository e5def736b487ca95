package io.multipath4j.mpath;

import io.multipath4j.block.PersistentReservations;
import io.multipath4j.mpath.control.ReservationRequest;
import io.multipath4j.mpath.control.ReservationRequest.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What to do with reservations, in the words of sg_persist or of blkpr. */
final class PrOptions {

  private static final int MAX_KEY_DIGITS = 16;

  /** By the codes of SPC-5 6.16.4.5. */
  private static final Map<String, PersistentReservations.Type> TYPES =
      Map.of(
          "1", PersistentReservations.Type.WRITE_EXCLUSIVE,
          "3", PersistentReservations.Type.EXCLUSIVE_ACCESS,
          "5", PersistentReservations.Type.WRITE_EXCLUSIVE_REG_ONLY,
          "6", PersistentReservations.Type.EXCLUSIVE_ACCESS_REG_ONLY,
          "7", PersistentReservations.Type.WRITE_EXCLUSIVE_ALL_REGS,
          "8", PersistentReservations.Type.EXCLUSIVE_ACCESS_ALL_REGS);

  @Option(
      names = {"-i", "--in"},
      description = "PERSISTENT RESERVE IN; may be left out.")
  private boolean in;

  @Option(
      names = {"-o", "--out"},
      description = "PERSISTENT RESERVE OUT.")
  private boolean out;

  @Option(
      names = {"-k", "--read-keys"},
      description = "Who is registered.")
  private boolean readKeys;

  @Option(
      names = {"-r", "--read-reservation"},
      description = "Who holds the disk.")
  private boolean readReservation;

  @Option(
      names = {"-s", "--read-full-status"},
      description = "Each registration, its nexus.")
  private boolean readFullStatus;

  @Option(
      names = {"-c", "--report-capabilities"},
      description = "What the device can do.")
  private boolean reportCapabilities;

  @Option(
      names = {"-G", "--register"},
      description = "Register, change or remove a key.")
  private boolean register;

  @Option(
      names = {"-I", "--register-ignore"},
      description = "The same, whatever is registered.")
  private boolean registerIgnore;

  @Option(
      names = {"-R", "--reserve"},
      description = "Reserve.")
  private boolean reserve;

  @Option(
      names = {"-L", "--release"},
      description = "Release.")
  private boolean release;

  @Option(
      names = {"-C", "--clear"},
      description = "Remove everything.")
  private boolean clear;

  @Option(
      names = {"-P", "--preempt"},
      description = "Remove another host's key.")
  private boolean preempt;

  @Option(
      names = {"-A", "--preempt-abort"},
      description = "The same, and end its commands.")
  private boolean preemptAbort;

  @Option(
      names = {"-K", "--param-rk"},
      paramLabel = "HEX",
      description = "The key that this host has registered.")
  private @Nullable String paramRk;

  @Option(
      names = {"-S", "--param-sark"},
      paramLabel = "HEX",
      description = "The new key of a registration (0 removes it), or the one to preempt.")
  private @Nullable String paramSark;

  @Option(
      names = {"-T", "--prout-type"},
      paramLabel = "1|3|5|6|7|8",
      description = "Type of the reservation.")
  private @Nullable String proutType;

  @Option(
      names = {"-Z", "--param-aptpl"},
      description = "Keep it through a power loss.")
  private boolean aptpl;

  @Option(
      names = "--command",
      paramLabel = "WORD",
      description =
          "As of blkpr: register, reserve, release, preempt, preempt-abort, clear, read-keys,"
              + " read-reservation.")
  private @Nullable String command;

  @Option(names = "--key", paramLabel = "N", description = "blkpr: the key; decimal or 0x.")
  private @Nullable String key;

  @Option(
      names = "--oldkey",
      paramLabel = "N",
      description = "blkpr: the former key of a registration, or the one to preempt.")
  private @Nullable String oldKey;

  @Option(names = "--type", paramLabel = "WORD", description = "blkpr: type, a word.")
  private @Nullable String type;

  @Option(names = "--flag", paramLabel = "WORD", description = "blkpr: ignore-key.")
  private @Nullable String flag;

  /**
   * Returns what is asked for.
   *
   * @throws IllegalArgumentException with a sentence that names what is wrong
   */
  ReservationRequest request(String disk) {
    String word = command;
    return word == null ? sgPersist(disk) : blkpr(disk, word);
  }

  // ---- sg_persist -------------------------------------------------------------------------------

  private ReservationRequest sgPersist(String disk) {
    refuse("--key", key, "--command");
    refuse("--oldkey", oldKey, "--command");
    refuse("--type", type, "--command");
    refuse("--flag", flag, "--command");
    List<Action> asked = new ArrayList<>();
    add(asked, readKeys, Action.READ_KEYS);
    add(asked, readReservation, Action.READ_RESERVATION);
    add(asked, readFullStatus, Action.READ_FULL_STATUS);
    add(asked, reportCapabilities, Action.REPORT_CAPABILITIES);
    int reads = asked.size();
    add(asked, register, Action.REGISTER);
    add(asked, registerIgnore, Action.REGISTER_IGNORE);
    add(asked, reserve, Action.RESERVE);
    add(asked, release, Action.RELEASE);
    add(asked, clear, Action.CLEAR);
    add(asked, preempt, Action.PREEMPT);
    add(asked, preemptAbort, Action.PREEMPT_ABORT);
    if (asked.size() > 1) {
      throw new IllegalArgumentException("only one action at a time: " + words(asked));
    }
    Action action = asked.isEmpty() ? Action.READ_KEYS : asked.getFirst();
    if (asked.isEmpty() && out) {
      throw new IllegalArgumentException("--out needs an action, such as --register");
    }
    if ((in && out) || (in && reads == 0 && !asked.isEmpty()) || (out && reads > 0)) {
      throw new IllegalArgumentException(
          (in ? "--in" : "--out") + " contradicts " + (in && out ? "--out" : words(asked)));
    }
    String own = paramRk == null ? "" : hexKey("--param-rk", paramRk);
    String other = paramSark == null ? "" : hexKey("--param-sark", paramSark);
    return checked(
        new ReservationRequest(
            disk, action, own, other, proutType == null ? "" : number(proutType), aptpl),
        "--param-rk",
        "--param-sark",
        "--prout-type");
  }

  private static void add(List<Action> asked, boolean set, Action action) {
    if (set) {
      asked.add(action);
    }
  }

  private static String words(List<Action> actions) {
    return String.join(
        ", ",
        actions.stream()
            .map(each -> "--" + each.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'))
            .toList());
  }

  private static String hexKey(String option, String text) {
    String digits = text.startsWith("0x") ? text.substring(2) : text;
    if (digits.isEmpty()
        || !digits.chars().allMatch(c -> c < 0x7F && Character.digit(c, 16) >= 0)) {
      throw new IllegalArgumentException(
          option + " " + text + ": expected up to 16 hexadecimal digits");
    }
    if (digits.length() > MAX_KEY_DIGITS) {
      throw new IllegalArgumentException(
          "%s %s: a reservation key has 8 bytes, which is 16 hexadecimal digits; this has %d"
              .formatted(option, text, digits.length()));
    }
    return "0x%016x".formatted(Long.parseUnsignedLong(digits, 16));
  }

  private static String number(String text) {
    PersistentReservations.Type known = TYPES.get(text);
    if (known != null) {
      return known.word();
    }
    throw new IllegalArgumentException(
        "--prout-type "
            + text
            + ": expected 1, 3, 5, 6, 7 or 8 (5: write exclusive, registrants"
            + " only)");
  }

  // ---- blkpr ------------------------------------------------------------------------------------

  private static final Map<String, Action> COMMANDS =
      Map.of(
          "register", Action.REGISTER,
          "reserve", Action.RESERVE,
          "release", Action.RELEASE,
          "preempt", Action.PREEMPT,
          "preempt-abort", Action.PREEMPT_ABORT,
          "clear", Action.CLEAR,
          "read-keys", Action.READ_KEYS,
          "read-reservation", Action.READ_RESERVATION);

  private ReservationRequest blkpr(String disk, String word) {
    refuse("--param-rk", paramRk, null);
    refuse("--param-sark", paramSark, null);
    refuse("--prout-type", proutType, null);
    if (in
        || out
        || aptpl
        || readKeys
        || readReservation
        || readFullStatus
        || reportCapabilities
        || register
        || registerIgnore
        || reserve
        || release
        || clear
        || preempt
        || preemptAbort) {
      throw new IllegalArgumentException(
          "--command " + word + " contradicts the options of sg_persist: use one or the other");
    }
    Action action = COMMANDS.get(word);
    if (action == null) {
      throw new IllegalArgumentException(
          "--command "
              + word
              + ": expected one of "
              + COMMANDS.keySet().stream().sorted().toList());
    }
    if (flag != null && !(flag.equals("ignore-key") && action == Action.REGISTER)) {
      throw new IllegalArgumentException(
          "--flag " + flag + ": expected ignore-key, of --command register");
    }
    String own = key == null ? "" : anyKey("--key", key);
    String other = oldKey == null ? "" : anyKey("--oldkey", oldKey);
    if (action == Action.REGISTER) { // here --key is the new one
      return checked(
          new ReservationRequest(
              disk, flag == null ? action : Action.REGISTER_IGNORE, other, own, word(type), false),
          "--oldkey",
          "--key",
          "--type");
    }
    return checked(
        new ReservationRequest(disk, action, own, other, word(type), false),
        "--key",
        "--oldkey",
        "--type");
  }

  private static String anyKey(String option, String text) {
    if (text.startsWith("0x")) {
      return hexKey(option, text);
    }
    try {
      return "0x%016x".formatted(Long.parseUnsignedLong(text));
    } catch (NumberFormatException wrong) {
      throw new IllegalArgumentException(
          option + " " + text + ": expected a number of at most 8 bytes, decimal or 0x", wrong);
    }
  }

  private static String word(@Nullable String text) {
    if (text == null) {
      return "";
    }
    List<String> known = new ArrayList<>();
    for (PersistentReservations.Type each : PersistentReservations.Type.values()) {
      known.add(each.word());
    }
    if (!known.contains(text)) {
      throw new IllegalArgumentException("--type " + text + ": expected one of " + known);
    }
    return text;
  }

  // ---- both -------------------------------------------------------------------------------------

  private static void refuse(String option, @Nullable String value, @Nullable String without) {
    if (value != null) {
      throw new IllegalArgumentException(
          option + " " + value + (without == null ? " contradicts" : " needs") + " --command");
    }
  }

  /** Refuses what is missing, and what would be ignored. */
  private static ReservationRequest checked(
      ReservationRequest request, String keyOption, String otherOption, String typeOption) {
    boolean registers =
        request.action() == Action.REGISTER || request.action() == Action.REGISTER_IGNORE;
    boolean preempts =
        request.action() == Action.PREEMPT || request.action() == Action.PREEMPT_ABORT;
    boolean typed =
        preempts || request.action() == Action.RESERVE || request.action() == Action.RELEASE;
    boolean keyed = typed || request.action() == Action.CLEAR;
    need(keyed, request.key(), keyOption, request);
    need(registers || preempts, request.other(), otherOption, request);
    need(typed, request.type(), typeOption, request);
    refuseUnused(!keyed && !registers, request.key(), keyOption, request);
    refuseUnused(!registers && !preempts, request.other(), otherOption, request);
    refuseUnused(!typed, request.type(), typeOption, request);
    if (request.persist() && !registers) {
      throw new IllegalArgumentException("--param-aptpl is for a registration");
    }
    return request;
  }

  private static void need(boolean needed, String value, String option, ReservationRequest of) {
    if (needed && value.isEmpty()) {
      throw new IllegalArgumentException(name(of) + " needs " + option);
    }
  }

  private static void refuseUnused(
      boolean unused, String value, String option, ReservationRequest of) {
    if (unused && !value.isEmpty()) {
      throw new IllegalArgumentException(option + " " + value + " has no meaning for " + name(of));
    }
  }

  private static String name(ReservationRequest of) {
    return of.action().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }
}
