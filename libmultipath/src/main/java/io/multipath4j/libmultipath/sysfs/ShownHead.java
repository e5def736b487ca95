package io.multipath4j.libmultipath.sysfs;

import io.multipath4j.libmultipath.MpathHead;
import io.multipath4j.reactor.EventLoop;

/** The object behind the attributes of a head and its disk. Any thread. */
public interface ShownHead {

  /** Returns the head. */
  MpathHead<?> mpathHead();

  /** Returns the loop on which the head is changed. */
  EventLoop loop();
}
