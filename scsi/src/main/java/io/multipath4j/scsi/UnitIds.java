package io.multipath4j.scsi;

import io.multipath4j.block.BlockUniqueId;
import io.multipath4j.scsi.codec.Designator;
import io.multipath4j.scsi.codec.Designator.Association;
import io.multipath4j.scsi.codec.DeviceIdentification;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds a logical unit's id of a kind among its designators (VPD page 83h). */
final class UnitIds {

  private UnitIds() {}

  /**
   * Returns the designator of the kind that is about the logical unit, as Linux chooses it: of 8,
   * 12 or 16 bytes; the first of 16 bytes, else the last.
   */
  static Optional<BlockUniqueId> find(
      @Nullable DeviceIdentification page, BlockUniqueId.Kind kind) {
    if (page == null) {
      return Optional.empty();
    }
    int type =
        switch (kind) {
          case T10 -> Designator.T10_VENDOR_ID;
          case EUI64 -> Designator.EUI_64;
          case NAA -> Designator.NAA;
        };
    Designator best = null;
    for (Designator d : page.designators()) {
      int length = d.length();
      boolean fits =
          d.association() == Association.LOGICAL_UNIT
              && d.type() == type
              && (length == 8 || length == 12 || length == BlockUniqueId.MAX_BYTES);
      if (fits && (best == null || best.length() != BlockUniqueId.MAX_BYTES)) {
        best = d;
      }
    }
    return best == null
        ? Optional.empty()
        : Optional.of(new BlockUniqueId(kind, HexFormat.of().formatHex(best.id())));
  }
}
