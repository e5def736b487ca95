package io.multipath4j.array.lu;

/**
 * Sense keys with additional sense codes, packed as {@code key << 16 | asc << 8 | ascq} (SPC-5
 * 4.4.8, annex D.2).
 */
public final class Condition {

  /** No sense. */
  public static final int NO_SENSE = 0x00_00_00;

  /** START STOP UNIT is needed. */
  public static final int INITIALIZING_COMMAND_REQUIRED = 0x02_04_02;

  /** The target port group is in transition. */
  public static final int ASYMMETRIC_ACCESS_STATE_TRANSITION = 0x02_04_0A;

  /** The target port group is in standby. */
  public static final int TARGET_PORT_IN_STANDBY = 0x02_04_0B;

  /** The target port group is unavailable. */
  public static final int TARGET_PORT_IN_UNAVAILABLE = 0x02_04_0C;

  /** The logical unit is offline through this port. */
  public static final int LOGICAL_UNIT_OFFLINE = 0x02_04_12;

  /** The store failed to read. */
  public static final int UNRECOVERED_READ_ERROR = 0x03_11_00;

  /** The store failed to write. */
  public static final int WRITE_ERROR = 0x03_0C_00;

  /** Data got lost on the way: a digest or a sequence number did not fit. */
  public static final int PROTOCOL_SERVICE_CRC_ERROR = 0x0B_47_05;

  /** A parameter list ends amid a field. */
  public static final int PARAMETER_LIST_LENGTH_ERROR = 0x05_1A_00;

  /** There is no such command. */
  public static final int INVALID_COMMAND_OPERATION_CODE = 0x05_20_00;

  /** Beyond the last block. */
  public static final int LBA_OUT_OF_RANGE = 0x05_21_00;

  /** A write that does not begin at the write pointer of its zone. */
  public static final int UNALIGNED_WRITE_COMMAND = 0x05_21_04;

  /** A write that crosses the end of a sequential zone. */
  public static final int WRITE_BOUNDARY_VIOLATION = 0x05_21_05;

  /** A read beyond the write pointer. */
  public static final int ATTEMPT_TO_READ_INVALID_DATA = 0x05_21_06;

  /** A read that crosses the end of a sequential zone. */
  public static final int READ_BOUNDARY_VIOLATION = 0x05_21_07;

  /** A field of the CDB is wrong. */
  public static final int INVALID_FIELD_IN_CDB = 0x05_24_00;

  /** There is no such logical unit. */
  public static final int LOGICAL_UNIT_NOT_SUPPORTED = 0x05_25_00;

  /** A field of the parameter list is wrong. */
  public static final int INVALID_FIELD_IN_PARAMETER_LIST = 0x05_26_00;

  /** RELEASE names another scope or type than the reservation has. */
  public static final int INVALID_RELEASE_OF_PERSISTENT_RESERVATION = 0x05_26_04;

  /** There are no saved mode pages. */
  public static final int SAVING_PARAMETERS_NOT_SUPPORTED = 0x05_39_00;

  /** No more registrations fit. */
  public static final int INSUFFICIENT_REGISTRATION_RESOURCES = 0x05_55_04;

  /** Power on, reset, or bus device reset. */
  public static final int POWER_ON_OR_RESET = 0x06_29_00;

  /** A LOGICAL UNIT RESET or a target reset. */
  public static final int BUS_DEVICE_RESET_FUNCTION_OCCURRED = 0x06_29_03;

  /** The session of this nexus had ended. */
  public static final int I_T_NEXUS_LOSS_OCCURRED = 0x06_29_07;

  /** A LUN leads to another logical unit. */
  public static final int INQUIRY_DATA_HAS_CHANGED = 0x06_3F_03;

  /** The target has other LUNs than before. */
  public static final int REPORTED_LUNS_DATA_HAS_CHANGED = 0x06_3F_0E;

  /** The logical unit has another size. */
  public static final int CAPACITY_DATA_HAS_CHANGED = 0x06_2A_09;

  /** Another initiator changed a mode page. */
  public static final int MODE_PARAMETERS_CHANGED = 0x06_2A_01;

  /** Another nexus cleared the registrations and the reservation. */
  public static final int RESERVATIONS_PREEMPTED = 0x06_2A_03;

  /** A reservation that registrants profited from is gone, or has another type. */
  public static final int RESERVATIONS_RELEASED = 0x06_2A_04;

  /** Another nexus removed the registration. */
  public static final int REGISTRATIONS_PREEMPTED = 0x06_2A_05;

  /** A target port group changed its state. */
  public static final int ASYMMETRIC_ACCESS_STATE_CHANGED = 0x06_2A_06;

  /** Another initiator sent CLEAR TASK SET. */
  public static final int COMMANDS_CLEARED_BY_ANOTHER_INITIATOR = 0x06_2F_00;

  /** Write protected by the array. */
  public static final int WRITE_PROTECTED = 0x07_27_00;

  /** Write protected by the SWP bit. */
  public static final int SOFTWARE_WRITE_PROTECTED = 0x07_27_02;

  /** A thin store is full. */
  public static final int SPACE_ALLOCATION_FAILED_WRITE_PROTECT = 0x07_27_07;

  /** No more zones can be open. */
  public static final int INSUFFICIENT_ZONE_RESOURCES = 0x07_55_0E;

  /** Verification found a difference. */
  public static final int MISCOMPARE = 0x0E_1D_00;

  private Condition() {}
}
