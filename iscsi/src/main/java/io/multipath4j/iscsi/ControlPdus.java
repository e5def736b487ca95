package io.multipath4j.iscsi;

import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.LogoutRequestPdu;
import io.multipath4j.iscsi.pdu.NopPdu;
import io.multipath4j.iscsi.pdu.TextPdu;
import java.nio.ByteBuffer;

/**
 * Sends the requests that are no commands. All go for immediate delivery: they wait for nothing.
 */
final class ControlPdus {

  private ControlPdus() {}

  /** Sends a ping, or the answer to one (RFC 7143 11.18). */
  static void nopOut(IscsiConnection link, int itt, int ttt, long lun) {
    ByteBuffer header = link.writer().begin();
    NopPdu.initOut(header, header.position(), itt, ttt);
    Bhs.setLun(header, header.position(), lun);
    end(link, header);
  }

  /** Asks to close the session (RFC 7143 11.14). */
  static void logout(IscsiConnection link, int itt) {
    ByteBuffer header = link.writer().begin();
    LogoutRequestPdu.init(header, header.position(), LogoutRequestPdu.CLOSE_SESSION, 0);
    Bhs.setItt(header, header.position(), itt);
    end(link, header);
  }

  /** Sends a whole text request (RFC 7143 11.10). */
  static void text(IscsiConnection link, int itt, int ttt, byte[] keys) {
    ByteBuffer header = link.writer().begin();
    int at = header.position();
    TextPdu.initRequest(header, at, 0x80, ttt);
    Bhs.setItt(header, at, itt);
    sequence(link, header);
    link.writer().endWithBytes(keys, 0, keys.length);
  }

  private static void end(IscsiConnection link, ByteBuffer header) {
    sequence(link, header);
    link.writer().end();
  }

  private static void sequence(IscsiConnection link, ByteBuffer header) {
    int at = header.position();
    Bhs.setImmediate(header, at);
    Bhs.setCmdSn(header, at, link.window().current());
    Bhs.setExpStatSn(header, at, link.expStatSn());
  }
}
