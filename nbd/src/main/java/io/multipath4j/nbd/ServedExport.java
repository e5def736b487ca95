package io.multipath4j.nbd;

import static io.multipath4j.nbd.wire.Transmitting.FLAG_CAN_MULTI_CONN;
import static io.multipath4j.nbd.wire.Transmitting.FLAG_HAS_FLAGS;
import static io.multipath4j.nbd.wire.Transmitting.FLAG_READ_ONLY;
import static io.multipath4j.nbd.wire.Transmitting.FLAG_SEND_CACHE;
import static io.multipath4j.nbd.wire.Transmitting.FLAG_SEND_DF;
import static io.multipath4j.nbd.wire.Transmitting.FLAG_SEND_FAST_ZERO;
import static io.multipath4j.nbd.wire.Transmitting.FLAG_SEND_FLUSH;
import static io.multipath4j.nbd.wire.Transmitting.FLAG_SEND_FUA;
import static io.multipath4j.nbd.wire.Transmitting.FLAG_SEND_TRIM;
import static io.multipath4j.nbd.wire.Transmitting.FLAG_SEND_WRITE_ZEROES;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioSplitter;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockLimits;
import java.nio.charset.StandardCharsets;

/** An export, what the handshake tells about it, and its counters over all connections. */
final class ServedExport {

  /** Largest minimum block size that NBD can express. */
  private static final int MAX_MINIMUM_BLOCK_BYTES = 64 * 1024;

  final NbdExport export;
  final BlockDevice device;
  private final BioSplitter splitter;
  final Counters counters = new Counters();
  final byte[] name;
  final byte[] description;

  ServedExport(NbdExport export) {
    this.export = export;
    this.device = export.device();
    this.splitter = new BioSplitter(device::submit);
    this.name = export.name().getBytes(StandardCharsets.UTF_8);
    this.description = export.description().getBytes(StandardCharsets.UTF_8);
    if (device.limits().logicalBlockBytes() > MAX_MINIMUM_BLOCK_BYTES) {
      throw new IllegalArgumentException(
          "device "
              + device.name()
              + " has logical blocks of "
              + device.limits().logicalBlockBytes()
              + " bytes; NBD cannot serve blocks longer than "
              + MAX_MINIMUM_BLOCK_BYTES);
    }
  }

  /** Submits a bio of any length, in as many pieces as the device needs. */
  void submit(Bio bio) {
    splitter.submit(bio, device.limits());
  }

  boolean readOnly() {
    return export.readOnly() || device.limits().readOnly();
  }

  /**
   * Returns the transmission flags. CAN_MULTI_CONN is always true: all connections share one device
   * object, whose flush covers every write that completed on it before. FUA is always true: where
   * the device has none, a flush follows the write. FAST_ZERO is always true: a device without zero
   * commands fails such a request fast, as it must.
   */
  int transmissionFlags(boolean structuredReplies) {
    int flags =
        FLAG_HAS_FLAGS | FLAG_SEND_FLUSH | FLAG_SEND_FUA | FLAG_CAN_MULTI_CONN | FLAG_SEND_CACHE;
    if (structuredReplies) {
      flags |= FLAG_SEND_DF;
    }
    if (readOnly()) {
      return flags | FLAG_READ_ONLY;
    }
    if (device.limits().maxDiscardBytes() > 0) {
      flags |= FLAG_SEND_TRIM;
    }
    return flags | FLAG_SEND_WRITE_ZEROES | FLAG_SEND_FAST_ZERO;
  }

  int minimumBlockBytes() {
    return device.limits().logicalBlockBytes();
  }

  /** Returns the preferred block size: a power of two, at least 4096 and the physical block. */
  int preferredBlockBytes(int maxPayloadBytes) {
    BlockLimits limits = device.limits();
    int wanted = Math.max(4096, Math.max(limits.minimumIoBytes(), limits.physicalBlockBytes()));
    int powerOfTwo = Integer.highestOneBit(Math.min(wanted, maxPayloadBytes));
    return Math.max(powerOfTwo, limits.logicalBlockBytes());
  }
}
