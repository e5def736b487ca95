package io.multipath4j.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.simulated.SimulatedLink;
import io.multipath4j.reactor.simulated.SimulatedNetwork;
import io.multipath4j.scsi.HostByte;
import io.multipath4j.scsi.ScsiCommand;
import io.multipath4j.scsi.ScsiCommand.Direction;
import io.multipath4j.scsi.ScsiTransportListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A session and a scripted target on a simulated network. */
final class SessionFixture {

  static final long SEED = 20260101;
  static final long ISID = 0x8000_0000_00AAL;

  final SimulatedNetwork network = new SimulatedNetwork(SEED);
  final EventLoop loop = network.newLoop("initiator");
  final EventLoop targetLoop = network.newLoop("target");
  final Endpoint portal = endpoint("portal-a");
  final SimulatedLink link = network.link(portal);
  final ScriptedTarget target = new ScriptedTarget();
  final List<String> events = new ArrayList<>();
  IscsiSessionConfig config =
      IscsiSessionConfig.of("iqn.2026-01.test:initiator", "iqn.2026-01.test:disk", portal);
  IscsiSession session;
  CompletableFuture<Void> firstLogin;

  SessionFixture() {
    listen(portal, target);
  }

  static Endpoint endpoint(String host) {
    return new Endpoint.Tcp(InetSocketAddress.createUnresolved(host, 3260));
  }

  void listen(Endpoint at, ScriptedTarget on) {
    targetLoop.execute(() -> {
      try {
        targetLoop.listen(at, on::accept);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
    network.runFor(1);
  }

  /** Starts the session and does not wait. */
  SessionFixture start() {
    session = new IscsiSession(loop, config, ISID, new Random(SEED));
    session.setListener(
        new ScsiTransportListener() {
          @Override
          public void transportUp() {
            events.add("up");
          }

          @Override
          public void transportDown(String reason) {
            events.add("down: " + reason);
          }

          @Override
          public void asyncEvent(long lun, byte[] sense) {
            events.add("async " + lun + " " + HexFormat.of().formatHex(sense));
          }
        });
    onLoop(() -> firstLogin = session.start());
    return this;
  }

  /** Starts the session and waits until it is up. */
  SessionFixture up() {
    start();
    await(() -> session.isUp(), 1000, "session up");
    return this;
  }

  void onLoop(Runnable task) {
    boolean[] ran = new boolean[1];
    loop.execute(() -> {
      task.run();
      ran[0] = true;
    });
    await(() -> ran[0], 10, "task on the loop");
  }

  void onTarget(Runnable task) {
    boolean[] ran = new boolean[1];
    targetLoop.execute(() -> {
      task.run();
      ran[0] = true;
    });
    await(() -> ran[0], 10, "task on the target's loop");
  }

  void await(BooleanSupplier condition, long millis, String what) {
    assertThat(network.runUntil(condition, TimeUnit.MILLISECONDS.toNanos(millis)))
        .as("%s within %d ms; events %s", what, millis, events)
        .isTrue();
  }

  void runFor(long millis) {
    network.runFor(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  long nowMillis() {
    return TimeUnit.NANOSECONDS.toMillis(network.clock().nanoTime());
  }

  /** One command with its buffer, and what became of it. */
  final class Io {
    final ScsiCommand command = new ScsiCommand();
    final ByteBuffer buffer;
    int completions;
    long endedMillis;

    Io(int opcode, Direction direction, int lba, int length) {
      buffer = ByteBuffer.allocateDirect(length + 7);
      command.reset(
          10,
          ended -> {
            completions++;
            endedMillis = nowMillis();
          });
      command.cdb()[0] = (byte) opcode;
      command.cdb()[4] = (byte) (lba >> 8);
      command.cdb()[5] = (byte) lba;
      int blocks = length / ScriptedTarget.BLOCK;
      command.cdb()[7] = (byte) (blocks >> 8);
      command.cdb()[8] = (byte) blocks;
      if (length > 0) {
        command.data(direction, buffer, 7, length);
      }
    }

    Io submit() {
      return submit(0);
    }

    Io submit(long lun) {
      onLoop(() -> session.submit(lun, command));
      return this;
    }

    Io done() {
      await(() -> completions > 0, 2000, "end of " + command);
      assertThat(completions).isEqualTo(1);
      return this;
    }

    Io good() {
      done();
      assertThat(command.hostByte()).isEqualTo(HostByte.DID_OK);
      assertThat(command.status()).isZero();
      return this;
    }

    byte[] data() {
      byte[] data = new byte[command.dataLength()];
      buffer.clear();
      buffer.get(7, data);
      return data;
    }

    Io fill(int seed) {
      byte[] data = new byte[command.dataLength()];
      new Random(seed).nextBytes(data);
      buffer.clear();
      buffer.put(7, data);
      return this;
    }
  }

  Io read(int lba, int length) {
    return new Io(0x28, Direction.FROM_DEVICE, lba, length);
  }

  Io write(int lba, int length) {
    return new Io(0x2A, Direction.TO_DEVICE, lba, length);
  }

  Io testUnitReady() {
    return new Io(0x00, Direction.NONE, 0, 0);
  }

  byte[] onDisk(int lba, int length) {
    byte[] data = new byte[length];
    System.arraycopy(target.disk, lba * ScriptedTarget.BLOCK, data, 0, length);
    return data;
  }
}
