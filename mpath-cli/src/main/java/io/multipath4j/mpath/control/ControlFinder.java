package io.multipath4j.mpath.control;

import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Finds the process that a command means. Any thread may call. */
public final class ControlFinder {

  /** A live process says who it is within this time. */
  private static final long WHO_MILLIS = 2_000;

  private final EventLoop loop;
  private final List<Path> sockets;

  /**
   * Makes one.
   *
   * @param sockets of processes, dead ones perhaps among them
   */
  public ControlFinder(EventLoop loop, List<Path> sockets) {
    this.loop = loop;
    this.sockets = List.copyOf(sockets);
  }

  /**
   * A live process.
   *
   * @param endpoint where it listens
   * @param who what it said
   */
  public record Found(Endpoint endpoint, ProcessRequest.Answer who) {}

  /**
   * Finds the one process that a command can mean.
   *
   * @param fits whether a process can be meant; one that has the disk, if the command names one
   * @return the process; fails with a {@link ControlException} that lists them when there are
   *     several, and that says how to start one when there is none
   */
  public CompletionStage<Found> find(Predicate<ProcessRequest.Answer> fits) {
    return living()
        .thenCompose(living -> {
          List<Found> fitting = living.stream().filter(one -> fits.test(one.who())).toList();
          return fitting.size() == 1
              ? CompletableFuture.completedFuture(fitting.getFirst())
              : CompletableFuture.failedFuture(fitting.isEmpty() ? none(living) : several(fitting));
        });
  }

  /** Returns all live processes, in the order of their sockets. */
  private CompletionStage<List<Found>> living() {
    CompletableFuture<List<Found>> found = CompletableFuture.completedFuture(new ArrayList<>());
    for (Path socket : sockets) {
      Endpoint endpoint = new Endpoint.Unix(socket);
      CompletableFuture<List<Found>> asked =
          new ControlClient(loop, endpoint, WHO_MILLIS)
              .ask(new ProcessRequest())
              .thenApply(who -> List.of(new Found(endpoint, who)))
              .exceptionally(dead -> List.of())
              .toCompletableFuture();
      found =
          found.thenCombine(
              asked,
              (all, one) -> {
                all.addAll(one);
                return all;
              });
    }
    return found;
  }

  private static ControlException none(List<Found> others) {
    return others.isEmpty()
        ? new ControlException(
            "ESRCH",
            "no mpath process of this user attaches a disk: start one with 'mpath attach URL...',"
                + " or name its socket with --control PATH")
        : new ControlException(
            "ENODEV", "no mpath process has that disk; these run:\n" + list(others));
  }

  private static ControlException several(List<Found> found) {
    return new ControlException(
        "ENOTUNIQ",
        found.size() + " mpath processes run; choose one with --control PATH:\n" + list(found));
  }

  private static String list(List<Found> found) {
    return found.stream().map(ControlFinder::line).collect(Collectors.joining("\n"));
  }

  private static String line(Found one) {
    String disks =
        one.who().disks().stream()
            .map(disk -> disk.name() + " (" + disk.id() + ")")
            .collect(Collectors.joining(", "));
    String path =
        one.endpoint() instanceof Endpoint.Unix unix
            ? unix.path().toString()
            : one.endpoint().toString();
    return "  --control "
        + path
        + "  process "
        + one.who().pid()
        + ": "
        + (disks.isEmpty() ? "no disk yet" : disks);
  }
}
