package io.multipath4j.scsi;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How a transport is shown in the attribute tree, in its own words, for rooms that know no
 * transport.
 *
 * @param driver what carries it, as in {@code iscsi_tcp}
 * @param session the object between host and target, if the transport has one
 */
public record TransportDescription(String driver, Optional<Session> session) {

  /** A transport that says nothing about itself. */
  public static final TransportDescription NONE =
      new TransportDescription("<NULL>", Optional.empty());

  /**
   * What is between host and target.
   *
   * @param prefix what its name begins with, as in {@code session}; a number follows
   * @param className its class, as in {@code iscsi_session}
   * @param values its attributes
   */
  public record Session(String prefix, String className, List<Value> values) {

    /** Keeps a copy. */
    public Session {
      values = List.copyOf(values);
    }
  }

  /**
   * One attribute.
   *
   * @param name its name
   * @param text the value as of now, one line without its end; any thread, never waits
   */
  public record Value(String name, Supplier<String> text) {}
}
