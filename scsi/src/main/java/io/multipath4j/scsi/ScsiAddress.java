package io.multipath4j.scsi;

import io.multipath4j.scsi.codec.Lun;

/**
 * Where a device is, the H:C:I:L of Linux.
 *
 * @param host the host's number
 * @param channel 0 unless the transport has several
 * @param id the target's number on the channel
 * @param lun the eight-byte LUN as a big-endian number
 */
public record ScsiAddress(int host, int channel, int id, long lun) {

  /** Returns for example {@code "2:0:0:7"}. */
  @Override
  public String toString() {
    return host + ":" + channel + ":" + id + ":" + Lun.text(lun);
  }
}
