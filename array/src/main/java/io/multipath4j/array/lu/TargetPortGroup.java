package io.multipath4j.array.lu;

import io.multipath4j.scsi.codec.AccessState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Target ports that share their asymmetric access state, for all logical units. Change it through
 * {@link TargetDevice#setAccessState}, which tells the initiators. Loop thread only.
 */
public final class TargetPortGroup {

  /** The states that a group can have: these ports treat all blocks alike. */
  static final Set<AccessState> SUPPORTED_STATES =
      Collections.unmodifiableSet(EnumSet.complementOf(EnumSet.of(AccessState.LBA_DEPENDENT)));

  private final int id;
  private final boolean preferred;
  private final List<TargetPort> ports = new ArrayList<>();
  private AccessState state;

  /**
   * Makes a group without ports.
   *
   * @param id 1 to 65535
   */
  public TargetPortGroup(int id, AccessState state, boolean preferred) {
    if (id < 1 || id > 0xFFFF) {
      throw new IllegalArgumentException("target port group " + id + " is not 1 to 65535");
    }
    this.id = id;
    this.state = supported(state);
    this.preferred = preferred;
  }

  /** Adds a port to the group and returns it. */
  public TargetPort addPort(int relativeId, String name) {
    TargetPort port = new TargetPort(relativeId, name, this);
    ports.add(port);
    return port;
  }

  /** Returns the group's id. */
  public int id() {
    return id;
  }

  /** Tells whether the array prefers this group. */
  public boolean preferred() {
    return preferred;
  }

  /** Returns the state. */
  public AccessState state() {
    return state;
  }

  /** Returns the ports, oldest first. */
  public List<TargetPort> ports() {
    return List.copyOf(ports);
  }

  void setState(AccessState newState) {
    state = supported(newState);
  }

  private static AccessState supported(AccessState state) {
    if (!SUPPORTED_STATES.contains(state)) {
      throw new IllegalArgumentException(
          "a target port group cannot be " + state + ", only one of " + SUPPORTED_STATES);
    }
    return state;
  }

  @Override
  public String toString() {
    return "target port group " + id + " (" + state + ")";
  }
}
