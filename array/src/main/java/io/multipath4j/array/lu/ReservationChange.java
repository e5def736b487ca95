package io.multipath4j.array.lu;

import io.multipath4j.array.lu.ReservationState.Registration;
import io.multipath4j.scsi.codec.ReservationMoveList;
import io.multipath4j.scsi.codec.ReservationOutList;
import io.multipath4j.scsi.codec.ReservationType;
import io.multipath4j.scsi.codec.TransportId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The change that one PERSISTENT RESERVE OUT makes (SPC-5 5.14.7 to 5.14.11): a draft of the next
 * state, with what other nexuses have to be told. Each service action returns its outcome: {@link
 * Condition#NO_SENSE}, {@link #CONFLICT}, or the condition that it ends with; with any but the
 * first the draft is to be thrown away.
 */
final class ReservationChange {

  /** Outcome: RESERVATION CONFLICT. */
  static final int CONFLICT = -1;

  /** Most registrations of one logical unit. */
  static final int MAX_REGISTRATIONS = 1024;

  /** A unit attention that a nexus is to meet. */
  record Attention(NexusId nexus, int condition) {}

  private final NexusId by;
  private final ReservationState before;
  private final List<Registration> registrations;
  private final List<Attention> attentions = new ArrayList<>();
  private final Set<NexusId> preempted = new LinkedHashSet<>();
  private long generation;
  private boolean persist;
  private @Nullable ReservationType type;
  private @Nullable NexusId holder;

  ReservationChange(ReservationState before, NexusId by) {
    this.by = by;
    this.before = before;
    registrations = new ArrayList<>(before.registrations());
    generation = before.generation();
    persist = before.persist();
    type = before.type();
    holder = before.holder();
  }

  ReservationState after() {
    return new ReservationState(generation, persist, registrations, type, holder);
  }

  List<Attention> attentions() {
    return attentions;
  }

  /** Returns the nexuses that lost their registrations to a PREEMPT of another one. */
  Set<NexusId> preempted() {
    return preempted;
  }

  // ---- Service actions

  /**
   * REGISTER, and REGISTER AND IGNORE EXISTING KEY (SPC-5 5.14.7).
   *
   * @param ports relative identifiers of all target ports
   */
  int register(ReservationOutList list, boolean ignoreKey, List<Integer> ports) {
    long newKey = list.serviceActionKey();
    if (!ignoreKey && list.key() != before.keyOf(by)) {
      return CONFLICT;
    }
    if (newKey == 0 && before.keyOf(by) == 0) {
      return Condition.NO_SENSE; // SPC-5 table 69: do nothing
    }
    List<Integer> through = list.allTargetPorts() ? ports : List.of(by.targetPort());
    for (int port : through) {
      NexusId nexus = new NexusId(by.initiatorPort(), port);
      // ALL_TG_PT: as if it came through each port, so where the key does not fit, nothing happens.
      if (!ignoreKey && list.key() != before.keyOf(nexus)) {
        continue;
      }
      if (newKey == 0) {
        unregister(nexus);
      } else if (!put(nexus, newKey)) {
        return Condition.INSUFFICIENT_REGISTRATION_RESOURCES;
      }
    }
    persist = list.persist();
    countChange();
    return Condition.NO_SENSE;
  }

  /** RESERVE (SPC-5 5.14.9). */
  int reserve(long key, @Nullable ReservationType wanted) {
    if (!isAuthorized(key)) {
      return CONFLICT;
    }
    if (wanted == null) {
      return Condition.INVALID_FIELD_IN_CDB;
    }
    if (type != null) {
      return before.isHolder(by) && type == wanted ? Condition.NO_SENSE : CONFLICT;
    }
    hold(wanted);
    return Condition.NO_SENSE;
  }

  /** RELEASE (SPC-5 5.14.11.2). */
  int release(long key, @Nullable ReservationType named) {
    if (!isAuthorized(key)) {
      return CONFLICT;
    }
    if (!before.isHolder(by)) {
      return Condition.NO_SENSE;
    }
    if (type != named) {
      return Condition.INVALID_RELEASE_OF_PERSISTENT_RESERVATION;
    }
    releaseAndTell();
    return Condition.NO_SENSE;
  }

  /** CLEAR (SPC-5 5.14.11.6). */
  int clear(long key) {
    if (!isAuthorized(key)) {
      return CONFLICT;
    }
    tellOthers(Condition.RESERVATIONS_PREEMPTED);
    registrations.clear();
    type = null;
    holder = null;
    countChange();
    return Condition.NO_SENSE;
  }

  /** PREEMPT, also with abort (SPC-5 5.14.11.4). */
  int preempt(long key, long victims, @Nullable ReservationType wanted) {
    if (!isAuthorized(key)) {
      return CONFLICT;
    }
    boolean takesOver =
        type != null
            && (type.isAllRegistrants()
                ? victims == 0
                : holder != null && victims == before.keyOf(holder));
    if (takesOver) {
      return takeOver(victims, wanted);
    }
    if (victims == 0) {
      return Condition.INVALID_FIELD_IN_PARAMETER_LIST;
    }
    // SPC-5 5.14.11.4.4: only registrations, its own among them when it has that key.
    if (!preemptRegistrations(victims, true)) {
      return CONFLICT;
    }
    if (registrations.isEmpty()) {
      type = null;
      holder = null;
    }
    countChange();
    return Condition.NO_SENSE;
  }

  private int takeOver(long victims, @Nullable ReservationType wanted) {
    if (wanted == null) {
      return Condition.INVALID_FIELD_IN_CDB;
    }
    boolean changesType = type != wanted;
    preemptRegistrations(victims, false);
    hold(wanted);
    if (changesType) {
      tellOthers(Condition.RESERVATIONS_RELEASED);
    }
    countChange();
    return Condition.NO_SENSE;
  }

  /** REGISTER AND MOVE (SPC-5 5.14.8). */
  int move(ReservationMoveList list, List<Integer> ports) {
    if (!isAuthorized(list.key()) || (type != null && type.isAllRegistrants())) {
      return CONFLICT;
    }
    if (!before.isHolder(by)) {
      return Condition.INVALID_FIELD_IN_CDB;
    }
    TransportId id = list.initiator();
    NexusId to = new NexusId(id.name(), list.relativeTargetPort());
    if (list.serviceActionKey() == 0
        || id.protocol() != TransportId.ISCSI
        || !id.namesPort()
        || !ports.contains(to.targetPort())
        || to.equals(by)) {
      return Condition.INVALID_FIELD_IN_PARAMETER_LIST;
    }
    if (!put(to, list.serviceActionKey())) {
      return Condition.INSUFFICIENT_REGISTRATION_RESOURCES;
    }
    holder = to;
    if (list.unregister()) {
      registrations.removeIf(each -> each.nexus().equals(by));
    }
    persist = list.persist();
    countChange();
    return Condition.NO_SENSE;
  }

  // ---- Parts

  private boolean isAuthorized(long key) {
    long registered = before.keyOf(by);
    return registered != 0 && registered == key;
  }

  private void countChange() {
    generation = generation + 1 & 0xFFFF_FFFFL;
  }

  private void hold(ReservationType newType) {
    type = newType;
    holder = newType.isAllRegistrants() ? null : by;
  }

  /** Registers a nexus or changes its key; tells whether there was room. */
  private boolean put(NexusId nexus, long key) {
    for (int i = 0; i < registrations.size(); i++) {
      if (registrations.get(i).nexus().equals(nexus)) {
        registrations.set(i, new Registration(nexus, key));
        return true;
      }
    }
    boolean room =
        registrations.size() < MAX_REGISTRATIONS
            && nexus.initiatorPort().length() <= TransportId.MAX_NAME_BYTES;
    return room && registrations.add(new Registration(nexus, key));
  }

  /** SPC-5 5.14.11.3: with its registration, a nexus gives up what only it holds. */
  private void unregister(NexusId nexus) {
    registrations.removeIf(each -> each.nexus().equals(nexus));
    if (type != null
        && (type.isAllRegistrants() ? registrations.isEmpty() : nexus.equals(holder))) {
      releaseAndTell();
    }
  }

  /** SPC-5 5.14.11.2.2: registrants that could do I/O because of it are told. */
  private void releaseAndTell() {
    if (type != null && type.admitsRegistrants()) {
      tellOthers(Condition.RESERVATIONS_RELEASED);
    }
    type = null;
    holder = null;
  }

  /**
   * Removes the registrations of others that have a key, or of all others for 0.
   *
   * @param own also that of the nexus itself
   * @return whether there was one
   */
  private boolean preemptRegistrations(long key, boolean own) {
    boolean found = false;
    for (Registration each : before.registrations()) {
      boolean mine = each.nexus().equals(by);
      if ((key == 0 || each.key() == key) && (own || !mine)) {
        found = true;
        registrations.remove(each);
        if (!mine) {
          preempted.add(each.nexus());
          attentions.add(new Attention(each.nexus(), Condition.REGISTRATIONS_PREEMPTED));
        }
      }
    }
    return found;
  }

  private void tellOthers(int condition) {
    for (Registration each : registrations) {
      if (!each.nexus().equals(by)) {
        attentions.add(new Attention(each.nexus(), condition));
      }
    }
  }
}
