package io.multipath4j.fuse;

import static io.multipath4j.fuse.FakeKernel.arguments;
import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.sysfs.SysfsTree;
import io.multipath4j.sysfs.UeventStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FuseSessionTest {

  private static final InstantSource CLOCK = () -> Instant.EPOCH;

  /** A kernel that sends what it was told to send, then an errno for ever. */
  private static final class Script implements FuseDevice {
    final BlockingQueue<byte[]> requests = new LinkedBlockingQueue<>();
    final BlockingQueue<ByteBuffer> answers = new LinkedBlockingQueue<>();
    volatile int errnoAtEnd;

    void send(int opcode, long unique, Object... values) {
      byte[] arguments = arguments(values);
      requests.add(
          arguments(
              FuseRequest.IN_HEADER_BYTES + arguments.length,
              opcode,
              unique,
              1L,
              0,
              0,
              0,
              0,
              arguments));
    }

    @Override
    public int read(FuseRequest request) {
      while (true) {
        byte[] next = requests.poll();
        if (next != null) {
          request.buffer().clear().put(FuseRequest.HEADER_AT, next);
          return next.length;
        }
        if (errnoAtEnd != 0) {
          return -errnoAtEnd;
        }
        Thread.onSpinWait();
      }
    }

    @Override
    public int write(FuseRequest request, int from, int byteCount) {
      byte[] bytes = new byte[byteCount];
      request.buffer().get(from, bytes);
      answers.add(ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()));
      return 0;
    }
  }

  private final Script kernel = new Script();
  private final FuseSession session =
      new FuseSession(
          kernel,
          new Operations(
              new MountContent(
                      new SysfsTree(CLOCK, new UeventStream(CLOCK, 1)),
                      new DiskDirectory(CLOCK),
                      Map.of())
                  .root(Instant.EPOCH),
              new FileStat.Owner(0, 0)),
          "test");

  private ByteBuffer answer() throws InterruptedException {
    ByteBuffer answer = kernel.answers.poll(10, TimeUnit.SECONDS);
    assertThat(answer).isNotNull();
    return answer;
  }

  @Test
  void theKernelAndThisAgreeOnWhatBothKnow() throws Exception {
    int everything = -1;
    kernel.send(Opcode.INIT, 1, 7, 99, 131072, everything, everything);
    session.start();
    assertThat(session.awaitAgreement(10_000)).isTrue();
    ByteBuffer answer = answer();
    assertThat(answer.getInt(0)).isEqualTo(16 + 64);
    assertThat(answer.getInt(4)).isZero();
    assertThat(answer.getInt(16)).isEqualTo(7);
    assertThat(answer.getInt(20)).isEqualTo(38);
    assertThat(answer.getInt(16 + 20)).isEqualTo(FuseRequest.MAX_DATA_BYTES);
    // Written data is not to be kept back, nor are disks to be locked by others' word.
    assertThat(answer.getInt(16 + 12) & (1 << 16 | 1 << 1 | 1 << 10)).isZero();
    kernel.errnoAtEnd = Errno.ENODEV;
    session.ended().get(10, TimeUnit.SECONDS);
  }

  @Test
  void anOlderKernelIsRefused() throws Exception {
    kernel.send(Opcode.INIT, 1, 7, 12, 131072, 0, 0);
    session.start();
    assertThat(answer().getInt(4)).isEqualTo(-Errno.EPROTO);
    assertThat(session.awaitAgreement(0)).isFalse();
    kernel.errnoAtEnd = Errno.ENODEV;
    session.ended().get(10, TimeUnit.SECONDS);
  }

  @Test
  void itGoesOnAfterARequestThatWasTakenBackAndAfterNonsense() throws Exception {
    kernel.requests.add(new byte[17]);
    kernel.errnoAtEnd = Errno.ENOENT;
    session.start();
    kernel.send(Opcode.STATFS, 9);
    ByteBuffer answer = answer();
    assertThat(answer.getLong(8)).isEqualTo(9);
    kernel.errnoAtEnd = Errno.EIO;
    session.ended().get(10, TimeUnit.SECONDS);
  }
}
