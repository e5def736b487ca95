package io.multipath4j.scsi.multipath;

import io.multipath4j.reactor.EventLoop;
import io.multipath4j.scsi.HostByte;
import io.multipath4j.scsi.ScsiCommand;
import io.multipath4j.scsi.ScsiTransport;
import io.multipath4j.scsi.ScsiTransportListener;
import io.multipath4j.scsi.TaskManagementListener;
import io.multipath4j.scsi.TaskManagementResult;
import io.multipath4j.scsi.TransportDescription;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.codec.LunList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A transport in memory whose answers take time, and which a test cuts, restores and rewires. */
final class FakeTransport implements ScsiTransport {

  private final String name;
  private final EventLoop loop;
  private final Map<Long, FakeLogicalUnit> units = new HashMap<>();
  private final List<ScsiCommand> outstanding = new ArrayList<>();
  private final List<TaskManagementListener> managing = new ArrayList<>();
  private @Nullable ScsiTransportListener listener;
  private TransportDescription description = TransportDescription.NONE;
  private boolean up = true;
  private boolean closed;
  private boolean silent;
  private int connection;

  /** Nanoseconds that a command takes. */
  LongSupplier latency = () -> 100_000;

  /** Sense (key, asc, ascq) that the next commands end with instead of being executed. */
  final List<int[]> nextSense = new ArrayList<>();

  int numaNode = -1;
  int maxTransferBytes = 64 * 1024;
  int commandsCarried;

  FakeTransport(String name, EventLoop loop, FakeLogicalUnit unit) {
    this.name = name;
    this.loop = loop;
    units.put(0L, unit);
  }

  /** Takes the logical unit behind a LUN of 0 to 255 away. */
  void remove(int lun) {
    units.remove(Lun.of(lun));
  }

  /** Puts a logical unit behind a LUN of 0 to 255. */
  void add(int lun, FakeLogicalUnit unit) {
    units.put(Lun.of(lun), unit);
  }

  /** Puts another logical unit behind LUN 0: an administrator remapped it. */
  void swap(FakeLogicalUnit unit) {
    units.put(0L, unit);
  }

  /** The connection breaks. */
  void cut(String reason) {
    if (!up) {
      return;
    }
    up = false;
    connection++;
    endAll(HostByte.DID_TRANSPORT_DISRUPTED);
    List<TaskManagementListener> lost = List.copyOf(managing);
    managing.clear();
    lost.forEach(told -> told.completed(TaskManagementResult.TRANSPORT_LOST));
    if (listener != null) {
      listener.transportDown(reason);
    }
  }

  /** The connection is back. */
  void restore() {
    if (up || closed) {
      return;
    }
    up = true;
    silent = false;
    if (listener != null) {
      listener.transportUp();
    }
  }

  /** From now on commands vanish without an answer. */
  void blackHole() {
    silent = true;
  }

  int outstanding() {
    return outstanding.size();
  }

  private void endAll(HostByte hostByte) {
    List<ScsiCommand> ended = List.copyOf(outstanding);
    outstanding.clear();
    ended.forEach(command -> command.completeWithHostByte(hostByte));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public TransportDescription description() {
    return description;
  }

  /** Shows it as an iSCSI session from now on. */
  FakeTransport withSession() {
    description =
        new TransportDescription(
            "iscsi_tcp",
            Optional.of(
                new TransportDescription.Session(
                    "session",
                    "iscsi_session",
                    List.of(
                        new TransportDescription.Value("targetname", () -> "iqn.t"),
                        new TransportDescription.Value(
                            "state", () -> up ? "LOGGED_IN" : "FAILED")))));
    return this;
  }

  @Override
  public int canQueue() {
    return 64;
  }

  @Override
  public int maxTransferBytes() {
    return maxTransferBytes;
  }

  @Override
  public int numaNode() {
    return numaNode;
  }

  @Override
  public boolean isUp() {
    return up;
  }

  @Override
  public void setListener(ScsiTransportListener listener) {
    this.listener = listener;
  }

  @Override
  public void submit(long lun, ScsiCommand command) {
    if (!up) {
      loop.schedule(0, () -> command.completeWithHostByte(HostByte.DID_NO_CONNECT));
      return;
    }
    commandsCarried++;
    outstanding.add(command);
    if (!silent) {
      int startedOn = connection;
      loop.schedule(latency.getAsLong(), () -> answer(lun, command, startedOn));
    }
  }

  private void answer(long lun, ScsiCommand command, int startedOn) {
    if (startedOn != connection || silent || !outstanding.remove(command)) {
      return;
    }
    if (!nextSense.isEmpty()) {
      int[] sense = nextSense.removeFirst();
      command.completeWithStatus(
          FakeLogicalUnit.sense(command, sense[0], sense[1], sense[2]), command.dataLength());
      return;
    }
    if (command.cdb()[0] == (byte) 0xA0 && !units.isEmpty()) {
      List<Long> luns = units.keySet().stream().sorted().toList();
      byte[] list = LunList.encode(luns);
      FakeLogicalUnit.put(command, list);
      command.completeWithStatus(0, command.dataLength() - list.length);
      return;
    }
    FakeLogicalUnit unit = units.get(lun);
    if (unit == null) {
      command.completeWithStatus(FakeLogicalUnit.sense(command, 5, 0x25, 0), command.dataLength());
      return;
    }
    int status = unit.execute(command);
    command.completeWithStatus(status, status == 0 ? command.dataLength() - unit.replied : 0);
  }

  @Override
  public void abortTask(long lun, ScsiCommand command, TaskManagementListener told) {
    manage(
        told,
        () -> {
          if (!outstanding.remove(command)) {
            return TaskManagementResult.NO_SUCH_TASK;
          }
          command.completeWithHostByte(HostByte.DID_ABORT);
          return TaskManagementResult.COMPLETE;
        });
  }

  @Override
  public void resetLogicalUnit(long lun, TaskManagementListener told) {
    manage(
        told,
        () -> {
          endAll(HostByte.DID_RESET);
          return TaskManagementResult.COMPLETE;
        });
  }

  private void manage(TaskManagementListener told, Supplier<TaskManagementResult> function) {
    if (!up) {
      loop.schedule(0, () -> told.completed(TaskManagementResult.TRANSPORT_LOST));
      return;
    }
    managing.add(told);
    if (!silent) {
      loop.schedule(
          latency.getAsLong(),
          () -> {
            if (!silent && managing.remove(told)) {
              told.completed(function.get());
            }
          });
    }
  }

  @Override
  public void reconnect(String reason) {
    cut(reason);
    loop.schedule(10_000_000, this::restore);
  }

  @Override
  public void close() {
    closed = true;
    up = false;
    connection++;
    endAll(HostByte.DID_NO_CONNECT);
  }
}
