package io.multipath4j.sysfs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The directory of a device, with what every device has: {@code power/}, the {@code subsystem}
 * link, {@code uevent}, and a link of the device's name in the directory of its class.
 *
 * <p>Whoever makes one adds its own attributes, then calls {@link #announce}; and at the end {@link
 * #remove}, which also takes away every link made by {@link #linkFrom}. Any thread may call.
 */
public final class SysfsDevice {
  /** Nothing here has a power state; tools that ask get the kernel's word for that. */
  private static final SysfsTable<SysfsDevice> POWER =
      SysfsTable.<SysfsDevice>builder()
          .readOnly("runtime_status", device -> "unsupported\n")
          .build();

  private static final SysfsTable<SysfsDevice> STANDARD =
      SysfsTable.<SysfsDevice>builder()
          .directory("power", POWER)
          .readWrite("uevent", SysfsDevice::showProperties, SysfsDevice::sendSynthetic)
          .build();

  private final SysfsDirectory directory;
  private final SysfsDirectory subsystem;
  private final Supplier<Map<String, String>> properties;
  private final List<SysfsLink> links = new ArrayList<>(2);
  private volatile boolean silent;

  private SysfsDevice(
      SysfsDirectory directory,
      SysfsDirectory subsystem,
      Supplier<Map<String, String>> properties) {
    this.directory = directory;
    this.subsystem = subsystem;
    this.properties = properties;
  }

  /**
   * Makes the directory of a device.
   *
   * @param parent where it is, as in {@code /devices/virtual/scsi_mpath_device}
   * @param name the device's name, there and in its class
   * @param subsystem the directory of its class, as in {@code /class/scsi_mpath_device}
   * @param properties what {@code uevent} shows and every event carries, as of now, in order; runs
   *     on the thread that reads or tells, and never waits
   * @throws SysfsException {@code EEXIST} when there is such a device, and as {@link
   *     SysfsDirectory#addDirectory}; then nothing is left behind
   */
  public static SysfsDevice create(
      SysfsDirectory parent,
      String name,
      SysfsDirectory subsystem,
      Supplier<Map<String, String>> properties) {
    return create(parent, name, subsystem, subsystem, properties);
  }

  /**
   * Makes the directory of a device on a bus, whose links to devices are in a directory of their
   * own.
   *
   * @param links where the link of the device's name is, as in {@code /bus/scsi/devices}
   * @throws SysfsException as the other method of this name
   */
  public static SysfsDevice create(
      SysfsDirectory parent,
      String name,
      SysfsDirectory subsystem,
      SysfsDirectory links,
      Supplier<Map<String, String>> properties) {
    SysfsDirectory directory = parent.addDirectory(name);
    try {
      SysfsDevice device = new SysfsDevice(directory, subsystem, properties);
      directory.addTable(STANDARD, device);
      directory.addLink("subsystem", subsystem);
      device.linkFrom(links, name);
      return device;
    } catch (SysfsException e) {
      directory.remove();
      throw e;
    }
  }

  /** Returns the device's own directory. */
  public SysfsDirectory directory() {
    return directory;
  }

  /**
   * Makes a link to this device that goes when the device goes.
   *
   * @param from where the link is, as in {@code /block}
   * @param name the link's name
   * @throws SysfsException as {@link SysfsDirectory#addLink}, or {@code ENODEV} when the device was
   *     removed
   */
  public SysfsLink linkFrom(SysfsDirectory from, String name) {
    synchronized (links) {
      directory.requirePresent();
      SysfsLink link = from.addLink(name, directory);
      links.add(link);
      return link;
    }
  }

  /** Makes that nothing about the device is ever told, as of a disk that nobody is to open. */
  public void silence() {
    silent = true;
  }

  /** Tells that the device is there, once all is in its directory. */
  public void announce() {
    send(UeventAction.ADD, Map.of());
  }

  /**
   * Tells that something happened to the device.
   *
   * @param action what
   * @param extra further keys, before the device's own; on a clash these count
   * @throws IllegalArgumentException when a key or the limits of {@link Uevent} do not hold
   */
  public void send(UeventAction action, Map<String, String> extra) {
    if (silent) {
      return;
    }
    Map<String, String> all = new LinkedHashMap<>(extra);
    properties.get().forEach(all::putIfAbsent);
    directory.tree().uevents().publish(action, directory.path(), subsystem.name(), all);
  }

  /**
   * Takes the device, its links and all that is in its directory away, and tells so if it was
   * announced.
   *
   * @return false when it was removed before
   */
  public boolean remove() {
    synchronized (links) {
      links.forEach(SysfsLink::remove);
      links.clear();
      if (!directory.remove()) {
        return false;
      }
    }
    send(UeventAction.REMOVE, Map.of());
    return true;
  }

  private String showProperties() {
    StringBuilder text = new StringBuilder();
    properties
        .get()
        .forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
    return text.toString();
  }

  private void sendSynthetic(String text) {
    SyntheticUevent event = SyntheticUevent.parse(text);
    send(event.action(), event.properties());
  }
}
