package io.multipath4j.mpath;

import io.multipath4j.array.EmulatedArray;
import io.multipath4j.array.backing.MemoryStore;
import io.multipath4j.array.lu.ZoneLayout;
import io.multipath4j.array.server.Portal;
import io.multipath4j.iscsi.login.ChapSecret;
import io.multipath4j.mpath.console.Loops;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.nio.NioEventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The embedded array on a loop of its own: LUN 1 and 2 behind two portals on free ports. */
final class TestArray implements AutoCloseable {

  static final String TARGET = "iqn.2026-01.example:disk";
  static final long LUN_BYTES = 8 << 20;

  private final NioEventLoop loop;
  private final EmulatedArray array;

  /**
   * Makes an array with a zoned LUN 1: eight zones of 1 MiB, of which the first is conventional.
   */
  static TestArray zoned() throws Exception {
    EmulatedArray.Builder builder =
        EmulatedArray.builder(TARGET, new SplittableRandom(1))
            .zonedLun(
                1, 512, new MemoryStore(LUN_BYTES, LUN_BYTES), new ZoneLayout(1 << 20, 1, 4, true));
    for (int group = 1; group <= 2; group++) {
      builder.portal(
          new Endpoint.Tcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)), group);
    }
    return new TestArray(builder.build());
  }

  private TestArray(EmulatedArray array) throws Exception {
    this.array = array;
    loop = Loops.start("test-array");
    Loops.await(Loops.call(loop, () -> array.start(loop)), 10_000, "starting the array");
  }

  private static EmulatedArray plain(
      @Nullable ChapSecret initiator, @Nullable ChapSecret target, long lunBytes, int content)
      throws Exception {
    EmulatedArray.Builder builder = EmulatedArray.builder(TARGET, new SplittableRandom(1));
    for (int lun = 1; lun <= 2; lun++) {
      MemoryStore store = new MemoryStore(lunBytes, lunBytes);
      fill(store, content);
      builder.lun(lun, 512, store);
      builder.portal(
          new Endpoint.Tcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)), lun);
    }
    if (initiator != null) {
      builder.chap(initiator, target);
    }
    return builder.build();
  }

  private static void fill(MemoryStore store, int content) throws Exception {
    if (content == 0) {
      return;
    }
    ByteBuffer data = ByteBuffer.allocateDirect(64 * 1024);
    while (data.hasRemaining()) {
      data.put((byte) content);
    }
    for (long at = 0; at < store.sizeBytes(); at += data.capacity()) {
      store.write(at, data, 0, data.capacity());
    }
  }

  static TestArray start() throws Exception {
    return new TestArray(plain(null, null, LUN_BYTES, 0));
  }

  /** Another array whose units claim the same identity, with a size and a content of their own. */
  static TestArray lookalike(long lunBytes, int content) throws Exception {
    return new TestArray(plain(null, null, lunBytes, content));
  }

  static TestArray withChap(ChapSecret initiator, @Nullable ChapSecret target) throws Exception {
    return new TestArray(plain(initiator, target, LUN_BYTES, 0));
  }

  /** Returns portal 0 or 1. */
  Portal portal(int index) {
    return array.portals().get(index);
  }

  String portalUrl(int index) {
    return "iscsi://" + portal(index).address();
  }

  /** Returns the URL of a LUN through portal 0 or 1. */
  String url(int index, int lun) {
    return portalUrl(index) + "/" + TARGET + "/" + lun;
  }

  @Override
  public void close() {
    loop.execute(() -> {
      try {
        array.close();
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    });
    loop.close();
  }
}
