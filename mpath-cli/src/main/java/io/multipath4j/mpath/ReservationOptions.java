package io.multipath4j.mpath;

import io.multipath4j.initiator.Initiator;
import io.multipath4j.mpath.console.CommandFailure;
import io.multipath4j.scsi.multipath.reservation.FileKeyStore;
import io.multipath4j.scsi.multipath.reservation.KeyStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether a disk may have persistent reservations, and where its key is kept. */
final class ReservationOptions {

  private enum Switch {
    on,
    off
  }

  @Option(
      names = "--persistent-reservations",
      paramLabel = "on|off",
      description =
          "Permit 'mpath pr' on the disk. off refuses them on it and on its paths. Default: off.")
  private Switch reservations = Switch.off;

  @Option(
      names = "--reservation-keys",
      paramLabel = "FILE",
      description =
          "Keep the key there (mode 0600, folder 0700), so that it is known after a restart"
              + " whether another host preempted this one. Default: it is forgotten.")
  private @Nullable Path keys;

  /** What is open as long as the disk is attached. */
  static final class Keys implements AutoCloseable {

    private final ExecutorService writer =
        Executors.newSingleThreadExecutor(Thread.ofVirtual().name("mpath-keys").factory());
    private @Nullable FileKeyStore file;

    @Override
    public void close() throws CommandFailure {
      FileKeyStore open = file;
      writer.close();
      try {
        if (open != null) {
          open.close();
        }
      } catch (IOException failure) {
        throw new CommandFailure("--reservation-keys: " + failure.getMessage(), failure);
      }
    }
  }

  /** Tells whether the words go together. */
  boolean areConsistent() {
    return reservations == Switch.on || keys == null;
  }

  /** Permits them if the user wants it; to be called before the attachment starts. */
  void allow(Initiator initiator, RandomGenerator random, Keys open) throws CommandFailure {
    Path path = keys;
    if (reservations == Switch.on) {
      try {
        if (path == null) {
          initiator.multipath().allowPersistentReservations(KeyStore.inMemory());
        } else {
          FileKeyStore file = FileKeyStore.open(path, open.writer, random);
          open.file = file;
          initiator.allowPersistentReservations(file);
        }
      } catch (IOException refused) {
        throw new CommandFailure("--reservation-keys: " + refused.getMessage(), refused);
      }
    }
  }
}
