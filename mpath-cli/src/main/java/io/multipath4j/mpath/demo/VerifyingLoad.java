package io.multipath4j.mpath.demo;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioCompletion;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Timer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Random reads and writes on a block device, each block of which says which block it is, which
 * write made it, and a checksum; so a wrong, stale, lost, misplaced or torn block is found. At the
 * end every block of the region is read once more.
 *
 * <p>Lives on the device's event loop; only {@link #counters} may be called from elsewhere.
 */
public final class VerifyingLoad {

  /** One in so many writes is forced to the medium. */
  private static final int FUA_ONE_IN = 32;

  /** One in so many I/Os is a flush. */
  private static final int FLUSH_ONE_IN = 512;

  /** One in so many I/Os is longer than one block. */
  private static final int LONG_ONE_IN = 8;

  private enum Phase {
    IDLE,
    RUNNING,
    DRAINING,
    SWEEPING,
    DONE
  }

  /**
   * How far a running load is.
   *
   * @param reads read I/Os verified
   * @param writes write I/Os acknowledged
   * @param inFlight I/Os not answered yet
   */
  public record Counters(long reads, long writes, int inFlight) {}

  private final BlockDevice device;
  private final EventLoop loop;
  private final RandomGenerator random;
  private final LoadPlan plan;
  private final BlockLedger ledger;
  private final List<Slot> idle = new ArrayList<>();
  private final StallWatch stalls;

  private Phase phase = Phase.IDLE;
  private int inFlight;
  private int sweptBlocks;
  private long reads;
  private long writes;
  private long failures;
  private long answers;
  private boolean stepDeferred;
  private volatile Counters counters = new Counters(0, 0, 0);
  private @Nullable Timer deadline;
  private Consumer<LoadResult> whenDone = result -> {};

  /** Makes a load; the region of {@code device} is zeros. */
  public VerifyingLoad(BlockDevice device, EventLoop loop, RandomGenerator random, LoadPlan plan) {
    this.device = device;
    this.loop = loop;
    this.random = random;
    this.plan = plan;
    this.ledger = new BlockLedger(plan.blocks(), plan.blockBytes());
    this.stalls = new StallWatch(loop.clock().nanoTime());
    for (int i = 0; i < plan.depth(); i++) {
      idle.add(new Slot());
    }
  }

  /** Starts to read and write. */
  public void start() {
    if (phase != Phase.IDLE) {
      throw new IllegalStateException("the load was started before");
    }
    phase = Phase.RUNNING;
    stalls.next(loop.clock().nanoTime());
    step();
  }

  /**
   * Stops to write, waits for the answers, reads the whole region, and tells what was found. Called
   * back once; what is not answered in the time of the plan counts as lost.
   */
  public void finish(Consumer<LoadResult> done) {
    whenDone = done;
    phase = Phase.DRAINING;
    watchAnswers(-1);
    step();
  }

  /** Returns how far it is; at most one loop turn old. Callable from any thread. */
  public Counters counters() {
    return counters;
  }

  /** Ends a span of the stall measurement and begins the next. */
  StallWatch.Span nextSpan() {
    return stalls.next(loop.clock().nanoTime());
  }

  private void step() {
    stepDeferred = false;
    // A device that has failed completes at once: each slot has one try a turn.
    for (int tries = idle.size(); phase == Phase.RUNNING && tries > 0; tries--) {
      Slot slot = idle.removeLast();
      inFlight++;
      slot.startRandom();
    }
    if (phase == Phase.DRAINING && inFlight == 0) {
      phase = Phase.SWEEPING;
    }
    while (phase == Phase.SWEEPING && !idle.isEmpty() && sweptBlocks < ledger.blocks()) {
      Slot slot = idle.removeLast();
      inFlight++;
      int count = Math.min(plan.maxBlocksPerIo(), ledger.blocks() - sweptBlocks);
      sweptBlocks += count;
      slot.startSweep(sweptBlocks - count, count);
    }
    if (phase == Phase.SWEEPING && inFlight == 0) {
      end();
    }
    publish();
  }

  /** Ends the load when a whole time of the plan passed without any answer. */
  private void watchAnswers(long answersBefore) {
    if (answers == answersBefore) {
      end();
    } else {
      long answersNow = answers;
      deadline =
          loop.schedule(
              TimeUnit.MILLISECONDS.toNanos(plan.answerTimeoutMillis()),
              () -> watchAnswers(answersNow));
    }
  }

  private void end() {
    if (phase == Phase.DONE) {
      return;
    }
    phase = Phase.DONE;
    if (deadline != null) {
      deadline.cancel();
    }
    publish();
    whenDone.accept(
        new LoadResult(
            reads,
            writes,
            ledger.wrongBlocks(),
            ledger.lostBlocks(),
            failures,
            inFlight,
            ledger.findings()));
  }

  private void publish() {
    counters = new Counters(reads, writes, inFlight);
  }

  /** One I/O at a time, with memory of its own. */
  private final class Slot implements BioCompletion {

    private final Bio bio = new Bio();
    private final ByteBuffer data =
        ByteBuffer.allocateDirect(plan.maxBlocksPerIo() * plan.blockBytes());
    private long startedNanos;
    private int first;
    private int count;

    void startRandom() {
      startedNanos = loop.clock().nanoTime();
      if (random.nextInt(FLUSH_ONE_IN) == 0) {
        count = 0;
        device.submit(bio.asFlush(this));
        return;
      }
      takeRange();
      if (random.nextInt(100) < plan.writePercent()) {
        ledger.beginWrite(data, first, count);
        int flags = random.nextInt(FUA_ONE_IN) == 0 ? Bio.FUA : 0;
        device.submit(bio.asWrite(offset(), length(), data, 0, flags, this));
      } else {
        device.submit(bio.asRead(offset(), length(), data, 0, this));
      }
    }

    void startSweep(int firstBlock, int blocks) {
      startedNanos = loop.clock().nanoTime();
      first = firstBlock;
      count = blocks;
      device.submit(bio.asRead(offset(), length(), data, 0, this));
    }

    /** The plan leaves at least half of the blocks free, so a free one is found soon. */
    private void takeRange() {
      int longest = random.nextInt(LONG_ONE_IN) == 0 ? plan.maxBlocksPerIo() : 1;
      count = 1 + random.nextInt(longest);
      do {
        first = random.nextInt(ledger.blocks() - count + 1);
      } while (!ledger.acquire(first, count));
    }

    private long offset() {
      return (long) first * plan.blockBytes();
    }

    private int length() {
      return count * plan.blockBytes();
    }

    @Override
    public void completed(Bio ended) {
      stalls.completed(startedNanos, loop.clock().nanoTime());
      if (ended.status() != BlockStatus.OK) {
        failures++;
        ledger.note(ended + " ended with " + ended.status());
      } else {
        account(ended);
      }
      if (phase != Phase.SWEEPING) {
        ledger.release(first, count);
      }
      inFlight--;
      answers++;
      idle.add(this);
      if (!stepDeferred && phase != Phase.DONE) {
        // Once a turn, and not from inside the device.
        stepDeferred = true;
        loop.defer(VerifyingLoad.this::step);
      }
    }

    private void account(Bio ended) {
      switch (ended.op()) {
        case READ -> {
          ledger.check(data, first, count);
          reads++;
        }
        case WRITE -> {
          ledger.endWrite(first, count);
          writes++;
        }
        default -> {
          // A flush says nothing about any block.
        }
      }
    }
  }
}
