package io.multipath4j.block;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Persistent reservations of a device: who may use it is agreed upon by keys, across hosts.
 *
 * <p>Keys are eight bytes as a big-endian number, any but 0, which means "none". Call on the loop
 * that owns the device; futures complete on it, exceptionally with a {@link
 * BlockOperationException}, RESV_CONFLICT when the device refuses because of another's key.
 */
public interface PersistentReservations {

  /** Kinds of reservations; words and numbers are those of Linux's {@code pr_type}. */
  enum Type {
    /** Only the holder writes. */
    WRITE_EXCLUSIVE(1, "write-exclusive"),
    /** Only the holder reads and writes. */
    EXCLUSIVE_ACCESS(2, "exclusive-access"),
    /** Only the registered write. */
    WRITE_EXCLUSIVE_REG_ONLY(3, "write-exclusive-reg-only"),
    /** Only the registered read and write. */
    EXCLUSIVE_ACCESS_REG_ONLY(4, "exclusive-access-reg-only"),
    /** Only the registered write, and all of them are holders. */
    WRITE_EXCLUSIVE_ALL_REGS(5, "write-exclusive-all-regs"),
    /** Only the registered read and write, and all of them are holders. */
    EXCLUSIVE_ACCESS_ALL_REGS(6, "exclusive-access-all-regs");

    private final int number;
    private final String word;

    Type(int number, String word) {
      this.number = number;
      this.word = word;
    }

    /** Returns the word on the command line. */
    public String word() {
      return word;
    }

    /** Returns the number in Linux's ioctls, 1 to 6. */
    public int number() {
      return number;
    }
  }

  /**
   * Who is registered.
   *
   * @param generation grows with each change, 0 to 2^32 - 1
   * @param keys one for each registered nexus, so that the same key may come several times
   */
  record Keys(long generation, List<Long> keys) {

    /** Copies the keys. */
    public Keys {
      keys = List.copyOf(keys);
    }
  }

  /**
   * Who holds the device.
   *
   * @param generation grows with each change
   * @param key of the holder; 0 for the types with many holders
   * @param type the kind
   */
  record Reservation(long generation, long key, Type type) {}

  /**
   * Registers a key, changes or removes it.
   *
   * @param oldKey the one that is registered, 0 for none
   * @param newKey the new one, 0 removes
   * @param ignoreExisting registers whatever is registered now
   * @param throughPowerLoss the device keeps reservations through a power loss (APTPL)
   */
  CompletableFuture<Void> register(
      long oldKey, long newKey, boolean ignoreExisting, boolean throughPowerLoss);

  /** Reserves. */
  CompletableFuture<Void> reserve(long key, Type type);

  /** Releases. */
  CompletableFuture<Void> release(long key, Type type);

  /**
   * Removes the registrations of a key, and takes over its reservation.
   *
   * @param key the caller's
   * @param victim the one to remove
   * @param type of the reservation that is taken over
   * @param abort also ends the commands of the preempted nexuses
   */
  CompletableFuture<Void> preempt(long key, long victim, Type type, boolean abort);

  /** Removes the reservation and every registration. */
  CompletableFuture<Void> clear(long key);

  /** Returns who is registered. */
  CompletableFuture<Keys> readKeys();

  /** Returns who holds the device; empty when nobody does. */
  CompletableFuture<Optional<Reservation>> readReservation();
}
