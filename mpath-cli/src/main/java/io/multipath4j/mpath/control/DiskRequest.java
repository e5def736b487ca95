package io.multipath4j.mpath.control;

import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;

/**
 * Asks a disk for something beside I/O. Unlike everything else it may have to wait for a path, for
 * as long as an answer may take at most.
 *
 * @param <R> what the answer is
 */
public sealed interface DiskRequest<R extends Record> extends ControlRequest<R> {

  /** Longest Data-Out part of a command, in bytes: it travels in one line. */
  int MAX_DATA_OUT_BYTES = 32 * 1024;

  /** Longest time for a command, in milliseconds: it may take that to be sent, and then as long. */
  long MAX_TIMEOUT_MILLIS = 25_000;

  /** Most zones of one report. */
  int MAX_ZONES = 1024;

  /** Returns the disk's name, as in {@code sda}. */
  String disk();

  /**
   * A SCSI command that is passed through as it is.
   *
   * @param cdb the command
   * @param dataInBytes room for what the device sends; 0 for none
   * @param dataOut what the device gets; empty for none
   * @param timeoutMillis 1 to {@link #MAX_TIMEOUT_MILLIS}
   * @param retry try again what did not come through, if the command is safe to repeat
   */
  @SuppressWarnings("ArrayRecordComponent")
  @JsonTypeName("sg")
  record Passthrough(
      String disk, byte[] cdb, int dataInBytes, byte[] dataOut, long timeoutMillis, boolean retry)
      implements DiskRequest<PassthroughAnswer> {

    @Override
    public Class<PassthroughAnswer> answerType() {
      return PassthroughAnswer.class;
    }
  }

  /**
   * How a passed-through command ended.
   *
   * @param good the device did it, and has nothing to say about it
   * @param text the outcome in words
   * @param hostByte how the transport fared, {@code DID_OK} and others
   * @param status the SCSI status byte
   * @param sense as the device sent it
   * @param data what the device sent
   * @param residual how many bytes fewer than announced were transferred
   * @param attempts how often it was sent
   * @param durationMicros how long it took
   */
  @SuppressWarnings("ArrayRecordComponent")
  record PassthroughAnswer(
      boolean good,
      String text,
      String hostByte,
      int status,
      byte[] sense,
      byte[] data,
      int residual,
      int attempts,
      long durationMicros) {}

  /**
   * The zones from the one on that holds a byte.
   *
   * @param offset a byte's position
   * @param count most zones, 1 to {@link #MAX_ZONES}; fewer may come
   */
  @JsonTypeName("zones")
  record ReportZones(String disk, long offset, int count) implements DiskRequest<Zones> {

    @Override
    public Class<Zones> answerType() {
      return Zones.class;
    }
  }

  /**
   * Zones.
   *
   * @param diskBytes size of the disk
   * @param zones in the order of their start
   */
  record Zones(long diskBytes, List<ZoneState> zones) {

    /** Copies the zones. */
    public Zones {
      zones = List.copyOf(zones);
    }
  }

  /**
   * One zone. Positions and lengths in bytes.
   *
   * @param writePointer -1 where there is none
   * @param type the number of ZBC, 1 to 3
   * @param condition the number of ZBC, 0 to 15
   */
  record ZoneState(
      long start,
      long length,
      long capacity,
      long writePointer,
      int type,
      int condition,
      boolean resetRecommended,
      boolean nonSequential) {}

  /**
   * Something done to a zone, or to all.
   *
   * @param action {@code open}, {@code close}, {@code finish}, {@code reset} or {@code reset-all}
   * @param offset of the zone's first byte; 0 for all
   */
  @JsonTypeName("zone")
  record ZoneAction(String disk, String action, long offset)
      implements DiskRequest<TreeRequest.Done> {

    @Override
    public Class<TreeRequest.Done> answerType() {
      return TreeRequest.Done.class;
    }
  }
}
