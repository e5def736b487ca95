package io.multipath4j.block;

/**
 * One zone. Positions and lengths in bytes.
 *
 * @param start first byte
 * @param length to the next zone's start
 * @param capacity bytes that can be written, from the start; at most the length
 * @param writePointer where the next write goes; {@link #NO_WRITE_POINTER} where there is none
 * @param type how it may be written
 * @param condition where it is in its life
 * @param resetRecommended the device would like a reset
 * @param nonSequential it was not written sequentially
 */
public record Zone(
    long start,
    long length,
    long capacity,
    long writePointer,
    Type type,
    Condition condition,
    boolean resetRecommended,
    boolean nonSequential) {

  /** The write pointer of a zone that has none that is valid. */
  public static final long NO_WRITE_POINTER = -1;

  /** How a zone may be written. */
  public enum Type {
    /** In any order. */
    CONVENTIONAL,
    /** At the write pointer only. */
    SEQUENTIAL_WRITE_REQUIRED,
    /** Better at the write pointer. */
    SEQUENTIAL_WRITE_PREFERRED
  }

  /** Where a zone is in its life (ZBC-2 4.4.4). */
  public enum Condition {
    NOT_WRITE_POINTER,
    EMPTY,
    IMPLICITLY_OPENED,
    EXPLICITLY_OPENED,
    CLOSED,
    READ_ONLY,
    FULL,
    OFFLINE
  }
}
