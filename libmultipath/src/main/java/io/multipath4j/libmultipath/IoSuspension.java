package io.multipath4j.libmultipath;

import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Timer;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Holds a head's I/O back, and knows when none is on a path any more. Loop thread only. */
public final class IoSuspension {

  private static final System.Logger LOG = System.getLogger(IoSuspension.class.getName());

  private final String name;
  private final EventLoop loop;
  private final Runnable kick;
  private final List<Hold> holds = new ArrayList<>();
  private long onPaths;

  /**
   * @param kick sends on what was held back
   */
  IoSuspension(String name, EventLoop loop, Runnable kick) {
    this.name = name;
    this.loop = loop;
    this.kick = kick;
  }

  boolean isSuspended() {
    return !holds.isEmpty();
  }

  void attemptBegins() {
    onPaths++;
  }

  void attemptEnded() {
    onPaths--;
    if (onPaths == 0 && !holds.isEmpty()) {
      loop.defer(this::drained); // not inside the completion of an I/O
    }
  }

  private void drained() {
    if (onPaths == 0) { // else I/O went on meanwhile, and another suspension has begun
      List.copyOf(holds).forEach(Hold::drained);
    }
  }

  CompletableFuture<Hold> suspend(long drainNanos, long holdNanos) {
    Hold hold = new Hold();
    holds.add(hold);
    hold.longest = loop.schedule(holdNanos, hold::tooLong);
    if (onPaths == 0) {
      hold.drained();
    } else {
      hold.drain = loop.schedule(drainNanos, () -> hold.notDrained(drainNanos));
    }
    return hold.ready;
  }

  /** One suspension, to be ended by {@link #resume}. */
  public final class Hold {

    private final CompletableFuture<Hold> ready = new CompletableFuture<>();
    private @Nullable Timer drain;
    private @Nullable Timer longest;

    private Hold() {}

    /** Lets I/O go on, unless another suspension holds it; more calls have no effect. */
    public void resume() {
      if (holds.remove(this)) {
        cancel(drain);
        cancel(longest);
        if (holds.isEmpty()) {
          kick.run();
        }
      }
    }

    private void drained() {
      cancel(drain);
      ready.complete(this);
    }

    private void notDrained(long drainNanos) {
      resume();
      ready.completeExceptionally(
          BlockOperationException.of(
              BlockStatus.TIMEOUT,
              "%s: %d I/Os were still on paths after %d ms"
                  .formatted(name, onPaths, TimeUnit.NANOSECONDS.toMillis(drainNanos))));
    }

    private void tooLong() {
      LOG.log(Level.ERROR, "{0}: I/O was suspended for too long; it goes on", name);
      resume();
      ready.completeExceptionally(
          BlockOperationException.of(
              BlockStatus.TIMEOUT, name + ": I/O was suspended for too long"));
    }

    private static void cancel(@Nullable Timer timer) {
      if (timer != null) {
        timer.cancel();
      }
    }
  }
}
