package io.multipath4j.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.iscsi.login.TextKey;
import io.multipath4j.iscsi.login.TextKeys;
import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.DataInPdu;
import io.multipath4j.iscsi.pdu.LoginResponsePdu;
import io.multipath4j.iscsi.pdu.Opcode;
import io.multipath4j.iscsi.pdu.ScsiResponsePdu;
import io.multipath4j.reactor.Acceptor;
import io.multipath4j.reactor.Clock;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Listener;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.StreamHandler;
import io.multipath4j.reactor.Timer;
import io.multipath4j.scsi.ScsiCommand;
import io.multipath4j.scsi.ScsiCommand.Direction;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hot path, from submit to completion, between two pieces of memory. */
class IscsiSessionAllocationTest {

  private static final int DEPTH = 32;
  private static final int LENGTH = 4096;

  private final MemoryStream stream = new MemoryStream();
  private StreamHandler handler;
  private long now;

  /** Connects to the memory; its clock moves by hand, its timers never fire. */
  private final class MemoryLoop implements EventLoop {
    @Override
    public Clock clock() {
      return () -> now;
    }

    @Override
    public boolean inEventLoop() {
      return true;
    }

    @Override
    public void execute(Runnable task) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Timer schedule(long delayNanos, Runnable task) {
      return () -> {};
    }

    @Override
    public void defer(Runnable task) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Stream connect(Endpoint remote, StreamHandler connecting) {
      handler = connecting;
      return stream;
    }

    @Override
    public Listener listen(Endpoint local, Acceptor acceptor) {
      throw new UnsupportedOperationException();
    }
  }

  private final ByteBuffer wire = ByteBuffer.allocateDirect(1 << 20);
  private final ByteBuffer[] targets = new ByteBuffer[4];
  private final ByteBuffer block = ByteBuffer.allocateDirect(LENGTH);
  private int statSn = 1;
  private int wired;
  private long ended;
  private boolean again;

  private void deliver() {
    int at = 0;
    while (at < wired) {
      int count = handler.readTargets(targets);
      int given = 0;
      for (int i = 0; i < count && at + given < wired; i++) {
        int part = Math.min(targets[i].remaining(), wired - at - given);
        targets[i].put(targets[i].position(), wire, at + given, part);
        targets[i].position(targets[i].position() + part);
        given += part;
      }
      at += given;
      handler.onRead(stream, given);
    }
    wired = 0;
  }

  private void login(int csg, int nsg, int tsih, String... keys) {
    stream.clear();
    LoginResponsePdu.init(wire, 0, 0x80, csg, nsg, 1, tsih);
    sequence(0);
    byte[] text = new byte[0];
    if (keys.length > 0) {
      text = TextKeys.encode(List.of(new TextKey(keys[0], keys[1])));
    }
    Bhs.setDataSegmentLength(wire, 0, text.length);
    wire.put(Bhs.BYTES, text);
    wired = Bhs.BYTES + text.length + Bhs.padding(text.length);
    deliver();
  }

  private void sequence(int at) {
    Bhs.setStatSn(wire, at, statSn++);
    Bhs.setExpCmdSn(wire, at, 0);
    Bhs.setMaxCmdSn(wire, at, 0);
  }

  /** Answers every command in the output. */
  private void answer() {
    ByteBuffer out = stream.output();
    int end = stream.length();
    int at = 0;
    while (at < end) {
      if (Bhs.opcode(out, at) == Opcode.SCSI_COMMAND.code()) {
        int itt = Bhs.itt(out, at);
        int cmdSn = Bhs.cmdSn(out, at);
        boolean read = (Bhs.flags(out, at) & 0x40) != 0;
        if (read) {
          DataInPdu.init(wire, wired, 0x80 | DataInPdu.STATUS);
          Bhs.setDataSegmentLength(wire, wired, LENGTH);
        } else {
          ScsiResponsePdu.init(wire, wired, 0, 0, 0);
        }
        Bhs.setItt(wire, wired, itt);
        Bhs.setStatSn(wire, wired, statSn++);
        Bhs.setExpCmdSn(wire, wired, cmdSn + 1);
        Bhs.setMaxCmdSn(wire, wired, cmdSn + 64);
        wired += Bhs.BYTES;
        if (read) {
          wire.put(wired, block, 0, LENGTH);
          wired += LENGTH;
        }
      }
      at += Bhs.BYTES + Bhs.dataSegmentLength(out, at);
    }
    stream.clear();
  }

  /** By reflection, because the module under test does not read {@code jdk.management}. */
  private static long allocatedBytes() throws ReflectiveOperationException {
    Method bytes =
        Class.forName("com.sun.management.ThreadMXBean")
            .getMethod("getCurrentThreadAllocatedBytes");
    return (Long)
        bytes.invoke(
            Class.forName("java.lang.management.ManagementFactory")
                .getMethod("getThreadMXBean")
                .invoke(null));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void steadyStateAllocatesNothing(boolean read) throws ReflectiveOperationException {
    IscsiSessionConfig config =
        IscsiSessionConfig.of("iqn.2026-01.test:i", "iqn.2026-01.test:t", stream.remote());
    IscsiSession session = new IscsiSession(new MemoryLoop(), config, 1, new Random(1));
    CompletableFuture<Void> loggedIn = session.start();
    handler.onConnected(stream);
    login(0, 1, 0, "AuthMethod", "None");
    login(1, 3, 1);
    assertThat(loggedIn).isCompleted();
    again = true;
    for (int i = 0; i < DEPTH; i++) {
      ScsiCommand command = new ScsiCommand();
      command.reset(
          10,
          done -> {
            ended++;
            if (again) {
              session.submit(0, done);
            }
          });
      ByteBuffer buffer = ByteBuffer.allocateDirect(LENGTH);
      command.data(read ? Direction.FROM_DEVICE : Direction.TO_DEVICE, buffer, 0, LENGTH);
      session.submit(0, command);
    }
    for (int i = 0; i < 2_000; i++) { // until the compiler has done its work
      now += 1000;
      answer();
      deliver();
    }
    long endedBefore = ended;
    long allocatedBefore = allocatedBytes();
    for (int i = 0; i < 2_000; i++) {
      now += 1000;
      answer();
      deliver();
    }
    long allocated = allocatedBytes() - allocatedBefore;
    long count = ended - endedBefore;
    assertThat(count).isEqualTo(2_000L * DEPTH);
    assertThat((double) allocated / count).as("bytes per I/O").isLessThan(1.0);
  }
}
