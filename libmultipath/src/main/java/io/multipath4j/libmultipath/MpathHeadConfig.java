package io.multipath4j.libmultipath;

import io.multipath4j.block.BlockLimits;

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

  /** A head on a machine with one node, with the default bounds. */
  public MpathHeadConfig(String name, long capacityBytes, BlockLimits limits, IoPolicy policy) {
    this(name, capacityBytes, limits, policy, NumaTopology.SINGLE_NODE, MpathHeadOptions.DEFAULTS);
  }
}
