package io.multipath4j.scsi.multipath;

import io.multipath4j.block.BlockLimits;
import io.multipath4j.libmultipath.MpathDevice;
import io.multipath4j.libmultipath.MpathHead;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One logical unit: its id, its numbers, and its multipath disk. {@link ScsiMultipath} makes it.
 */
public final class ScsiMpathHead {

  /** Most paths of one logical unit; the library has a bit for each. */
  static final int MAX_PATHS = Long.SIZE;

  private final UniqueId id;
  private final int index;
  private final int diskIndex;
  private final LunIdentity identity;
  private final String founder;
  private final MpathHead<ScsiMpathDevice> mpath;

  private CompletableFuture<?> admissions = CompletableFuture.completedFuture(null);
  private String reportedSizes = "";
  private boolean comparisonPlanned;
  private TopologyListener topology = new TopologyListener() {};

  /** Guarded by the lock of {@link ScsiMpathHeads}. */
  private final IndexAllocator pathIndices = new IndexAllocator(MAX_PATHS, "path indices");

  /**
   * @param identity what every path must show, but for the size, which may grow
   * @param founder the first path, as an operator knows it
   */
  ScsiMpathHead(
      UniqueId id,
      int index,
      int diskIndex,
      LunIdentity identity,
      String founder,
      MpathHead<ScsiMpathDevice> mpath) {
    this.id = id;
    this.index = index;
    this.diskIndex = diskIndex;
    this.identity = identity;
    this.founder = founder;
    this.mpath = mpath;
  }

  /** Does something with a path of this head after what was begun before has ended. Loop thread. */
  <T> CompletableFuture<T> inTurn(Supplier<CompletableFuture<T>> next) {
    CompletableFuture<T> mine =
        admissions.handle((ignored, failure) -> 0).thenCompose(ignored -> next.get());
    admissions = mine;
    return mine;
  }

  /** Notes which sizes people were told of; true when they were told just these. */
  boolean reportSizes(String sizes) {
    boolean same = sizes.equals(reportedSizes);
    reportedSizes = sizes;
    return same;
  }

  /** Notes that the sizes of the paths are to be compared; false when that was noted already. */
  boolean planComparison() {
    boolean first = !comparisonPlanned;
    comparisonPlanned = true;
    return first;
  }

  void comparisonBegins() {
    comparisonPlanned = false;
  }

  /** Sets who is told of a new size. */
  void setTopology(TopologyListener listener) {
    topology = listener;
  }

  /** Returns the unique id as {@code wwid} shows it. Any thread. */
  public String idText() {
    return id.text();
  }

  UniqueId id() {
    return id;
  }

  /** Returns the head's number, the N of {@code scsi_mpath_deviceN}. Any thread. */
  public int index() {
    return index;
  }

  /** Returns the disk's number among all disks: 0 is {@code sda}. Any thread. */
  public int diskIndex() {
    return diskIndex;
  }

  /** Returns what every path must show, with the size of now. */
  LunIdentity identity() {
    return identity.withCapacity(mpath.capacityBytes(), mpath.limits().logicalBlockBytes());
  }

  IndexAllocator pathIndices() {
    return pathIndices;
  }

  /** Returns the library's head, which is the multipath disk. Any thread. */
  public MpathHead<ScsiMpathDevice> mpath() {
    return mpath;
  }

  /** Returns the disk's name, {@code sda}. Any thread. */
  public String diskName() {
    return mpath.name();
  }

  /** Returns the paths in the order in which they joined. Any thread. */
  public List<ScsiMpathDevice> paths() {
    return mpath.devices().stream().map(MpathDevice::driverPath).toList();
  }

  /** Returns a path to name when a new one differs from this head: one that is there, if any. */
  String representative() {
    List<MpathDevice<ScsiMpathDevice>> devices = mpath.devices();
    return devices.isEmpty() ? founder : devices.getFirst().driverPath().label();
  }

  /**
   * Fits the disk to its paths: limits only become stricter, since I/O that was split to the former
   * ones is under way; but it is read-only exactly as long as one of the paths is, and grows when
   * all of them tell a larger size. Without any that counts it stays as it is.
   */
  void restack() {
    @Nullable BlockLimits stacked = mpath.isLive() ? mpath.limits() : null;
    boolean readOnly = false;
    long smallest = Long.MAX_VALUE;
    for (MpathDevice<ScsiMpathDevice> path : mpath.devices()) {
      ScsiMpathDevice member = path.driverPath();
      if (member.pending().isEmpty() && member.swapped().isEmpty() && member.isSized()) {
        BlockLimits limits = path.disk().limits();
        stacked = stacked == null ? limits : StackedLimits.stack(stacked, limits);
        readOnly |= limits.readOnly();
        smallest = Math.min(smallest, path.disk().capacityBytes());
      }
    }
    if (stacked != null && smallest != Long.MAX_VALUE) {
      long now = mpath.capacityBytes();
      long capacity = Math.max(now, smallest);
      mpath.setGeometry(capacity, StackedLimits.withReadOnly(stacked, readOnly));
      if (mpath.isLive() && capacity != now) {
        topology.headResized(this);
      }
    }
  }
}
