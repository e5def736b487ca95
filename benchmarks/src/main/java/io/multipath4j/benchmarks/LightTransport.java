package io.multipath4j.benchmarks;

import io.multipath4j.reactor.EventLoop;
import io.multipath4j.scsi.HostByte;
import io.multipath4j.scsi.ScsiCommand;
import io.multipath4j.scsi.ScsiTransport;
import io.multipath4j.scsi.ScsiTransportListener;
import io.multipath4j.scsi.TaskManagementListener;
import io.multipath4j.scsi.TaskManagementResult;
import io.multipath4j.scsi.codec.Lun;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;

/**
 * The lightest nexus that real devices can stand on: it has no state but its queue, and answers at
 * the end of the loop's turn. Each of its LUNs is a disk of its own, with an id made of the LUN's
 * number; the same LUN of two transports is one disk. Data is not moved.
 */
final class LightTransport implements ScsiTransport {

  private static final int CAN_QUEUE = 1024;
  private static final int BLOCK_BYTES = 512;
  private static final long BLOCKS = 1L << 30;
  private static final int GOOD = 0x00;
  private static final int CHECK_CONDITION = 0x02;

  private final String name;
  private final EventLoop loop;
  private final ArrayDeque<ScsiCommand> queue = new ArrayDeque<>(CAN_QUEUE);
  private final long[] luns = new long[CAN_QUEUE];
  private final Runnable answerer = this::answerAll;
  private int submitted;
  private int answered;
  private boolean planned;
  private int replyBytes;

  LightTransport(String name, EventLoop loop) {
    this.name = name;
    this.loop = loop;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int canQueue() {
    return CAN_QUEUE;
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
  public void setListener(ScsiTransportListener listener) {
    // It never goes down, so there is nothing to tell.
  }

  @Override
  public void submit(long lun, ScsiCommand command) {
    luns[submitted++ % CAN_QUEUE] = lun;
    queue.add(command);
    if (!planned) {
      planned = true;
      loop.defer(answerer);
    }
  }

  private void answerAll() {
    planned = false;
    for (int left = queue.size(); left > 0; left--) {
      ScsiCommand command = queue.remove();
      long lun = luns[answered++ % CAN_QUEUE];
      replyBytes = command.dataLength();
      int status = execute(lun, command);
      command.completeWithStatus(status, status == GOOD ? command.dataLength() - replyBytes : 0);
    }
  }

  private int execute(long lun, ScsiCommand command) {
    byte[] cdb = command.cdb();
    return switch (cdb[0] & 0xFF) {
      case 0x00, 0x28, 0x2A, 0x35, 0x88, 0x8A, 0x91 -> GOOD;
      case 0x12 -> inquiry(lun, command, cdb);
      case 0x9E -> reply(command, capacity16());
      case 0x5A -> reply(command, new byte[] {0, 6, 0, 0, 0, 0, 0, 0});
      default -> illegalRequest(command, 0x20);
    };
  }

  private int inquiry(long lun, ScsiCommand command, byte[] cdb) {
    if ((cdb[1] & 1) == 0) {
      return reply(command, standardInquiry());
    }
    return switch (cdb[2] & 0xFF) {
      case 0x00 -> reply(command, page(0x00, new byte[] {0, (byte) 0x80, (byte) 0x83}));
      case 0x80 -> reply(command, page(0x80, ascii("S%08d".formatted(Lun.number(lun)))));
      case 0x83 -> reply(command, page(0x83, naa6(Lun.number(lun))));
      default -> illegalRequest(command, 0x24);
    };
  }

  private static byte[] standardInquiry() {
    byte[] data =
        ("\0\0\6\2\37\20\0\2" + "LIGHT   " + "DISK            " + "0001")
            .getBytes(StandardCharsets.US_ASCII);
    return data;
  }

  /** SPC-5 7.7.6.1: binary, of the logical unit, NAA; then IEEE Registered Extended. */
  private static byte[] naa6(int number) {
    return ByteBuffer.allocate(20)
        .putInt(0x01030010)
        .putLong(0x6001405000000000L)
        .putLong(number)
        .array();
  }

  private static byte[] capacity16() {
    return ByteBuffer.allocate(32).putLong(BLOCKS - 1).putInt(BLOCK_BYTES).array();
  }

  private static byte[] page(int code, byte[] payload) {
    return ByteBuffer.allocate(4 + payload.length)
        .putShort((short) code)
        .putShort((short) payload.length)
        .put(payload)
        .array();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private int reply(ScsiCommand command, byte[] bytes) {
    ByteBuffer data = command.data();
    if (data != null) {
      data.put(command.dataOffset(), bytes, 0, Math.min(bytes.length, command.dataLength()));
    }
    replyBytes = Math.min(bytes.length, command.dataLength());
    return GOOD;
  }

  /** Fixed format sense data (SPC-5 4.5.3). */
  private static int illegalRequest(ScsiCommand command, int asc) {
    byte[] sense = new byte[18];
    sense[0] = 0x70;
    sense[2] = 5;
    sense[7] = 10;
    sense[12] = (byte) asc;
    command.senseFrom(ByteBuffer.wrap(sense), 0, sense.length);
    return CHECK_CONDITION;
  }

  @Override
  public void abortTask(long lun, ScsiCommand command, TaskManagementListener listener) {
    loop.defer(() -> listener.completed(TaskManagementResult.NO_SUCH_TASK));
  }

  @Override
  public void resetLogicalUnit(long lun, TaskManagementListener listener) {
    loop.defer(() -> listener.completed(TaskManagementResult.COMPLETE));
  }

  @Override
  public void reconnect(String reason) {
    throw new IllegalStateException(name + " answers everything, and was not answering: " + reason);
  }

  @Override
  public void close() {
    while (!queue.isEmpty()) {
      queue.remove().completeWithHostByte(HostByte.DID_NO_CONNECT);
    }
  }
}
