package io.multipath4j.nbd.client;

import java.io.IOException;

/** Told of the life of a client. Loop thread. */
public interface NbdClientListener {

  /** The handshake is done: size and limits are known and requests are taken. */
  void onReady(NbdClient client);

  /**
   * The connection could not be made or was lost; all bios have been completed before. Not called
   * after {@link NbdClient#close}.
   *
   * @param cause says what happened, and to which server
   */
  void onClosed(NbdClient client, IOException cause);
}
