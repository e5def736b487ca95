package io.multipath4j.scsi.codec;

import java.util.Locale;

/** Sense keys. */
public enum SenseKey {
  /** 0h: nothing to report. */
  NO_SENSE(0x0),
  /** 1h: done, with some recovery by the device. */
  RECOVERED_ERROR(0x1),
  /** 2h: not accessible now. */
  NOT_READY(0x2),
  /** 3h: a flaw in the medium. */
  MEDIUM_ERROR(0x3),
  /** 4h: a non-recoverable hardware failure. */
  HARDWARE_ERROR(0x4),
  /** 5h: the command or its parameters are wrong. */
  ILLEGAL_REQUEST(0x5),
  /** 6h: something happened that the initiator has to know. */
  UNIT_ATTENTION(0x6),
  /** 7h: the block is protected. */
  DATA_PROTECT(0x7),
  /** 8h: blank or non-blank medium met. */
  BLANK_CHECK(0x8),
  /** 9h: vendor specific. */
  VENDOR_SPECIFIC(0x9),
  /** Ah: a copy command was aborted. */
  COPY_ABORTED(0xA),
  /** Bh: the device aborted the command. */
  ABORTED_COMMAND(0xB),
  /** Ch: reserved. */
  RESERVED(0xC),
  /** Dh: a buffered device reached the end of the medium. */
  VOLUME_OVERFLOW(0xD),
  /** Eh: the data did not match the medium. */
  MISCOMPARE(0xE),
  /** Fh: completed. */
  COMPLETED(0xF);

  private static final SenseKey[] VALUES = values();

  private final int number;
  private final String text = name().replace('_', ' ').toUpperCase(Locale.ROOT);

  SenseKey(int number) {
    this.number = number;
  }

  /** Returns the key of a number; only its low four bits count. */
  public static SenseKey of(int number) {
    return VALUES[number & 0xF];
  }

  /** Returns the number on the wire, 0 to 15. */
  public int number() {
    return number;
  }

  /** Returns the key in words, such as {@code "ILLEGAL REQUEST"}. */
  public String text() {
    return text;
  }
}
