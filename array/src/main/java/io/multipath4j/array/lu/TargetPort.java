package io.multipath4j.array.lu;

/**
 * A SCSI target port.
 *
 * @param relativeId relative target port identifier, 1 to 65535, unique in the array
 * @param name the port's name, {@code target,t,0xTAG} in iSCSI (RFC 7143 4.2.7.2 / 3.4.1)
 * @param group the target port group it belongs to
 */
public record TargetPort(int relativeId, String name, TargetPortGroup group) {

  @Override
  public String toString() {
    return name;
  }
}
