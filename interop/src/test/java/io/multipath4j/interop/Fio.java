package io.multipath4j.interop;

import java.nio.file.Path;
import java.time.Duration;

/** Loads of fio over NBD. */
final class Fio {

  /** How it ends when it was told to by a signal, and had no error. */
  static final int STOPPED = 128;

  private Fio() {}

  /** 4 KiB random writes at depth 32, each read back and its checksum compared. */
  static String[] verifyingRandomWrites(Path socket, Duration time) {
    return new String[] {
      "--name=verify",
      "--ioengine=nbd",
      "--uri=nbd+unix:///?socket=" + socket,
      "--rw=randrw",
      "--bs=4k",
      "--size=32m",
      "--iodepth=32",
      "--verify=crc32c",
      "--verify_backlog=256",
      "--verify_fatal=1",
      "--verify_state_save=0",
      "--time_based",
      "--runtime=" + time.toSeconds(),
    };
  }
}
