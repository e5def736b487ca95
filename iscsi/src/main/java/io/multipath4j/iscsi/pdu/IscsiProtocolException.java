package io.multipath4j.iscsi.pdu;

/**
 * The other side broke RFC 7143; the connection cannot go on. The message names field and value.
 */
public final class IscsiProtocolException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Makes one. */
  public IscsiProtocolException(String message) {
    super(message);
  }
}
