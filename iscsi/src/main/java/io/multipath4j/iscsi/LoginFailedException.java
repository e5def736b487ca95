package io.multipath4j.iscsi;

import io.multipath4j.iscsi.pdu.IscsiProtocolException;

/** A login was refused, or went wrong. The message says why and what to do. */
public final class LoginFailedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final boolean lasting;

  LoginFailedException(String message, boolean lasting) {
    super(IscsiProtocolException.printable(message));
    this.lasting = lasting;
  }

  /**
   * Tells whether the same attempt will most probably fail again: somebody must change a setting.
   */
  public boolean isLasting() {
    return lasting;
  }
}
