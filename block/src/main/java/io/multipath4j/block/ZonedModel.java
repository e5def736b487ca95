package io.multipath4j.block;

/**
 * How a device is divided into zones.
 *
 * @param kind who cares for the order of writes
 * @param zoneBytes length of a zone, the last may be shorter; 0 when there are none, or they differ
 * @param maxOpenZones most zones open at a time; 0 is no limit
 */
public record ZonedModel(Kind kind, long zoneBytes, int maxOpenZones) {

  /** A device without zones. */
  public static final ZonedModel NONE = new ZonedModel(Kind.NONE, 0, 0);

  /** Who cares for the order of writes; the words are those of {@code queue/zoned}. */
  public enum Kind {
    /** There are no zones. */
    NONE("none"),
    /** The device, but it likes to be written in order. */
    HOST_AWARE("host-aware"),
    /** The host: other writes are refused. */
    HOST_MANAGED("host-managed");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** Returns the word in attributes. */
    public String word() {
      return word;
    }
  }

  /** Tells whether there are zones. */
  public boolean isZoned() {
    return kind != Kind.NONE;
  }
}
