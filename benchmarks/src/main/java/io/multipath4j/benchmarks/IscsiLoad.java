package io.multipath4j.benchmarks;

import io.multipath4j.iscsi.IscsiSession;
import io.multipath4j.iscsi.IscsiSessionConfig;
import io.multipath4j.iscsi.IscsiUrl;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.nio.NioEventLoop;
import io.multipath4j.scsi.HostByte;
import io.multipath4j.scsi.ScsiCommand;
import io.multipath4j.scsi.ScsiCommandListener;
import io.multipath4j.scsi.codec.Capacity;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.MalformedDataException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * 4 KiB random reads through our initiator at a fixed depth, with percentiles and allocation: our
 * side of {@link SideBySide}. The same work as {@code libiscsi-load.c}. Prints one line of JSON.
 */
final class IscsiLoad {

  private static final int IO_BYTES = 4096;
  private static final long SETUP_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long MAX_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final NioEventLoop loop;
  private final IscsiSession session;
  private final long lun;
  private final Histogram latencyNanos = new Histogram(TimeUnit.SECONDS.toNanos(60), 3);
  private final SplittableRandom random = new SplittableRandom(1);

  private long ioCount;
  private int blocksPerIo;
  private boolean measuring;
  private boolean stopping;
  private int outstanding;

  private IscsiLoad(NioEventLoop loop, IscsiUrl url) {
    this.loop = loop;
    Endpoint portal = new Endpoint.Tcp(new InetSocketAddress(url.host(), url.port()));
    String target = url.target();
    if (target == null || url.lun() < 0) {
      throw new IllegalArgumentException("expected a URL with target and LUN");
    }
    IscsiSessionConfig config =
        IscsiSessionConfig.of("iqn.2026-01.io.multipath4j:iscsi-load", target, portal);
    this.session = new IscsiSession(loop, config, 0x800000000001L, new java.util.Random(1));
    this.lun = IscsiUrl.lunNumber(url.lun());
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 4) {
      System.err.println("usage: IscsiLoad URL DEPTH WARMUP_SECONDS SECONDS");
      System.exit(2);
    }
    try (NioEventLoop loop = new NioEventLoop()) {
      IscsiLoad load = new IscsiLoad(loop, IscsiUrl.parse(arguments[0]));
      load.connect();
      load.run(
          Integer.parseInt(arguments[1]),
          nanos(Double.parseDouble(arguments[2])),
          nanos(Double.parseDouble(arguments[3])));
    }
  }

  private static long nanos(double seconds) {
    return (long) (seconds * TimeUnit.SECONDS.toNanos(1));
  }

  private void connect() throws IOException, MalformedDataException {
    await(session.start());
    // The first command after a login may be answered with a unit attention: ask until it is not.
    ByteBuffer reply = ByteBuffer.allocateDirect(Capacity.BYTES_16);
    for (int attempt = 0; attempt < 5; attempt++) {
      CompletableFuture<ScsiCommand> answered = new CompletableFuture<>();
      ScsiCommand command = new ScsiCommand().reset(16, answered::complete);
      Cdb.readCapacity16(command.cdb(), reply.capacity());
      command.data(ScsiCommand.Direction.FROM_DEVICE, reply, 0, reply.capacity());
      session.submit(lun, command);
      await(answered);
      if (command.hostByte() == HostByte.DID_OK && command.status() == 0) {
        byte[] bytes = new byte[Capacity.BYTES_16];
        reply.get(0, bytes);
        Capacity capacity = Capacity.decode16(bytes);
        blocksPerIo = IO_BYTES / capacity.blockBytes();
        ioCount = (capacity.lastLba() + 1) / blocksPerIo;
        return;
      }
    }
    throw new IOException("READ CAPACITY(16) is not answered");
  }

  private void await(CompletableFuture<?> future) throws IOException {
    long deadlineNanos = System.nanoTime() + SETUP_LIMIT_NANOS;
    while (!future.isDone()) {
      if (System.nanoTime() - deadlineNanos > 0) {
        throw new IOException("no answer from " + session.name());
      }
      loop.doWork(MAX_WAIT_NANOS);
    }
    future.join();
  }

  private void run(int depth, long warmupNanos, long measuredNanos) {
    for (int i = 0; i < depth; i++) {
      new Slot().submit();
    }
    serveFor(warmupNanos);
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    var process =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    measuring = true;
    long allocated = threads.getCurrentThreadAllocatedBytes();
    long cpuNanos = process.getProcessCpuTime();
    long started = System.nanoTime();
    serveFor(measuredNanos);
    double seconds = (System.nanoTime() - started) / 1e9;
    cpuNanos = process.getProcessCpuTime() - cpuNanos;
    allocated = threads.getCurrentThreadAllocatedBytes() - allocated;
    measuring = false;
    double done = latencyNanos.getTotalCount();
    System.out.printf(
        Locale.ROOT,
        "{\"iops\":%.0f,\"cpuMicrosPerIo\":%.3f,\"p50Micros\":%.1f,\"p99Micros\":%.1f,"
            + "\"p999Micros\":%.1f,\"allocatedBytesPerIo\":%.3f}%n",
        done / seconds,
        cpuNanos / 1e3 / done,
        latencyNanos.getValueAtPercentile(50) / 1e3,
        latencyNanos.getValueAtPercentile(99) / 1e3,
        latencyNanos.getValueAtPercentile(99.9) / 1e3,
        allocated / done);
    stopping = true;
    long deadlineNanos = System.nanoTime() + SETUP_LIMIT_NANOS;
    while (outstanding > 0 && System.nanoTime() - deadlineNanos < 0) {
      loop.doWork(MAX_WAIT_NANOS);
    }
    session.close();
    serveFor(TimeUnit.MILLISECONDS.toNanos(50));
  }

  private void serveFor(long nanos) {
    long deadlineNanos = System.nanoTime() + nanos;
    while (System.nanoTime() - deadlineNanos < 0) {
      loop.doWork(MAX_WAIT_NANOS);
    }
  }

  /** One of the commands that are always under way. */
  private final class Slot {
    private final ScsiCommand command = new ScsiCommand();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(IO_BYTES);
    private final ScsiCommandListener listener = this::completed;
    private long startedNanos;

    void submit() {
      command.reset(16, listener);
      Cdb.read16(command.cdb(), random.nextLong(ioCount) * blocksPerIo, blocksPerIo, 0);
      command.data(ScsiCommand.Direction.FROM_DEVICE, buffer, 0, IO_BYTES);
      startedNanos = System.nanoTime();
      outstanding++;
      session.submit(lun, command);
    }

    private void completed(ScsiCommand done) {
      outstanding--;
      if (done.hostByte() != HostByte.DID_OK || done.status() != 0) {
        throw new IllegalStateException(
            "read failed: " + done.hostByte() + ", status " + done.status());
      }
      if (measuring) {
        latencyNanos.recordValue(System.nanoTime() - startedNanos);
      }
      if (!stopping) {
        submit();
      }
    }
  }
}
