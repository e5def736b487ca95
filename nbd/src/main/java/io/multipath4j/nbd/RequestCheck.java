package io.multipath4j.nbd;

import static io.multipath4j.nbd.wire.Transmitting.CMD_BLOCK_STATUS;
import static io.multipath4j.nbd.wire.Transmitting.CMD_CACHE;
import static io.multipath4j.nbd.wire.Transmitting.CMD_DISC;
import static io.multipath4j.nbd.wire.Transmitting.CMD_FLAG_DF;
import static io.multipath4j.nbd.wire.Transmitting.CMD_FLAG_FAST_ZERO;
import static io.multipath4j.nbd.wire.Transmitting.CMD_FLAG_FUA;
import static io.multipath4j.nbd.wire.Transmitting.CMD_FLAG_NO_HOLE;
import static io.multipath4j.nbd.wire.Transmitting.CMD_FLAG_REQ_ONE;
import static io.multipath4j.nbd.wire.Transmitting.CMD_FLUSH;
import static io.multipath4j.nbd.wire.Transmitting.CMD_READ;
import static io.multipath4j.nbd.wire.Transmitting.CMD_TRIM;
import static io.multipath4j.nbd.wire.Transmitting.CMD_WRITE;
import static io.multipath4j.nbd.wire.Transmitting.CMD_WRITE_ZEROES;

import io.multipath4j.block.BlockLimits;
import io.multipath4j.nbd.wire.NbdError;

/** Which requests are refused before they reach the device, and with which error. */
final class RequestCheck {

  private final ServedExport export;
  private final int maxPayloadBytes;
  private final boolean structuredReplies;
  private final boolean allocationContext;

  /**
   * Makes the rules of one connection.
   *
   * @param structuredReplies they were negotiated
   * @param allocationContext {@code base:allocation} was selected for this export
   */
  RequestCheck(
      ServedExport export,
      int maxPayloadBytes,
      boolean structuredReplies,
      boolean allocationContext) {
    this.export = export;
    this.maxPayloadBytes = maxPayloadBytes;
    this.structuredReplies = structuredReplies;
    this.allocationContext = allocationContext;
  }

  /** Returns OK for a request that may go on. */
  NbdError refusal(Request request) {
    return switch (request.command) {
      case CMD_READ -> first(flags(request, structuredReplies ? CMD_FLAG_DF : 0), read(request));
      case CMD_WRITE -> first(flags(request, 0), write(request));
      case CMD_DISC -> NbdError.OK;
      case CMD_FLUSH ->
          first(
              flags(request, 0),
              request.offset == 0 && request.length == 0 ? NbdError.OK : NbdError.EINVAL);
      case CMD_TRIM -> first(flags(request, 0), trim(request));
      case CMD_CACHE -> first(flags(request, 0), range(request, NbdError.EINVAL));
      case CMD_WRITE_ZEROES ->
          first(flags(request, CMD_FLAG_NO_HOLE | CMD_FLAG_FAST_ZERO), writeZeroes(request));
      case CMD_BLOCK_STATUS -> first(flags(request, CMD_FLAG_REQ_ONE), blockStatus(request));
      default -> NbdError.EINVAL;
    };
  }

  boolean hasRange(int command) {
    return command != CMD_FLUSH && command != CMD_DISC;
  }

  private static NbdError first(NbdError one, NbdError other) {
    return one == NbdError.OK ? other : one;
  }

  /** FUA is valid with every command ("Command flags"). */
  private static NbdError flags(Request request, int permitted) {
    return (request.flags & ~(permitted | CMD_FLAG_FUA)) == 0 ? NbdError.OK : NbdError.EINVAL;
  }

  /** EOVERFLOW is for a READ that was not to be fragmented, and for no other ("Error values"). */
  private NbdError read(Request request) {
    NbdError range = range(request, NbdError.EINVAL);
    if (range == NbdError.OK && request.length > maxPayloadBytes) {
      return (request.flags & CMD_FLAG_DF) != 0 ? NbdError.EOVERFLOW : NbdError.EINVAL;
    }
    return range;
  }

  private NbdError write(Request request) {
    if (export.readOnly()) {
      return NbdError.EPERM;
    }
    NbdError range = range(request, NbdError.ENOSPC);
    return range == NbdError.OK && request.length > maxPayloadBytes ? NbdError.EINVAL : range;
  }

  private NbdError trim(Request request) {
    if (export.readOnly()) {
      return NbdError.EPERM;
    }
    return export.device.limits().maxDiscardBytes() > 0
        ? range(request, NbdError.EINVAL)
        : NbdError.EINVAL;
  }

  private NbdError writeZeroes(Request request) {
    if (export.readOnly()) {
      return NbdError.EPERM;
    }
    NbdError range = range(request, NbdError.ENOSPC);
    boolean fast = (request.flags & CMD_FLAG_FAST_ZERO) != 0;
    return range == NbdError.OK && fast && export.device.limits().maxWriteZeroesBytes() == 0
        ? NbdError.ENOTSUP
        : range;
  }

  private NbdError blockStatus(Request request) {
    return allocationContext && request.length > 0
        ? range(request, NbdError.EINVAL)
        : NbdError.EINVAL;
  }

  /** Offsets are unsigned on the wire: a negative one here is beyond any device. */
  private NbdError range(Request request, NbdError beyondTheEnd) {
    BlockLimits limits = export.device.limits();
    long capacity = export.device.capacityBytes();
    if (request.offset < 0
        || request.offset > capacity
        || request.length > capacity - request.offset) {
      return beyondTheEnd;
    }
    boolean aligned = ((request.offset | request.length) & limits.logicalBlockBytes() - 1) == 0;
    return aligned ? NbdError.OK : NbdError.EINVAL;
  }
}
