package io.multipath4j.block;

/** What a bio asks for. */
public enum BioOp {
  /** Reads into the data buffer. */
  READ,
  /** Writes from the data buffer. */
  WRITE,
  /** Makes every write that completed before durable. Has no range. */
  FLUSH,
  /** Tells that the range's content is of no interest any more. It may read as anything after. */
  DISCARD,
  /** Makes the range read as zeroes. */
  WRITE_ZEROES,
  /** Opens the zone that is the range. */
  ZONE_OPEN,
  /** Closes the zone that is the range. */
  ZONE_CLOSE,
  /** Fills up the zone that is the range: it takes no more writes. */
  ZONE_FINISH,
  /** Empties the zone that is the range. */
  ZONE_RESET,
  /** Empties every zone. Its range is the whole device. */
  ZONE_RESET_ALL;

  /** Tells whether this operation carries a data buffer. */
  public boolean hasData() {
    return this == READ || this == WRITE;
  }

  /** Tells whether this operation may change the medium. */
  public boolean isWrite() {
    return this == WRITE || this == DISCARD || this == WRITE_ZEROES || isZoneAction();
  }

  /** Tells whether this operation is about whole zones. */
  public boolean isZoneAction() {
    return compareTo(ZONE_OPEN) >= 0;
  }
}
