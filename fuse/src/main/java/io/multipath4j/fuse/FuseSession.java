package io.multipath4j.fuse;

import static io.multipath4j.fuse.FuseRequest.BODY_AT;

import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads that read a mount's requests, from the first, INIT, until the mount is gone. */
final class FuseSession {
  /** An attribute's function runs on one of them, while the others go on. */
  private static final int READERS = 4;

  private static final int MAJOR = 7;
  private static final int OLDEST_MINOR = 31;
  private static final int NEWEST_MINOR = 38;

  private static final int ASYNC_READ = 1;
  private static final int ATOMIC_O_TRUNC = 1 << 3;
  private static final int BIG_WRITES = 1 << 5;
  private static final int ASYNC_DIO = 1 << 15;
  private static final int PARALLEL_DIROPS = 1 << 18;
  private static final int MAX_PAGES = 1 << 22;
  private static final int INIT_EXT = 1 << 30;
  private static final int WANTED =
      ASYNC_READ | ATOMIC_O_TRUNC | BIG_WRITES | ASYNC_DIO | PARALLEL_DIROPS | MAX_PAGES | INIT_EXT;

  /** DIRECT_IO_ALLOW_MMAP, bit 36, so that a file that bypasses the cache can still be mapped. */
  private static final int WANTED_HIGH = 1 << 4;

  private static final int MAX_BACKGROUND = 64;
  private static final int CONGESTED = 48;
  private static final int PAGE_BYTES = 4096;

  /** {@code struct fuse_init_out}. */
  private static final int INIT_OUT_BYTES = 64;

  private static final System.Logger LOG = System.getLogger(FuseSession.class.getName());

  private final FuseDevice device;
  private final Operations operations;
  private final RequestPool pool;
  private final String name;
  private final List<Thread> readers = new ArrayList<>();
  private final AtomicInteger running = new AtomicInteger(READERS);
  private final CountDownLatch agreed = new CountDownLatch(1);
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  FuseSession(FuseDevice device, Operations operations, String name) {
    this.device = device;
    this.operations = operations;
    this.pool = new RequestPool(device);
    this.name = name;
  }

  void start() {
    for (int i = 0; i < READERS; i++) {
      readers.add(Thread.ofPlatform().name("fuse-" + i + " " + name).daemon().start(this::run));
    }
  }

  /** Waits until the kernel and this agree on how to talk. */
  boolean awaitAgreement(long timeoutMillis) throws InterruptedException {
    return agreed.await(timeoutMillis, TimeUnit.MILLISECONDS);
  }

  /** Completes when the mount is gone, whoever took it away. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  /** Lets readers go that wait for a request to become free. */
  void interrupt() {
    readers.forEach(Thread::interrupt);
  }

  private void run() {
    try {
      while (readOne()) {
        // the next one
      }
    } catch (InterruptedException e) {
      // Only interrupt() does that: the mount is being closed, and this is how its thread ends.
      LOG.log(Level.DEBUG, "a reader of {0} was waiting for a disk when it was closed", name);
    } finally {
      if (running.decrementAndGet() == 0) {
        ended.complete(null);
      }
    }
  }

  /** Returns false when the mount is gone. */
  private boolean readOne() throws InterruptedException {
    FuseRequest request = pool.take();
    int result = device.read(request);
    if (result < 0) {
      request.endSilently();
      return switch (-result) {
        // Taken back by its caller before it was read; or a signal came to this thread.
        case Errno.ENOENT, Errno.EINTR, Errno.EAGAIN -> true;
        case Errno.ENODEV -> false;
        default -> {
          LOG.log(Level.ERROR, "reading requests of {0} failed: errno {1}", name, -result);
          yield false;
        }
      };
    }
    if (!request.parse(result)) {
      request.endSilently();
    } else if (request.opcode() == Opcode.INIT) {
      agree(request);
    } else {
      operations.handle(request);
    }
    return true;
  }

  /** {@code struct fuse_init_in}: major, minor, read-ahead, flags, flags2. */
  private void agree(FuseRequest request) {
    int major = request.int32(0);
    int minor = request.int32(4);
    int readAheadBytes = request.int32(8);
    int offered = request.int32(12);
    int offeredHigh = request.int32(16);
    if (major != MAJOR || minor < OLDEST_MINOR) {
      LOG.log(
          Level.ERROR,
          "the kernel speaks FUSE {0}.{1}; {2}.{3} is the oldest that works",
          major,
          minor,
          MAJOR,
          OLDEST_MINOR);
      request.replyErrno(Errno.EPROTO);
      return;
    }
    int flags = offered & WANTED;
    ByteBuffer out = request.buffer();
    for (int at = 0; at < INIT_OUT_BYTES; at += Long.BYTES) {
      out.putLong(BODY_AT + at, 0);
    }
    out.putInt(BODY_AT, MAJOR);
    out.putInt(BODY_AT + 4, Math.min(minor, NEWEST_MINOR));
    out.putInt(BODY_AT + 8, readAheadBytes);
    out.putInt(BODY_AT + 12, flags);
    out.putShort(BODY_AT + 16, (short) MAX_BACKGROUND);
    out.putShort(BODY_AT + 18, (short) CONGESTED);
    out.putInt(BODY_AT + 20, FuseRequest.MAX_DATA_BYTES);
    out.putInt(BODY_AT + 24, 1);
    out.putShort(BODY_AT + 28, (short) (FuseRequest.MAX_DATA_BYTES / PAGE_BYTES));
    out.putInt(BODY_AT + 32, (flags & INIT_EXT) != 0 ? offeredHigh & WANTED_HIGH : 0);
    request.replyBody(INIT_OUT_BYTES);
    agreed.countDown();
  }
}
