package io.multipath4j.scsi.multipath.reservation;

import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.ScsiException;
import io.multipath4j.scsi.codec.SenseKey;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** What a failed command says. */
final class Failure {

  private Failure() {}

  static Throwable cause(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause(cause) : failure;
  }

  static BlockStatus status(Throwable failure) {
    return switch (cause(failure)) {
      case ScsiException e -> e.status();
      case BlockOperationException e -> e.status();
      default -> BlockStatus.IOERR;
    };
  }

  static boolean isConflict(Throwable failure) {
    return status(failure) == BlockStatus.RESV_CONFLICT;
  }

  /** Tells whether the device answered that it does not do this: asking again would not help. */
  static boolean isRefusal(Throwable failure) {
    if (cause(failure) instanceof ScsiException told && told.has(SenseKey.ILLEGAL_REQUEST)) {
      return true; // 55h/04h among them, insufficient registration resources
    }
    return switch (status(failure)) {
      case RESV_CONFLICT, TARGET, NOTSUPP, INVAL -> true;
      default -> false;
    };
  }

  static String text(Throwable failure) {
    return String.valueOf(cause(failure).getMessage());
  }

  /** Returns the failure as users of the disk get it. */
  static BlockOperationException of(String disk, Throwable failure) {
    return cause(failure) instanceof BlockOperationException told
        ? told
        : BlockOperationException.of(status(failure), disk + ": " + text(failure));
  }

  static <T> CompletableFuture<T> future(BlockStatus status, String message) {
    return CompletableFuture.failedFuture(BlockOperationException.of(status, message));
  }
}
