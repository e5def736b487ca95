package io.multipath4j.scsi.codec;

/** Service actions of PERSISTENT RESERVE IN and OUT (SPC-5 6.15, 6.16). */
public final class PersistentReserve {

  /** In: the keys that are registered. */
  public static final int READ_KEYS = 0x00;

  /** In: the reservation, if there is one. */
  public static final int READ_RESERVATION = 0x01;

  /** In: what the device server can do. */
  public static final int REPORT_CAPABILITIES = 0x02;

  /** In: each registration with its nexus. */
  public static final int READ_FULL_STATUS = 0x03;

  /** Out: registers, changes or removes a key. */
  public static final int REGISTER = 0x00;

  /** Out: reserves. */
  public static final int RESERVE = 0x01;

  /** Out: releases. */
  public static final int RELEASE = 0x02;

  /** Out: removes the reservation and all registrations. */
  public static final int CLEAR = 0x03;

  /** Out: removes registrations of a key, and takes over its reservation. */
  public static final int PREEMPT = 0x04;

  /** Out: as {@link #PREEMPT}, and aborts the tasks of the preempted nexuses. */
  public static final int PREEMPT_AND_ABORT = 0x05;

  /** Out: as {@link #REGISTER}, whatever key is registered now. */
  public static final int REGISTER_AND_IGNORE_EXISTING_KEY = 0x06;

  /** Out: registers another nexus and moves the reservation to it. */
  public static final int REGISTER_AND_MOVE = 0x07;

  /** The only scope: the logical unit. */
  public static final int SCOPE_LOGICAL_UNIT = 0;

  private PersistentReserve() {}

  /** Reads length field and checks that what it announces is here; returns the end. */
  static int listEnd(byte[] reply, int lengthAt, String what) throws MalformedDataException {
    int from = lengthAt + 4;
    if (reply.length < from) {
      throw new MalformedDataException(
          what + " of " + reply.length + " bytes: expected at least " + from);
    }
    long end = from + BigEndian.u32(reply, lengthAt);
    if (end > reply.length) {
      throw new MalformedDataException(
          what + " announces " + end + " bytes, but only " + reply.length + " came");
    }
    return (int) end;
  }
}
