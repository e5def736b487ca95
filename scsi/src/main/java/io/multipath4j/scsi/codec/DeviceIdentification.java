package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.u8;

import io.multipath4j.scsi.codec.Designator.Association;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * VPD page 83h, device identification (SPC-5): a list of designators.
 *
 * <pre>
 *   byte 0  protocol identifier (7..4), code set (3..0)
 *   byte 1  PIV (7), association (5..4), designator type (3..0)
 *   byte 3  designator length, then the designator
 * </pre>
 *
 * @param designators in the device's order; those of zero length are left out
 */
public record DeviceIdentification(List<Designator> designators) {

  private static final int DESCRIPTOR_HEADER_BYTES = 4;

  /** Makes the list immutable. */
  public DeviceIdentification {
    designators = List.copyOf(designators);
  }

  /** Reads the page. A descriptor that reaches beyond the page makes all of it malformed. */
  public static DeviceIdentification decode(byte[] reply) throws MalformedDataException {
    int end = VpdPage.checkedEnd(reply, VpdPage.DEVICE_IDENTIFICATION);
    List<Designator> designators = new ArrayList<>();
    int at = VpdPage.HEADER_BYTES;
    while (at < end) {
      if (at + DESCRIPTOR_HEADER_BYTES > end
          || at + DESCRIPTOR_HEADER_BYTES + u8(reply, at + 3) > end) {
        throw new MalformedDataException(
            "VPD page 83h: the designator at byte " + at + " reaches beyond the page of " + end);
      }
      int from = at + DESCRIPTOR_HEADER_BYTES;
      int to = from + u8(reply, at + 3);
      if (to > from) {
        designators.add(
            new Designator(
                Association.of(reply[at + 1] >> 4),
                reply[at + 1] & 0xF,
                reply[at] & 0xF,
                Arrays.copyOfRange(reply, from, to)));
      }
      at = to;
    }
    return new DeviceIdentification(designators);
  }

  /**
   * Returns the page.
   *
   * @param peripheral byte 0 of the standard INQUIRY data
   */
  public byte[] encode(int peripheral) {
    int bytes = 0;
    for (Designator d : designators) {
      bytes += DESCRIPTOR_HEADER_BYTES + d.length();
    }
    byte[] page = VpdPage.blank(peripheral, VpdPage.DEVICE_IDENTIFICATION, bytes);
    int at = VpdPage.HEADER_BYTES;
    for (Designator d : designators) {
      page[at] = (byte) d.codeSet();
      page[at + 1] = (byte) (d.association().number() << 4 | d.type());
      page[at + 3] = (byte) d.length();
      System.arraycopy(d.id(), 0, page, at + DESCRIPTOR_HEADER_BYTES, d.length());
      at += DESCRIPTOR_HEADER_BYTES + d.length();
    }
    return page;
  }

  /** Returns the relative target port identifier (the last one wins), or -1. */
  public int relativeTargetPort() {
    return lastNumber(Designator.RELATIVE_TARGET_PORT);
  }

  /** Returns the target port group (the last one wins), or -1. */
  public int targetPortGroup() {
    return lastNumber(Designator.TARGET_PORT_GROUP);
  }

  private int lastNumber(int type) {
    int number = -1;
    for (Designator d : designators) {
      if (d.type() == type && d.number() >= 0) {
        number = d.number();
      }
    }
    return number;
  }
}
