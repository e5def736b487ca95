package io.multipath4j.libmultipath.sysfs;

import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.libmultipath.IoPolicy;
import io.multipath4j.sysfs.AttributeText;
import io.multipath4j.sysfs.SysfsTable;
import java.lang.System.Logger.Level;
import java.util.List;

/** Attributes of heads and paths, to be put into the tables of a driver. */
public final class HeadAttributes {

  private static final System.Logger LOG = System.getLogger(HeadAttributes.class.getName());

  private static final List<String> POLICIES = IoPolicies.ALL.stream().map(IoPolicy::word).toList();

  private HeadAttributes() {}

  /**
   * Adds {@code iopolicy}, 0644. A write takes an exact word and one newline, else {@code EINVAL};
   * it empties the caches and wakes what waits, also when the word is the same.
   */
  public static <T extends ShownHead> SysfsTable.Builder<T> addIoPolicy(
      SysfsTable.Builder<T> table) {
    return table.readWrite(
        "iopolicy", head -> head.mpathHead().ioPolicy().word() + "\n", HeadAttributes::storePolicy);
  }

  private static void storePolicy(ShownHead shown, String text) {
    IoPolicy policy = IoPolicies.parse(AttributeText.word(text, POLICIES));
    LoopWrites.apply(
        shown.loop(),
        () -> {
          IoPolicy before = shown.mpathHead().ioPolicy();
          shown.mpathHead().setIoPolicy(policy);
          if (!before.equals(policy)) {
            LOG.log(
                Level.INFO,
                "{0}: I/O policy changed from {1} to {2}",
                shown.mpathHead().name(),
                before.word(),
                policy.word());
          }
        });
  }

  /**
   * Adds {@code delayed_removal_secs}, 0644: seconds that the disk stays without a path. A write
   * takes a C number of 0 to 2^32-1, else {@code EINVAL} or {@code ERANGE}.
   */
  public static <T extends ShownHead> SysfsTable.Builder<T> addDelayedRemoval(
      SysfsTable.Builder<T> table) {
    return table.readWrite(
        "delayed_removal_secs",
        head -> head.mpathHead().life().delayedRemovalSecs() + "\n",
        (head, text) -> {
          long seconds = AttributeText.unsignedInt(text);
          LoopWrites.apply(
              head.loop(), () -> head.mpathHead().life().setDelayedRemovalSecs(seconds));
        });
  }

  /** Adds {@code stat} and {@code inflight}, 0444: what all paths did together. */
  public static <T extends ShownHead> SysfsTable.Builder<T> addStatistics(
      SysfsTable.Builder<T> table) {
    return table
        .readOnly("stat", head -> StatText.stat(head.mpathHead().statistics()))
        .readOnly("inflight", head -> StatText.inflight(head.mpathHead().statistics()));
  }

  /** Adds {@code iostats}, 0644, to the attributes of the head's queue: whether it counts. */
  public static <T extends ShownHead> SysfsTable.Builder<T> addIoStats(
      SysfsTable.Builder<T> queue) {
    return queue.readWrite(
        "iostats",
        head -> head.mpathHead().ioStatistics() ? "1\n" : "0\n",
        (head, text) -> {
          boolean keep = AttributeText.unsignedLong(text) != 0;
          LoopWrites.apply(head.loop(), () -> head.mpathHead().setIoStatistics(keep));
        });
  }

  /**
   * Adds {@code mpath_numa_nodes}, 0444: the nodes whose I/O goes over this path now, as a list;
   * nothing at all unless the policy looks at distances.
   */
  public static <T extends ShownPath> SysfsTable.Builder<T> addNumaNodes(
      SysfsTable.Builder<T> table) {
    return table.readOnly(
        "mpath_numa_nodes",
        path ->
            path.mpathHead().ioPolicy().usesDistance()
                ? AttributeText.list(path.mpathHead().currentNodes(path.mpathDevice())) + "\n"
                : "");
  }

  /**
   * Adds {@code mpath_queue_depth}, 0444: I/O under way on the resource behind this path; nothing
   * at all unless the policy counts it.
   */
  public static <T extends ShownPath> SysfsTable.Builder<T> addQueueDepth(
      SysfsTable.Builder<T> table) {
    return table.readOnly(
        "mpath_queue_depth",
        path ->
            path.mpathHead().ioPolicy().countsActive()
                ? path.mpathDevice().active().get() + "\n"
                : "");
  }

  /** Adds {@code stat} and {@code inflight}, 0444: what this path did. */
  public static <T extends ShownPath> SysfsTable.Builder<T> addPathStatistics(
      SysfsTable.Builder<T> table) {
    return table
        .readOnly("stat", path -> StatText.stat(path.mpathDevice().statistics()))
        .readOnly("inflight", path -> StatText.inflight(path.mpathDevice().statistics()));
  }
}
