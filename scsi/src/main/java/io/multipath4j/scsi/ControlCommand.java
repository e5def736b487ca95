package io.multipath4j.scsi;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.ScsiCommand.Direction;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Opcode;
import io.multipath4j.scsi.codec.ScsiStatus;
import io.multipath4j.scsi.codec.Sense;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A single command outside the data path: allocates, and answers through a future. */
final class ControlCommand {

  private final ScsiDevice device;
  private final int opcode;
  private final ByteBuffer data;
  private final ScsiRequest request = new ScsiRequest(this::completed);
  private final CompletableFuture<byte[]> result = new CompletableFuture<>();

  private ControlCommand(ScsiDevice device, int opcode, int dataLength) {
    this.device = device;
    this.opcode = opcode;
    this.data = ByteBuffer.allocateDirect(dataLength);
  }

  /** Runs a command with a Data-In part, or with none when {@code allocationLength} is 0. */
  static CompletableFuture<byte[]> run(
      ScsiDevice device, int opcode, int allocationLength, int flags, Consumer<byte[]> cdb) {
    ControlCommand control = new ControlCommand(device, opcode, allocationLength);
    ScsiCommand command = control.request.prepare(Cdb.length(opcode), flags, 0);
    if (allocationLength > 0) {
      command.data(Direction.FROM_DEVICE, control.data, 0, allocationLength);
    }
    cdb.accept(command.cdb());
    device.execute(control.request);
    return control.result;
  }

  /**
   * Runs a command with a Data-Out part in whatever state the device is, that must not be done
   * twice: it is tried again only when the device did not do it. Whether it was done is unknown
   * when the transport took it away; it then ends with OUTCOME_UNKNOWN.
   */
  static CompletableFuture<Void> runOnce(
      ScsiDevice device, int opcode, byte[] list, Consumer<byte[]> cdb) {
    ControlCommand control = new ControlCommand(device, opcode, list.length);
    ScsiCommand command =
        control.request.prepare(
            Cdb.length(opcode), ScsiRequest.INTERNAL | ScsiRequest.EXACT_TRANSFER, 0);
    control.request.repeat(Repeat.WHEN_NOT_DONE);
    control.data.put(0, list);
    command.data(Direction.TO_DEVICE, control.data, 0, list.length);
    cdb.accept(command.cdb());
    device.execute(control.request);
    return control.result.thenAccept(nothing -> {});
  }

  private void completed(ScsiRequest ended) {
    ScsiCommand command = ended.command();
    if (ended.status() == BlockStatus.OK) {
      // A residual out of range is a transport's mistake; what is beyond the buffer never came.
      int came = command.dataLength() - Math.clamp(command.residual(), 0, command.dataLength());
      byte[] reply = new byte[came];
      data.get(0, reply);
      result.complete(reply);
      return;
    }
    result.completeExceptionally(
        new ScsiException(
            device.lunText() + ": " + Opcode.name(opcode) + ": " + cause(ended),
            outcomeUnknown(ended) ? BlockStatus.OUTCOME_UNKNOWN : ended.status(),
            ended.sense()));
  }

  /** Tells whether a command that changes something may have been done although it failed. */
  private static boolean outcomeUnknown(ScsiRequest ended) {
    return ended.command().direction() == Direction.TO_DEVICE && ended.inDoubt;
  }

  private static String cause(ScsiRequest ended) {
    ScsiCommand command = ended.command();
    if (ended.rule() == ResultRule.GOOD) {
      return "not sent, " + ended.status();
    }
    if (command.hostByte() != HostByte.DID_OK) {
      return command.hostByte().name();
    }
    if (command.status() == ScsiStatus.CHECK_CONDITION) {
      return Sense.text(ended.sense());
    }
    return ScsiStatus.name(command.status());
  }
}
