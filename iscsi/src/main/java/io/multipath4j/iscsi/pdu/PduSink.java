package io.multipath4j.iscsi.pdu;

import java.nio.ByteBuffer;

/** Takes the PDUs that a {@link PduReader} finds. May throw {@link IscsiProtocolException}. */
public interface PduSink {

  /**
   * A header is complete and its digest right, and a data segment follows. To have the segment put
   * where it belongs, call {@link PduReader#into}; otherwise it is kept in the receive buffer until
   * it is complete.
   *
   * @param buffer holds the header, from index {@code at}
   * @param length of the data segment, 1 to the reader's limit
   */
  void dataSegment(PduReader reader, ByteBuffer buffer, int at, int length);

  /**
   * A PDU is complete and its digests right. The buffer belongs to the reader again afterwards.
   *
   * @param buffer holds the header, from index {@code at}, and its AHS behind it
   * @param dataAt index in {@code buffer} of the data segment, or -1 when there is none or it went
   *     to its destination
   */
  void pdu(ByteBuffer buffer, int at, int dataAt);
}
