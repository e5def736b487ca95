package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.bit;
import static io.multipath4j.scsi.codec.BigEndian.i64;
import static io.multipath4j.scsi.codec.BigEndian.put64;

/**
 * One zone of a zoned block device (ZBC-2 5.11).
 *
 * <pre>
 *   byte 0   zone type (3..0)
 *   byte 1   zone condition (7..4), NON_SEQ (1), RESET (0)
 *   byte 8   length, byte 16 start LBA, byte 24 write pointer LBA (eight bytes each)
 * </pre>
 *
 * @param type {@link #CONVENTIONAL} and others
 * @param condition {@link #EMPTY} and others
 * @param resetRecommended RESET: the device would like a reset of the write pointer
 * @param nonSequential NON_SEQ: it was not written sequentially
 * @param length in blocks
 * @param start first LBA
 * @param writePointer next LBA to be written; {@link #NO_WRITE_POINTER} where there is none
 */
public record ZoneDescriptor(
    int type,
    int condition,
    boolean resetRecommended,
    boolean nonSequential,
    long length,
    long start,
    long writePointer) {

  /** Length in bytes. */
  public static final int BYTES = 64;

  /** Type: written in any order. */
  public static final int CONVENTIONAL = 1;

  /** Type: must be written at the write pointer. */
  public static final int SEQUENTIAL_WRITE_REQUIRED = 2;

  /** Type: is better written at the write pointer. */
  public static final int SEQUENTIAL_WRITE_PREFERRED = 3;

  /** Condition: has no write pointer. */
  public static final int NOT_WRITE_POINTER = 0x0;

  /** Condition: nothing is written. */
  public static final int EMPTY = 0x1;

  /** Condition: a write opened it. */
  public static final int IMPLICITLY_OPENED = 0x2;

  /** Condition: OPEN ZONE opened it. */
  public static final int EXPLICITLY_OPENED = 0x3;

  /** Condition: partly written, not open. */
  public static final int CLOSED = 0x4;

  /** Condition: can only be read. */
  public static final int READ_ONLY = 0xD;

  /** Condition: takes no more writes. */
  public static final int FULL = 0xE;

  /** Condition: can neither be read nor written. */
  public static final int OFFLINE = 0xF;

  /** The write pointer of a zone that has none that is valid. */
  public static final long NO_WRITE_POINTER = -1;

  static ZoneDescriptor decode(byte[] from, int at) {
    return new ZoneDescriptor(
        from[at] & 0xF,
        from[at + 1] >> 4 & 0xF,
        bit(from, at + 1, 0),
        bit(from, at + 1, 1),
        i64(from, at + 8),
        i64(from, at + 16),
        i64(from, at + 24));
  }

  void encode(byte[] to, int at) {
    to[at] = (byte) type;
    to[at + 1] = (byte) (condition << 4 | (nonSequential ? 2 : 0) | (resetRecommended ? 1 : 0));
    put64(to, at + 8, length);
    put64(to, at + 16, start);
    put64(to, at + 24, writePointer);
  }
}
