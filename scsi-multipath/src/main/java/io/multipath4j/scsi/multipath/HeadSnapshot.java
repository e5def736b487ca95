package io.multipath4j.scsi.multipath;

import io.multipath4j.libmultipath.MpathHeadSnapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a head was like at one moment, for people and programs that look.
 *
 * @param id the unique id
 * @param index the head's number, lowest free from 0
 * @param disk the disk's name, {@code sda}
 * @param capacityBytes its size
 * @param blockBytes its logical block
 * @param policy the I/O policy's word
 * @param readOnly whether writes are refused
 * @param delayedRemovalSecs for how long it stays without a path, in seconds
 * @param removalPending whether it has no path and is only there because of that
 * @param parked how many I/Os wait for a path
 * @param safetyTimerFirings anything but 0 is a defect of this program
 * @param paths its paths by index
 */
public record HeadSnapshot(
    String id,
    int index,
    String disk,
    long capacityBytes,
    int blockBytes,
    String policy,
    boolean readOnly,
    long delayedRemovalSecs,
    boolean removalPending,
    long parked,
    long safetyTimerFirings,
    List<PathSnapshot> paths) {

  /** Keeps a copy of the paths. */
  public HeadSnapshot {
    paths = List.copyOf(paths);
  }

  static HeadSnapshot of(ScsiMpathHead head) {
    MpathHeadSnapshot mpath = head.mpath().snapshot();
    Map<String, MpathHeadSnapshot.Path> counted = new HashMap<>();
    mpath.paths().forEach(path -> counted.put(path.name(), path));
    List<PathSnapshot> paths = new ArrayList<>();
    for (ScsiMpathDevice path : head.paths()) {
      MpathHeadSnapshot.Path counts = counted.get(path.mpath().disk().name());
      if (counts != null) { // else it came after the first look
        paths.add(PathSnapshot.of(path, counts));
      }
    }
    paths.sort(Comparator.comparingInt(PathSnapshot::index));
    return new HeadSnapshot(
        head.id().text(),
        head.index(),
        head.diskName(),
        mpath.capacityBytes(),
        head.mpath().limits().logicalBlockBytes(),
        mpath.policy(),
        head.mpath().limits().readOnly(),
        head.mpath().life().delayedRemovalSecs(),
        head.mpath().life().isRemovalPending(),
        mpath.parked(),
        mpath.safetyTimerFirings(),
        paths);
  }
}
