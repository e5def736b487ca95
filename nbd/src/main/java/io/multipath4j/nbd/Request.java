package io.multipath4j.nbd;

import static io.multipath4j.nbd.wire.Transmitting.CMD_CACHE;
import static io.multipath4j.nbd.wire.Transmitting.CMD_FLAG_FAST_ZERO;
import static io.multipath4j.nbd.wire.Transmitting.CMD_FLAG_FUA;
import static io.multipath4j.nbd.wire.Transmitting.CMD_FLAG_NO_HOLE;
import static io.multipath4j.nbd.wire.Transmitting.CMD_FLUSH;
import static io.multipath4j.nbd.wire.Transmitting.CMD_READ;
import static io.multipath4j.nbd.wire.Transmitting.CMD_TRIM;
import static io.multipath4j.nbd.wire.Transmitting.CMD_WRITE;
import static io.multipath4j.nbd.wire.Transmitting.CMD_WRITE_ZEROES;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioCompletion;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.nbd.wire.NbdError;
import io.multipath4j.reactor.WriteCompletion;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A slot for one request, from its header to the last byte of its reply. Made once and used again,
 * with its bio.
 *
 * <p>A request becomes one bio, or a row of them where one buffer serves many (CACHE, zeroes by
 * writing); and a FLUSH behind where it must be durable and the device cannot do that by itself.
 */
final class Request implements BioCompletion, WriteCompletion {

  /** Longest write of zeroes that stands for a piece of WRITE_ZEROES. */
  static final int MAX_ZERO_WRITE_BYTES = 256 * 1024;

  /** Where a request is. */
  enum State {
    /** The slot is free. */
    FREE,
    /** Its payload is arriving. */
    RECEIVING,
    /** The device has it. */
    SUBMITTED,
    /** Its payload is on its way to the client. */
    REPLYING
  }

  private enum Step {
    READ,
    WRITE,
    DISCARD,
    ZERO,
    ZERO_BY_WRITING,
    FLUSH
  }

  private final Transmission owner;
  private final Bio bio = new Bio();

  State state = State.FREE;
  int command;
  int flags;
  long cookie;
  long offset;
  long length;
  @Nullable ByteBuffer buffer;
  @Nullable ByteBuffer zeroes;
  int received;

  private Step step = Step.READ;
  private long done;
  private long maxPieceBytes;
  private int bioFlags;
  private boolean flushBehind;
  private boolean submitting;
  private boolean completedInside;

  Request(Transmission owner) {
    this.owner = owner;
  }

  /** Hands the request to the device; ends in {@link Transmission#ended}, perhaps in this call. */
  void start(ServedExport export) {
    state = State.SUBMITTED;
    done = 0;
    BlockLimits limits = export.device.limits();
    boolean fua = (flags & CMD_FLAG_FUA) != 0;
    bioFlags = 0;
    flushBehind = false;
    switch (command) {
      case CMD_READ, CMD_CACHE -> become(Step.READ);
      case CMD_WRITE -> {
        become(Step.WRITE);
        durable(fua, limits);
      }
      case CMD_TRIM -> {
        become(Step.DISCARD);
        flushBehind = fua && limits.volatileCache();
      }
      case CMD_WRITE_ZEROES -> startZeroes(limits, fua);
      case CMD_FLUSH -> become(Step.FLUSH);
      default -> throw new AssertionError("command " + command + " is not for a device");
    }
    drive(export);
  }

  private void startZeroes(BlockLimits limits, boolean fua) {
    if (limits.maxWriteZeroesBytes() > 0) {
      become(Step.ZERO);
      // SCSI's WRITE SAME has no FUA bit: a flush is what holds on every device.
      flushBehind = fua && limits.volatileCache();
      bioFlags =
          ((flags & CMD_FLAG_NO_HOLE) != 0 ? Bio.NO_UNMAP : 0)
              | ((flags & CMD_FLAG_FAST_ZERO) != 0 ? Bio.FAST_ONLY : 0);
    } else {
      become(Step.ZERO_BY_WRITING);
      durable(fua, limits);
    }
  }

  private void durable(boolean fua, BlockLimits limits) {
    if (fua && limits.fua()) {
      bioFlags |= Bio.FUA;
    } else {
      flushBehind = fua && limits.volatileCache();
    }
  }

  private void become(Step next) {
    step = next;
    if (next == Step.ZERO_BY_WRITING) {
      maxPieceBytes = MAX_ZERO_WRITE_BYTES;
    } else if (command == CMD_CACHE) {
      maxPieceBytes = Transmission.CACHE_PIECE_BYTES;
    } else {
      maxPieceBytes = length;
    }
  }

  /** Submits piece after piece: a loop, because a device may complete inside of submit. */
  private void drive(ServedExport export) {
    boolean ended;
    do {
      completedInside = false;
      submitting = true;
      submitPiece(export);
      submitting = false;
      ended = completedInside && advance(export);
    } while (completedInside && !ended);
  }

  @Override
  public void completed(Bio ignored) {
    if (submitting) {
      completedInside = true;
    } else if (!advance(owner.export())) {
      drive(owner.export());
    }
  }

  private void submitPiece(ServedExport export) {
    long at = offset + done;
    long piece = Math.min(length - done, maxPieceBytes);
    switch (step) {
      case READ -> {
        int index = command == CMD_CACHE ? 0 : (int) done; // CACHE keeps nothing of what it reads
        bio.asRead(at, (int) piece, Objects.requireNonNull(buffer), index, this);
      }
      case WRITE ->
          bio.asWrite(at, (int) piece, Objects.requireNonNull(buffer), (int) done, bioFlags, this);
      case DISCARD -> bio.asDiscard(at, piece, this);
      case ZERO -> bio.asWriteZeroes(at, piece, bioFlags, this);
      case ZERO_BY_WRITING -> bio.asWrite(at, (int) piece, owner.zeroes(this), 0, bioFlags, this);
      case FLUSH -> bio.asFlush(this);
    }
    export.submit(bio);
  }

  /** Takes the outcome of a piece; returns whether the request has ended. */
  private boolean advance(ServedExport export) {
    BlockStatus status = bio.status();
    if (status == BlockStatus.NOTSUPP && step == Step.DISCARD) {
      status = BlockStatus.OK; // TRIM is a hint
    }
    if (status == BlockStatus.NOTSUPP && step == Step.ZERO && !bio.has(Bio.FAST_ONLY)) {
      boolean fua = (flags & CMD_FLAG_FUA) != 0;
      bioFlags = 0;
      flushBehind = false;
      become(Step.ZERO_BY_WRITING);
      durable(fua, export.device.limits());
      return endedIfGone();
    }
    if (status != BlockStatus.OK) {
      return end(errorOf(status));
    }
    if (step == Step.FLUSH) {
      return end(NbdError.OK);
    }
    done += bio.length();
    if (done < length) {
      return endedIfGone();
    }
    if (flushBehind) {
      step = Step.FLUSH;
      return endedIfGone();
    }
    return end(NbdError.OK);
  }

  /** A client that is gone is not worth further pieces. */
  private boolean endedIfGone() {
    return owner.isGone() && end(NbdError.ESHUTDOWN);
  }

  private boolean end(NbdError error) {
    owner.ended(this, error);
    return true;
  }

  /** ENOTSUP is for fast zeroes only ("Error values"). */
  private NbdError errorOf(BlockStatus status) {
    NbdError error = NbdError.of(status);
    return error == NbdError.ENOTSUP && (flags & CMD_FLAG_FAST_ZERO) == 0 ? NbdError.EINVAL : error;
  }

  @Override
  public void written() {
    owner.replied(this);
  }
}
