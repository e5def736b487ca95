package io.multipath4j.scsi.multipath;

import io.multipath4j.scsi.ScanResult;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiHost;
import java.util.Map;

/**
 * What a scan of a host came to.
 *
 * @param host the host
 * @param scan which devices are new, present, gone and failed
 * @param taken what became of each device that is there
 */
public record ScanReport(ScsiHost host, ScanResult scan, Map<ScsiDevice, AddResult> taken) {

  /** Keeps a copy. */
  public ScanReport {
    taken = Map.copyOf(taken);
  }
}
