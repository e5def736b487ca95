package io.multipath4j.block;

import org.jspecify.annotations.Nullable;

/**
 * A part of a block device as a device of its own, as a partition is. I/O outside of it ends with
 * INVAL; {@link #operations()} reach beyond it only for whom may do raw I/O. Takes I/O where the
 * whole device does; allocates nothing in the steady state.
 *
 * <p>Zones are there only when the range begins and ends where zones do.
 */
public final class BlockDeviceRange implements BlockDevice {

  /** Most idle clones that are kept for reuse. */
  private static final int MAX_POOLED = 1024;

  private final BlockDevice whole;
  private final String name;
  private final long startBytes;
  private final long lengthBytes;
  private final boolean rawIo;
  private @Nullable Moved free;
  private int freeCount;

  /**
   * Makes a view of {@code lengthBytes} bytes from {@code startBytes} on.
   *
   * @param name the view's name, such as {@code sda1}
   * @param rawIo whether requests that reach beyond the view are passed on
   * @throws IllegalArgumentException when the range is empty, not within the device, or not of
   *     whole logical blocks
   */
  public BlockDeviceRange(
      BlockDevice whole, String name, long startBytes, long lengthBytes, boolean rawIo) {
    int block = whole.limits().logicalBlockBytes();
    long capacity = whole.capacityBytes();
    boolean aligned = ((startBytes | lengthBytes) & (block - 1)) == 0;
    boolean inside = startBytes >= 0 && lengthBytes > 0 && startBytes <= capacity - lengthBytes;
    if (!aligned || !inside) {
      throw new IllegalArgumentException(
          "%s: %d bytes at %d of %s: expected whole blocks of %d bytes within its %d bytes"
              .formatted(name, lengthBytes, startBytes, whole.name(), block, capacity));
    }
    this.whole = whole;
    this.name = name;
    this.startBytes = startBytes;
    this.lengthBytes = lengthBytes;
    this.rawIo = rawIo;
  }

  /** Returns the device that this is a part of. */
  public BlockDevice whole() {
    return whole;
  }

  /** Returns where the view begins on the whole device, in bytes. */
  public long startBytes() {
    return startBytes;
  }

  boolean rawIo() {
    return rawIo;
  }

  @Override
  public String name() {
    return name;
  }

  /** {@inheritDoc} Less than the view was made with when the whole device shrank into it. */
  @Override
  public long capacityBytes() {
    return Math.clamp(whole.capacityBytes() - startBytes, 0, lengthBytes);
  }

  @Override
  public BlockLimits limits() {
    BlockLimits limits = whole.limits();
    return limits.zoned().isZoned() && !hasWholeZones(limits.zoned())
        ? limits.withZoned(ZonedModel.NONE)
        : limits;
  }

  boolean hasWholeZones(ZonedModel zoned) {
    long zoneBytes = zoned.zoneBytes();
    return zoneBytes != 0 && startBytes % zoneBytes == 0 && lengthBytes % zoneBytes == 0;
  }

  /**
   * {@inheritDoc}
   *
   * <p>ZONE_RESET_ALL ends with NOTSUPP: it would empty the whole device.
   */
  @Override
  public void submit(Bio bio) {
    BlockStatus checked = limits().check(bio, capacityBytes());
    if (checked != BlockStatus.OK) {
      bio.complete(checked);
    } else if (bio.op() == BioOp.ZONE_RESET_ALL) {
      bio.complete(BlockStatus.NOTSUPP);
    } else {
      Moved moved = free;
      if (moved == null) {
        moved = new Moved();
      } else {
        free = moved.nextFree;
        freeCount--;
      }
      moved.original = bio;
      whole.submit(moved.clone.asShiftedCloneOf(bio, startBytes, moved));
    }
  }

  @Override
  public BlockOperations operations() {
    return new RangeOperations(this);
  }

  /** One I/O on its way through the view. */
  private final class Moved implements BioCompletion {

    private final Bio clone = new Bio();
    private @Nullable Bio original;
    private @Nullable Moved nextFree;

    @Override
    public void completed(Bio ended) {
      Bio bio = original;
      if (bio == null) {
        throw new IllegalStateException(name + ": completed twice: " + ended);
      }
      original = null;
      BlockStatus status = ended.status();
      if (freeCount < MAX_POOLED) {
        nextFree = free;
        free = this;
        freeCount++;
      }
      bio.complete(status);
    }
  }
}
