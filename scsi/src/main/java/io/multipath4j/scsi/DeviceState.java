package io.multipath4j.scsi;

import java.util.Locale;

/**
 * The states of a SCSI device. Which change into which is {@link #canBecome}; names and rules are
 * those of Linux.
 */
public enum DeviceState {
  /** Found, not yet in use; commands are allowed, for probing. */
  CREATED,
  /** In use. */
  RUNNING,
  /** Being removed. */
  CANCEL,
  /** Removed. */
  DELETED,
  /** Held on request: commands wait. */
  QUIESCE,
  /** Given up by error recovery, or set so by an operator; only an operator sets it running. */
  OFFLINE,
  /** The transport did not return in time; it runs again when the transport does. */
  TRANSPORT_OFFLINE,
  /** The transport is lost and may return: commands wait. */
  BLOCKED,
  /** Blocked before it was in use. */
  CREATED_BLOCKED;

  private final String text = name().toLowerCase(Locale.ROOT).replace('_', '-');

  /** Tells whether a device may go from this state to {@code next}. */
  public boolean canBecome(DeviceState next) {
    return switch (next) {
      case CREATED -> this == CREATED_BLOCKED;
      case RUNNING ->
          this == CREATED
              || this == OFFLINE
              || this == TRANSPORT_OFFLINE
              || this == QUIESCE
              || this == BLOCKED;
      case QUIESCE -> this == RUNNING || this == OFFLINE || this == TRANSPORT_OFFLINE;
      case OFFLINE, TRANSPORT_OFFLINE ->
          this == CREATED
              || this == RUNNING
              || this == QUIESCE
              || this == BLOCKED
              || (this == TRANSPORT_OFFLINE && next == OFFLINE);
      case BLOCKED ->
          this == RUNNING || this == CREATED_BLOCKED || this == QUIESCE || this == OFFLINE;
      case CREATED_BLOCKED -> this == CREATED;
      case CANCEL ->
          this == CREATED
              || this == RUNNING
              || this == QUIESCE
              || this == OFFLINE
              || this == TRANSPORT_OFFLINE;
      case DELETED -> this != DELETED && this != QUIESCE;
    };
  }

  /** Tells whether a command given to the device now goes out as soon as there is room. */
  public boolean takesCommands() {
    return this == RUNNING || this == CREATED;
  }

  /** Tells whether a command given to the device now waits for another state. */
  public boolean holdsCommands() {
    return this == BLOCKED || this == CREATED_BLOCKED || this == QUIESCE;
  }

  /** Returns the name that people and attribute files use, such as {@code "transport-offline"}. */
  public String text() {
    return text;
  }
}
