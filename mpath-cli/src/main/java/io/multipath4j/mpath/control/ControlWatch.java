package io.multipath4j.mpath.control;

import com.fasterxml.jackson.annotation.JsonTypeName;

/** Something that lasts until its feed is closed or the client is gone. */
public sealed interface ControlWatch extends ControlCall {

  /** The events of the tree, from now on. */
  @JsonTypeName("uevents")
  record Uevents() implements ControlWatch {}
}
