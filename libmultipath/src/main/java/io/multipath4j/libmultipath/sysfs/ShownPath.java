package io.multipath4j.libmultipath.sysfs;

import io.multipath4j.libmultipath.MpathDevice;

/** The object behind the attributes of a path. Any thread. */
public interface ShownPath extends ShownHead {

  /** Returns the path, which may have left its head. */
  MpathDevice<?> mpathDevice();
}
