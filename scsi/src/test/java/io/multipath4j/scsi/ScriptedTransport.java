package io.multipath4j.scsi;

import io.multipath4j.scsi.codec.ScsiStatus;
import io.multipath4j.scsi.codec.Sense;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A transport whose answers the test gives: through {@link #target} for all commands, or one by one
 * from {@link #outstanding}.
 */
final class ScriptedTransport implements ScsiTransport {

  /** Answers a command, or returns false to leave it outstanding. */
  interface Target {
    boolean answer(long lun, ScsiCommand command);
  }

  /** How task management is answered: with a result, or not at all (null). */
  TaskManagementResult abortResult = TaskManagementResult.COMPLETE;

  TaskManagementResult resetResult = TaskManagementResult.COMPLETE;

  Target target = (lun, command) -> false;
  int canQueue = 64;
  int maxTransferBytes = 1 << 20;
  boolean up = true;

  /** Who waits for the answer to the last LOGICAL UNIT RESET. */
  TaskManagementListener resetAnswer = result -> {};

  boolean closed;
  final List<ScsiCommand> outstanding = new ArrayList<>();
  final List<String> log = new ArrayList<>();
  int mostOutstanding;

  private final ManualLoop loop;
  private ScsiTransportListener listener;

  ScriptedTransport(ManualLoop loop) {
    this.loop = loop;
  }

  // ---- for the test -----------------------------------------------------------------------------

  ScsiCommand oldest() {
    return outstanding.getFirst();
  }

  void good(ScsiCommand command) {
    status(command, ScsiStatus.GOOD, 0);
  }

  void status(ScsiCommand command, int status, int residual) {
    take(command);
    command.completeWithStatus(status, residual);
  }

  void host(ScsiCommand command, HostByte hostByte) {
    take(command);
    command.completeWithHostByte(hostByte);
  }

  void sense(ScsiCommand command, int code) {
    take(command);
    answerSense(command, code);
  }

  private void take(ScsiCommand command) {
    if (!outstanding.remove(command)) {
      throw new AssertionError("not outstanding: " + command);
    }
  }

  void drop(String reason) {
    up = false;
    endAll(HostByte.DID_TRANSPORT_DISRUPTED);
    listener.transportDown(reason);
  }

  /** Lets commands fail as a lost connection does, before the loss itself is told. */
  void endAll(HostByte hostByte) {
    for (ScsiCommand command : List.copyOf(outstanding)) {
      if (outstanding.contains(command)) {
        host(command, hostByte);
      }
    }
  }

  void restore() {
    up = true;
    listener.transportUp();
  }

  void asyncEvent(long lun, byte[] sense) {
    listener.asyncEvent(lun, sense);
  }

  static void answerSense(ScsiCommand command, int code) {
    byte[] sense = Sense.fixed(Sense.key(code), Sense.asc(code), Sense.ascq(code));
    command.senseFrom(ByteBuffer.wrap(sense), 0, sense.length);
    command.completeWithStatus(ScsiStatus.CHECK_CONDITION, 0);
  }

  static void answerData(ScsiCommand command, byte[] data) {
    int length = Math.min(data.length, command.dataLength());
    ByteBuffer to = command.data();
    if (to != null) {
      to.put(command.dataOffset(), data, 0, length);
    }
    command.completeWithStatus(ScsiStatus.GOOD, command.dataLength() - data.length);
  }

  // ---- ScsiTransport ----------------------------------------------------------------------------

  @Override
  public String name() {
    return "iqn.2026-01.example:disk";
  }

  @Override
  public int canQueue() {
    return canQueue;
  }

  @Override
  public int maxTransferBytes() {
    return maxTransferBytes;
  }

  @Override
  public int numaNode() {
    return -1;
  }

  @Override
  public boolean isUp() {
    return up;
  }

  @Override
  public void setListener(ScsiTransportListener newListener) {
    listener = newListener;
  }

  @Override
  public void submit(long lun, ScsiCommand command) {
    if (!up) {
      loop.execute(() -> command.completeWithHostByte(HostByte.DID_NO_CONNECT));
      return;
    }
    if (outstanding.size() >= canQueue) {
      throw new AssertionError("more than canQueue commands");
    }
    outstanding.add(command);
    mostOutstanding = Math.max(mostOutstanding, outstanding.size());
    loop.execute(() -> {
      if (outstanding.contains(command)) {
        outstanding.remove(command);
        if (!target.answer(lun, command)) {
          outstanding.add(command);
        }
      }
    });
  }

  @Override
  public void abortTask(long lun, ScsiCommand command, TaskManagementListener told) {
    log.add("abort");
    TaskManagementResult result = abortResult;
    loop.execute(() -> {
      if (result == TaskManagementResult.COMPLETE && outstanding.contains(command)) {
        host(command, HostByte.DID_ABORT);
      }
      if (result != null) {
        told.completed(result);
      }
    });
  }

  @Override
  public void resetLogicalUnit(long lun, TaskManagementListener told) {
    log.add("reset");
    resetAnswer = told;
    TaskManagementResult result = resetResult;
    loop.execute(() -> {
      if (result == TaskManagementResult.COMPLETE) {
        endAll(HostByte.DID_RESET);
      }
      if (result != null) {
        told.completed(result);
      }
    });
  }

  @Override
  public void reconnect(String reason) {
    log.add("reconnect: " + reason);
    loop.execute(() -> drop(reason));
  }

  @Override
  public void close() {
    closed = true;
    up = false;
    endAll(HostByte.DID_NO_CONNECT);
  }
}
