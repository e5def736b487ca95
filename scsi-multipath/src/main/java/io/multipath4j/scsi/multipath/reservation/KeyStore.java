package io.multipath4j.scsi.multipath.reservation;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Keeps the keys of this host, by the unique id of the disk. */
public interface KeyStore {

  /** Returns what is kept of a disk. Loop thread; never blocks. */
  Optional<KeyRecord> get(String wwid);

  /**
   * Keeps a record in place of the one there is. Loop thread; never blocks.
   *
   * @return completed, on any thread, when it is as safe as this store makes it; fails with an
   *     {@link java.io.IOException} when it could not be kept, and the former one is then kept on
   */
  CompletableFuture<Void> put(String wwid, KeyRecord record);

  /** Forgets a disk, in the same way. */
  CompletableFuture<Void> remove(String wwid);

  /** Returns a store that lives as long as the process. Loop thread only. */
  static KeyStore inMemory() {
    Map<String, KeyRecord> records = new HashMap<>();
    return new KeyStore() {
      @Override
      public Optional<KeyRecord> get(String wwid) {
        return Optional.ofNullable(records.get(wwid));
      }

      @Override
      public CompletableFuture<Void> put(String wwid, KeyRecord record) {
        records.put(wwid, record);
        return CompletableFuture.completedFuture(null);
      }

      @Override
      public CompletableFuture<Void> remove(String wwid) {
        records.remove(wwid);
        return CompletableFuture.completedFuture(null);
      }
    };
  }
}
