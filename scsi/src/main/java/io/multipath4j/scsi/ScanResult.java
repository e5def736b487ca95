package io.multipath4j.scsi;

import java.util.List;
import java.util.Map;

/**
 * What a scan of a host came to.
 *
 * @param added devices that are new
 * @param present devices that were there before and still are; each was asked who it is
 * @param removed devices that are gone: the target lists them no more, and said so when asked
 * @param failed by eight-byte LUN, why a unit that the target lists is no device, or why a device
 *     could not be looked at; one sentence each for a person
 */
public record ScanResult(
    List<ScsiDevice> added,
    List<ScsiDevice> present,
    List<ScsiDevice> removed,
    Map<Long, String> failed) {

  /** Keeps copies. */
  public ScanResult {
    added = List.copyOf(added);
    present = List.copyOf(present);
    removed = List.copyOf(removed);
    failed = Map.copyOf(failed);
  }
}
