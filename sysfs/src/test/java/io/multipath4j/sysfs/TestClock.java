package io.multipath4j.sysfs;

import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands until it is set. */
final class TestClock implements InstantSource {
  private volatile Instant now = Instant.parse("2026-02-25T11:58:00Z");

  void set(String instant) {
    now = Instant.parse(instant);
  }

  @Override
  public Instant instant() {
    return now;
  }
}
