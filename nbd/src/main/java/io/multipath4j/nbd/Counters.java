package io.multipath4j.nbd;

import static io.multipath4j.nbd.wire.Transmitting.CMD_FLUSH;
import static io.multipath4j.nbd.wire.Transmitting.CMD_READ;
import static io.multipath4j.nbd.wire.Transmitting.CMD_TRIM;
import static io.multipath4j.nbd.wire.Transmitting.CMD_WRITE;
import static io.multipath4j.nbd.wire.Transmitting.CMD_WRITE_ZEROES;

import java.util.concurrent.atomic.AtomicLong;

/** Written by the loop thread only, read by any: so an addition needs no atomic instruction. */
final class Counters {

  private final AtomicLong reads = new AtomicLong();
  private final AtomicLong writes = new AtomicLong();
  private final AtomicLong flushes = new AtomicLong();
  private final AtomicLong trims = new AtomicLong();
  private final AtomicLong writeZeroes = new AtomicLong();
  private final AtomicLong others = new AtomicLong();
  private final AtomicLong bytesRead = new AtomicLong();
  private final AtomicLong bytesWritten = new AtomicLong();
  private final AtomicLong errors = new AtomicLong();
  private final AtomicLong inFlight = new AtomicLong();

  void requested(int command) {
    add(
        switch (command) {
          case CMD_READ -> reads;
          case CMD_WRITE -> writes;
          case CMD_FLUSH -> flushes;
          case CMD_TRIM -> trims;
          case CMD_WRITE_ZEROES -> writeZeroes;
          default -> others;
        },
        1);
  }

  void read(long byteCount) {
    add(bytesRead, byteCount);
  }

  void wrote(long byteCount) {
    add(bytesWritten, byteCount);
  }

  void failed() {
    add(errors, 1);
  }

  void slotTaken() {
    add(inFlight, 1);
  }

  void slotFreed() {
    add(inFlight, -1);
  }

  private static void add(AtomicLong counter, long amount) {
    counter.setRelease(counter.getPlain() + amount);
  }

  /** Callable from any thread; the fields are each exact but not of one instant. */
  NbdStatistics snapshot() {
    return new NbdStatistics(
        reads.get(),
        writes.get(),
        flushes.get(),
        trims.get(),
        writeZeroes.get(),
        others.get(),
        bytesRead.get(),
        bytesWritten.get(),
        errors.get(),
        inFlight.get());
  }
}
