package io.multipath4j.libmultipath;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Who looks at the paths at this moment, other than the head's loop within one turn. Not for the
 * data path: what is selected and submitted there is done when its turn is. Any thread.
 *
 * <p>Readers are counted per generation. Waiting closes the generation of now, so that readers who
 * come later are not waited for.
 */
final class ReadEpoch {

  /** The readers who came between two calls of {@link #synchronize}. Guarded by the epoch. */
  static final class Generation {

    private int readers;
    private boolean closed;
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
  }

  private Generation current = new Generation();
  private CompletableFuture<Void> allBefore = CompletableFuture.completedFuture(null);

  /** A reader begins; to be given back to {@link #exit}, once. */
  synchronized Generation enter() {
    current.readers++;
    return current;
  }

  /** A reader is done, on whatever thread. */
  void exit(Generation generation) {
    boolean last;
    synchronized (this) {
      generation.readers--;
      last = generation.closed && generation.readers == 0;
    }
    if (last) {
      generation.drained.complete(null);
    }
  }

  /** Returns what completes when every reader of now is done; at once when there is none. */
  CompletionStage<Void> synchronize() {
    Generation old;
    boolean empty;
    CompletableFuture<Void> done;
    synchronized (this) {
      old = current;
      old.closed = true;
      empty = old.readers == 0;
      current = new Generation();
      done = CompletableFuture.allOf(allBefore, old.drained);
      allBefore = done;
    }
    if (empty) {
      old.drained.complete(null);
    }
    return done;
  }
}
