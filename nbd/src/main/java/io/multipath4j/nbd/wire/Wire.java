package io.multipath4j.nbd.wire;

/** Magic numbers and layout sizes. All integers on the wire are big-endian. */
public final class Wire {

  private Wire() {}

  /** "NBDMAGIC", the first eight bytes of a server. */
  public static final long INIT_MAGIC = 0x4e42444d41474943L;

  /** "IHAVEOPT", the second eight bytes of a server, and the start of each option of a client. */
  public static final long OPTION_MAGIC = 0x49484156454F5054L;

  /** Starts each reply to an option. */
  public static final long OPTION_REPLY_MAGIC = 0x3e889045565a9L;

  /** Starts each request. */
  public static final int REQUEST_MAGIC = 0x25609513;

  /** Starts a simple reply. */
  public static final int SIMPLE_REPLY_MAGIC = 0x67446698;

  /** Starts a structured reply chunk. */
  public static final int STRUCTURED_REPLY_MAGIC = 0x668e33ef;

  /** Server: both magics and the handshake flags. */
  public static final int GREETING_BYTES = 18;

  /** Client: magic, option, length. */
  public static final int OPTION_HEADER_BYTES = 16;

  /** Server: magic, option, reply type, length. */
  public static final int OPTION_REPLY_HEADER_BYTES = 20;

  /** Client: magic, flags, type, cookie, offset, length. */
  public static final int REQUEST_BYTES = 28;

  /** Server: magic, error, cookie. */
  public static final int SIMPLE_REPLY_BYTES = 16;

  /** Server: magic, flags, type, cookie, length. */
  public static final int CHUNK_HEADER_BYTES = 20;

  /** The zeroes after a reply to EXPORT_NAME, unless the client waived them. */
  public static final int EXPORT_NAME_PADDING_BYTES = 124;

  /** The longest string the protocol permits: names, queries, messages. */
  public static final int MAX_STRING_BYTES = 4096;

  /** The longest payload that should not be taken for an attack ("Size constraints"). */
  public static final int MAX_SANE_PAYLOAD_BYTES = 32 * 1024 * 1024;

  /** The one metadata context of the standard. */
  public static final String BASE_ALLOCATION = "base:allocation";
}
