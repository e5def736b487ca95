package io.multipath4j.reactor.simulated;

/** What travels over a simulated link, in order, and is kept in a black hole. */
sealed interface Packet {

  /** A client asks for a connection. */
  record Syn() implements Packet {}

  /** The server side has taken the connection. */
  record SynAck() implements Packet {}

  /** Nobody takes the connection. */
  record Refused() implements Packet {}

  /**
   * Bytes.
   *
   * @param bytes owned by the packet
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Data(byte[] bytes) implements Packet {}

  /**
   * The receiver's application has read.
   *
   * @param byteCount so many more bytes
   */
  record Ack(int byteCount) implements Packet {}

  /** The sender will send no more. */
  record Fin() implements Packet {}
}
