package io.multipath4j.simulation;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioCompletion;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockDeviceChannel;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.iscsi.IscsiSession;
import io.multipath4j.iscsi.IscsiSessionConfig;
import io.multipath4j.iscsi.IscsiUrl;
import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.libmultipath.NumaTopology;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.nio.NioEventLoop;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.ScsiTimeouts;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.multipath.AddResult;
import io.multipath4j.scsi.multipath.ScsiMultipath;
import io.multipath4j.scsi.multipath.ScsiMultipathConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The code of docs/embedding.md; the text between two markers is what the page shows. */
final class EmbeddingExample {

  private EmbeddingExample() {}

  // begin disk
  /** One disk over several iSCSI paths. All of it lives on one event loop. */
  static final class Disk implements AutoCloseable {

    private static final String INITIATOR = IscsiSessionConfig.defaultInitiatorName("my-host");

    private final SecureRandom random = new SecureRandom();
    private final long isid = 0x8000_0000_0000L | random.nextLong(1L << 24) << 16;
    private final List<ScsiHost> hosts = new ArrayList<>();
    private final NioEventLoop loop;
    private final ScsiMultipath multipath;
    private @Nullable BlockDevice device;

    Disk(List<String> urls) throws Exception {
      loop = new NioEventLoop();
      loop.start("my-disk");
      multipath =
          new ScsiMultipath(
              loop,
              ScsiMultipathConfig.forListedPaths(IoPolicies.QUEUE_DEPTH, false),
              NumaTopology.SINGLE_NODE,
              event -> System.out.println(event.text()));
      try {
        for (String url : urls) {
          AddResult result =
              CompletableFuture.completedFuture(IscsiUrl.parse(url))
                  .thenComposeAsync(this::addPath, loop)
                  .get(10, TimeUnit.SECONDS);
          switch (result) {
            case AddResult.NewHead head when device == null -> device = head.disk();
            case AddResult.NewHead head -> throw new IOException(url + " is another disk");
            case AddResult.JoinedHead head -> {} // one more path of the disk
            case AddResult.OrdinaryDisk no -> throw new IOException(url + ": " + no.reason());
            case AddResult.NoDisk no -> throw new IOException(url + ": " + no.reason());
            case AddResult.Refused no -> throw new IOException(no.reason());
          }
        }
      } catch (Exception e) {
        close();
        throw e;
      }
    }

    /** Logs in, finds the logical unit, offers it to the disk. On the loop. */
    private CompletableFuture<AddResult> addPath(IscsiUrl url) {
      Endpoint portal = new Endpoint.Tcp(new InetSocketAddress(url.host(), url.port()));
      String target = Objects.requireNonNull(url.target(), "a URL without a target");
      IscsiSessionConfig config = IscsiSessionConfig.of(INITIATOR, target, portal);
      int number = hosts.size();
      IscsiSession session = new IscsiSession(loop, config, isid | number, random);
      ScsiHost host = new ScsiHost(number, session, loop, ScsiTimeouts.DEFAULTS);
      hosts.add(host);
      return session
          .start()
          .thenCompose(up -> host.probe(Lun.of(url.lun())))
          .thenCompose(multipath::addDevice);
    }

    BlockDevice device() {
      return Objects.requireNonNull(device, "a disk without paths");
    }

    NioEventLoop loop() {
      return loop;
    }

    @Override
    public void close() {
      CompletableFuture.runAsync(() -> hosts.forEach(ScsiHost::close), loop).join();
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
