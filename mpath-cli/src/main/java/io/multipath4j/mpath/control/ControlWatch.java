package io.multipath4j.mpath.control;

import com.fasterxml.jackson.annotation.JsonTypeName;

/** Something that lasts until its feed is closed or the client is gone. */
public sealed interface ControlWatch extends ControlCall {

  /** The events of the tree, from now on. */
  @JsonTypeName("uevents")
  record Uevents() implements ControlWatch {}

  /**
   * A mount, for as long as somebody wants it: it ends with the client. When it ended otherwise,
   * the feed does with {@code ENOTCONN}.
   *
   * @param directory as in {@link MountRequest}
   */
  @JsonTypeName("mount-while")
  record Mount(String directory) implements ControlWatch {}
}
