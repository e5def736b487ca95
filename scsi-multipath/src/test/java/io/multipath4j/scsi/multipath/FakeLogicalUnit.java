package io.multipath4j.scsi.multipath;

import io.multipath4j.scsi.ScsiCommand;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A small disk in memory that answers SCSI commands; it may be behind any number of transports. */
final class FakeLogicalUnit {

  static final int GOOD = 0x00;
  static final int CHECK_CONDITION = 0x02;

  String vendor = "FAKE";
  String product = "DISK";
  String serial = "SN1";
  int deviceType;
  int tpgs = 1;
  int blockBytes = 512;
  boolean writeProtected;
  boolean notReady;
  byte[] medium = new byte[512 * 256];
  final List<byte[]> designators = new ArrayList<>();

  /** Bytes that the last command transferred. */
  int replied;

  int readsServed;
  int writesServed;

  FakeLogicalUnit() {
    designators.add(naa("600140500000000000000000000000a1"));
  }

  /** A unit with the same id and everything, but a medium of its own. */
  FakeLogicalUnit twin() {
    FakeLogicalUnit twin = new FakeLogicalUnit();
    twin.vendor = vendor;
    twin.product = product;
    twin.serial = serial;
    twin.tpgs = tpgs;
    twin.blockBytes = blockBytes;
    twin.medium = medium.clone();
    twin.designators.clear();
    twin.designators.addAll(designators);
    return twin;
  }

  FakeLogicalUnit identifiedBy(byte[]... descriptors) {
    designators.clear();
    designators.addAll(List.of(descriptors));
    return this;
  }

  static byte[] naa(String hex) {
    return descriptor(1, 0, 3, java.util.HexFormat.of().parseHex(hex));
  }

  static byte[] t10(String text) {
    return descriptor(2, 0, 1, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** SPC-5 7.7.6.1: code set, association and type, then the designator. */
  static byte[] descriptor(int codeSet, int association, int type, byte[] designator) {
    byte[] bytes = new byte[4 + designator.length];
    bytes[0] = (byte) codeSet;
    bytes[1] = (byte) ((association << 4) | type);
    bytes[3] = (byte) designator.length;
    System.arraycopy(designator, 0, bytes, 4, designator.length);
    return bytes;
  }

  /** Executes a command; returns the SCSI status, and fills data and sense. */
  int execute(ScsiCommand command) {
    byte[] cdb = command.cdb();
    replied = command.dataLength();
    if (notReady && cdb[0] != 0x12) {
      return sense(command, 2, 0x04, 0x0B);
    }
    return switch (cdb[0] & 0xFF) {
      case 0x00, 0x35, 0x91 -> GOOD;
      case 0x12 -> inquiry(command, cdb);
      case 0x25 -> reply(command, capacity10());
      case 0x9E -> reply(command, capacity16());
      case 0x1A -> reply(command, new byte[] {3, 0, (byte) (writeProtected ? 0x80 : 0), 0});
      case 0x5A ->
          reply(command, new byte[] {0, 6, 0, (byte) (writeProtected ? 0x80 : 0), 0, 0, 0, 0});
      case 0x28 -> transfer(command, int32(cdb, 2) & 0xFFFFFFFFL, int16(cdb, 7), false);
      case 0x2A -> transfer(command, int32(cdb, 2) & 0xFFFFFFFFL, int16(cdb, 7), true);
      case 0x88 -> transfer(command, int64(cdb, 2), int32(cdb, 10), false);
      case 0x8A -> transfer(command, int64(cdb, 2), int32(cdb, 10), true);
      default -> sense(command, 5, 0x20, 0);
    };
  }

  private int inquiry(ScsiCommand command, byte[] cdb) {
    if ((cdb[1] & 1) == 0) {
      return reply(command, standardInquiry());
    }
    return switch (cdb[2] & 0xFF) {
      case 0x00 -> reply(command, page(0x00, new byte[] {0, (byte) 0x80, (byte) 0x83}));
      case 0x80 -> reply(command, page(0x80, serial.getBytes(StandardCharsets.US_ASCII)));
      case 0x83 -> reply(command, page(0x83, join(designators)));
      default -> sense(command, 5, 0x24, 0);
    };
  }

  private byte[] standardInquiry() {
    byte[] data = new byte[36];
    data[0] = (byte) deviceType;
    data[2] = 6;
    data[3] = 2;
    data[4] = 31;
    data[5] = (byte) (tpgs << 4);
    data[7] = 2;
    text(data, 8, 8, vendor);
    text(data, 16, 16, product);
    text(data, 32, 4, "0001");
    return data;
  }

  private byte[] page(int code, byte[] payload) {
    byte[] data = new byte[4 + payload.length];
    data[0] = (byte) deviceType;
    data[1] = (byte) code;
    data[2] = (byte) (payload.length >> 8);
    data[3] = (byte) payload.length;
    System.arraycopy(payload, 0, data, 4, payload.length);
    return data;
  }

  private byte[] capacity10() {
    ByteBuffer data = ByteBuffer.allocate(8);
    data.putInt(medium.length / blockBytes - 1).putInt(blockBytes);
    return data.array();
  }

  private byte[] capacity16() {
    ByteBuffer data = ByteBuffer.allocate(32);
    data.putLong(medium.length / blockBytes - 1).putInt(blockBytes);
    return data.array();
  }

  private int transfer(ScsiCommand command, long lba, int blocks, boolean write) {
    ByteBuffer data = command.data();
    long start = lba * blockBytes;
    int length = blocks * blockBytes;
    if (start < 0 || start + length > medium.length || data == null) {
      return sense(command, 5, 0x21, 0);
    }
    if (write) {
      if (writeProtected) {
        return sense(command, 7, 0x27, 0);
      }
      data.get(command.dataOffset(), medium, (int) start, length);
      writesServed++;
    } else {
      data.put(command.dataOffset(), medium, (int) start, length);
      readsServed++;
    }
    return GOOD;
  }

  static void put(ScsiCommand command, byte[] bytes) {
    ByteBuffer data = command.data();
    if (data != null) {
      data.put(command.dataOffset(), bytes, 0, Math.min(bytes.length, command.dataLength()));
    }
  }

  private int reply(ScsiCommand command, byte[] bytes) {
    put(command, bytes);
    replied = bytes.length;
    return GOOD;
  }

  /** Fixed format sense data (SPC-5 4.5.3). */
  static int sense(ScsiCommand command, int key, int asc, int ascq) {
    byte[] sense = new byte[18];
    sense[0] = 0x70;
    sense[2] = (byte) key;
    sense[7] = 10;
    sense[12] = (byte) asc;
    sense[13] = (byte) ascq;
    command.senseFrom(ByteBuffer.wrap(sense), 0, sense.length);
    return CHECK_CONDITION;
  }

  private static byte[] join(List<byte[]> parts) {
    ByteBuffer all = ByteBuffer.allocate(parts.stream().mapToInt(p -> p.length).sum());
    parts.forEach(all::put);
    return all.array();
  }

  private static void text(byte[] into, int at, int length, String text) {
    for (int i = 0; i < length; i++) {
      into[at + i] = (byte) (i < text.length() ? text.charAt(i) : ' ');
    }
  }

  private static int int16(byte[] bytes, int at) {
    return ((bytes[at] & 0xFF) << 8) | (bytes[at + 1] & 0xFF);
  }

  private static int int32(byte[] bytes, int at) {
    return ByteBuffer.wrap(bytes).getInt(at);
  }

  private static long int64(byte[] bytes, int at) {
    return ByteBuffer.wrap(bytes).getLong(at);
  }
}
