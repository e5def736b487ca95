package io.multipath4j.libmultipath;

import io.multipath4j.block.BlockLimits;
import java.util.Objects;

/**
 * What a new head starts with.
 *
 * @param name the multipath disk's name, such as {@code sda}
 * @param capacityBytes its size
 * @param limits what every path of it can do
 * @param policy the driver's default policy; the head has its own from here on
 * @param numa this machine's nodes
 * @param options the bounds
 */
public record MpathHeadConfig(
    String name,
    long capacityBytes,
    BlockLimits limits,
    IoPolicy policy,
    NumaTopology numa,
    MpathHeadOptions options) {

  /** Checks that all is there. */
  public MpathHeadConfig {
    Objects.requireNonNull(limits, "limits of a multipath disk");
    Objects.requireNonNull(policy, "I/O policy of a multipath disk");
    Objects.requireNonNull(numa, "nodes of this machine");
    Objects.requireNonNull(options, "bounds of a head");
    if (name.isBlank() || capacityBytes < 0) {
      throw new IllegalArgumentException(
          "multipath disk \"%s\" of %d bytes: expected a name and a size from 0 up"
              .formatted(name, capacityBytes));
    }
  }

  /** A head on a machine with one node, with the default bounds. */
  public MpathHeadConfig(String name, long capacityBytes, BlockLimits limits, IoPolicy policy) {
    this(name, capacityBytes, limits, policy, NumaTopology.SINGLE_NODE, MpathHeadOptions.DEFAULTS);
  }
}
