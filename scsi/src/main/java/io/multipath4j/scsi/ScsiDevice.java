package io.multipath4j.scsi;

import io.multipath4j.scsi.codec.Lun;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A logical unit seen through one host: its state, what it told about itself, and the way for
 * commands to it. Loop thread only, except where said.
 */
public final class ScsiDevice {

  /** Commands at a time of a device for which nothing else is set. */
  public static final int DEFAULT_QUEUE_DEPTH = 128;

  /** The most commands of one device at a time: SCSI_MAX_QUEUE_DEPTH of Linux. */
  public static final int MAX_QUEUE_DEPTH = 4096;

  private final ScsiHost host;
  private final ScsiAddress address;
  private final DeviceCounters counters = new DeviceCounters();
  private final Listeners<ScsiDeviceListener> listeners = new Listeners<>();
  private final DeviceQueue queue;
  private volatile DeviceState state = DeviceState.CREATED;

  /** It is to prove that it is still the same logical unit before it runs again. */
  private boolean doubted;

  /** Grows with each reason to doubt: a check that began before the last one proves nothing. */
  private int doubts;

  private volatile @Nullable DeviceProperties properties;

  private PassthroughGate passthroughGate = PassthroughGate.OPEN;

  ScsiDevice(ScsiHost host, ScsiAddress address) {
    this.host = host;
    this.address = address;
    this.queue = new DeviceQueue(this, host, DEFAULT_QUEUE_DEPTH);
  }

  /** Returns the host. Any thread. */
  public ScsiHost host() {
    return host;
  }

  /** Returns where it is. Any thread. */
  public ScsiAddress address() {
    return address;
  }

  /** Returns the state. Any thread. */
  public DeviceState state() {
    return state;
  }

  /** Returns what it counts. Any thread. */
  public DeviceCounters counters() {
    return counters;
  }

  /** Returns what the device told when it was last asked; null while it is probed. Any thread. */
  public @Nullable DeviceProperties properties() {
    return properties;
  }

  /** Returns how many commands it gets at a time now, adapted to its answers. Any thread. */
  public int queueDepth() {
    return queue.depth().current();
  }

  /**
   * Sets how many commands it gets at a time at most.
   *
   * @param depth 1 to {@link #MAX_QUEUE_DEPTH}
   * @throws IllegalArgumentException when out of range
   */
  public void setQueueDepth(int depth) {
    if (depth < 1 || depth > MAX_QUEUE_DEPTH) {
      throw new IllegalArgumentException(
          this + ": queue depth " + depth + ": expected 1 to " + MAX_QUEUE_DEPTH);
    }
    queue.depth().setMax(depth);
    queue.pump();
  }

  /** Adds a listener; the last added is told last. */
  public void addListener(ScsiDeviceListener listener) {
    listeners.add(listener);
  }

  /** Removes a listener. */
  public void removeListener(ScsiDeviceListener listener) {
    listeners.remove(listener);
  }

  /**
   * Starts a prepared request. Its listener is called exactly once: when it has ended, was given up
   * after the retries that the result table allows, or the device's state refuses it.
   *
   * <p>A running device takes it at once or in turn. A blocked or quiesced one holds it, except
   * that a FAIL_FAST one ends with TRANSPORT. Any other state ends it with OFFLINE.
   */
  public void execute(ScsiRequest request) {
    queue.execute(request);
  }

  /**
   * Runs a command of the control plane, with a Data-In part or none, in whatever state the device
   * is while the transport is up. It is retried as the result table says; the total time is
   * limited. Fails with {@link ScsiException}.
   *
   * @param allocationLength bytes of room for the reply; 0 when there is none
   * @param cdb fills in the cleared CDB, whose length is the opcode's
   * @return the bytes that came; completed on the loop thread
   */
  public CompletableFuture<byte[]> control(int opcode, int allocationLength, Consumer<byte[]> cdb) {
    return ControlCommand.run(this, opcode, allocationLength, ScsiRequest.INTERNAL, cdb);
  }

  /**
   * Passes a program's command through: in its turn, as ordinary I/O, while the device is running;
   * a blocked or quiesced device holds it, for the command's own timeout at most. Unit attentions
   * that it meets are told to the listeners as well.
   *
   * @return completed when the command was sent and has its {@link ScsiPassthrough#result()},
   *     whatever that is; fails with {@link io.multipath4j.block.BlockOperationException} when it
   *     was not sent: NOTSUPP when the {@link PassthroughGate} refuses it, INVAL when its data are
   *     too long for the transport, OFFLINE, TRANSPORT or TIMEOUT when the device does not take it
   */
  public CompletableFuture<Void> passthrough(ScsiPassthrough command) {
    return PassthroughCommand.run(this, command);
  }

  /** Sets what programs may pass through; at first, everything. */
  public void setPassthroughGate(PassthroughGate gate) {
    passthroughGate = gate;
  }

  PassthroughGate passthroughGate() {
    return passthroughGate;
  }

  /** Ends a request with TIMEOUT if it still waits to be sent. */
  void giveUp(ScsiRequest request) {
    queue.giveUp(request);
  }

  /**
   * Asks the device for its properties anew, for instance after a unit attention that says that its
   * capacity changed, and tells the listeners when they differ. Fails with {@link ScsiException}.
   */
  public CompletableFuture<DeviceProperties> revalidate() {
    return DeviceProbe.run(this)
        .thenApply(told -> {
          setProperties(told);
          return told;
        });
  }

  /**
   * Asks the device for its properties anew, and takes the answer over only if it is from the same
   * logical unit: what another one tells must not steer I/O. Fails with {@link ScsiException}.
   *
   * @param same judges the answer; called on the loop thread
   * @return what {@code same} said
   */
  public CompletableFuture<Boolean> revalidateIf(Predicate<? super DeviceProperties> same) {
    return DeviceProbe.run(this)
        .thenApply(told -> {
          boolean agreed = same.test(told);
          if (agreed) {
            setProperties(told);
          }
          return agreed;
        });
  }

  void setProperties(DeviceProperties told) {
    DeviceProperties before = properties;
    properties = told;
    if (before != null && !before.equals(told)) {
      listeners.tell(listener -> listener.propertiesChanged(this, before, told));
    }
  }

  /**
   * Changes the state on the word of an operator or of the layer above, such as {@code running} of
   * an offline device. A device that may have become another logical unit, because its transport
   * was lost since it ran or because of {@link #doubt}, becomes blocked instead (transport-offline
   * when the transport is given up), and runs when the {@link ReturnGate} agrees.
   *
   * @throws IllegalStateException when the device may not go there from where it is
   */
  public void setState(DeviceState next) {
    DeviceState before = state;
    if (before == next) {
      return;
    }
    if (!before.canBecome(next)) {
      throw new IllegalStateException(
          this + ": cannot go from " + before.text() + " to " + next.text());
    }
    if (next == DeviceState.RUNNING) {
      host.letRun(this);
    } else {
      changeState(before, next);
    }
  }

  /**
   * Something says that another logical unit may answer here: until the {@link ReturnGate} has
   * agreed, the device does not run. A running one is blocked and checked at once.
   */
  public void doubt() {
    doubted = true;
    doubts++;
    if (changeState(DeviceState.RUNNING, DeviceState.BLOCKED)) {
      host.letRun(this);
    }
  }

  boolean isDoubted() {
    return doubted;
  }

  /**
   * Returns a number that grows with each reason to doubt that this is the same logical unit: what
   * was proved under another number is proved no more.
   */
  public int doubts() {
    return doubts;
  }

  /** The gate has agreed. */
  void trust() {
    doubted = false;
  }

  /** Changes the state if it is {@code expected} and the change is legal; tells whether it did. */
  boolean changeState(DeviceState expected, DeviceState next) {
    if (state != expected || !expected.canBecome(next)) {
      return false;
    }
    state = next;
    listeners.tell(listener -> listener.stateChanged(this, expected, next));
    queue.stateChanged();
    return true;
  }

  void reportReservationConflict() {
    listeners.tell(listener -> listener.reservationConflict(this));
  }

  void reportSense(int sense) {
    host.senseReported(sense);
    listeners.tell(listener -> listener.senseReported(this, sense));
  }

  void pump() {
    queue.pump();
  }

  /** The transport is lost: a reset under way will not be answered, and nothing can be sent. */
  void transportLost() {
    doubted = true;
    doubts++;
    queue.recovery().transportLost();
    changeState(DeviceState.RUNNING, DeviceState.BLOCKED);
    queue.stateChanged();
  }

  /** Returns for example {@code "LUN 7 of iqn.2026-01.example:disk at 127.0.0.1:3260"}. */
  String lunText() {
    return "LUN " + Lun.text(address.lun()) + " of " + host.transport().name();
  }

  @Override
  public String toString() {
    return address + " (" + lunText() + ")";
  }
}
