package io.multipath4j.scsi;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.reactor.Timer;
import io.multipath4j.scsi.ScsiCommand.Direction;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One {@link ScsiPassthrough} on its way through a device. */
final class PassthroughCommand {

  private final ScsiDevice device;
  private final ScsiPassthrough asked;
  private final ByteBuffer data;
  private final ScsiRequest request = new ScsiRequest(this::completed);
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private final long startNanos;
  private @Nullable Timer waitLimit;

  private PassthroughCommand(ScsiDevice device, ScsiPassthrough asked) {
    this.device = device;
    this.asked = asked;
    this.data = ByteBuffer.allocateDirect(asked.dataLength());
    this.startNanos = now();
  }

  /** Fails with {@link BlockOperationException} only when the command was never sent. */
  static CompletableFuture<Void> run(ScsiDevice device, ScsiPassthrough asked) {
    String refusal = device.passthroughGate().refusal(asked.cdb());
    if (!refusal.isEmpty()) {
      return failed(BlockStatus.NOTSUPP, device + ": " + refusal);
    }
    int room = device.host().transport().maxTransferBytes();
    if (asked.dataLength() > room) {
      return failed(
          BlockStatus.INVAL,
          "%s: %s with %d bytes of data; its transport takes at most %d"
              .formatted(device, asked, asked.dataLength(), room));
    }
    PassthroughCommand command = new PassthroughCommand(device, asked);
    command.start();
    return command.done;
  }

  private static CompletableFuture<Void> failed(BlockStatus status, String message) {
    return CompletableFuture.failedFuture(BlockOperationException.of(status, message));
  }

  private void start() {
    byte[] cdb = asked.cdb();
    ScsiCommand command = request.prepare(cdb.length, 0, asked.timeoutMillis());
    request.repeat(asked.retry() ? Repeat.WHEN_NOT_DELIVERED : Repeat.NEVER);
    System.arraycopy(cdb, 0, command.cdb(), 0, cdb.length);
    if (asked.direction() != Direction.NONE) {
      data.put(0, asked.dataOut());
      command.data(asked.direction(), data, 0, asked.dataLength());
    }
    // A blocked or quiesced device holds commands as long as it is; nobody waits for ever.
    waitLimit =
        device
            .host()
            .loop()
            .schedule(MILLISECONDS.toNanos(asked.timeoutMillis()), () -> device.giveUp(request));
    device.execute(request);
  }

  private void completed(ScsiRequest ended) {
    Timer timer = waitLimit;
    if (timer != null) {
      timer.cancel();
    }
    if (ended.dispatches == 0) {
      String why =
          ended.status() == BlockStatus.TIMEOUT
              ? "not sent within " + asked.timeoutMillis() + " ms"
              : "not sent";
      done.completeExceptionally(
          BlockOperationException.of(
              ended.status(),
              "%s: %s: %s; the device is %s".formatted(device, asked, why, device.state().text())));
      return;
    }
    asked.answer(answer(ended));
    done.complete(null);
  }

  private PassthroughResult answer(ScsiRequest ended) {
    ScsiCommand command = ended.command();
    // An aborted or reset command comes back with the host byte of that; what happened is this.
    boolean timedOut = ended.rule() == ResultRule.TIMED_OUT;
    int residual = command.residual();
    int came =
        command.direction() == Direction.FROM_DEVICE
            ? asked.dataLength() - Math.clamp(residual, 0, asked.dataLength())
            : 0;
    byte[] in = new byte[came];
    data.get(0, in);
    return new PassthroughResult(
        timedOut ? HostByte.DID_TIME_OUT : command.hostByte(),
        command.status(),
        Arrays.copyOf(command.sense(), command.senseLength()),
        in,
        residual,
        ended.dispatches,
        now() - startNanos);
  }

  private long now() {
    return device.host().loop().clock().nanoTime();
  }
}
