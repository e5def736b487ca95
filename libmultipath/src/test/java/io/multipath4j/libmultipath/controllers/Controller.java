package io.multipath4j.libmultipath.controllers;

import io.multipath4j.libmultipath.ActiveCounter;
import io.multipath4j.libmultipath.IoPolicy;
import io.multipath4j.libmultipath.MpathHead;
import java.util.ArrayList;
import java.util.List;

/**
 * What a driver without SCSI has: a controller that carries several namespaces, whose states are
 * its own and which counts the I/O of all of them.
 */
final class Controller {

  enum State {
    CONNECTING,
    LIVE,
    RESETTING,
    DELETING
  }

  final String name;
  final ActiveCounter active = new ActiveCounter();
  final List<Namespace> namespaces = new ArrayList<>();
  private volatile State state = State.LIVE;
  private volatile boolean fastFail;

  /** Requests that keep the controller alive. */
  int pins;

  Controller(String name) {
    this.name = name;
  }

  State state() {
    return state;
  }

  boolean fastFail() {
    return fastFail;
  }

  /** Changes the state; every namespace's head is told after it. */
  void become(State next) {
    state = next;
    fastFail = false;
    tell();
  }

  /** It has been reconnecting for too long: nobody waits for it any more. */
  void fastFailTimerExpired() {
    fastFail = true;
    tell();
  }

  private void tell() {
    for (Namespace namespace : List.copyOf(namespaces)) {
      namespace.head.pathStateChanged(namespace.device);
    }
  }

  /** The policy is one for all namespaces of the subsystem, and changed for all at once. */
  static void setPolicy(IoPolicy policy, List<MpathHead<Namespace>> heads) {
    heads.forEach(head -> head.setIoPolicy(policy));
  }
}
