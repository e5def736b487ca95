package io.multipath4j.libmultipath;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Who still needs a head: its driver, and each opener. Any thread. */
final class HeadReferences {

  private final String name;
  private final AtomicInteger count = new AtomicInteger(1);
  private final AtomicBoolean driverGaveBack = new AtomicBoolean();
  private final CompletableFuture<Void> gone = new CompletableFuture<>();

  HeadReferences(String name) {
    this.name = name;
  }

  int count() {
    return count.get();
  }

  /** Takes a reference; false when there is none any more, and so never will be. */
  boolean get() {
    return count.getAndUpdate(now -> now == 0 ? 0 : now + 1) != 0;
  }

  /** Gives a reference back. */
  void put() {
    int before = count.getAndUpdate(now -> now == 0 ? 0 : now - 1);
    if (before == 0) {
      throw new IllegalStateException(name + ": a reference was given back twice");
    }
    if (before == 1) {
      gone.complete(null);
    }
  }

  /** Gives the driver's reference back, the first time that it is called. */
  CompletableFuture<Void> uninit() {
    if (driverGaveBack.compareAndSet(false, true)) {
      put();
    }
    return gone.copy();
  }
}
