package io.multipath4j.mpath.control;

import com.fasterxml.jackson.annotation.JsonTypeName;

/**
 * Asks to show the tree and the disks at a directory, or to end that.
 *
 * @param directory absolute, empty, and of the user of the process
 * @param mounted whether it is to be mounted
 */
@JsonTypeName("mount")
public record MountRequest(String directory, boolean mounted)
    implements ControlRequest<TreeRequest.Done> {

  @Override
  public Class<TreeRequest.Done> answerType() {
    return TreeRequest.Done.class;
  }
}
