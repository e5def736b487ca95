package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.bit;
import static io.multipath4j.scsi.codec.BigEndian.put16;
import static io.multipath4j.scsi.codec.BigEndian.putText;
import static io.multipath4j.scsi.codec.BigEndian.text;
import static io.multipath4j.scsi.codec.BigEndian.u16;
import static io.multipath4j.scsi.codec.BigEndian.u8;

import java.util.ArrayList;
import java.util.List;

/**
 * Standard INQUIRY data (SPC-4 6.6.2).
 *
 * @param qualifier peripheral qualifier, 0 to 7: {@link #CONNECTED}, {@link #NOT_CONNECTED}, {@link
 *     #NOT_CAPABLE}
 * @param deviceType peripheral device type, 0 to 31: {@link #DISK} and others
 * @param removable the medium is removable
 * @param version version of SPC: 5 is SPC-3, 6 SPC-4, 7 SPC-5
 * @param tpgs target port group support: 0 none, 1 implicit, 2 explicit, 3 both
 * @param thirdPartyCopy supports third-party copy commands
 * @param protect supports protection information
 * @param commandQueuing supports command queuing
 * @param vendor T10 vendor identification, up to 8 characters
 * @param product product identification, up to 16 characters
 * @param revision product revision level, up to 4 characters
 * @param versionDescriptors up to 8 numbers of standards it claims
 */
public record StandardInquiry(
    int qualifier,
    int deviceType,
    boolean removable,
    int version,
    int tpgs,
    boolean thirdPartyCopy,
    boolean protect,
    boolean commandQueuing,
    String vendor,
    String product,
    String revision,
    List<Integer> versionDescriptors) {

  /** Qualifier: a logical unit is there. */
  public static final int CONNECTED = 0;

  /** Qualifier: the target could have a logical unit here, but has none. */
  public static final int NOT_CONNECTED = 1;

  /** Qualifier: the target can have no logical unit here. */
  public static final int NOT_CAPABLE = 3;

  /** Device type: direct access block device (SBC). */
  public static final int DISK = 0x00;

  /** Device type: enclosure services (SES). */
  public static final int ENCLOSURE = 0x0D;

  /** Device type: host managed zoned block device (ZBC). */
  public static final int HOST_MANAGED_ZONED = 0x14;

  /** Device type: well-known logical unit. */
  public static final int WELL_KNOWN = 0x1E;

  /** Device type: unknown or no device. */
  public static final int NO_DEVICE = 0x1F;

  /** Shortest that the standard allows, in bytes. */
  public static final int MIN_BYTES = 36;

  /** Length up to the end of the version descriptors, in bytes. */
  public static final int FULL_BYTES = 74;

  private static final int VERSION_DESCRIPTORS_AT = 58;
  private static final int MAX_VERSION_DESCRIPTORS = 8;

  /** Makes the lists immutable. */
  public StandardInquiry {
    versionDescriptors = List.copyOf(versionDescriptors);
  }

  /** Tells whether a logical unit of a known type is connected. */
  public boolean present() {
    return qualifier == CONNECTED && deviceType != NO_DEVICE;
  }

  /** Reads the reply to INQUIRY; at least {@link #MIN_BYTES} of it must be there. */
  public static StandardInquiry decode(byte[] reply) throws MalformedDataException {
    if (reply.length < MIN_BYTES) {
      throw new MalformedDataException(
          "INQUIRY data of " + reply.length + " bytes: expected at least " + MIN_BYTES);
    }
    int end = Math.min(reply.length, 5 + u8(reply, 4));
    List<Integer> versions = new ArrayList<>();
    for (int at = VERSION_DESCRIPTORS_AT; at + 2 <= Math.min(end, FULL_BYTES); at += 2) {
      if (u16(reply, at) != 0) {
        versions.add(u16(reply, at));
      }
    }
    return new StandardInquiry(
        u8(reply, 0) >> 5,
        reply[0] & 0x1F,
        bit(reply, 1, 7),
        u8(reply, 2),
        reply[5] >> 4 & 3,
        bit(reply, 5, 3),
        bit(reply, 5, 0),
        bit(reply, 7, 1),
        text(reply, 8, 8),
        text(reply, 16, 16),
        text(reply, 32, 4),
        versions);
  }

  /** Returns the INQUIRY data, {@link #FULL_BYTES} long, with HISUP and response data format 2. */
  public byte[] encode() {
    byte[] data = new byte[FULL_BYTES];
    data[0] = (byte) (qualifier << 5 | deviceType);
    data[1] = (byte) (removable ? 0x80 : 0);
    data[2] = (byte) version;
    data[3] = 0x12;
    data[4] = (byte) (FULL_BYTES - 5);
    data[5] = (byte) (tpgs << 4 | (thirdPartyCopy ? 0x08 : 0) | (protect ? 0x01 : 0));
    data[7] = (byte) (commandQueuing ? 0x02 : 0);
    putText(data, 8, 8, vendor);
    putText(data, 16, 16, product);
    putText(data, 32, 4, revision);
    for (int i = 0; i < Math.min(versionDescriptors.size(), MAX_VERSION_DESCRIPTORS); i++) {
      put16(data, VERSION_DESCRIPTORS_AT + 2 * i, versionDescriptors.get(i));
    }
    return data;
  }
}
