package io.multipath4j.reactor.nio;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.Listener;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.StreamHandler;
import io.multipath4j.reactor.WriteCompletion;
import io.multipath4j.reactor.loop.AllocationMeter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The loop allocates nothing per message. What is left is the JDK's: its selector boxes descriptors
 * above 127 until the compiler removes that, once per ready channel and turn, not per message.
 */
class AllocationTest {

  private static final int MESSAGE_BYTES = 4096;
  private static final int HEADER_BYTES = 48;
  private static final int DEPTH = 32;
  private static final int WARM_UP_MESSAGES = 200_000;
  private static final int MEASURED_MESSAGES = 100_000;
  private static final long MAX_BYTES_PER_MESSAGE = 16;

  @Test
  void echoOfMessagesAllocatesNothingInSteadyState() throws IOException {
    AllocationMeter meter = new AllocationMeter();
    try (NioEventLoop loop = new NioEventLoop()) {
      Listener listener =
          loop.listen(
              new Endpoint.Tcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
              remote -> new Peer(false));
      Peer client = new Peer(true);
      loop.connect(listener.local(), client);
      turnUntil(loop, client, WARM_UP_MESSAGES);
      long messagesBefore = client.messages;
      long bytesBefore = meter.allocatedBytes();
      turnUntil(loop, client, client.messages + MEASURED_MESSAGES);
      long allocated = meter.allocatedBytes() - bytesBefore;
      long messages = client.messages - messagesBefore;
      System.out.printf("%d bytes allocated for %d messages echoed%n", allocated, messages);
      assertThat(allocated).isLessThan(messages * MAX_BYTES_PER_MESSAGE);
      assertThat(client.wrongBytes).isZero();
    }
  }

  private static void turnUntil(NioEventLoop loop, Peer client, long messages) {
    long start = System.nanoTime();
    while (client.messages < messages) {
      assertThat(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(60)).isTrue();
      loop.doWork(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  /** Sends back each message: the header staged, the payload by reference from its own buffer. */
  private static final class Peer implements StreamHandler, WriteCompletion {
    private final boolean starts;
    private final ByteBuffer received = ByteBuffer.allocateDirect(1 << 18);
    private final ByteBuffer[] payloads = new ByteBuffer[2 * DEPTH];
    private long sent;
    private long written;
    private long messages;
    private long wrongBytes;

    Peer(boolean starts) {
      this.starts = starts;
      for (int i = 0; i < payloads.length; i++) {
        payloads[i] = ByteBuffer.allocateDirect(MESSAGE_BYTES);
      }
    }

    private void send(Stream stream, long number) {
      stream.stage(HEADER_BYTES - Long.BYTES).putLong(0);
      stream.stage(Long.BYTES).putLong(number);
      ByteBuffer payload = payloads[(int) (sent++ % payloads.length)];
      payload.clear().putLong(MESSAGE_BYTES - Long.BYTES, number);
      stream.write(payload, 0, MESSAGE_BYTES, this);
    }

    @Override
    public void written() {
      written++;
    }

    @Override
    public void onConnected(Stream stream) {
      for (int i = 0; starts && i < DEPTH; i++) {
        send(stream, i);
      }
    }

    @Override
    public int readTargets(ByteBuffer[] targets) {
      targets[0] = received;
      return 1;
    }

    @Override
    public void onRead(Stream stream, int byteCount) {
      received.flip();
      while (received.remaining() >= HEADER_BYTES + MESSAGE_BYTES) {
        int start = received.position();
        long number = received.getLong(start + HEADER_BYTES - Long.BYTES);
        long tail = received.getLong(start + HEADER_BYTES + MESSAGE_BYTES - Long.BYTES);
        wrongBytes += number == tail ? 0 : 1;
        received.position(start + HEADER_BYTES + MESSAGE_BYTES);
        messages++;
        send(stream, number);
      }
      received.compact();
      if (sent - written > payloads.length) {
        throw new IllegalStateException("payload buffer used again before it was written");
      }
    }

    @Override
    public void onClosed(Stream stream, IOException cause) {}
  }
}
