package io.multipath4j.scsi;

import java.util.ArrayDeque;
import java.util.Queue;

/** The commands that a transport carries at a time, shared out among the devices in turns. */
final class HostSlots {

  private final ScsiTransport transport;
  private final Queue<DeviceQueue> starved = new ArrayDeque<>();
  private final Counter outstanding = new Counter();
  private int used;

  HostSlots(ScsiTransport transport) {
    this.transport = transport;
  }

  Counter outstanding() {
    return outstanding;
  }

  boolean hasRoom() {
    return used < Math.max(1, transport.canQueue());
  }

  void take() {
    used++;
    outstanding.add(1);
  }

  /** Gives a slot back; {@link #sendInTurn} then fills it. */
  void release() {
    used--;
    outstanding.add(-1);
  }

  /** Lets {@code queue} send when those that starved before it have had their turn. */
  void sendInTurn(DeviceQueue queue) {
    if (starved.isEmpty()) {
      queue.pump();
      return;
    }
    addStarved(queue);
    while (hasRoom()) {
      DeviceQueue first = starved.poll();
      if (first == null) {
        return;
      }
      first.starved = false;
      first.pump();
    }
  }

  void addStarved(DeviceQueue queue) {
    if (!queue.starved) {
      queue.starved = true;
      starved.add(queue);
    }
  }
}
