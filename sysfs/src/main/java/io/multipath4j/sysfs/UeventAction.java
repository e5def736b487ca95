package io.multipath4j.sysfs;

import org.jspecify.annotations.Nullable;

/** What happened to a device. */
public enum UeventAction {
  /** It came. */
  ADD("add"),
  /** It went. */
  REMOVE("remove"),
  /** Something about it is different, as its size. */
  CHANGE("change"),
  /** It has another path. */
  MOVE("move"),
  /** It can be used again. */
  ONLINE("online"),
  /** It cannot be used now. */
  OFFLINE("offline");

  private final String word;

  UeventAction(String word) {
    this.word = word;
  }

  /** Returns the word of {@code ACTION=}. */
  public String word() {
    return word;
  }

  /** Returns the action of an exact word, or null. */
  public static @Nullable UeventAction ofWord(String word) {
    for (UeventAction action : values()) {
      if (action.word.equals(word)) {
        return action;
      }
    }
    return null;
  }
}
