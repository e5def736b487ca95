package io.multipath4j.nbd.client;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.reactor.WriteCompletion;
import org.jspecify.annotations.Nullable;

/** A slot for one request in flight. Made once and used again. */
final class Pending implements WriteCompletion {

  private final NbdClient owner;
  final int index;

  /** Distinguishes this use of the slot from those before, in the cookie. */
  int generation;

  @Nullable Bio bio;
  @Nullable BlockStatusListener query;

  /** The payload is still the stream's: the bio must not complete, even when answered already. */
  boolean sending;

  boolean answered;
  BlockStatus status = BlockStatus.OK;

  /** How much of a READ has come, or of a range's status. */
  long coveredBytes;

  /** Where in a READ the last part ended. */
  long coveredEnd;

  int startedTick;

  Pending(NbdClient owner, int index) {
    this.owner = owner;
    this.index = index;
  }

  boolean isFree() {
    return bio == null && query == null;
  }

  long cookie() {
    return (long) generation << Integer.SIZE | index;
  }

  void start(@Nullable Bio forBio, @Nullable BlockStatusListener forQuery, int tick) {
    bio = forBio;
    query = forQuery;
    sending = false;
    answered = false;
    status = BlockStatus.OK;
    coveredBytes = 0;
    coveredEnd = 0;
    startedTick = tick;
    generation++;
  }

  void failed(BlockStatus why) {
    if (status == BlockStatus.OK) {
      status = why;
    }
  }

  @Override
  public void written() {
    sending = false;
    if (answered) {
      owner.finish(this);
    }
  }
}
