package io.multipath4j.scsi;

/** Told what happens to a device. Loop thread. */
public interface ScsiDeviceListener {

  /**
   * The state changed. Told before the commands that the new state fails are completed, so that
   * whoever chooses paths does not choose this one for them again.
   */
  default void stateChanged(ScsiDevice device, DeviceState before, DeviceState after) {}

  /**
   * The device reported something that is not about a command: a UNIT ATTENTION, or NOT READY
   * because of its port's access state (04h/0Ah, 0Bh, 0Ch, 12h). The command that brought it is
   * dealt with elsewhere.
   *
   * @param sense a sense code, see {@link io.multipath4j.scsi.codec.Sense}
   */
  default void senseReported(ScsiDevice device, int sense) {}

  /**
   * A command of the data path, or one that was passed through, ended with RESERVATION CONFLICT:
   * another initiator port holds the device, or took a registration away.
   */
  default void reservationConflict(ScsiDevice device) {}

  /** The properties were read anew and differ. */
  default void propertiesChanged(
      ScsiDevice device, DeviceProperties before, DeviceProperties after) {}
}
