package io.multipath4j.block;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts bios into pieces that a device takes. A bio that fits is passed on as it is; of a longer one
 * at most {@link #MAX_PIECES_IN_FLIGHT} pieces are under way at a time, so that a discard of
 * terabytes needs no more memory than a small one. Pieces of a write to a zoned device are under
 * way one after the other.
 *
 * <p>A split bio completes once, when no piece is under way any more: with OK, or with the error of
 * the failed piece that has the lowest offset. After an error no further piece is started; which
 * parts of the range were done is then unknown.
 *
 * <p>On a device with zones a piece also ends where a zone does. Zone actions are never cut.
 *
 * <p>Pieces are pooled. Loop thread only.
 */
public final class BioSplitter {

  /** Most pieces of one bio that are under way at a time. */
  public static final int MAX_PIECES_IN_FLIGHT = 16;

  /** Most idle pieces, and most idle splits, that are kept for reuse. */
  static final int MAX_POOLED = 64;

  private final Consumer<? super Bio> target;
  private @Nullable Piece freePieces;
  private int freePieceCount;
  private @Nullable Split freeSplits;
  private int freeSplitCount;

  /**
   * Makes a splitter.
   *
   * @param target takes the pieces, and the bios that fit; it may complete them inside the call
   */
  public BioSplitter(Consumer<? super Bio> target) {
    this.target = target;
  }

  /** Tells whether a bio is short enough, and in one zone, to be passed on in one piece. */
  public static boolean fits(Bio bio, BlockLimits limits) {
    BioOp op = bio.op();
    long length = bio.length();
    return length <= limits.maxBytes(op) && length <= bytesToZoneEnd(op, bio.offset(), limits);
  }

  private static long bytesToZoneEnd(BioOp op, long offset, BlockLimits limits) {
    long zoneBytes = limits.zoned().zoneBytes();
    return zoneBytes == 0 || op == BioOp.FLUSH || op.isZoneAction()
        ? Long.MAX_VALUE
        : zoneBytes - offset % zoneBytes;
  }

  /**
   * Passes a bio on, whole or in pieces.
   *
   * @param bio one that {@link BlockLimits#check} accepted
   */
  public void submit(Bio bio, BlockLimits limits) {
    if (fits(bio, limits)) {
      target.accept(bio);
      return;
    }
    Split split = freeSplits;
    if (split == null) {
      split = new Split();
    } else {
      freeSplits = split.nextFree;
      freeSplitCount--;
    }
    split.start(bio, limits);
  }

  /**
   * Returns the length of the next piece: as long as allowed, ending where a physical block (for a
   * discard: the unit that it frees) ends whenever such an end is within reach, and never beyond
   * its zone.
   */
  static long pieceBytes(BioOp op, long offset, long remaining, BlockLimits limits) {
    long inZone = Math.min(remaining, bytesToZoneEnd(op, offset, limits));
    long max = limits.maxBytes(op);
    if (inZone <= max) {
      return inZone;
    }
    int granule =
        op == BioOp.DISCARD ? limits.discardGranularityBytes() : limits.physicalBlockBytes();
    long end = offset + max;
    if (granule > 0 && end - end % granule > offset) {
      return end - end % granule - offset;
    }
    return max - max % limits.logicalBlockBytes();
  }

  private Piece takePiece() {
    Piece piece = freePieces;
    if (piece == null) {
      return new Piece();
    }
    freePieces = piece.nextFree;
    freePieceCount--;
    return piece;
  }

  private void give(Piece piece) {
    if (freePieceCount < MAX_POOLED) {
      piece.nextFree = freePieces;
      freePieces = piece;
      freePieceCount++;
    }
  }

  private void give(Split split) {
    if (freeSplitCount < MAX_POOLED) {
      split.nextFree = freeSplits;
      freeSplits = split;
      freeSplitCount++;
    }
  }

  /** One long bio under way. */
  private final class Split {

    private static final Bio IDLE = new Bio();

    private Bio parent = IDLE;
    private @Nullable BlockLimits limits;
    private long started;
    private int inFlight;
    private boolean issuing;
    private BlockStatus status = BlockStatus.OK;
    private long errorOffset;
    private @Nullable Split nextFree;

    private void start(Bio bio, BlockLimits deviceLimits) {
      parent = bio;
      limits = deviceLimits;
      started = 0;
      status = BlockStatus.OK;
      errorOffset = Long.MAX_VALUE;
      issue(deviceLimits);
    }

    /** Starts what may be started. A piece that completes inside the call adds no recursion. */
    private void issue(BlockLimits deviceLimits) {
      if (issuing) {
        return;
      }
      issuing = true;
      // A zone takes writes in order alone, and paths do not keep the order among each other.
      boolean inOrder = parent.op().isWrite() && deviceLimits.zoned().isZoned();
      int window = inOrder ? 1 : MAX_PIECES_IN_FLIGHT;
      while (hasMore() && inFlight < window) {
        long length =
            pieceBytes(
                parent.op(), parent.offset() + started, parent.length() - started, deviceLimits);
        Piece piece = takePiece();
        piece.split = this;
        long skip = started;
        started += length;
        inFlight++;
        target.accept(piece.bio.asPartOf(parent, skip, length, piece.viewOf(parent.data()), piece));
      }
      issuing = false;
      if (inFlight == 0) {
        finish();
      }
    }

    private boolean hasMore() {
      return status == BlockStatus.OK && started < parent.length();
    }

    private void ended(long offset, BlockStatus result) {
      inFlight--;
      if (result != BlockStatus.OK && offset < errorOffset) {
        status = result;
        errorOffset = offset;
      }
      BlockLimits deviceLimits = limits;
      if (deviceLimits != null) {
        issue(deviceLimits);
      }
    }

    private void finish() {
      Bio bio = parent;
      BlockStatus result = status;
      parent = IDLE;
      limits = null;
      give(this);
      bio.complete(result);
    }
  }

  /** One part of a long bio. */
  private final class Piece implements BioCompletion {

    private final Bio bio = new Bio();
    private @Nullable Split split;
    private @Nullable ByteBuffer source;
    private @Nullable ByteBuffer view;
    private @Nullable Piece nextFree;

    /** Returns this piece's own duplicate; kept, since buffers are pooled and come again. */
    @SuppressWarnings("ReferenceEquality") // buffers are equal by content; the same one is meant
    private @Nullable ByteBuffer viewOf(@Nullable ByteBuffer data) {
      if (source != data) {
        source = data;
        view = data == null ? null : data.duplicate();
      }
      return view;
    }

    @Override
    public void completed(Bio ended) {
      Split owner = split;
      if (owner == null) {
        throw new IllegalStateException("piece completed twice: " + ended);
      }
      split = null;
      long offset = ended.offset();
      BlockStatus status = ended.status();
      give(this);
      owner.ended(offset, status);
    }
  }
}
