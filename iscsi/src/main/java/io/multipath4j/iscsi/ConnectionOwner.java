package io.multipath4j.iscsi;

import io.multipath4j.iscsi.pdu.PduReader;
import java.nio.ByteBuffer;

/** What a connection tells the session that owns it. */
interface ConnectionOwner {

  /** The full feature phase begins. */
  void loggedIn(IscsiConnection connection);

  /** See {@code PduSink.dataSegment}; full feature phase only. */
  void dataSegment(PduReader reader, ByteBuffer buffer, int at, int length);

  /** See {@code PduSink.pdu}; full feature phase only. StatSN and window are taken care of. */
  void pdu(ByteBuffer buffer, int at, int dataAt);

  /**
   * The connection has ended: the stream refers to no buffer any more. Once, and last.
   *
   * @param lasting whether an attempt will fail again until somebody changes a setting
   */
  void ended(String reason, boolean lasting);
}
