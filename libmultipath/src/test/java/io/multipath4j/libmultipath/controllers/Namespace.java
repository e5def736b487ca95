package io.multipath4j.libmultipath.controllers;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.BlockOperations;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.block.Ioctl;
import io.multipath4j.libmultipath.MpathAccessState;
import io.multipath4j.libmultipath.MpathDevice;
import io.multipath4j.libmultipath.MpathHead;
import io.multipath4j.libmultipath.NumaTopology;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/** A namespace as one controller shows it: a path. */
final class Namespace implements BlockDevice {

  /** What a controller says of its access to a namespace, and when it does not know. */
  enum Ana {
    OPTIMIZED,
    NONOPTIMIZED,
    INACCESSIBLE,
    CHANGE
  }

  static final BlockLimits LIMITS =
      new BlockLimits(4096, 4096, 4096, 0, 1 << 20, 0, 0, 0, false, true, false);

  final Controller controller;
  final MpathHead<Namespace> head;
  final MpathDevice<Namespace> device;
  final Deque<Bio> held = new ArrayDeque<>();
  final Deque<CompletableFuture<Void>> requests = new ArrayDeque<>();
  private volatile Ana ana = Ana.OPTIMIZED;

  Namespace(Controller controller, MpathHead<Namespace> head) {
    this.controller = controller;
    this.head = head;
    this.device =
        new MpathDevice<>(
            this, this, NumaTopology.NO_NODE, controller.active, MpathAccessState.OPTIMIZED);
  }

  Ana ana() {
    return ana;
  }

  void ana(Ana state) {
    ana = state;
    head.setAccessState(
        device,
        switch (state) {
          case OPTIMIZED -> MpathAccessState.OPTIMIZED;
          case NONOPTIMIZED -> MpathAccessState.NONOPTIMIZED;
          case INACCESSIBLE, CHANGE -> MpathAccessState.OTHER;
        });
  }

  void endAll(BlockStatus status) {
    for (int left = held.size(); left > 0; left--) {
      held.remove().complete(status);
    }
  }

  @Override
  public String name() {
    return controller.name + "n1";
  }

  @Override
  public long capacityBytes() {
    return 1L << 30;
  }

  @Override
  public BlockLimits limits() {
    return LIMITS;
  }

  @Override
  public void submit(Bio bio) {
    held.add(bio);
  }

  @Override
  public BlockOperations operations() {
    return new BlockOperations() {
      @Override
      public CompletableFuture<Void> ioctl(Ioctl request, boolean openForWrite) {
        return ask();
      }
    };
  }

  CompletableFuture<Void> ask() {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    requests.add(answer);
    return answer;
  }
}
