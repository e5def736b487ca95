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
  WRITE_ZEROES;

  /** Tells whether this operation carries a data buffer. */
  public boolean hasData() {
    return this == READ || this == WRITE;
  }

  /** Tells whether this operation may change the medium. */
  public boolean isWrite() {
    return this == WRITE || this == DISCARD || this == WRITE_ZEROES;
  }
}
