package io.multipath4j.scsi.multipath;

import io.multipath4j.libmultipath.MpathHeadSnapshot;

/**
 * What a path was like at one moment.
 *
 * @param index its number in its head, lowest free from 0
 * @param name {@code sda:0}
 * @param address {@code H:C:I:L}
 * @param transport the transport's name, such as target and portal
 * @param deviceState the SCSI device's state, such as {@code running} or {@code blocked}
 * @param accessState the ALUA state's words, such as {@code active/optimized}
 * @param use whether it gets I/O
 * @param numaNode node of the adapter, -1 when unknown
 * @param inFlight I/Os under way
 * @param ios I/Os that ended
 * @param bytes bytes of the I/Os that ended well
 * @param errors I/Os that ended with an error
 * @param failovers I/Os that went on to another path
 * @param lastError what went wrong last, one clause; empty when nothing did
 */
public record PathSnapshot(
    int index,
    String name,
    String address,
    String transport,
    String deviceState,
    String accessState,
    MpathHeadSnapshot.PathState use,
    int numaNode,
    long inFlight,
    long ios,
    long bytes,
    long errors,
    long failovers,
    String lastError) {

  static PathSnapshot of(ScsiMpathDevice path, MpathHeadSnapshot.Path counts) {
    return new PathSnapshot(
        path.index(),
        counts.name(),
        path.device().address().toString(),
        path.device().host().transport().name(),
        path.stateText(),
        path.accessState().word(),
        counts.state(),
        counts.numaNode(),
        counts.inFlight(),
        counts.ios(),
        counts.bytes(),
        counts.errors(),
        counts.failovers(),
        path.lastError());
  }
}
