package io.multipath4j.fuse;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The requests of a mount: as many as it has had at once, up to a limit. At the limit nothing more
 * is read from the kernel, whose callers then wait there, until a disk has answered one.
 */
final class RequestPool {
  /** Most requests under way; of 272 KiB each when it comes to that. */
  static final int MAX_REQUESTS = 128;

  private final FuseDevice device;
  private final BlockingQueue<FuseRequest> idle = new ArrayBlockingQueue<>(MAX_REQUESTS);
  private final AtomicInteger made = new AtomicInteger();

  RequestPool(FuseDevice device) {
    this.device = device;
  }

  /** Takes one, waiting for one at the limit. */
  FuseRequest take() throws InterruptedException {
    @Nullable FuseRequest request = idle.poll();
    if (request != null) {
      return request;
    }
    if (made.getAndUpdate(count -> Math.min(count + 1, MAX_REQUESTS)) < MAX_REQUESTS) {
      return new FuseRequest(device, this);
    }
    return idle.take();
  }

  void give(FuseRequest request) {
    if (!idle.offer(request)) {
      throw new IllegalStateException("a request was given back twice");
    }
  }

  /** Returns how many are under way. */
  int taken() {
    return made.get() - idle.size();
  }
}
