package io.multipath4j.scsi;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.codec.ScsiStatus;
import io.multipath4j.scsi.codec.Sense;
import io.multipath4j.scsi.codec.SenseKey;
import org.jspecify.annotations.Nullable;

/**
 * The way of a device's requests: waiting until the device's state, its queue depth and the
 * transport allow them, outstanding, and after the answer ended or tried again. Loop thread only.
 */
final class DeviceQueue {

  private final ScsiDevice device;
  private final ScsiTransport transport;
  private final ScsiTimeouts timeouts;
  private final HostSlots slots;
  private final DeadlineScan scan;
  private final ErrorRecovery recovery;
  private final DeviceCounters counters;
  private final QueueDepth depth;

  private final RequestList urgent = new RequestList();
  private final RequestList waiting = new RequestList();
  private int outstanding;

  /** In the list of {@link HostSlots}; that class's alone. */
  boolean starved;

  DeviceQueue(ScsiDevice device, ScsiHost host, int maxDepth) {
    this.device = device;
    this.transport = host.transport();
    this.timeouts = host.timeouts();
    this.slots = host.slots();
    this.scan = host.scan();
    this.counters = device.counters();
    this.depth = new QueueDepth(maxDepth);
    this.recovery = new ErrorRecovery(device, host);
  }

  QueueDepth depth() {
    return depth;
  }

  ErrorRecovery recovery() {
    return recovery;
  }

  void execute(ScsiRequest request) {
    request.queue = this;
    request.retries = 0;
    request.delays = 0;
    request.inDoubt = false;
    request.startNanos = scan.nanoTime();
    request.command().clearResult();
    counters.requests().add(1);
    counters.inFlight().add(1);
    BlockStatus refusal = refusal(request);
    if (refusal != null) {
      end(request, refusal, ResultRule.GOOD);
      return;
    }
    request.stage = ScsiRequest.Stage.WAITING;
    listOf(request).addLast(request);
    slots.sendInTurn(this);
  }

  /** Sends what may be sent now. */
  void pump() {
    for (ScsiRequest request = sendable(); request != null; request = sendable()) {
      if (!slots.hasRoom()) {
        slots.addStarved(this);
        return;
      }
      RequestList.unlink(request);
      send(request);
    }
  }

  private @Nullable ScsiRequest sendable() {
    if (outstanding >= depth.current() || !transport.isUp() || recovery.isResetting()) {
      return null;
    }
    ScsiRequest first = urgent.first();
    return first != null || !device.state().takesCommands() ? first : waiting.first();
  }

  private void send(ScsiRequest request) {
    request.stage = ScsiRequest.Stage.OUTSTANDING;
    request.dispatches++;
    counters.ioRequests().add(1);
    request.command().clearResult();
    outstanding++;
    slots.take();
    scan.add(request, scan.nanoTime(), MILLISECONDS.toNanos(timeoutMillis(request)));
    transport.submit(device.address().lun(), request.command());
  }

  /** The transport has ended the request's command. */
  void completed(ScsiRequest request) {
    boolean overdue = request.stage == ScsiRequest.Stage.OVERDUE;
    if (!overdue && request.stage != ScsiRequest.Stage.OUTSTANDING) {
      throw new IllegalStateException(
          transport.name() + " completed a command that it does not have: " + request);
    }
    RequestList.unlink(request);
    outstanding--;
    slots.release();
    ResultRule rule = classify(request, overdue);
    counters.ioDone().add(1);
    if (rule != ResultRule.GOOD) {
      counters.ioErrors().add(1);
    }
    if (overdue) {
      request.stage = ScsiRequest.Stage.OUTSTANDING;
      recovery.overdueEnded();
    }
    try {
      if (rule == ResultRule.GOOD) {
        depth.good();
        recovery.answered();
        end(request, BlockStatus.OK, rule);
      } else {
        failed(request, rule);
      }
    } finally {
      slots.sendInTurn(this); // others wait for this room, also when the owner of this one throws
    }
  }

  private static ResultRule classify(ScsiRequest request, boolean overdue) {
    ResultRule rule = ResultRule.of(request.command());
    if (overdue && (rule == ResultRule.NO_CONNECTION || rule == ResultRule.RESET)) {
      return ResultRule.TIMED_OUT;
    }
    boolean exact = request.has(ScsiRequest.EXACT_TRANSFER);
    if (exact && rule.disposition() == Disposition.SUCCESS && request.command().residual() != 0) {
      return ResultRule.SHORT_TRANSFER;
    }
    return rule;
  }

  private void failed(ScsiRequest request, ResultRule rule) {
    ScsiCommand command = request.command();
    if (command.hostByte() == HostByte.DID_OK) {
      recovery.answered();
      if (command.status() == ScsiStatus.CHECK_CONDITION) {
        report(request.sense());
      }
    }
    if (command.hostByte() != HostByte.DID_OK || rule.mayBeHalfDone()) {
      request.inDoubt = true;
    }
    if (command.hostByte() != HostByte.DID_OK && !transport.isUp()) {
      // Before whoever chooses paths chooses this one again; the transport's own word comes later.
      device.host().transportSeenDown();
    }
    if (rule == ResultRule.RESERVATION_CONFLICT && !request.has(ScsiRequest.INTERNAL)) {
      device.reportReservationConflict();
    }
    if (rule == ResultRule.BUSY) {
      counters.busy().add(1);
      depth.full(outstanding);
    }
    switch (decide(request, rule)) {
      case SUCCESS -> end(request, BlockStatus.OK, rule);
      case FAIL -> end(request, rule.status(), rule);
      case RETRY -> {
        request.retries++;
        again(request, rule);
      }
      case RETRY_LATER -> {
        request.retries++;
        later(request);
      }
      case REQUEUE -> {
        // With others outstanding, the next of them to end makes room for this one: a busy
        // device's depth is what it does now. Nothing else holds a request back that comes at once.
        if (rule == ResultRule.BUSY && outstanding > 0) {
          again(request, rule);
        } else {
          request.delays++;
          later(request);
        }
      }
    }
  }

  private void report(int sense) {
    if (sense == Sense.NONE) {
      return;
    }
    boolean attention = Sense.key(sense) == SenseKey.UNIT_ATTENTION;
    boolean accessState =
        Sense.key(sense) == SenseKey.NOT_READY
            && switch (Sense.ascAndAscq(sense)) {
              case 0x040A, 0x040B, 0x040C, 0x0412 -> true;
              default -> false;
            };
    if (attention || accessState) {
      device.reportSense(sense);
    }
  }

  private Disposition decide(ScsiRequest request, ResultRule rule) {
    Disposition disposition = rule.disposition();
    if (disposition != Disposition.SUCCESS && !request.repeat().allowedBy(rule)) {
      return Disposition.FAIL;
    }
    return switch (disposition) {
      case SUCCESS, FAIL -> disposition;
      case RETRY, RETRY_LATER -> {
        boolean hopeless = request.has(ScsiRequest.FAIL_FAST) && rule.isTransportClass();
        boolean used = request.retries >= timeouts.retries() || livedTooLong(request);
        yield hopeless || used ? Disposition.FAIL : disposition;
      }
      case REQUEUE -> {
        // Busy with nothing of ours: others fill it, through this port perhaps, and another path
        // may be idle. Who is not to wait has waited long enough.
        boolean impatient =
            request.has(ScsiRequest.FAIL_FAST) && request.delays >= timeouts.retries();
        yield impatient || livedTooLong(request) ? Disposition.FAIL : disposition;
      }
    };
  }

  /** Uncounted retries end here: all attempts together get the time of all counted ones. */
  private boolean livedTooLong(ScsiRequest request) {
    long allowed = MILLISECONDS.toNanos(timeoutMillis(request)) * (timeouts.retries() + 1);
    return scan.nanoTime() - request.startNanos > allowed;
  }

  private long timeoutMillis(ScsiRequest request) {
    return request.timeoutMillis() > 0 ? request.timeoutMillis() : timeouts.commandMillis();
  }

  private void again(ScsiRequest request, ResultRule rule) {
    counters.retries().add(1);
    BlockStatus refusal = refusal(request);
    if (refusal != null) {
      end(request, refusal, rule);
      return;
    }
    request.stage = ScsiRequest.Stage.WAITING;
    listOf(request).addFirst(request);
  }

  private void later(ScsiRequest request) {
    request.stage = ScsiRequest.Stage.DELAYED;
    scan.add(request, scan.nanoTime(), MILLISECONDS.toNanos(timeouts.retryDelayMillis()));
  }

  /** Told by the scan, which has taken the request out of its list. */
  void deadlinePassed(ScsiRequest request) {
    switch (request.stage) {
      case DELAYED -> {
        again(request, ResultRule.of(request.command()));
        slots.sendInTurn(this);
      }
      case OUTSTANDING -> {
        counters.timeouts().add(1);
        recovery.overdue(request);
      }
      case OVERDUE -> recovery.abortOverdue();
      case IDLE, WAITING ->
          throw new IllegalStateException("a deadline passed that nobody set: " + request);
    }
  }

  /** Its owner does not want a request sent any more; one that was sent goes its way. */
  void giveUp(ScsiRequest request) {
    if (request.stage == ScsiRequest.Stage.WAITING) {
      RequestList.unlink(request);
      end(request, BlockStatus.TIMEOUT, request.rule());
    }
  }

  /** The device's state changed: ends what the new one does not hold, sends what it lets go. */
  void stateChanged() {
    endRefused(urgent);
    endRefused(waiting);
    slots.sendInTurn(this);
  }

  private void endRefused(RequestList list) {
    // Ending one may put others in, which then have been judged already.
    RequestList refused = new RequestList();
    ScsiRequest request = list.first();
    while (request != null) {
      ScsiRequest next = request.next;
      if (refusal(request) != null) {
        RequestList.unlink(request);
        refused.addLast(request);
      }
      request = next;
    }
    for (ScsiRequest r = refused.pollFirst(); r != null; r = refused.pollFirst()) {
      BlockStatus refusal = refusal(r);
      if (refusal != null) {
        end(r, refusal, ResultRule.GOOD);
      } else {
        list.addLast(r);
      }
    }
  }

  /** Returns how a request ends that the device's state neither sends nor holds; else null. */
  private @Nullable BlockStatus refusal(ScsiRequest request) {
    DeviceState state = device.state();
    boolean failFast = request.has(ScsiRequest.FAIL_FAST);
    if (state == DeviceState.DELETED) {
      return BlockStatus.OFFLINE;
    }
    if (request.has(ScsiRequest.INTERNAL)) {
      return transport.isUp() ? null : BlockStatus.TRANSPORT;
    }
    if (state.takesCommands()) {
      return failFast && !transport.isUp() ? BlockStatus.TRANSPORT : null;
    }
    if (state.holdsCommands()) {
      return failFast ? BlockStatus.TRANSPORT : null;
    }
    return BlockStatus.OFFLINE;
  }

  private RequestList listOf(ScsiRequest request) {
    return request.has(ScsiRequest.INTERNAL) ? urgent : waiting;
  }

  private void end(ScsiRequest request, BlockStatus status, ResultRule rule) {
    counters.inFlight().add(-1);
    if (status != BlockStatus.OK) {
      counters.errors().add(1);
    }
    request.end(status, rule);
  }
}
