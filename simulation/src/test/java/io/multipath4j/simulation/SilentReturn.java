package io.multipath4j.simulation;

import io.multipath4j.scsi.ScsiCommand;
import io.multipath4j.scsi.ScsiTransport;
import io.multipath4j.scsi.ScsiTransportListener;
import io.multipath4j.scsi.TaskManagementListener;

/** A transport that once does not tell that it is up. */
final class SilentReturn implements ScsiTransport {

  private final ScsiTransport transport;
  private int untilSilent;

  /**
   * @param untold which time it is not told, from 1
   */
  SilentReturn(ScsiTransport transport, int untold) {
    this.transport = transport;
    this.untilSilent = untold;
  }

  @Override
  public void setListener(ScsiTransportListener listener) {
    transport.setListener(
        new ScsiTransportListener() {
          @Override
          public void transportUp() {
            untilSilent--;
            if (untilSilent != 0) {
              listener.transportUp();
            }
          }

          @Override
          public void transportDown(String reason) {
            listener.transportDown(reason);
          }

          @Override
          public void asyncEvent(long lun, byte[] sense) {
            listener.asyncEvent(lun, sense);
          }
        });
  }

  @Override
  public String name() {
    return transport.name();
  }

  @Override
  public int canQueue() {
    return transport.canQueue();
  }

  @Override
  public int maxTransferBytes() {
    return transport.maxTransferBytes();
  }

  @Override
  public int numaNode() {
    return transport.numaNode();
  }

  @Override
  public boolean isUp() {
    return transport.isUp();
  }

  @Override
  public void submit(long lun, ScsiCommand command) {
    transport.submit(lun, command);
  }

  @Override
  public void abortTask(long lun, ScsiCommand command, TaskManagementListener listener) {
    transport.abortTask(lun, command, listener);
  }

  @Override
  public void resetLogicalUnit(long lun, TaskManagementListener listener) {
    transport.resetLogicalUnit(lun, listener);
  }

  @Override
  public void reconnect(String reason) {
    transport.reconnect(reason);
  }

  @Override
  public void close() {
    transport.close();
  }
}
