package io.multipath4j.array.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.array.EmulatedArray;
import io.multipath4j.array.backing.MemoryStore;
import io.multipath4j.iscsi.IscsiSession;
import io.multipath4j.iscsi.IscsiSessionConfig;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.simulated.SimulatedNetwork;
import io.multipath4j.scsi.ScsiCommand;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.codec.Opcode;
import io.multipath4j.scsi.codec.ScsiStatus;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** An array with two portals and one LUN of 4 MiB in a simulated network, and a host beside it. */
final class SimulatedArray implements AutoCloseable {

  static final String TARGET = "iqn.2026-01.io.multipath4j:sim";
  static final String HOST = "iqn.2026-01.io.multipath4j:host";
  static final int BLOCK = 512;
  static final long LUN = Lun.of(1);
  static final Endpoint A = endpoint("portal-a");
  static final Endpoint B = endpoint("portal-b");

  final SimulatedNetwork network;
  final EventLoop targetLoop;
  final EventLoop hostLoop;
  final MemoryStore store = new MemoryStore(4 << 20, Long.MAX_VALUE);
  final EmulatedArray array;

  SimulatedArray(long seed) {
    this(seed, UnaryOperator.identity());
  }

  SimulatedArray(long seed, UnaryOperator<EmulatedArray.Builder> change) {
    network = new SimulatedNetwork(seed);
    targetLoop = network.newLoop("array");
    hostLoop = network.newLoop("host");
    array =
        change
            .apply(
                EmulatedArray.builder(TARGET, new Random(seed))
                    .lun(1, BLOCK, store)
                    .portal(A, 1)
                    .portal(B, 2))
            .build();
    onTarget(() -> array.start(targetLoop));
  }

  private static Endpoint endpoint(String host) {
    return new Endpoint.Tcp(InetSocketAddress.createUnresolved(host, 3260));
  }

  /** An action that may fail. */
  interface Action {
    void run() throws IOException;
  }

  void onTarget(Action action) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    targetLoop.execute(() -> {
      try {
        action.run();
        done.complete(null);
      } catch (IOException | RuntimeException e) {
        done.completeExceptionally(e);
      }
    });
    until(done::isDone);
    done.join();
  }

  Portal portal(int index) {
    return array.portals().get(index);
  }

  void until(java.util.function.BooleanSupplier condition) {
    assertThat(network.runUntil(condition, TimeUnit.SECONDS.toNanos(60)))
        .as("happened within a minute")
        .isTrue();
  }

  void runMillis(long millis) {
    network.runFor(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  IscsiSession session(UnaryOperator<IscsiSessionConfig> change, long isid) {
    IscsiSessionConfig config = change.apply(IscsiSessionConfig.of(HOST, TARGET, A));
    return new IscsiSession(hostLoop, config, isid, new Random(isid));
  }

  /** Starts a session and waits for the outcome of its first attempt. */
  CompletableFuture<Void> start(IscsiSession session) {
    AtomicReference<CompletableFuture<Void>> started = new AtomicReference<>();
    hostLoop.execute(() -> started.set(session.start()));
    until(() -> started.get() != null && started.get().isDone());
    return started.get();
  }

  IscsiSession loggedIn(UnaryOperator<IscsiSessionConfig> change) {
    IscsiSession session = session(change, 1);
    start(session).join();
    ScsiCommand ready = command(session, new byte[0], 6, cdb -> {});
    assertThat(ready.status()).as("power on attention").isEqualTo(ScsiStatus.CHECK_CONDITION);
    return session;
  }

  IscsiSession loggedIn() {
    return loggedIn(UnaryOperator.identity());
  }

  /** A command that is on its way. */
  static final class Pending {
    final ScsiCommand command = new ScsiCommand();
    ByteBuffer data = ByteBuffer.allocateDirect(0);
    boolean done;
  }

  Pending submit(
      IscsiSession session,
      ScsiCommand.Direction direction,
      byte[] data,
      int cdbLength,
      Consumer<byte[]> cdb) {
    Pending pending = new Pending();
    pending.data = ByteBuffer.allocateDirect(data.length).put(0, data);
    pending.command.reset(cdbLength, c -> pending.done = true);
    if (data.length > 0) {
      pending.command.data(direction, pending.data, 0, data.length);
    }
    cdb.accept(pending.command.cdb());
    hostLoop.execute(() -> session.submit(LUN, pending.command));
    return pending;
  }

  /** Runs a command with Data-Out, or none. */
  ScsiCommand command(IscsiSession session, byte[] data, int cdbLength, Consumer<byte[]> cdb) {
    Pending pending = submit(session, ScsiCommand.Direction.TO_DEVICE, data, cdbLength, cdb);
    until(() -> pending.done);
    return pending.command;
  }

  Pending submitWrite(IscsiSession session, long lba, byte[] data) {
    return submit(
        session,
        ScsiCommand.Direction.TO_DEVICE,
        data,
        Cdb.length(Opcode.WRITE_16),
        cdb -> Cdb.write16(cdb, lba, data.length / BLOCK, 0));
  }

  Pending submitRead(IscsiSession session, long lba, int blocks) {
    return submit(
        session,
        ScsiCommand.Direction.FROM_DEVICE,
        new byte[blocks * BLOCK],
        Cdb.length(Opcode.READ_16),
        cdb -> Cdb.read16(cdb, lba, blocks, 0));
  }

  void write(IscsiSession session, long lba, byte[] data) {
    Pending pending = submitWrite(session, lba, data);
    until(() -> pending.done);
    assertThat(pending.command.status()).isEqualTo(ScsiStatus.GOOD);
    assertThat(pending.command.residual()).isZero();
  }

  byte[] read(IscsiSession session, long lba, int blocks) {
    Pending pending = submitRead(session, lba, blocks);
    until(() -> pending.done);
    assertThat(pending.command.status()).isEqualTo(ScsiStatus.GOOD);
    assertThat(pending.command.residual()).isZero();
    byte[] data = new byte[blocks * BLOCK];
    pending.data.get(0, data);
    return data;
  }

  /** Returns blocks as they are in the store. */
  byte[] stored(long block, int blocks) {
    ByteBuffer to = ByteBuffer.allocateDirect(blocks * BLOCK);
    store.read(block * BLOCK, to, 0, blocks * BLOCK);
    byte[] data = new byte[blocks * BLOCK];
    to.get(0, data);
    return data;
  }

  static byte[] random(int length, long seed) {
    byte[] data = new byte[length];
    new Random(seed).nextBytes(data);
    return data;
  }

  /** Ends everything and checks that no buffer was forgotten. */
  @Override
  public void close() {
    onTarget(array::close);
    runMillis(1);
    assertThat(array.server().bufferBytes()).as("bytes of buffers that leaked").isZero();
    assertThat(array.server().sessionCount()).isZero();
  }
}
