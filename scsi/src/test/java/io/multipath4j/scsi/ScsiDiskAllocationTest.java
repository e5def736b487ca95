package io.multipath4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.codec.Lun;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ScsiDiskAllocationTest {

  private static final int DEPTH = 32;
  private static final int READS = 100_000;

  /** Answers GOOD to whatever came since the last turn, and allocates nothing itself. */
  private static final class LoopbackTransport implements ScsiTransport {

    private final ScsiCommand[] queue = new ScsiCommand[2 * DEPTH];
    private int queued;
    private ScriptedTransport.Target probing;

    @Override
    public String name() {
      return "loopback";
    }

    @Override
    public int canQueue() {
      return DEPTH;
    }

    @Override
    public int maxTransferBytes() {
      return 1 << 20;
    }

    @Override
    public int numaNode() {
      return -1;
    }

    @Override
    public boolean isUp() {
      return true;
    }

    @Override
    public void setListener(ScsiTransportListener listener) {}

    @Override
    public void submit(long lun, ScsiCommand command) {
      queue[queued++] = command;
    }

    void turn() {
      int n = queued;
      for (int i = 0; i < n; i++) {
        ScsiCommand command = queue[i];
        if (probing == null || !probing.answer(0, command)) {
          command.completeWithStatus(0, 0);
        }
      }
      // What was submitted from the completions came after the first n.
      System.arraycopy(queue, n, queue, 0, queued - n);
      queued -= n;
    }

    @Override
    public void abortTask(long lun, ScsiCommand command, TaskManagementListener listener) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void resetLogicalUnit(long lun, TaskManagementListener listener) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void reconnect(String reason) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }

  private long done;

  @Test
  void readsAllocateNothingInSteadyState() throws ReflectiveOperationException {
    ManualLoop loop = new ManualLoop();
    LoopbackTransport transport = new LoopbackTransport();
    transport.probing = new EmulatedUnit();
    ScsiHost host = new ScsiHost(0, transport, loop, ScsiTimeouts.DEFAULTS);
    var probe = host.probe(Lun.of(0));
    while (!probe.isDone()) {
      transport.turn();
    }
    transport.probing = null;
    ScsiDisk disk = new ScsiDisk("sda", probe.join());

    // By reflection, because the module under test does not read jdk.management.
    Object threads =
        Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getThreadMXBean")
            .invoke(null);
    Method allocatedBytes =
        Class.forName("com.sun.management.ThreadMXBean")
            .getMethod("getCurrentThreadAllocatedBytes");
    run(disk, transport, READS);
    double bytesPerRead = Double.MAX_VALUE;
    for (int round = 0; round < 3; round++) {
      long before = (Long) allocatedBytes.invoke(threads);
      run(disk, transport, READS);
      long allocated = (Long) allocatedBytes.invoke(threads) - before;
      bytesPerRead = Math.min(bytesPerRead, (double) allocated / READS);
    }

    assertThat(bytesPerRead).as("bytes allocated per read, best of 3 rounds").isLessThan(1.0);
  }

  private void run(ScsiDisk disk, LoopbackTransport transport, int reads) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(4096 * DEPTH);
    long end = done + reads;
    for (int i = 0; i < DEPTH; i++) {
      int at = 4096 * i;
      Bio bio = new Bio();
      bio.asRead(
          at,
          4096,
          buffer,
          at,
          read -> {
            if (read.status() != BlockStatus.OK) {
              throw new AssertionError(read + ": " + read.status());
            }
            done++;
            if (done <= end - DEPTH) {
              disk.submit(read);
            }
          });
      disk.submit(bio);
    }
    while (done < end) {
      transport.turn();
    }
  }
}
