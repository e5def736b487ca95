package io.multipath4j.array.server;

import io.multipath4j.iscsi.pdu.LoginStatus;

/** A login that ends with a status other than success. */
final class LoginFailure extends Exception {

  private static final long serialVersionUID = 1L;

  private final LoginStatus status;

  LoginFailure(LoginStatus status, String message) {
    super(message);
    this.status = status;
  }

  LoginStatus status() {
    return status;
  }
}
