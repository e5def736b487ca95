package io.multipath4j.nbd.wire;

/** Flags, options and option replies of the handshake phase. */
public final class Handshaking {

  private Handshaking() {}

  /** Server and client: options other than EXPORT_NAME are understood. */
  public static final int FLAG_FIXED_NEWSTYLE = 1;

  /** Server and client: no padding after the reply to EXPORT_NAME. */
  public static final int FLAG_NO_ZEROES = 1 << 1;

  /** Use this export; has no error reply. */
  public static final int OPT_EXPORT_NAME = 1;

  /** End the session. */
  public static final int OPT_ABORT = 2;

  /** List the exports. */
  public static final int OPT_LIST = 3;

  /** Start TLS. */
  public static final int OPT_STARTTLS = 5;

  /** Tell about an export. */
  public static final int OPT_INFO = 6;

  /** Tell about an export and use it. */
  public static final int OPT_GO = 7;

  /** Use structured replies. */
  public static final int OPT_STRUCTURED_REPLY = 8;

  /** List metadata contexts. */
  public static final int OPT_LIST_META_CONTEXT = 9;

  /** Select metadata contexts. */
  public static final int OPT_SET_META_CONTEXT = 10;

  /** Success, the last reply to an option. */
  public static final int REP_ACK = 1;

  /** One export of the list. */
  public static final int REP_SERVER = 2;

  /** One item about an export. */
  public static final int REP_INFO = 3;

  /** One metadata context. */
  public static final int REP_META_CONTEXT = 4;

  private static final int ERROR_BIT = 1 << 31;

  /** The option is unknown. */
  public static final int REP_ERR_UNSUP = ERROR_BIT | 1;

  /** The option is known and forbidden. */
  public static final int REP_ERR_POLICY = ERROR_BIT | 2;

  /** The option's data is wrong. */
  public static final int REP_ERR_INVALID = ERROR_BIT | 3;

  /** No such export. */
  public static final int REP_ERR_UNKNOWN = ERROR_BIT | 6;

  /** The server is going away. */
  public static final int REP_ERR_SHUTDOWN = ERROR_BIT | 7;

  /** The option is too long. */
  public static final int REP_ERR_TOO_BIG = ERROR_BIT | 9;

  /** Size and transmission flags. */
  public static final int INFO_EXPORT = 0;

  /** The canonical name. */
  public static final int INFO_NAME = 1;

  /** A text for people. */
  public static final int INFO_DESCRIPTION = 2;

  /** Minimum and preferred block size, maximum payload. */
  public static final int INFO_BLOCK_SIZE = 3;

  /** Tells whether a reply type is an error. */
  public static boolean isError(int replyType) {
    return (replyType & ERROR_BIT) != 0;
  }

  /** Returns an error reply's name as the standard spells it. */
  public static String errorName(int replyType) {
    return switch (replyType & ~ERROR_BIT) {
      case 1 -> "NBD_REP_ERR_UNSUP";
      case 2 -> "NBD_REP_ERR_POLICY";
      case 3 -> "NBD_REP_ERR_INVALID";
      case 4 -> "NBD_REP_ERR_PLATFORM";
      case 5 -> "NBD_REP_ERR_TLS_REQD";
      case 6 -> "NBD_REP_ERR_UNKNOWN";
      case 7 -> "NBD_REP_ERR_SHUTDOWN";
      case 8 -> "NBD_REP_ERR_BLOCK_SIZE_REQD";
      case 9 -> "NBD_REP_ERR_TOO_BIG";
      default -> "reply 0x" + Integer.toHexString(replyType);
    };
  }
}
