package io.multipath4j.simulation;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioCompletion;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockDeviceChannel;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.initiator.Initiator;
import io.multipath4j.initiator.InitiatorConfig;
import io.multipath4j.initiator.IscsiPath;
import io.multipath4j.iscsi.IscsiSessionConfig;
import io.multipath4j.reactor.nio.NioEventLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The code of docs/embedding.md; the text between two markers is what the page shows. */
final class EmbeddingExample {

  private EmbeddingExample() {}

  // begin disk
  /** One disk over several iSCSI paths. All of it lives on one event loop. */
  static final class Disk implements AutoCloseable {

    private static final String INITIATOR = IscsiSessionConfig.defaultInitiatorName("my-host");

    private final NioEventLoop loop = new NioEventLoop();
    private final Initiator initiator =
        new Initiator(
            loop,
            InitiatorConfig.DEFAULTS,
            event -> System.out.println(event.text()),
            new SecureRandom());
    private final BlockDevice device;

    Disk(List<String> urls) throws Exception {
      loop.start("my-disk");
      try {
        List<IscsiPath> paths = new ArrayList<>();
        for (String url : urls) {
          paths.add(IscsiPath.of(url, INITIATOR));
        }
        device =
            CompletableFuture.completedFuture(paths)
                .thenComposeAsync(initiator::attach, loop)
                .get(10, TimeUnit.SECONDS)
                .getFirst();
      } catch (Exception e) {
        close();
        throw e;
      }
    }

    BlockDevice device() {
      return device;
    }

    NioEventLoop loop() {
      return loop;
    }

    @Override
    public void close() {
      CompletableFuture.runAsync(initiator::close, loop).join();
      loop.close();
    }
  }

  // end disk

  // begin channel
  static String writeAndRead(Disk disk) throws IOException {
    try (SeekableByteChannel channel = new BlockDeviceChannel(disk.device(), disk.loop(), 30_000)) {
      channel.position(4090).write(ByteBuffer.wrap("hello, disk".getBytes(StandardCharsets.UTF_8)));
      ByteBuffer text = ByteBuffer.allocate(11);
      channel.position(4090).read(text);
      return StandardCharsets.UTF_8.decode(text.flip()).toString();
    }
  }

  // end channel

  // begin bio
  /** Counts the chunks of a disk that hold only zeroes, with eight reads under way at a time. */
  static final class ZeroCount {

    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int DEPTH = 8;

    private final BlockDevice device;
    private final ByteBuffer zeroes = ByteBuffer.allocateDirect(CHUNK_BYTES);
    private final CompletableFuture<Long> outcome = new CompletableFuture<>();
    private long nextOffset;
    private long zeroChunks;
    private int readers;

    ZeroCount(BlockDevice device) {
      this.device = device;
    }

    /** Call on the disk's loop; the outcome is completed there too. */
    CompletableFuture<Long> start() {
      readers = DEPTH;
      for (int i = 0; i < DEPTH; i++) {
        new Reader().next();
      }
      return outcome;
    }

    /** One bio and one buffer, used again and again. */
    private final class Reader implements BioCompletion {

      private final Bio bio = new Bio();
      private final ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK_BYTES);

      void next() {
        int length = (int) Math.min(CHUNK_BYTES, device.capacityBytes() - nextOffset);
        if (length > 0 && !outcome.isDone()) {
          long offset = nextOffset;
          nextOffset += length;
          device.submit(bio.asRead(offset, length, buffer, 0, this));
        } else if (--readers == 0) {
          outcome.complete(zeroChunks);
        }
      }

      @Override
      public void completed(Bio ended) {
        if (ended.status() != BlockStatus.OK) {
          outcome.completeExceptionally(new IOException(ended + ": " + ended.status()));
        } else if (buffer.slice(0, (int) ended.length()).mismatch(zeroes) < 0) {
          zeroChunks++;
        }
        next();
      }
    }
  }

  // end bio
}
