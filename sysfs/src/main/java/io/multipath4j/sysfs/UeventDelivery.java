package io.multipath4j.sysfs;

/** What a subscriber gets: an event, or the news that it missed some. */
public sealed interface UeventDelivery permits Uevent, UeventDelivery.Lost {

  /**
   * Events that were overwritten before the subscriber took them.
   *
   * @param count how many, at least 1
   */
  record Lost(long count) implements UeventDelivery {}
}
