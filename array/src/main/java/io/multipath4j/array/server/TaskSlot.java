package io.multipath4j.array.server;

import io.multipath4j.array.lu.ScsiTask;
import io.multipath4j.reactor.Timer;
import org.jspecify.annotations.Nullable;

/** One command of a session, from its PDU to its answer. Reused. */
final class TaskSlot {

  private static final int INDEX_BITS = 8;
  private static final int INDEX_MASK = (1 << INDEX_BITS) - 1;

  /** Most slots of a session: what fits a Target Transfer Tag. */
  static final int MAX_SLOTS = INDEX_MASK; // so that no tag is FFFFFFFFh

  final int index;
  final ScsiTask scsi;
  int generation;
  boolean active;
  boolean immediate;
  int itt;

  /** Bytes that the initiator announced, either way, unsigned. */
  long announced;

  boolean isWrite;

  /** Bytes of Data-Out that the device server will get. */
  int wanted;

  /** Bytes of Data-Out that have come. */
  int received;

  /** Bytes that may come up to now: immediate and unsolicited, or up to the end of an R2T. */
  int allowedEnd;

  /** Unsolicited Data-Out PDUs are to follow. */
  boolean unsolicitedOpen;

  /** An R2T is outstanding. */
  boolean solicited;

  int nextDataSn;
  int r2tCount;

  /** Runs when a delay is over. */
  @Nullable Timer timer;

  @Nullable CommandFault fault;

  TaskSlot(int index, ScsiTask scsi) {
    this.index = index;
    this.scsi = scsi;
  }

  /** Returns the tag of this use of the slot. */
  int transferTag() {
    return generation << INDEX_BITS | index;
  }

  static int indexOf(int transferTag) {
    return transferTag & INDEX_MASK;
  }

  /** Tells whether a tag was of an earlier use of the slot, whose task has ended or was aborted. */
  boolean isOldTag(int transferTag) {
    int tagGeneration = transferTag >>> INDEX_BITS;
    return tagGeneration < generation || (tagGeneration == generation && !active);
  }

  void begin(int newItt) {
    generation = generation + 1 & 0xFF_FFFF;
    active = true;
    itt = newItt;
    wanted = 0;
    received = 0;
    allowedEnd = 0;
    unsolicitedOpen = false;
    solicited = false;
    nextDataSn = 0;
    r2tCount = 0;
    fault = null;
  }

  void end() {
    active = false;
    Timer pending = timer;
    if (pending != null) {
      timer = null;
      pending.cancel();
    }
    scsi.releaseData();
  }
}
