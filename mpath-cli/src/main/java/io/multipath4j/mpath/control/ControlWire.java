package io.multipath4j.mpath.control;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * The lines of the control channel: UTF-8 JSON objects, each ended by a newline.
 *
 * <pre>
 * client   {"verb":"read","path":"/class/scsi_mpath_device/0/iopolicy"}
 * server   {"ok":{"bytes":"bnVtYQo="}}
 * client   {"verb":"read","path":"/nothing"}
 * server   {"error":{"errno":"ENOENT","text":"there is no \"nothing\" in /"}}
 * client   {"verb":"uevents"}
 * server   {"ok":{}}, then {"event":{...}} or {"missed":3} as they come
 * </pre>
 *
 * <p>Requests of one connection are answered in order, one at a time.
 */
final class ControlWire {

  /** The longest line of a client, in bytes: a page of text in which each byte is escaped. */
  static final int MAX_REQUEST_BYTES = 64 * 1024;

  /** The longest line of a server, in bytes. */
  static final int MAX_ANSWER_BYTES = 4 << 20;

  private static final int MAX_DEPTH = 16;

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxStringLength(MAX_ANSWER_BYTES)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /** Requests and results have all their components, an answer only one of its own. */
  private static final ObjectReader COMPLETE =
      JSON.reader()
          .with(
              DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);

  private ControlWire() {}

  /**
   * Reads a line of a client.
   *
   * @throws ControlException {@code EINVAL} when it is none
   */
  static ControlCall call(byte[] line) throws ControlException {
    return read(COMPLETE, line, ControlCall.class, "a request");
  }

  /**
   * Reads a line of a server.
   *
   * @throws ControlException {@code EPROTO} when it is none
   */
  static ControlAnswer answer(byte[] line) throws ControlException {
    try {
      return read(JSON.reader(), line, ControlAnswer.class, "an answer");
    } catch (ControlException wrong) {
      throw new ControlException("EPROTO", wrong.sentence(), wrong);
    }
  }

  /**
   * Reads the result of an answer.
   *
   * @throws ControlException {@code EPROTO} when it is of another type
   */
  static <R> R result(ControlAnswer answer, Class<R> type) throws ControlException {
    try {
      return COMPLETE.treeToValue(answer.ok(), type);
    } catch (JacksonException wrong) {
      throw new ControlException(
          "EPROTO", "not the answer that was asked for: " + why(wrong), wrong);
    }
  }

  /** Writes a line of a client. */
  static byte[] line(ControlCall call) {
    return ended(JSON.writerFor(ControlCall.class).writeValueAsBytes(call));
  }

  /** Writes a line of a server; an answer that is too long becomes {@code EMSGSIZE}. */
  static byte[] line(ControlAnswer answer) {
    byte[] line = ended(JSON.writeValueAsBytes(answer));
    return line.length <= MAX_ANSWER_BYTES
        ? line
        : line(ControlAnswer.ofRefusal(tooLong("the answer has " + line.length + " bytes")));
  }

  /** Makes the answer of a result. */
  static ControlAnswer answerOf(Record result) {
    return ControlAnswer.ofResult(JSON.valueToTree(result));
  }

  /** Returns the refusal of an answer that would be too long. */
  static ControlException tooLong(String what) {
    return new ControlException(
        "EMSGSIZE", what + ", at most " + MAX_ANSWER_BYTES + " are possible: ask for a part of it");
  }

  private static byte[] ended(byte[] json) {
    byte[] line = Arrays.copyOf(json, json.length + 1);
    line[json.length] = '\n';
    return line;
  }

  private static <T> T read(ObjectReader reader, byte[] line, Class<T> type, String what)
      throws ControlException {
    try {
      T read = reader.forType(type).readValue(new String(line, StandardCharsets.UTF_8));
      if (read != null) {
        return read;
      }
    } catch (JacksonException wrong) {
      throw new ControlException("EINVAL", "not " + what + ": " + why(wrong), wrong);
    }
    throw new ControlException("EINVAL", "not " + what + ": null");
  }

  /** The first line says what is wrong; what follows are places in the classes behind it. */
  private static String why(JacksonException wrong) {
    return String.valueOf(wrong.getOriginalMessage()).lines().findFirst().orElse("no reason");
  }
}
