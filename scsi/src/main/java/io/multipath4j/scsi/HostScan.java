package io.multipath4j.scsi;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.codec.Sense;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One scan of a host: some LUNs at a time, so that one that hangs does not hold the others.
 *
 * <p>A device is removed only when a complete list does not have its LUN, and the LUN itself says
 * that nothing is there. An error, an empty list, silence, or a device that still answers removes
 * nothing: a target that starts up, or whose masking is being edited, would otherwise take the
 * disks of all its users away. Loop thread only; used once.
 */
final class HostScan {

  /** Most LUNs of a host that are asked at a time. */
  static final int MAX_PROBES = 8;

  /** A LUN that was not through after this many command timeouts has failed. */
  static final int DEADLINE_COMMANDS = 2;

  private final ScsiHost host;
  private final ProbeBackOff backOff;
  private final boolean patient;
  private final CompletableFuture<ScanResult> result = new CompletableFuture<>();
  private final Queue<Runnable> todo = new ArrayDeque<>();
  private final List<ScsiDevice> added = new ArrayList<>();
  private final List<ScsiDevice> present = new ArrayList<>();
  private final List<ScsiDevice> removed = new ArrayList<>();
  private final Map<Long, String> failed = new HashMap<>();
  private int running;

  /**
   * @param patient leave LUNs alone that failed a short while ago
   */
  HostScan(ScsiHost host, ProbeBackOff backOff, boolean patient) {
    this.host = host;
    this.backOff = backOff;
    this.patient = patient;
  }

  /** Looks at one LUN, whatever the target lists. */
  CompletableFuture<ScanResult> one(long lun) {
    ask(lun);
    next();
    return result;
  }

  /** Looks at what the target lists, and at what it does not list any more. */
  CompletableFuture<ScanResult> all() {
    var _ =
        host.reportLuns()
            .whenComplete((listed, failure) ->
                host.loop()
                    .execute(() -> {
                      if (failure != null) {
                        result.completeExceptionally(cause(failure));
                      } else {
                        compare(listed);
                      }
                    }));
    return result;
  }

  private void compare(List<Long> listed) {
    if (listed.isEmpty()) {
      result.completeExceptionally(
          new ScsiException(
              host.transport().name()
                  + ": lists no logical units at all; its "
                  + host.devices().size()
                  + " known ones stay. Check what the target maps to this initiator",
              BlockStatus.OK,
              Sense.NONE));
      return;
    }
    Set<Long> there = new HashSet<>();
    for (long lun : listed) {
      long unit = Lun.canonical(lun);
      if (there.add(unit)) {
        ask(unit);
      }
    }
    backOff.retain(there);
    for (ScsiDevice device : host.devices()) {
      if (!there.contains(Lun.canonical(device.address().lun()))) {
        todo.add(() -> confirmGone(device));
      }
    }
    next();
  }

  private void ask(long lun) {
    ScsiDevice known = host.device(lun);
    if (known != null) {
      todo.add(() -> lookAgain(known));
      return;
    }
    String rests = patient ? backOff.restsBecause(lun, host.loop().clock().nanoTime()) : null;
    if (rests == null) {
      todo.add(() -> probe(lun));
    } else {
      failed.put(lun, rests);
    }
  }

  private void next() {
    while (running < MAX_PROBES) {
      Runnable first = todo.poll();
      if (first == null) {
        break;
      }
      running++;
      first.run();
    }
    if (running == 0) {
      // Some may have been deleted by an operator, or with the host, while the others were asked.
      added.removeIf(device -> device.state() == DeviceState.DELETED);
      present.removeIf(device -> device.state() == DeviceState.DELETED);
      result.complete(new ScanResult(added, present, removed, failed));
    }
  }

  /** In a turn of its own, so that an error in what follows is the loop's, not the future's. */
  private <T> void whenDone(
      CompletableFuture<T> future, BiConsumer<@Nullable T, @Nullable Throwable> then) {
    var _ =
        future.whenComplete((value, failure) ->
            host.loop()
                .execute(() -> {
                  try {
                    then.accept(value, failure == null ? null : cause(failure));
                  } finally {
                    running--;
                    next();
                  }
                }));
  }

  private long deadlineMillis() {
    return host.timeouts().commandMillis() * DEADLINE_COMMANDS;
  }

  private void probe(long lun) {
    whenDone(
        host.probe(lun, deadlineMillis()),
        (device, failure) -> {
          if (device != null && device.state() != DeviceState.DELETED) {
            backOff.forget(lun);
            added.add(device);
          } else {
            String reason =
                failure == null
                    ? "the host was closed meanwhile"
                    : String.valueOf(failure.getMessage());
            failed.put(lun, reason);
            if (backOff.failed(lun, reason, host.loop().clock().nanoTime())) {
              host.tellFailed(lun, reason);
            }
          }
        });
  }

  /** One that is away is checked when it returns, and one that is offline is an operator's. */
  private void lookAgain(ScsiDevice device) {
    present.add(device);
    if (device.state() != DeviceState.RUNNING) {
      running--;
      return;
    }
    whenDone(
        limited(host.rescan(device), device),
        (same, failure) -> {
          if (failure != null) {
            failed.put(device.address().lun(), String.valueOf(failure.getMessage()));
          }
        });
  }

  private void confirmGone(ScsiDevice device) {
    whenDone(
        limited(DeviceProbe.isThere(device), device),
        (there, failure) -> {
          if (there != null && !there && host.device(device.address().lun()) == device) {
            removed.add(device);
            host.remove(device);
          } else {
            present.add(device);
            if (failure != null) {
              failed.put(device.address().lun(), String.valueOf(failure.getMessage()));
            }
          }
        });
  }

  private <T> CompletableFuture<T> limited(CompletableFuture<T> question, ScsiDevice device) {
    CompletableFuture<T> answer = question.copy();
    host.limit(answer, device, deadlineMillis());
    return answer;
  }

  static Throwable cause(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }
}
