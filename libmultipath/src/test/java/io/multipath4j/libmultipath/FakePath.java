package io.multipath4j.libmultipath;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.BlockOperations;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.block.PersistentReservations;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A path of a driver that is neither SCSI nor NVMe: it has three states of its own, and a disk that
 * holds its I/O until the test ends it, or ends it at once.
 */
final class FakePath implements BlockDevice {

  enum Link {
    UP,
    /** Down, and back soon. */
    PAUSED,
    GONE
  }

  /** The library's callbacks. */
  static final class Driver implements MpathHeadTemplate<FakePath> {

    final List<String> removed = new ArrayList<>();
    private final Optional<HeadPublisher<FakePath>> publisher;
    Optional<PersistentReservations> reservations = Optional.empty();

    /** False: no clone can be made. */
    boolean clones = true;

    Driver() {
      this(Optional.empty());
    }

    Driver(Optional<HeadPublisher<FakePath>> publisher) {
      this.publisher = publisher;
    }

    @Override
    public boolean isDisabled(FakePath path) {
      return path.link != Link.UP;
    }

    @Override
    public boolean isOptimized(FakePath path) {
      return path.link == Link.UP && path.device.accessState() == MpathAccessState.OPTIMIZED;
    }

    @Override
    public boolean availablePath(FakePath path) {
      return path.link != Link.GONE && path.mayReturn;
    }

    @Override
    public void removeHead(MpathHead<FakePath> head) {
      removed.add(head.name());
      head.removeDisk();
      head.life().uninit();
    }

    @Override
    public Optional<HeadPublisher<FakePath>> publisher() {
      return publisher;
    }

    @Override
    public Optional<PersistentReservations> reservations(MpathHead<FakePath> head) {
      return reservations;
    }

    @Override
    public boolean cloneBio(FakePath path, Bio original, Bio clone) {
      return clones;
    }
  }

  private final String name;
  final MpathDevice<FakePath> device;
  Link link = Link.UP;

  /** False: a driver that never expects a path back, not even one that is up. */
  boolean mayReturn = true;

  BlockOperations operations = BlockOperations.NONE;
  long capacityBytes = HeadFixture.CAPACITY;
  int submissions;

  /** What submissions end with, inside the call; empty: the test ends them. */
  Optional<BlockStatus> endsAtOnce = Optional.empty();

  private final List<Bio> held = new ArrayList<>();

  FakePath(String name, int numaNode, ActiveCounter active, MpathAccessState access) {
    this.name = name;
    this.device = new MpathDevice<>(this, this, numaNode, active, access);
  }

  /** The I/O under way, oldest first. */
  List<Bio> held() {
    return held;
  }

  /** Ends the oldest I/O under way. */
  void endOne(BlockStatus status) {
    held.removeFirst().complete(status);
  }

  /** Ends everything that is under way now. */
  void endAll(BlockStatus status) {
    List<Bio> now = List.copyOf(held);
    held.clear();
    now.forEach(bio -> bio.complete(status));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long capacityBytes() {
    return capacityBytes;
  }

  @Override
  public BlockLimits limits() {
    return HeadFixture.LIMITS;
  }

  @Override
  public BlockOperations operations() {
    return operations;
  }

  @Override
  public void submit(Bio bio) {
    submissions++;
    if (endsAtOnce.isPresent()) {
      bio.complete(endsAtOnce.get());
    } else {
      held.add(bio);
    }
  }
}
