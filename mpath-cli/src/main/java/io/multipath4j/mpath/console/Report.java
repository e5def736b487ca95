package io.multipath4j.mpath.console;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a command tells its user: one line per event, as text or as JSON objects. Callable from any
 * thread.
 */
public final class Report {

  /** How the lines look. */
  public enum Form {
    /** For people. */
    TEXT,
    /** One JSON object per line. */
    JSON,
    /** Text, without the lines that only tell progress. */
    QUIET
  }

  private final PrintWriter out;
  private final Form form;
  private final JsonMapper json = new JsonMapper();

  /** Makes a report on {@code out}, which is flushed after each line. */
  public Report(PrintWriter out, Form form) {
    this.out = out;
    this.form = form;
  }

  /** Returns the form. */
  public Form form() {
    return form;
  }

  /** Returns where it writes. */
  public PrintWriter out() {
    return out;
  }

  /** Tells what happened on the way; left out when quiet. */
  public void progress(String event, String text, Map<String, ?> facts) {
    if (form != Form.QUIET) {
      result(event, text, facts);
    }
  }

  /**
   * Tells an outcome.
   *
   * @param event the value of {@code "event"} in JSON
   * @param text the whole line for people
   * @param facts the other JSON members, in the map's order
   */
  public synchronized void result(String event, String text, Map<String, ?> facts) {
    if (form == Form.JSON) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("event", event);
      object.putAll(facts);
      out.println(json.writeValueAsString(object));
    } else {
      out.println(text);
    }
    out.flush();
  }
}
