package io.multipath4j.iscsi;

import io.multipath4j.reactor.WriteCompletion;
import io.multipath4j.scsi.HostByte;
import io.multipath4j.scsi.ScsiCommand;
import org.jspecify.annotations.Nullable;

/** The slot of one outstanding command; made once, used again and again. */
final class Task implements WriteCompletion {

  /** Where a slot is in its life. */
  enum State {
    /** Not in use. */
    FREE,
    /** Waits for the command window to open. */
    WAITING,
    /** Sent; the target has not ended it. */
    SENT,
    /** Ended, but the stream still refers to its buffer. */
    ENDING
  }

  private final CommandEngine engine;
  final int index;
  private int generation;

  State state = State.FREE;
  @Nullable ScsiCommand command;
  long lun;
  int itt;
  int cmdSn;

  /** Counts submissions, so that what came before a reset can be told from what came after. */
  long order;

  /** Data-In: bytes received. Data-Out: bytes sent or asked for. */
  int dataDone;

  /** The next DataSN of Data-In, or the next R2TSN. */
  int nextDataSn;

  /** How many payloads of this command the stream refers to. */
  int pendingWrites;

  @Nullable HostByte endHostByte;
  int endStatus;
  int endResidual;
  @Nullable Runnable afterEnd;
  @Nullable Task next;

  Task(CommandEngine engine, int index) {
    this.engine = engine;
    this.index = index;
  }

  void begin(ScsiCommand carried, long lun, long order) {
    generation = (generation + 1) & 0x7FFF; // so that no tag is the reserved one
    itt = generation << 16 | index;
    command = carried;
    carried.transportTag(itt);
    this.lun = lun;
    this.order = order;
    dataDone = 0;
    nextDataSn = 0;
    endHostByte = null;
    afterEnd = null;
  }

  /** Adds what is to be done after the command's owner has been told. */
  void andThen(Runnable action) {
    Runnable before = afterEnd;
    afterEnd =
        before == null
            ? action
            : () -> {
              before.run();
              action.run();
            };
  }

  @Override
  public void written() {
    pendingWrites--;
    if (pendingWrites == 0 && state == State.ENDING) {
      engine.deliver(this);
    }
  }
}
