package io.multipath4j.libmultipath;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioCompletion;
import org.jspecify.annotations.Nullable;

/**
 * One bio on its way through a head: the original, the clone that a path gets, and what is known of
 * the attempts so far. Pooled; on one {@link IoFifo} at most.
 *
 * <p>The original stays untouched until it completes, since a path may do a part of the clone and
 * then fail: a new attempt asks for all of it again.
 */
final class MpathIo<P> implements BioCompletion, Runnable {

  private static final Bio NONE = new Bio();

  private final IoDispatcher<P> dispatcher;
  final Bio clone = new Bio();
  final Attempt<P> attempt = new Attempt<>();

  Bio original = NONE;

  /** Paths tried since the last time that all had been. */
  long triedPaths;

  int attempts;

  /** Most paths that there were after any of its attempts. */
  int mostPaths;

  /** When it was submitted; known only where there is a limit of time. */
  long submittedNanos;

  /** Whether {@link #startNanos} holds the time of the first dispatch, for the statistics. */
  boolean timed;

  long startNanos;

  /** Whether it waits because no path could be selected, since {@link #parkedSinceNanos}. */
  boolean parked;

  long parkedSinceNanos;

  @Nullable MpathIo<P> next;

  MpathIo(IoDispatcher<P> dispatcher) {
    this.dispatcher = dispatcher;
  }

  void begin(Bio bio) {
    original = bio;
    triedPaths = 0;
    attempts = 0;
    mostPaths = 1;
    timed = false;
    parked = false;
  }

  Bio end() {
    Bio bio = original;
    original = NONE;
    return bio;
  }

  /** The clone ended. */
  @Override
  public void completed(Bio ended) {
    dispatcher.cloneEnded(this);
  }

  /** The clone ended on another thread, and this is the head's. */
  @Override
  public void run() {
    dispatcher.attemptEnded(this);
  }
}
