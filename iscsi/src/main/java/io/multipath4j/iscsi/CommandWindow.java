package io.multipath4j.iscsi;

import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.SerialNumber;
import java.nio.ByteBuffer;

/** The command window: CmdSN, ExpCmdSN, MaxCmdSN (RFC 7143 4.2.2.1). */
final class CommandWindow {

  private int cmdSn;
  private int expCmdSn;
  private int maxCmdSn;

  /** Makes a window of one command. */
  CommandWindow(int firstCmdSn) {
    cmdSn = firstCmdSn;
    expCmdSn = firstCmdSn;
    maxCmdSn = firstCmdSn;
  }

  /** Takes what a PDU of the target says. */
  void update(ByteBuffer buffer, int at) {
    int newExpCmdSn = Bhs.expCmdSn(buffer, at);
    int newMaxCmdSn = Bhs.maxCmdSn(buffer, at);
    if (SerialNumber.isBefore(newMaxCmdSn, newExpCmdSn - 1)) {
      return; // to be ignored
    }
    if (SerialNumber.isAfter(newExpCmdSn, expCmdSn)) {
      expCmdSn = newExpCmdSn;
    }
    if (SerialNumber.isAfter(newMaxCmdSn, maxCmdSn)) {
      maxCmdSn = newMaxCmdSn;
    }
  }

  /** Tells whether a command may be sent now. */
  boolean isOpen() {
    return !SerialNumber.isAfter(cmdSn, maxCmdSn);
  }

  /** Returns the CmdSN of a command that is sent now. */
  int take() {
    return cmdSn++;
  }

  /** Returns the CmdSN of a request for immediate delivery, which takes none. */
  int current() {
    return cmdSn;
  }
}
