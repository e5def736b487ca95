package io.multipath4j.simulation;

import io.multipath4j.scsi.ScsiCommand;
import io.multipath4j.scsi.ScsiTransport;
import io.multipath4j.scsi.ScsiTransportListener;
import io.multipath4j.scsi.TaskManagementListener;
import io.multipath4j.scsi.codec.Opcode;
import io.multipath4j.scsi.codec.PersistentReserve;
import io.multipath4j.scsi.codec.ScsiStatus;
import java.nio.ByteBuffer;
import java.util.Objects;

/** A transport that says that a registration is done, and does not send it. */
final class LyingReservations implements ScsiTransport {

  /** What is not done. */
  enum Lie {
    /** REGISTER AND IGNORE EXISTING KEY: a late path is admitted without its registration. */
    LATE_PATH_IS_NOT_REGISTERED("a write conflicts though nobody preempts") {
      @Override
      boolean concerns(int action, long key, long newKey) {
        return action == PersistentReserve.REGISTER_AND_IGNORE_EXISTING_KEY && newKey != 0;
      }
    },

    /** REGISTER with the key that is there: whether the key is still there is never asked. */
    KEY_IS_NOT_LOOKED_AT_AGAIN("a preempted host") {
      @Override
      boolean concerns(int action, long key, long newKey) {
        return action == PersistentReserve.REGISTER && key != 0 && key == newKey;
      }
    };

    private final String symptom;

    Lie(String symptom) {
      this.symptom = symptom;
    }

    abstract boolean concerns(int action, long key, long newKey);

    /** Returns what the checker is to say. */
    String symptom() {
      return symptom;
    }
  }

  private final ScsiTransport transport;
  private final Lie lie;

  LyingReservations(ScsiTransport transport, Lie lie) {
    this.transport = transport;
    this.lie = lie;
  }

  @Override
  public void submit(long lun, ScsiCommand command) {
    if ((command.cdb()[0] & 0xFF) == Opcode.PERSISTENT_RESERVE_OUT) {
      ByteBuffer list = Objects.requireNonNull(command.data());
      long key = list.getLong(command.dataOffset());
      long newKey = list.getLong(command.dataOffset() + Long.BYTES);
      if (lie.concerns(command.cdb()[1] & 0x1F, key, newKey)) {
        command.completeWithStatus(ScsiStatus.GOOD, 0);
        return;
      }
    }
    transport.submit(lun, command);
  }

  @Override
  public void setListener(ScsiTransportListener listener) {
    transport.setListener(listener);
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
