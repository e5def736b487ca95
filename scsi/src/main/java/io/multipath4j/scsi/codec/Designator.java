package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.put16;
import static io.multipath4j.scsi.codec.BigEndian.u16;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One designation descriptor of VPD page 83h (SPC-5). Immutable. */
public final class Designator {

  /** Type: vendor specific. */
  public static final int VENDOR_SPECIFIC = 0;

  /** Type: T10 vendor id based. */
  public static final int T10_VENDOR_ID = 1;

  /** Type: EUI-64 based, 8, 12 or 16 bytes. */
  public static final int EUI_64 = 2;

  /** Type: NAA, 8 or 16 bytes. */
  public static final int NAA = 3;

  /** Type: relative target port identifier. */
  public static final int RELATIVE_TARGET_PORT = 4;

  /** Type: target port group. */
  public static final int TARGET_PORT_GROUP = 5;

  /** Type: logical unit group. */
  public static final int LOGICAL_UNIT_GROUP = 6;

  /** Type: SCSI name string, UTF-8. */
  public static final int SCSI_NAME = 8;

  /** Code set: binary. */
  public static final int BINARY = 1;

  /** Code set: ASCII. */
  public static final int ASCII = 2;

  /** Code set: UTF-8. */
  public static final int UTF_8 = 3;

  /** Longest designator, in bytes: its length has one byte. */
  public static final int MAX_BYTES = 255;

  /** What a designator names. */
  public enum Association {
    /** The logical unit. */
    LOGICAL_UNIT(0),
    /** The target port that received the command. */
    TARGET_PORT(1),
    /** The target device that holds the logical unit. */
    TARGET_DEVICE(2),
    /** A value that the standard reserves. */
    RESERVED(3);

    private final int number;

    Association(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }

    static Association of(int number) {
      return switch (number & 3) {
        case 0 -> LOGICAL_UNIT;
        case 1 -> TARGET_PORT;
        case 2 -> TARGET_DEVICE;
        default -> RESERVED;
      };
    }
  }

  private final Association association;
  private final int type;
  private final int codeSet;
  private final byte[] id;

  /**
   * Makes one.
   *
   * @param type 0 to 15
   * @param codeSet 0 to 15
   * @param id 0 to {@link #MAX_BYTES} bytes; copied
   */
  public Designator(Association association, int type, int codeSet, byte[] id) {
    if (id.length > MAX_BYTES) {
      throw new IllegalArgumentException("designator of " + id.length + " bytes");
    }
    this.association = association;
    this.type = Objects.checkIndex(type, 16);
    this.codeSet = Objects.checkIndex(codeSet, 16);
    this.id = id.clone();
  }

  /** Makes the NAA identifier of a logical unit. */
  public static Designator naa(byte[] id) {
    return new Designator(Association.LOGICAL_UNIT, NAA, BINARY, id);
  }

  /** Makes the EUI-64 based identifier of a logical unit. */
  public static Designator eui64(byte[] id) {
    return new Designator(Association.LOGICAL_UNIT, EUI_64, BINARY, id);
  }

  /** Makes the T10 vendor identifier of a logical unit: the vendor padded to 8, then the rest. */
  public static Designator t10VendorId(String vendor, String rest) {
    byte[] id = new byte[8 + rest.length()];
    BigEndian.putText(id, 0, 8, vendor);
    BigEndian.putText(id, 8, rest.length(), rest);
    return new Designator(Association.LOGICAL_UNIT, T10_VENDOR_ID, ASCII, id);
  }

  /** Makes a SCSI name string, null-terminated and padded to a multiple of four bytes. */
  public static Designator scsiName(Association association, String name) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    return new Designator(
        association, SCSI_NAME, UTF_8, Arrays.copyOf(text, (text.length + 4) & ~3));
  }

  /** Makes the relative target port identifier, 1 to 65535. */
  public static Designator relativeTargetPort(int port) {
    return number(RELATIVE_TARGET_PORT, port);
  }

  /** Makes the number of the target port group, 0 to 65535. */
  public static Designator targetPortGroup(int group) {
    return number(TARGET_PORT_GROUP, group);
  }

  private static Designator number(int type, int value) {
    byte[] id = new byte[4];
    put16(id, 2, Objects.checkIndex(value, 0x1_0000));
    return new Designator(Association.TARGET_PORT, type, BINARY, id);
  }

  /** Returns what it names. */
  public Association association() {
    return association;
  }

  /** Returns the type, such as {@link #NAA}. */
  public int type() {
    return type;
  }

  /** Returns the code set, such as {@link #BINARY}. */
  public int codeSet() {
    return codeSet;
  }

  /** Returns a copy of the bytes. */
  public byte[] id() {
    return id.clone();
  }

  /** Returns how many bytes there are. */
  public int length() {
    return id.length;
  }

  /** Returns byte {@code index}, 0 to 255. */
  public int byteAt(int index) {
    return id[index] & 0xFF;
  }

  /**
   * Returns the number in a relative target port or port group designator (bytes 2 and 3), or -1
   * when it is neither, or not four bytes long.
   */
  public int number() {
    boolean numeric = type == RELATIVE_TARGET_PORT || type == TARGET_PORT_GROUP;
    return numeric && id.length == 4 ? u16(id, 2) : -1;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Designator d
        && association == d.association
        && type == d.type
        && codeSet == d.codeSet
        && Arrays.equals(id, d.id);
  }

  @Override
  public int hashCode() {
    return 31 * Objects.hash(association, type, codeSet) + Arrays.hashCode(id);
  }

  @Override
  public String toString() {
    return association + " type " + type + " " + HexFormat.of().formatHex(id);
  }
}
