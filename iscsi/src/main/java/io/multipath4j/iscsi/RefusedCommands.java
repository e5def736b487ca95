package io.multipath4j.iscsi;

import io.multipath4j.reactor.Scheduler;
import io.multipath4j.scsi.HostByte;
import io.multipath4j.scsi.ScsiCommand;
import java.util.ArrayDeque;

/** Commands that were not taken: they end in a later turn, never inside the submission. */
final class RefusedCommands {

  private record Refused(ScsiCommand command, HostByte hostByte) {}

  private final Scheduler scheduler;
  private final ArrayDeque<Refused> refused = new ArrayDeque<>();
  private boolean scheduled;

  RefusedCommands(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  void add(ScsiCommand command, HostByte hostByte) {
    command.transportTag(-1);
    refused.add(new Refused(command, hostByte));
    schedule();
  }

  private void schedule() {
    if (!scheduled) {
      scheduled = true;
      scheduler.schedule(0, this::endAll);
    }
  }

  /** Ends those that are here; what their owners submit anew waits for the next turn. */
  private void endAll() {
    scheduled = false;
    try {
      for (int count = refused.size(); count > 0; count--) {
        Refused first = refused.remove();
        first.command().completeWithHostByte(first.hostByte());
      }
    } finally {
      if (!refused.isEmpty()) { // an owner submitted again, or threw
        schedule();
      }
    }
  }
}
