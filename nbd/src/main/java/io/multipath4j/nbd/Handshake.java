package io.multipath4j.nbd;

import static io.multipath4j.nbd.wire.Handshaking.INFO_BLOCK_SIZE;
import static io.multipath4j.nbd.wire.Handshaking.INFO_DESCRIPTION;
import static io.multipath4j.nbd.wire.Handshaking.INFO_NAME;
import static io.multipath4j.nbd.wire.Handshaking.OPT_ABORT;
import static io.multipath4j.nbd.wire.Handshaking.OPT_EXPORT_NAME;
import static io.multipath4j.nbd.wire.Handshaking.OPT_GO;
import static io.multipath4j.nbd.wire.Handshaking.OPT_INFO;
import static io.multipath4j.nbd.wire.Handshaking.OPT_LIST;
import static io.multipath4j.nbd.wire.Handshaking.OPT_LIST_META_CONTEXT;
import static io.multipath4j.nbd.wire.Handshaking.OPT_SET_META_CONTEXT;
import static io.multipath4j.nbd.wire.Handshaking.OPT_STARTTLS;
import static io.multipath4j.nbd.wire.Handshaking.OPT_STRUCTURED_REPLY;
import static io.multipath4j.nbd.wire.Handshaking.REP_ERR_INVALID;
import static io.multipath4j.nbd.wire.Handshaking.REP_ERR_SHUTDOWN;
import static io.multipath4j.nbd.wire.Handshaking.REP_ERR_TOO_BIG;
import static io.multipath4j.nbd.wire.Handshaking.REP_ERR_UNKNOWN;
import static io.multipath4j.nbd.wire.Handshaking.REP_ERR_UNSUP;

import io.multipath4j.nbd.wire.Handshaking;
import io.multipath4j.nbd.wire.ReceiveBuffer;
import io.multipath4j.nbd.wire.Wire;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The server's side of "Newstyle negotiation" and "Fixed newstyle negotiation". */
final class Handshake {

  /** What a client may send before it is taken for an attack, and per export it may look at. */
  static final int MAX_OPTIONS = 64;

  static final int MAX_OPTIONS_PER_EXPORT = 4;

  /**
   * Answers that may wait when the next option comes. A client must not send it before it has the
   * last answer ("Fixed newstyle negotiation"); some lenience is for those that send a few at once.
   */
  static final int MAX_WAITING_ANSWER_BYTES = 64 * 1024;

  /** Longer options are refused with TOO_BIG; a string is 4096 at most, and names are one. */
  static final int MAX_OPTION_BYTES = 32 * 1024;

  /** Longer options end the connection: nobody waits for them to pass by. */
  static final int MAX_SKIPPED_OPTION_BYTES = 1024 * 1024;

  /** The only context there is. */
  static final int BASE_ALLOCATION_ID = 1;

  private static final int CLIENT_FLAGS_BYTES = 4;
  private static final int KNOWN_CLIENT_FLAGS =
      Handshaking.FLAG_FIXED_NEWSTYLE | Handshaking.FLAG_NO_ZEROES;

  /** What a handshake leads to. */
  interface Outcome {

    /** The client chose an export. */
    void transmit(ServedExport export, boolean structuredReplies, boolean allocationContext);

    /** The client said goodbye. */
    void finish();

    /** The client broke the protocol in a way that has no reply. */
    void fail(String reason);
  }

  private final ExportCatalog exports;
  private final int maxPayloadBytes;
  private final ReceiveBuffer in;
  private final OptionReplies replies;
  private final Outcome outcome;
  private boolean shuttingDown;
  private boolean ended;
  private boolean clientFlagsSeen;
  private boolean padded;
  private boolean structuredReplies;
  private @Nullable ServedExport allocationContextOf;
  private int optionCount;

  Handshake(
      ExportCatalog exports,
      int maxPayloadBytes,
      ReceiveBuffer in,
      OptionReplies replies,
      Outcome outcome) {
    this.exports = exports;
    this.maxPayloadBytes = maxPayloadBytes;
    this.in = in;
    this.replies = replies;
    this.outcome = outcome;
  }

  /** From now on options are answered with SHUTDOWN. */
  void shutDown() {
    shuttingDown = true;
  }

  /** Takes what has arrived; ends by one of {@link Outcome}'s methods, in some call. */
  void advance() {
    if (!clientFlagsSeen) {
      if (in.available() < CLIENT_FLAGS_BYTES) {
        return;
      }
      readClientFlags();
    }
    while (!ended && in.available() >= Wire.OPTION_HEADER_BYTES) {
      if (in.getLong(0) != Wire.OPTION_MAGIC) {
        fail("sent something that is no NBD option; expected the magic IHAVEOPT");
        return;
      }
      int option = in.getInt(8);
      long length = Integer.toUnsignedLong(in.getInt(12));
      if (length > MAX_OPTION_BYTES) {
        refuseLongOption(option, length);
      } else if (in.available() >= Wire.OPTION_HEADER_BYTES + length) {
        byte[] data = new byte[(int) length];
        in.get(Wire.OPTION_HEADER_BYTES, data);
        in.skip(Wire.OPTION_HEADER_BYTES + length);
        countAndAnswer(option, ByteBuffer.wrap(data));
      } else {
        return;
      }
    }
  }

  private void readClientFlags() {
    int flags = in.getInt(0);
    in.skip(CLIENT_FLAGS_BYTES);
    clientFlagsSeen = true;
    padded = (flags & Handshaking.FLAG_NO_ZEROES) == 0;
    if ((flags & ~KNOWN_CLIENT_FLAGS) != 0) {
      fail("set unknown client flags 0x" + Integer.toHexString(flags));
    }
  }

  private void refuseLongOption(int option, long length) {
    if (length > MAX_SKIPPED_OPTION_BYTES || option == OPT_EXPORT_NAME) {
      fail("announced an option of " + length + " bytes");
      return;
    }
    in.skip(Wire.OPTION_HEADER_BYTES + length);
    if (countOption()) {
      replies.error(option, REP_ERR_TOO_BIG, "options are limited to " + MAX_OPTION_BYTES);
    }
  }

  private boolean countOption() {
    int limit = MAX_OPTIONS + MAX_OPTIONS_PER_EXPORT * exports.all().size();
    if (++optionCount > limit) {
      fail("sent more than " + limit + " options without choosing an export");
      return false;
    }
    if (replies.pendingBytes() > MAX_WAITING_ANSWER_BYTES) {
      fail("sends options without taking the answers");
      return false;
    }
    return true;
  }

  private void countAndAnswer(int option, ByteBuffer data) {
    if (!countOption()) {
      return;
    }
    if (option == OPT_ABORT) {
      replies.acknowledge(option);
      ended = true;
      outcome.finish();
    } else if (option == OPT_EXPORT_NAME) {
      useExport(data);
    } else if (shuttingDown) {
      replies.error(option, REP_ERR_SHUTDOWN, "the server is shutting down");
    } else {
      answer(option, data);
    }
  }

  private void answer(int option, ByteBuffer data) {
    switch (option) {
      case OPT_LIST -> list(option, data);
      case OPT_INFO, OPT_GO -> tell(option, data);
      case OPT_STRUCTURED_REPLY -> {
        if (mustBeEmpty(option, data)) {
          structuredReplies = true;
          replies.acknowledge(option);
        }
      }
      case OPT_LIST_META_CONTEXT, OPT_SET_META_CONTEXT -> metaContexts(option, data);
      case OPT_STARTTLS -> {
        if (mustBeEmpty(option, data)) {
          replies.error(option, REP_ERR_UNSUP, "this server does not do TLS");
        }
      }
      default -> replies.error(option, REP_ERR_UNSUP, "unknown option");
    }
  }

  private boolean mustBeEmpty(int option, ByteBuffer data) {
    if (data.hasRemaining()) {
      replies.error(option, REP_ERR_INVALID, "this option has no data");
      return false;
    }
    return true;
  }

  private void list(int option, ByteBuffer data) {
    if (!mustBeEmpty(option, data)) {
      return;
    }
    for (ServedExport export : exports.all()) {
      replies.server(option, export);
    }
    replies.acknowledge(option);
  }

  private void useExport(ByteBuffer data) {
    ServedExport export =
        data.remaining() > Wire.MAX_STRING_BYTES
            ? null
            : exports.find(text(data, data.remaining()));
    if (export == null || shuttingDown) {
      fail("asked by EXPORT_NAME for an export that is not here");
      return;
    }
    long size = export.device.capacityBytes();
    replies.exportName(size, export.transmissionFlags(structuredReplies), padded);
    transmit(export);
  }

  /** INFO and GO. */
  private void tell(int option, ByteBuffer data) {
    if (data.remaining() < 6) {
      invalid(option, "shorter than its fixed fields");
      return;
    }
    int nameLength = data.getInt();
    if (nameLength < 0 || nameLength > data.remaining() - 2) {
      invalid(option, "the name is longer than the option");
      return;
    }
    if (nameLength > Wire.MAX_STRING_BYTES) {
      invalid(option, "the name is longer than a string may be");
      return;
    }
    ServedExport export = exports.find(text(data, nameLength));
    int infoCount = Short.toUnsignedInt(data.getShort());
    if (data.remaining() != infoCount * Short.BYTES) {
      invalid(option, "the number of information requests does not fit the length");
      return;
    }
    if (export == null) {
      replies.error(option, REP_ERR_UNKNOWN, "no export of that name");
      return;
    }
    tellInfos(option, export, data);
    replies.acknowledge(option);
    if (option == OPT_GO) {
      transmit(export);
    }
  }

  private void tellInfos(int option, ServedExport export, ByteBuffer requests) {
    replies.infoExport(
        option, export.device.capacityBytes(), export.transmissionFlags(structuredReplies));
    int told = 0;
    while (requests.hasRemaining()) {
      int info = Short.toUnsignedInt(requests.getShort());
      if (info > INFO_BLOCK_SIZE || (told & 1 << info) != 0) {
        continue; // unknown ones are ignored; repeated ones must not multiply the answer
      }
      told |= 1 << info;
      switch (info) {
        case INFO_NAME -> replies.infoName(option, export);
        case INFO_DESCRIPTION -> {
          if (export.description.length > 0) {
            replies.infoDescription(option, export);
          }
        }
        case INFO_BLOCK_SIZE ->
            replies.infoBlockSize(
                option,
                export.minimumBlockBytes(),
                export.preferredBlockBytes(maxPayloadBytes),
                maxPayloadBytes);
        default -> {} // INFO_EXPORT was told unasked
      }
    }
  }

  private void metaContexts(int option, ByteBuffer data) {
    boolean set = option == OPT_SET_META_CONTEXT;
    if (set) {
      allocationContextOf = null; // "replaces all previously-set contexts, including when it fails"
    }
    if (!structuredReplies) {
      invalid(option, "structured replies have to be negotiated first");
      return;
    }
    MetaContextQuery query = MetaContextQuery.parse(data);
    if (query == null) {
      invalid(option, "the lengths do not fit the data");
      return;
    }
    ServedExport export = exports.find(query.exportName());
    if (export == null) {
      replies.error(option, REP_ERR_UNKNOWN, "no export of that name");
      return;
    }
    if (set && query.namesAllocation()) {
      allocationContextOf = export;
      replies.baseAllocation(option, BASE_ALLOCATION_ID);
    } else if (!set && query.lists()) {
      replies.baseAllocation(option, 0);
    }
    replies.acknowledge(option);
  }

  private void invalid(int option, String why) {
    replies.error(option, REP_ERR_INVALID, why);
  }

  private void transmit(ServedExport export) {
    ended = true;
    outcome.transmit(export, structuredReplies, export == allocationContextOf);
  }

  private void fail(String reason) {
    ended = true;
    outcome.fail(reason);
  }

  private static String text(ByteBuffer data, int length) {
    byte[] bytes = new byte[length];
    data.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
