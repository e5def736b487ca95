package io.multipath4j.scsi.multipath.reservation;

import io.multipath4j.scsi.codec.ReservationKeys;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether this host's key has been on the device all the time while one more nexus was
 * registered with it, so that no other host can have preempted it in between.
 *
 * <p>A preemption removes the key from all nexuses at once. So one other nexus that is still
 * registered afterwards, without having been registered anew, proves that there was none: REGISTER
 * with the same key as the old and the new one is done only by a nexus that has it. Without such an
 * anchor at hand the keys are counted, and the generation is compared: it grows with each
 * registration and each preemption (SPC-5 6.15.2), so that by one more than before it is ours.
 *
 * <p>Used for one registration.
 */
final class Witness {

  /** What became of it. */
  enum Verdict {
    /** The key was there all the time. */
    OURS,
    /** Another host removed it. */
    PREEMPTED,
    /** It cannot be told, as long as nexuses that may have the key without a right are away. */
    UNDECIDED
  }

  private final Nexuses nexuses;
  private final Nexus subject;
  private final long key;
  private final boolean persist;
  private @Nullable ReservationKeys before;

  /**
   * @param subject the nexus that is to be registered
   */
  Witness(Nexuses nexuses, Nexus subject, Membership.Registered wanted) {
    this.nexuses = nexuses;
    this.subject = subject;
    this.key = wanted.key();
    this.persist = wanted.persist();
  }

  CompletableFuture<Verdict> before() {
    return askAnchor(this::countBefore);
  }

  CompletableFuture<Verdict> after() {
    return askAnchor(this::countAfter);
  }

  private CompletableFuture<Verdict> askAnchor(Counting otherwise) {
    Nexus anchor = nexuses.anchor(subject, key);
    if (anchor == null) {
      return subject.commands().readKeys().thenApply(otherwise::judge);
    }
    return anchor
        .commands()
        .register(key, key, persist)
        .thenApply(done -> Verdict.OURS)
        .exceptionallyCompose(failure -> {
          anchor.registration(
              Failure.isConflict(failure) ? Registration.NONE : new Registration.Perhaps(key));
          return askAnchor(otherwise);
        });
  }

  private interface Counting {
    Verdict judge(ReservationKeys keys);
  }

  private Verdict countBefore(ReservationKeys keys) {
    before = keys;
    int count = count(keys);
    if (count > nexuses.uncertain(subject)) {
      return Verdict.OURS;
    }
    return count == 0 ? Verdict.PREEMPTED : Verdict.UNDECIDED;
  }

  /** The subject has the key now: without another rightful one, a preemption came in between. */
  private Verdict countAfter(ReservationKeys keys) {
    ReservationKeys first = before;
    int uncertain = nexuses.uncertain(subject);
    boolean alone = first != null && keys.generation() == (first.generation() + 1 & 0xFFFF_FFFFL);
    if (alone || count(keys) > uncertain + 1) {
      return Verdict.OURS;
    }
    return uncertain == 0 ? Verdict.PREEMPTED : Verdict.UNDECIDED;
  }

  private int count(ReservationKeys keys) {
    return Collections.frequency(keys.keys(), key);
  }
}
