package io.multipath4j.scsi.multipath;

import io.multipath4j.reactor.Scheduler;
import io.multipath4j.reactor.Timer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** The {@link AdmissionStep}s, in the order in which they were added. */
final class AdmissionSteps {

  /** How long a step may take. */
  static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Scheduler scheduler;
  private final List<AdmissionStep> steps = new CopyOnWriteArrayList<>();

  AdmissionSteps(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  void add(AdmissionStep step) {
    steps.add(step);
  }

  void remove(AdmissionStep step) {
    steps.remove(step);
  }

  /** Runs them until one finds something wrong. The future never fails. */
  CompletableFuture<String> run(ScsiMpathDevice path) {
    CompletableFuture<String> all = CompletableFuture.completedFuture("");
    for (AdmissionStep step : steps) {
      all = all.thenCompose(wrong -> wrong.isEmpty() ? run(step, path) : all(wrong));
    }
    return all;
  }

  private static CompletableFuture<String> all(String wrong) {
    return CompletableFuture.completedFuture(wrong);
  }

  private CompletableFuture<String> run(AdmissionStep step, ScsiMpathDevice path) {
    if (path.isRemoved()) {
      return all("it was removed");
    }
    CompletableFuture<String> answer;
    try {
      answer = step.admit(path).copy();
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    CompletableFuture<String> limited = answer;
    Timer deadline =
        scheduler.schedule(
            DEADLINE_NANOS,
            () ->
                limited.complete(
                    "it was not admitted within "
                        + TimeUnit.NANOSECONDS.toSeconds(DEADLINE_NANOS)
                        + " s"));
    return limited.handle((wrong, failure) -> {
      deadline.cancel();
      return failure == null ? wrong : "its admission failed: " + text(failure);
    });
  }

  private static String text(Throwable failure) {
    Throwable cause = failure.getCause();
    Throwable shown = failure instanceof CompletionException && cause != null ? cause : failure;
    return String.valueOf(shown.getMessage());
  }
}
