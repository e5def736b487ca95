package io.multipath4j.sysfs;

import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands until it is set, or goes on a bit with each look. */
final class TestClock implements InstantSource {
  private volatile Instant now = Instant.parse("2026-02-25T11:58:00Z");
  private volatile long stepMillis;

  void set(String instant) {
    now = Instant.parse(instant);
  }

  void goOnWithEachLook(long millis) {
    stepMillis = millis;
  }

  @Override
  public Instant instant() {
    now = now.plusMillis(stepMillis);
    return now;
  }
}
