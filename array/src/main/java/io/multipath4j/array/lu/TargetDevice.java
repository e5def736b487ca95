package io.multipath4j.array.lu;

import io.multipath4j.array.backing.OutOfSpaceException;
import io.multipath4j.scsi.codec.AccessState;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.codec.LunList;
import io.multipath4j.scsi.codec.Opcode;
import io.multipath4j.scsi.codec.ScsiStatus;
import io.multipath4j.scsi.codec.TargetPortGroupList;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The SCSI target device: its logical units, its target port groups, and the nexuses that are open.
 * It executes tasks, each in one call: the store answers at once. Loop thread only.
 */
public final class TargetDevice {

  /** Most logical units; numbers go from 0 to one less. */
  public static final int MAX_LOGICAL_UNITS = 256;

  /** How many past nexuses are known again when they return. */
  static final int MAX_KNOWN_NEXUSES = 1024;

  /** How long initiators are told that a transition may take, in seconds (SPC-5 6.37). */
  static final int IMPLICIT_TRANSITION_SECONDS = 60;

  /** Status code of a group (SPC-5 table 313). */
  private static final int ALTERED_BY_IMPLICIT_TRANSITION = 2;

  private static final System.Logger LOG = System.getLogger(TargetDevice.class.getName());

  private final @Nullable LogicalUnit[] units = new @Nullable LogicalUnit[MAX_LOGICAL_UNITS];
  private final List<TargetPortGroup> groups;
  private final Set<Nexus> nexuses = new LinkedHashSet<>();
  private final Map<String, Boolean> knownNexuses =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > MAX_KNOWN_NEXUSES;
        }
      };

  /** Makes a device of logical units with different numbers, behind groups with different ids. */
  public TargetDevice(Collection<LogicalUnit> logicalUnits, Collection<TargetPortGroup> groups) {
    for (LogicalUnit unit : logicalUnits) {
      if (units[unit.number()] != null) {
        throw new IllegalArgumentException("two logical units have the LUN " + unit.number());
      }
      units[unit.number()] = unit;
    }
    this.groups = List.copyOf(groups);
  }

  // ---- Nexuses

  /** Opens a nexus. Its first command meets a unit attention: power on, or nexus loss. */
  public Nexus connect(String initiatorPort, TargetPort port) {
    Nexus nexus = new Nexus(initiatorPort, port);
    boolean known = knownNexuses.put(nexus.toString(), true) != null;
    int condition = known ? Condition.I_T_NEXUS_LOSS_OCCURRED : Condition.POWER_ON_OR_RESET;
    for (LogicalUnit unit : units()) {
      nexus.attentions(unit.number()).add(condition);
    }
    nexuses.add(nexus);
    return nexus;
  }

  /** Closes a nexus. The server has aborted its tasks. */
  public void disconnect(Nexus nexus) {
    nexuses.remove(nexus);
    for (LogicalUnit unit : units()) {
      unit.reservations().lost(nexus);
    }
  }

  /** Returns the logical units, by number. */
  public List<LogicalUnit> units() {
    List<LogicalUnit> present = new ArrayList<>();
    for (LogicalUnit unit : units) {
      if (unit != null) {
        present.add(unit);
      }
    }
    return present;
  }

  /**
   * Adds a unit at run time. Each nexus is told through every unit that it had before.
   *
   * @throws IllegalArgumentException when its LUN is in use
   */
  public void add(LogicalUnit unit) {
    if (units[unit.number()] != null) {
      throw new IllegalArgumentException("there is a logical unit at LUN " + unit.number());
    }
    attentionOfAll(Condition.REPORTED_LUNS_DATA_HAS_CHANGED);
    put(unit);
    attention(unit, Condition.POWER_ON_OR_RESET, null);
  }

  /**
   * Takes a unit away at run time. Each nexus is told through every unit that is left. Commands
   * that wait for their data still end on the unit.
   *
   * @return the unit; its store is the caller's to close
   * @throws IllegalArgumentException when there is none
   */
  public LogicalUnit remove(int number) {
    LogicalUnit gone = present(number);
    units[number] = null;
    nexuses.forEach(nexus -> nexus.forget(number));
    attentionOfAll(Condition.REPORTED_LUNS_DATA_HAS_CHANGED);
    return gone;
  }

  /**
   * Puts another unit behind a LUN, as when an administrator maps it anew.
   *
   * @return the former unit; its store is the caller's to close
   * @throws IllegalArgumentException when there is none
   */
  public LogicalUnit replace(LogicalUnit unit) {
    LogicalUnit former = present(unit.number());
    put(unit);
    attention(unit, Condition.INQUIRY_DATA_HAS_CHANGED, null);
    return former;
  }

  /**
   * Changes the size of a unit, and tells every nexus.
   *
   * @param bytes a multiple of its block, no more than its store has
   * @throws IllegalArgumentException when there is no such unit, or it cannot have that size
   */
  public void resize(int number, long bytes) {
    LogicalUnit unit = present(number);
    unit.resize(bytes);
    attention(unit, Condition.CAPACITY_DATA_HAS_CHANGED, null);
  }

  private void put(LogicalUnit unit) {
    units[unit.number()] = unit;
    nexuses.forEach(nexus -> nexus.forget(unit.number()));
  }

  private LogicalUnit present(int number) {
    LogicalUnit unit = number >= 0 && number < MAX_LOGICAL_UNITS ? units[number] : null;
    if (unit == null) {
      throw new IllegalArgumentException("there is no logical unit at LUN " + number);
    }
    return unit;
  }

  private void attentionOfAll(int condition) {
    units().forEach(unit -> attention(unit, condition, null));
  }

  /** Returns the unit that an 8-byte LUN addresses, or null. */
  public @Nullable LogicalUnit unit(long lun) {
    int number = Lun.number(lun);
    return number >= 0 && number < MAX_LOGICAL_UNITS ? units[number] : null;
  }

  // ---- Events

  /** Resets a unit: its settings return to their defaults, and every nexus is told. */
  public void resetLogicalUnit(LogicalUnit unit) {
    unit.reset();
    attention(unit, Condition.BUS_DEVICE_RESET_FUNCTION_OCCURRED, null);
  }

  /** Tells all nexuses but one that their tasks on a unit were cleared. */
  public void taskSetCleared(LogicalUnit unit, Nexus by) {
    attention(unit, Condition.COMMANDS_CLEARED_BY_ANOTHER_INITIATOR, by);
  }

  /**
   * Changes the state of a target port group, and tells every nexus.
   *
   * @throws IllegalArgumentException when there is no such group
   */
  public void setAccessState(int groupId, AccessState state) {
    TargetPortGroup group = group(groupId);
    if (group.state() != state) {
      group.setState(state);
      for (LogicalUnit unit : units()) {
        attention(unit, Condition.ASYMMETRIC_ACCESS_STATE_CHANGED, null);
      }
    }
  }

  /** Returns the state of a target port group. */
  public AccessState accessState(int groupId) {
    return group(groupId).state();
  }

  private TargetPortGroup group(int id) {
    for (TargetPortGroup group : groups) {
      if (group.id() == id) {
        return group;
      }
    }
    throw new IllegalArgumentException("there is no target port group " + id + ", only " + groups);
  }

  void attention(LogicalUnit unit, int condition, @Nullable Nexus except) {
    for (Nexus nexus : nexuses) {
      if (nexus != except) {
        nexus.attentions(unit.number()).add(condition);
      }
    }
  }

  /** Tells the nexuses that a change of reservations concerns, and ends tasks if it is to. */
  void reservationsChanged(LogicalUnit unit, ReservationChange change, boolean abort) {
    for (Nexus nexus : nexuses) {
      boolean aborted =
          abort && change.preempted().contains(nexus.id()) && nexus.abortTasks(unit.number());
      if (aborted) {
        nexus.attentions(unit.number()).add(Condition.COMMANDS_CLEARED_BY_ANOTHER_INITIATOR);
      }
      for (ReservationChange.Attention attention : change.attentions()) {
        if (attention.nexus().equals(nexus.id())) {
          nexus.attentions(unit.number()).add(attention.condition());
        }
      }
    }
  }

  /** Returns the relative identifiers of all target ports. */
  List<Integer> relativePorts() {
    return groups.stream()
        .flatMap(group -> group.ports().stream())
        .map(TargetPort::relativeId)
        .sorted()
        .toList();
  }

  // ---- Tasks

  /**
   * Looks at a new task. Afterwards it has ended, or it waits for {@link ScsiTask#dataOutLength()}
   * bytes of Data-Out and for {@link #execute}.
   */
  public void prepare(ScsiTask task) {
    LogicalUnit unit = unit(task.lun());
    if (unit == null) {
      answerWithoutUnit(task);
      return;
    }
    task.unit = unit;
    task.target = this;
    int opcode = Cdb.opcode(task.cdb);
    Command command = CommandTable.find(unit, opcode, Cdb.serviceAction(task.cdb));
    if (command == null) {
      task.fail(
          CommandTable.hasServiceActions(unit, opcode)
              ? Condition.INVALID_FIELD_IN_CDB
              : Condition.INVALID_COMMAND_OPERATION_CODE);
      return;
    }
    task.command = command;
    int refusal = refusal(unit, command, task);
    if (refusal == ReservationChange.CONFLICT) {
      task.end(ScsiStatus.RESERVATION_CONFLICT);
      return;
    }
    if (refusal != Condition.NO_SENSE) {
      task.fail(refusal);
      return;
    }
    run(command.prepare(), unit, task);
  }

  /** Executes a task that has its Data-Out. Afterwards it has ended. */
  public void execute(ScsiTask task) {
    Command command = task.command;
    LogicalUnit unit = task.unit;
    if (command == null || unit == null) {
      throw new IllegalStateException("task was not prepared");
    }
    run(command.execute(), unit, task);
  }

  /**
   * In the order of SAM-5 5.3.3: unit attention, access state, reservation, then the CDB's fields.
   */
  private static int refusal(LogicalUnit unit, Command command, ScsiTask task) {
    Command.Access access = command.access();
    Nexus nexus = task.nexus();
    if (access != Command.Access.IDENTITY) {
      UnitAttentions pending = nexus.attentions(unit.number());
      if (!pending.isEmpty()) {
        return pending.take();
      }
    }
    int refusal = access.refusalIn(nexus.port().group().state());
    if (refusal != Condition.NO_SENSE) {
      return refusal;
    }
    if (unit.reservations().refuse(nexus, command, task.cdb)) {
      return ReservationChange.CONFLICT;
    }
    if (command.unusedBitAt(task.cdb) >= 0) {
      return Condition.INVALID_FIELD_IN_CDB;
    }
    boolean needsMedium =
        access == Command.Access.MEDIUM && command.opcode() != Opcode.START_STOP_UNIT;
    return needsMedium && unit.stopped()
        ? Condition.INITIALIZING_COMMAND_REQUIRED
        : Condition.NO_SENSE;
  }

  private static void run(Command.Step step, LogicalUnit unit, ScsiTask task) {
    try {
      step.run(unit, task);
    } catch (OutOfSpaceException e) {
      LOG.log(Level.WARNING, "LUN {0}: {1}", unit.number(), e.getMessage());
      task.fail(Condition.SPACE_ALLOCATION_FAILED_WRITE_PROTECT);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "LUN " + unit.number() + ": the backing store failed", e);
      task.fail(
          task.dataOutLength() > 0 ? Condition.WRITE_ERROR : Condition.UNRECOVERED_READ_ERROR);
    }
  }

  /** SPC-5 6.6, 6.33, 6.39: what a target answers for a LUN that it does not have. */
  private void answerWithoutUnit(ScsiTask task) {
    switch (Cdb.opcode(task.cdb)) {
      case Opcode.INQUIRY -> IdentityCommands.inquiryWithoutUnit(task);
      case Opcode.REPORT_LUNS -> reportLuns(task);
      case Opcode.REQUEST_SENSE ->
          UnitCommands.replyWithSense(task, Condition.LOGICAL_UNIT_NOT_SUPPORTED);
      default -> task.fail(Condition.LOGICAL_UNIT_NOT_SUPPORTED);
    }
  }

  static void reportLuns(LogicalUnit unit, ScsiTask task) {
    task.target().reportLuns(task);
  }

  private void reportLuns(ScsiTask task) {
    List<Long> luns = new ArrayList<>();
    switch (task.cdb[2]) {
      case 0, 2 -> units().forEach(unit -> luns.add(Lun.of(unit.number())));
      case 1 -> {} // well-known logical units: none
      default -> {
        task.fail(Condition.INVALID_FIELD_IN_CDB);
        return;
      }
    }
    task.reply(LunList.encode(luns));
  }

  static void reportTargetPortGroups(LogicalUnit unit, ScsiTask task) {
    int format = task.cdb[1] >> 5 & 7;
    if (format > 1) {
      task.fail(Condition.INVALID_FIELD_IN_CDB);
    } else {
      task.reply(task.target().targetPortGroups().encode(format == 1));
    }
  }

  private TargetPortGroupList targetPortGroups() {
    int supported = 0;
    for (AccessState state : TargetPortGroup.SUPPORTED_STATES) {
      supported |= state.supportedBit();
    }
    List<TargetPortGroupList.Group> list = new ArrayList<>();
    for (TargetPortGroup group : groups) {
      list.add(
          new TargetPortGroupList.Group(
              group.preferred(),
              group.state().code(),
              supported,
              group.id(),
              ALTERED_BY_IMPLICIT_TRANSITION,
              group.ports().stream().map(TargetPort::relativeId).toList()));
    }
    return new TargetPortGroupList(IMPLICIT_TRANSITION_SECONDS, list);
  }
}
