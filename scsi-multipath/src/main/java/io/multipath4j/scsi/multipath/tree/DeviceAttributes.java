package io.multipath4j.scsi.multipath.tree;

import io.multipath4j.libmultipath.sysfs.LoopWrites;
import io.multipath4j.scsi.DeviceCounters;
import io.multipath4j.scsi.DeviceState;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.multipath.ScsiMpathDevice;
import io.multipath4j.sysfs.AttributeText;
import io.multipath4j.sysfs.SysfsErrno;
import io.multipath4j.sysfs.SysfsException;
import io.multipath4j.sysfs.SysfsTable;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** What a SCSI device shows, and what can be done with it. */
final class DeviceAttributes {

  static final SysfsTable<DeviceNode> DEVICE =
      counters(SysfsTable.<DeviceNode>builder())
          .readOnly("access_state", DeviceAttributes::accessState)
          .writeOnly("delete", DeviceAttributes::delete)
          .readOnly("device_busy", of -> of.device().counters().inFlight().value() + "\n")
          .binary("inquiry", of -> of.told().raw().inquiry())
          .readOnly("model", padded(of -> of.told().inquiry().product(), 16))
          .readWrite(
              "queue_depth", of -> of.device().queueDepth() + "\n", DeviceAttributes::storeDepth)
          .writeOnly("rescan", DeviceAttributes::rescan)
          .readOnly("rev", padded(of -> of.told().inquiry().revision(), 4))
          .readOnly("scsi_level", of -> level(of.told().inquiry().version()) + "\n")
          .readWrite("state", of -> of.device().state().text() + "\n", DeviceAttributes::storeState)
          .readOnly("timeout", DeviceAttributes::timeout)
          .readOnly("type", of -> of.told().inquiry().deviceType() + "\n")
          .readOnly("vendor", padded(of -> of.told().inquiry().vendor(), 8))
          .binary("vpd_pg80", of -> page(of.told().raw().serialNumber(), "80h"))
          .binary("vpd_pg83", of -> page(of.told().raw().identification(), "83h"))
          .readOnly("wwid", DeviceAttributes::wwid)
          .build();

  static final SysfsTable<DeviceNode> SCSI_DISK =
      SysfsTable.<DeviceNode>builder()
          .readOnly("FUA", of -> bit(of.told().mode().fua()))
          .readOnly(
              "cache_type",
              of -> of.told().mode().writeCache() ? "write back\n" : "write through\n")
          .readOnly("thin_provisioning", of -> bit(isThin(of)))
          .build();

  private static final List<DeviceState> SETTABLE =
      List.of(DeviceState.RUNNING, DeviceState.OFFLINE);

  private static final List<String> WORDS = SETTABLE.stream().map(DeviceState::text).toList();

  private DeviceAttributes() {}

  private static SysfsTable.Builder<DeviceNode> counters(SysfsTable.Builder<DeviceNode> table) {
    counter(table, "iorequest_cnt", counters -> counters.requests().value());
    counter(
        table, "iodone_cnt", counters -> counters.requests().value() - counters.inFlight().value());
    counter(table, "ioerr_cnt", counters -> counters.errors().value());
    counter(table, "iotmo_cnt", counters -> counters.timeouts().value());
    return table.readOnly("iocounterbits", of -> Long.SIZE + "\n");
  }

  private static void counter(
      SysfsTable.Builder<DeviceNode> table, String name, ToLongFunction<DeviceCounters> value) {
    table.readOnly(
        name, of -> "0x" + Long.toHexString(value.applyAsLong(of.device().counters())) + "\n");
  }

  /** The kernel shows the fields of the INQUIRY data with their blanks. */
  private static Function<DeviceNode, String> padded(
      Function<DeviceNode, String> field, int length) {
    return of -> {
      String text = field.apply(of);
      return text + " ".repeat(Math.max(0, length - text.length())) + "\n";
    };
  }

  /** The kernel counts SPC from 4 on: versions of SCSI-2 and later are one more than they say. */
  private static int level(int version) {
    int low = version & 0x0F;
    return low >= 2 ? low + 1 : low;
  }

  private static String accessState(DeviceNode of) {
    Optional<ScsiMpathDevice> path = of.multipath().path(of.device());
    return path.map(found -> found.accessState().word() + "\n")
        .orElseThrow(() ->
            new SysfsException(
                SysfsErrno.EINVAL, of.device() + " is not multipathed: it has no access state"));
  }

  private static String wwid(DeviceNode of) {
    return of.multipath()
        .uniqueId(of.device())
        .map(id -> id + "\n")
        .orElseThrow(() ->
            new SysfsException(SysfsErrno.ENXIO, of.device() + " has no unique id on page 83h"));
  }

  private static byte[] page(byte[] page, String code) {
    if (page.length == 0) {
      throw new SysfsException(SysfsErrno.EINVAL, "the device has no VPD page " + code);
    }
    return page;
  }

  private static String timeout(DeviceNode of) {
    long millis = of.device().host().timeouts().commandMillis();
    return Math.ceilDiv(millis, 1000L) + "\n";
  }

  private static boolean isThin(DeviceNode of) {
    var capacity = of.told().capacity();
    return capacity != null && capacity.provisioned();
  }

  private static String bit(boolean value) {
    return value ? "1\n" : "0\n";
  }

  /** As in Linux, only running and offline can be set, and only from one of these. */
  private static void storeState(DeviceNode of, String text) {
    String word = AttributeText.word(text, WORDS);
    DeviceState next = SETTABLE.get(WORDS.indexOf(word));
    LoopWrites.apply(
        of.multipath().loop(),
        () -> {
          DeviceState now = of.device().state();
          if (!SETTABLE.contains(now)) {
            throw new SysfsException(
                SysfsErrno.EINVAL,
                of.device()
                    + " is "
                    + now.text()
                    + ": only a running or offline device can be set");
          }
          of.device().setState(next);
        });
  }

  private static void storeDepth(DeviceNode of, String text) {
    long depth = AttributeText.unsignedInt(text);
    if (depth < 1 || depth > ScsiDevice.MAX_QUEUE_DEPTH) {
      throw new SysfsException(
          SysfsErrno.EINVAL,
          "queue depth " + depth + ": expected 1 to " + ScsiDevice.MAX_QUEUE_DEPTH);
    }
    LoopWrites.apply(of.multipath().loop(), () -> of.device().setQueueDepth((int) depth));
  }

  /** Whatever is written counts. */
  private static void delete(DeviceNode of, String anything) {
    LoopWrites.apply(of.multipath().loop(), () -> of.device().host().remove(of.device()));
  }

  private static void rescan(DeviceNode of, String anything) {
    LoopWrites.start(of.multipath().loop(), () -> of.device().host().rescan(of.device()));
  }
}
