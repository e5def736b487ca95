package io.multipath4j.sysfs;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Expects an operation to be refused. */
final class Refusal {
  private Refusal() {}

  static void of(SysfsErrno errno, ThrowingCallable call) {
    assertThatExceptionOfType(SysfsException.class)
        .isThrownBy(call)
        .satisfies(e -> org.assertj.core.api.Assertions.assertThat(e.errno()).isEqualTo(errno))
        .withMessageEndingWith("(" + errno.name() + ")");
  }
}
