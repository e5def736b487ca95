package io.multipath4j.scsi.multipath.reservation;

import io.multipath4j.scsi.codec.ReservationCapabilities;
import io.multipath4j.scsi.codec.ReservationFullStatus;
import io.multipath4j.scsi.codec.ReservationKeys;
import io.multipath4j.scsi.codec.ReservationStatus;
import io.multipath4j.scsi.codec.ReservationType;
import java.util.concurrent.CompletableFuture;

/**
 * PERSISTENT RESERVE IN and OUT through one I_T nexus. Each is bounded in time and completes on the
 * loop; failures are {@link io.multipath4j.scsi.ScsiException}s, with the status OUTCOME_UNKNOWN
 * when a change may have been done.
 */
public interface NexusCommands {

  /** REGISTER. */
  CompletableFuture<Void> register(long key, long newKey, boolean persist);

  /** REGISTER AND IGNORE EXISTING KEY. */
  CompletableFuture<Void> registerAndIgnoreExisting(long newKey, boolean persist);

  /** RESERVE. */
  CompletableFuture<Void> reserve(long key, ReservationType type);

  /** RELEASE. */
  CompletableFuture<Void> release(long key, ReservationType type);

  /** CLEAR. */
  CompletableFuture<Void> clear(long key);

  /** PREEMPT, or PREEMPT AND ABORT. */
  CompletableFuture<Void> preempt(long key, long victim, ReservationType type, boolean abort);

  /** READ KEYS. */
  CompletableFuture<ReservationKeys> readKeys();

  /** READ RESERVATION. */
  CompletableFuture<ReservationStatus> readReservation();

  /** READ FULL STATUS. */
  CompletableFuture<ReservationFullStatus> readFullStatus();

  /** REPORT CAPABILITIES. */
  CompletableFuture<ReservationCapabilities> reportCapabilities();
}
