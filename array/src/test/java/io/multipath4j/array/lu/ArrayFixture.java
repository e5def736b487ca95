package io.multipath4j.array.lu;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.array.backing.MemoryStore;
import io.multipath4j.reactor.BufferPool;
import io.multipath4j.scsi.codec.AccessState;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.codec.ScsiStatus;
import io.multipath4j.scsi.codec.Sense;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One unit of 2 MiB behind two ports in two groups, and one task to run commands with. */
final class ArrayFixture implements AutoCloseable {

  static final int BLOCK = 512;
  static final long BLOCKS = 4096;
  static final String TARGET = "iqn.2026-01.io.multipath4j:test";
  private static final int LUN = 1;

  final BufferPool buffers = new BufferPool();
  final ScsiTask task = new ScsiTask(buffers);
  final TargetPortGroup groupA = new TargetPortGroup(1, AccessState.ACTIVE_OPTIMIZED, true);
  final TargetPortGroup groupB = new TargetPortGroup(2, AccessState.ACTIVE_NON_OPTIMIZED, false);
  final TargetPort portA = groupA.addPort(1, TARGET + ",t,0x0001");
  final TargetPort portB = groupB.addPort(2, TARGET + ",t,0x0002");
  final MemoryStore store = new MemoryStore(BLOCKS * BLOCK, Long.MAX_VALUE);
  final LogicalUnit unit;
  final TargetDevice device;
  Nexus nexus;

  ArrayFixture() {
    this(null);
  }

  private ArrayFixture(@Nullable ZoneLayout zones) {
    unit = new LogicalUnit(LUN, LogicalUnitId.of(TARGET, LUN), BLOCK, store, zones);
    device = new TargetDevice(List.of(unit), List.of(groupA, groupB));
    nexus = device.connect("iqn.host,i,0x1", portA);
  }

  /** As the other, but host-managed. */
  static ArrayFixture zoned(ZoneLayout zones) {
    return new ArrayFixture(zones);
  }

  /** Opens a nexus whose power-on attention has been taken. */
  Nexus quietNexus(String initiator, TargetPort port) {
    Nexus quiet = device.connect(initiator, port);
    quiet.attentions(LUN).take();
    return quiet;
  }

  void begin(long lun, long dataIn, long dataOut) {
    task.releaseData();
    task.begin(nexus, lun, dataIn, dataOut);
    Arrays.fill(task.cdb(), (byte) 0);
  }

  /** Runs a command without Data-Out, given in hexadecimal. */
  void run(String hex) {
    run(cdb(hex));
  }

  void run(Consumer<byte[]> cdb) {
    begin(Lun.of(LUN), 1 << 20, 0);
    cdb.accept(task.cdb());
    device.prepare(task);
    if (!task.ended()) {
      device.execute(task);
    }
    assertThat(task.ended()).isTrue();
  }

  byte[] dataIn(String hex) {
    return dataIn(cdb(hex));
  }

  byte[] dataIn(Consumer<byte[]> cdb) {
    run(cdb);
    assertGood();
    return reply();
  }

  byte[] reply() {
    byte[] data = new byte[task.dataLength()];
    task.bytes().get(0, data);
    return data;
  }

  /** Runs a command with Data-Out; what is short or too long is the initiator's wish. */
  void dataOut(String hex, byte[] data) {
    begin(Lun.of(LUN), 0, data.length);
    cdb(hex).accept(task.cdb());
    device.prepare(task);
    if (!task.ended()) {
      int taken = (int) Math.min(data.length, task.dataOutLength());
      task.acquireData(data.length);
      task.bytes().put(0, data);
      task.dataOutReceived(taken);
      device.execute(task);
    }
    assertThat(task.ended()).isTrue();
  }

  void assertGood() {
    String sense = task.status() == ScsiStatus.GOOD ? "" : Sense.text(task.condition());
    assertThat(task.status()).as(sense).isEqualTo(ScsiStatus.GOOD);
  }

  void assertSense(int condition) {
    assertThat(task.status()).isEqualTo(ScsiStatus.CHECK_CONDITION);
    byte[] sense = task.senseData();
    assertThat(Sense.text(Sense.decode(sense, sense.length))).isEqualTo(Sense.text(condition));
  }

  /** Returns blocks as they are in the store. */
  byte[] stored(long block, int blocks) {
    ByteBuffer to = ByteBuffer.allocateDirect(blocks * BLOCK);
    store.read(block * BLOCK, to, 0, blocks * BLOCK);
    byte[] data = new byte[blocks * BLOCK];
    to.get(0, data);
    return data;
  }

  static Consumer<byte[]> cdb(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    return cdb -> System.arraycopy(bytes, 0, cdb, 0, bytes.length);
  }

  static byte[] pattern(int length, int seed) {
    byte[] data = new byte[length];
    for (int i = 0; i < length; i++) {
      data[i] = (byte) (seed + i % BLOCK * 7);
    }
    return data;
  }

  @Override
  public void close() {
    task.releaseData();
    assertThat(buffers.outstanding()).as("buffers that leaked").isZero();
    store.close();
  }
}
