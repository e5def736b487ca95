package io.multipath4j.nbd.wire;

/** Flags, commands and reply types of the transmission phase. */
public final class Transmitting {

  private Transmitting() {}

  /** Always set. */
  public static final int FLAG_HAS_FLAGS = 1;

  /** Writes are refused. */
  public static final int FLAG_READ_ONLY = 1 << 1;

  /** FLUSH is understood. */
  public static final int FLAG_SEND_FLUSH = 1 << 2;

  /** {@link #CMD_FLAG_FUA} is understood. */
  public static final int FLAG_SEND_FUA = 1 << 3;

  /** TRIM is understood. */
  public static final int FLAG_SEND_TRIM = 1 << 5;

  /** WRITE_ZEROES is understood. */
  public static final int FLAG_SEND_WRITE_ZEROES = 1 << 6;

  /** {@link #CMD_FLAG_DF} is understood. */
  public static final int FLAG_SEND_DF = 1 << 7;

  /** A flush on one connection covers what completed on any. */
  public static final int FLAG_CAN_MULTI_CONN = 1 << 8;

  /** CACHE is understood. */
  public static final int FLAG_SEND_CACHE = 1 << 10;

  /** {@link #CMD_FLAG_FAST_ZERO} is understood. */
  public static final int FLAG_SEND_FAST_ZERO = 1 << 11;

  /** Command: read. */
  public static final int CMD_READ = 0;

  /** Command: write; the payload follows. */
  public static final int CMD_WRITE = 1;

  /** Command: end the session; has no reply. */
  public static final int CMD_DISC = 2;

  /** Command: make completed writes durable. */
  public static final int CMD_FLUSH = 3;

  /** Command: the range's content is of no interest. */
  public static final int CMD_TRIM = 4;

  /** Command: the range will be read soon. */
  public static final int CMD_CACHE = 5;

  /** Command: make the range read as zeroes. */
  public static final int CMD_WRITE_ZEROES = 6;

  /** Command: tell the status of a range. */
  public static final int CMD_BLOCK_STATUS = 7;

  /** Durable when replied to; valid on every command. */
  public static final int CMD_FLAG_FUA = 1;

  /** WRITE_ZEROES: leave the range allocated. */
  public static final int CMD_FLAG_NO_HOLE = 1 << 1;

  /** READ: one content chunk at most. */
  public static final int CMD_FLAG_DF = 1 << 2;

  /** BLOCK_STATUS: one extent only. */
  public static final int CMD_FLAG_REQ_ONE = 1 << 3;

  /** WRITE_ZEROES: fail rather than be as slow as writing. */
  public static final int CMD_FLAG_FAST_ZERO = 1 << 4;

  /** Chunk: the last one of its reply. */
  public static final int REPLY_FLAG_DONE = 1;

  /** Chunk: nothing more. */
  public static final int REPLY_NONE = 0;

  /** Chunk: offset and data. */
  public static final int REPLY_OFFSET_DATA = 1;

  /** Chunk: offset and length of zeroes. */
  public static final int REPLY_OFFSET_HOLE = 2;

  /** Chunk: context id and extents. */
  public static final int REPLY_BLOCK_STATUS = 5;

  /** Chunk: error and message. */
  public static final int REPLY_ERROR = (1 << 15) + 1;

  /** Chunk: error, message and offset. */
  public static final int REPLY_ERROR_OFFSET = (1 << 15) + 2;
}
