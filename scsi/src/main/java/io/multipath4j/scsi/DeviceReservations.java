package io.multipath4j.scsi;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.MalformedDataException;
import io.multipath4j.scsi.codec.Opcode;
import io.multipath4j.scsi.codec.PersistentReserve;
import io.multipath4j.scsi.codec.ReservationCapabilities;
import io.multipath4j.scsi.codec.ReservationFullStatus;
import io.multipath4j.scsi.codec.ReservationKeys;
import io.multipath4j.scsi.codec.ReservationMoveList;
import io.multipath4j.scsi.codec.ReservationOutList;
import io.multipath4j.scsi.codec.ReservationStatus;
import io.multipath4j.scsi.codec.ReservationType;
import io.multipath4j.scsi.codec.Sense;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Persistent reservations (SPC-5 5.14) through one device, which is one I_T nexus: what several
 * nexuses of a host need together is for whoever knows them all.
 *
 * <p>Commands go out whatever state the device is in while its transport is up, so that a path can
 * be registered before it carries I/O. One that is answered with a unit attention, or that finds
 * the device too busy, is tried again; none is tried again after it may have been done.
 *
 * <p>Keys are eight bytes as a big-endian number; 0 stands for none. Loop thread. Futures complete
 * on it and fail with {@link ScsiException}: status RESV_CONFLICT when the device refuses because
 * of a key or a reservation; TARGET when it does not know the command or a field of it;
 * OUTCOME_UNKNOWN when the transport was lost, or the time passed, with a change under way, so that
 * what is registered now must be read; TRANSPORT or OFFLINE when it was not sent.
 */
public final class DeviceReservations {

  /** Longest reply that is asked for, in bytes: the field of the command has 16 bits. */
  public static final int MAX_REPLY_BYTES = 0xFFFF;

  /** First size of a reply: 127 keys, or a few full descriptors. */
  private static final int FIRST_REPLY_BYTES = 1024;

  /** How often a reply that grows faster than it is read is asked for. */
  private static final int MAX_READS = 4;

  private static final int CAPABILITIES_BYTES = 8;

  /** Bytes before a list: generation and length. */
  private static final int HEADER_BYTES = 8;

  private interface Decoder<T> {
    T decode(byte[] reply) throws MalformedDataException;
  }

  private final ScsiDevice device;

  /** Makes the reservations as seen through a device. */
  public DeviceReservations(ScsiDevice device) {
    this.device = device;
  }

  // ---- changes ----------------------------------------------------------------------------------

  /**
   * REGISTER: registers, changes or removes this nexus's key.
   *
   * @param key the one that is registered now, 0 for none
   * @param newKey the new one, 0 removes
   * @param persist APTPL: registrations and the reservation survive a power loss
   */
  public CompletableFuture<Void> register(long key, long newKey, boolean persist) {
    return change(
        PersistentReserve.REGISTER, null, ReservationOutList.of(key, newKey).withPersist(persist));
  }

  /** REGISTER AND IGNORE EXISTING KEY: as {@link #register}, whatever is registered now. */
  public CompletableFuture<Void> registerAndIgnoreExisting(long newKey, boolean persist) {
    return change(
        PersistentReserve.REGISTER_AND_IGNORE_EXISTING_KEY,
        null,
        ReservationOutList.of(0, newKey).withPersist(persist));
  }

  /** RESERVE. */
  public CompletableFuture<Void> reserve(long key, ReservationType type) {
    return change(PersistentReserve.RESERVE, type, ReservationOutList.of(key, 0));
  }

  /** RELEASE; does nothing when this nexus is registered and is not a holder. */
  public CompletableFuture<Void> release(long key, ReservationType type) {
    return change(PersistentReserve.RELEASE, type, ReservationOutList.of(key, 0));
  }

  /** CLEAR: removes the reservation and every registration. */
  public CompletableFuture<Void> clear(long key) {
    return change(PersistentReserve.CLEAR, null, ReservationOutList.of(key, 0));
  }

  /**
   * PREEMPT, or PREEMPT AND ABORT.
   *
   * @param key this nexus's
   * @param victim the key to remove; with 0 that of an all-registrants reservation
   * @param type of the reservation that is taken over
   * @param abort also ends the commands of the nexuses that lose their registration
   */
  public CompletableFuture<Void> preempt(
      long key, long victim, ReservationType type, boolean abort) {
    int action = abort ? PersistentReserve.PREEMPT_AND_ABORT : PersistentReserve.PREEMPT;
    return change(action, type, ReservationOutList.of(key, victim));
  }

  /** REGISTER AND MOVE: registers another nexus and makes it the holder. */
  public CompletableFuture<Void> registerAndMove(ReservationMoveList list) {
    return change(PersistentReserve.REGISTER_AND_MOVE, null, list.encode());
  }

  /**
   * PERSISTENT RESERVE OUT with any list, such as one with ALL_TG_PT.
   *
   * @param serviceAction {@link PersistentReserve#REGISTER} and others
   * @param type null where the action has none
   */
  public CompletableFuture<Void> change(
      int serviceAction, @Nullable ReservationType type, ReservationOutList list) {
    return change(serviceAction, type, list.encode());
  }

  private CompletableFuture<Void> change(
      int serviceAction, @Nullable ReservationType type, byte[] list) {
    int typeCode = type == null ? 0 : type.code();
    return ControlCommand.runOnce(
        device,
        Opcode.PERSISTENT_RESERVE_OUT,
        list,
        cdb -> Cdb.persistentReserveOut(cdb, serviceAction, typeCode, list.length));
  }

  // ---- questions --------------------------------------------------------------------------------

  /** READ KEYS: the key of each registered nexus. */
  public CompletableFuture<ReservationKeys> readKeys() {
    return list(PersistentReserve.READ_KEYS, "READ KEYS", ReservationKeys::decode);
  }

  /** READ RESERVATION: the reservation, if there is one. */
  public CompletableFuture<ReservationStatus> readReservation() {
    return list(PersistentReserve.READ_RESERVATION, "READ RESERVATION", ReservationStatus::decode);
  }

  /** READ FULL STATUS: each registration with its nexus. Not every device has it. */
  public CompletableFuture<ReservationFullStatus> readFullStatus() {
    return list(
        PersistentReserve.READ_FULL_STATUS, "READ FULL STATUS", ReservationFullStatus::decode);
  }

  /** REPORT CAPABILITIES: what the device can do. Not every device has it. */
  public CompletableFuture<ReservationCapabilities> reportCapabilities() {
    return ask(PersistentReserve.REPORT_CAPABILITIES, CAPABILITIES_BYTES)
        .thenApply(reply -> decode(reply, "REPORT CAPABILITIES", ReservationCapabilities::decode));
  }

  private <T> CompletableFuture<T> list(int serviceAction, String what, Decoder<T> decoder) {
    return whole(serviceAction, what, FIRST_REPLY_BYTES, MAX_READS)
        .thenApply(reply -> decode(reply, what, decoder));
  }

  /** Asks until all of the reply is here. */
  private CompletableFuture<byte[]> whole(
      int serviceAction, String what, int allocationLength, int reads) {
    return ask(serviceAction, allocationLength)
        .thenCompose(reply -> {
          long total = totalBytes(reply);
          if (total <= allocationLength) {
            return CompletableFuture.completedFuture(reply);
          }
          if (total > MAX_REPLY_BYTES || reads == 1) {
            return CompletableFuture.failedFuture(
                failure(
                    what,
                    total > MAX_REPLY_BYTES
                        ? "a reply of " + total + " bytes; at most " + MAX_REPLY_BYTES + " fit"
                        : "its reply grows faster than it is read"));
          }
          return whole(serviceAction, what, (int) total, reads - 1);
        });
  }

  /** Returns what the length field announces; of a reply too short for it, its own length. */
  private static long totalBytes(byte[] reply) {
    if (reply.length < HEADER_BYTES) {
      return reply.length;
    }
    long length = 0;
    for (int at = HEADER_BYTES - 4; at < HEADER_BYTES; at++) {
      length = length << 8 | (reply[at] & 0xFF);
    }
    return HEADER_BYTES + length;
  }

  private CompletableFuture<byte[]> ask(int serviceAction, int allocationLength) {
    return device.control(
        Opcode.PERSISTENT_RESERVE_IN,
        allocationLength,
        cdb -> Cdb.persistentReserveIn(cdb, serviceAction, allocationLength));
  }

  private <T> T decode(byte[] reply, String what, Decoder<T> decoder) {
    try {
      return decoder.decode(reply);
    } catch (MalformedDataException e) {
      throw new CompletionException(failure(what, e.getMessage()));
    }
  }

  private ScsiException failure(String what, @Nullable String problem) {
    return new ScsiException(
        device.lunText() + ": " + what + ": " + problem, BlockStatus.IOERR, Sense.NONE);
  }
}
