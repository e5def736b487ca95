package io.multipath4j.scsi;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Timer;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.codec.LunList;
import io.multipath4j.scsi.codec.MalformedDataException;
import io.multipath4j.scsi.codec.Opcode;
import io.multipath4j.scsi.codec.Sense;
import io.multipath4j.scsi.codec.SenseKey;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * One transport and the devices behind it. When the transport is lost its devices are blocked, and
 * after the replacement timeout transport-offline; when it returns, each runs again as soon as the
 * {@link ReturnGate} has found it to be the same logical unit. Loop thread only, except where said.
 */
public final class ScsiHost {

  private static final System.Logger LOG = System.getLogger(ScsiHost.class.getName());

  /** First size for REPORT LUNS: 511 logical units. */
  private static final int REPORT_LUNS_BYTES = 4096;

  /** SPC-5 annex D, as {@link Sense#ascAndAscq}. */
  private static final int REPORTED_LUNS_DATA_HAS_CHANGED = 0x3F0E;

  private final int number;
  private final ScsiTransport transport;
  private final EventLoop loop;
  private final ScsiTimeouts timeouts;
  private final DeadlineScan scan;
  private final HostSlots slots;
  private final HostScanner scanner = new HostScanner(this);
  private final Listeners<ScsiHostListener> listeners = new Listeners<>();

  /** By canonical LUN: a target may have thousands. */
  private final ConcurrentNavigableMap<Long, ScsiDevice> devices = new ConcurrentSkipListMap<>();

  private final ReturnCheck returnCheck;

  /** Devices that are being probed, or only asked for REPORT LUNS. */
  private final List<ScsiDevice> asked = new CopyOnWriteArrayList<>();

  private @Nullable Timer replacementTimer;
  private volatile String lostBecause = "";
  private boolean down;
  private boolean closed;

  /**
   * Makes a host and becomes the transport's listener.
   *
   * @param number unique in the process, the H of H:C:I:L
   */
  public ScsiHost(int number, ScsiTransport transport, EventLoop loop, ScsiTimeouts timeouts) {
    this.number = number;
    this.transport = transport;
    this.loop = loop;
    this.timeouts = timeouts;
    this.scan = new DeadlineScan(loop);
    this.slots = new HostSlots(transport);
    this.returnCheck = new ReturnCheck(this);
    transport.setListener(new Events());
  }

  /** Returns the number. Any thread. */
  public int number() {
    return number;
  }

  /** Returns the transport. Any thread. */
  public ScsiTransport transport() {
    return transport;
  }

  /** Returns the timeouts. Any thread. */
  public ScsiTimeouts timeouts() {
    return timeouts;
  }

  /** Returns the devices that were probed and not removed, by LUN. Any thread. */
  public List<ScsiDevice> devices() {
    return List.copyOf(devices.values());
  }

  /** Tells whether it was closed. */
  public boolean isClosed() {
    return closed;
  }

  /** Returns how many commands the transport carries now. Any thread. */
  public int outstanding() {
    return (int) slots.outstanding().value();
  }

  /**
   * Returns why the transport was lost, one clause for a person; empty when it was not, or has not
   * said yet: it speaks after it has ended its commands. Any thread.
   */
  public String lostBecause() {
    return lostBecause;
  }

  /** Adds a listener; the last added is told last. */
  public void addListener(ScsiHostListener listener) {
    listeners.add(listener);
  }

  /** Removes a listener. */
  public void removeListener(ScsiHostListener listener) {
    listeners.remove(listener);
  }

  /** Replaces the check of a device whose transport has returned. */
  public void setReturnGate(ReturnGate gate) {
    returnCheck.setGate(gate);
  }

  EventLoop loop() {
    return loop;
  }

  DeadlineScan scan() {
    return scan;
  }

  HostSlots slots() {
    return slots;
  }

  // ---- finding devices --------------------------------------------------------------------------

  /** Asks LUN 0 which logical units there are. Fails with {@link ScsiException}. */
  public CompletableFuture<List<Long>> reportLuns() {
    ScsiDevice known = device(Lun.of(0));
    ScsiDevice lun0 = known != null ? known : newDevice(Lun.of(0));
    return reportLuns(lun0, REPORT_LUNS_BYTES)
        .thenCompose(reply -> {
          try {
            int total = LunList.totalBytes(reply);
            return total <= REPORT_LUNS_BYTES
                ? CompletableFuture.completedFuture(reply)
                : reportLuns(lun0, total);
          } catch (MalformedDataException e) {
            return CompletableFuture.failedFuture(malformed(e));
          }
        })
        .thenApply(reply -> {
          try {
            return LunList.decode(reply);
          } catch (MalformedDataException e) {
            throw new CompletionException(malformed(e));
          }
        })
        .whenComplete((luns, failure) -> asked.remove(lun0));
  }

  private static CompletableFuture<byte[]> reportLuns(ScsiDevice asked, int bytes) {
    return asked.control(Opcode.REPORT_LUNS, bytes, cdb -> Cdb.reportLuns(cdb, bytes));
  }

  private ScsiException malformed(MalformedDataException e) {
    return new ScsiException(transport.name() + ": " + e.getMessage(), BlockStatus.OK, Sense.NONE);
  }

  /**
   * Finds out what a logical unit is and makes it a running device of this host; one that is
   * already a device is asked for its properties anew. Fails with {@link ScsiException}, whose
   * message says why there is no device.
   *
   * @param lun the eight-byte LUN as a big-endian number, see {@link Lun#of}
   */
  public CompletableFuture<ScsiDevice> probe(long lun) {
    ScsiDevice known = device(lun);
    if (known != null) {
      return known.revalidate().thenApply(ignored -> known);
    }
    ScsiDevice found = newDevice(lun);
    return DeviceProbe.run(found)
        .whenComplete((told, failure) -> asked.remove(found))
        .thenApply(told -> add(found, told));
  }

  /** The same for a LUN that is no device yet, given up after a while. */
  CompletableFuture<ScsiDevice> probe(long lun, long deadlineMillis) {
    ScsiDevice found = newDevice(lun);
    CompletableFuture<DeviceProperties> told = DeviceProbe.run(found).copy();
    limit(told, found, deadlineMillis);
    return told.whenComplete(
            (properties, failure) -> {
              asked.remove(found);
              if (failure != null) {
                found.changeState(found.state(), DeviceState.DELETED);
              }
            })
        .thenApply(properties -> add(found, properties));
  }

  /** Fails an answer that does not come in time. */
  void limit(CompletableFuture<?> answer, ScsiDevice asking, long millis) {
    Timer deadline =
        loop.schedule(
            MILLISECONDS.toNanos(millis),
            () ->
                answer.completeExceptionally(
                    new ScsiException(
                        asking.lunText() + ": no answer within " + millis + " ms",
                        BlockStatus.TIMEOUT,
                        Sense.NONE)));
    var _ = answer.whenComplete((value, failure) -> deadline.cancel());
  }

  /**
   * Finds the logical units behind this host. With a wildcard for the LUN: what the target lists
   * becomes devices, devices that are there are asked who they are, and those that are gone are
   * removed: gone is what a complete list does not have and what itself says that it is not there.
   * An error or an empty list removes nothing. From then on the host scans by itself when the
   * target reports that its list changed (unit attention 3Fh/0Eh), and when the transport returns.
   *
   * <p>With a number for the LUN: that one alone is probed, or looked at again; nothing is removed.
   *
   * @return completed on the loop thread when all are through; fails with {@link ScsiException}
   *     when the target does not give a list, or too many scans were asked for
   * @throws IllegalArgumentException when the pattern names a channel or target other than 0
   */
  public CompletableFuture<ScanResult> scan(ScanPattern pattern) {
    return scanner.scan(pattern);
  }

  /**
   * Asks a running device anew who and how large it is. One that another logical unit has taken the
   * place of is blocked, checked again, and set offline.
   *
   * @return whether it is the same; fails with {@link ScsiException} when it did not tell
   */
  public CompletableFuture<Boolean> rescan(ScsiDevice device) {
    return returnCheck
        .gate()
        .check(device)
        .thenApply(same -> {
          if (!same && device.state() == DeviceState.RUNNING) {
            loop.execute(device::doubt);
          }
          return same;
        });
  }

  void tellFailed(long lun, String reason) {
    LOG.log(Level.WARNING, "host {0}: LUN {1} is no device: {2}", number, Lun.text(lun), reason);
    listeners.tell(listener -> listener.logicalUnitFailed(this, lun, reason));
  }

  /** Some logical unit, known or not, reported something. */
  void senseReported(int sense) {
    if (Sense.key(sense) == SenseKey.UNIT_ATTENTION
        && Sense.ascAndAscq(sense) == REPORTED_LUNS_DATA_HAS_CHANGED) {
      scanner.lunsChanged();
    }
  }

  private ScsiDevice newDevice(long lun) {
    ScsiDevice device = new ScsiDevice(this, new ScsiAddress(number, 0, 0, lun));
    asked.add(device);
    return device;
  }

  private ScsiDevice add(ScsiDevice found, DeviceProperties told) {
    ScsiDevice other = device(found.address().lun());
    if (other != null) {
      return other; // two probes of one LUN at the same time: the first counts
    }
    if (closed || found.state() == DeviceState.DELETED) {
      found.changeState(found.state(), DeviceState.DELETED);
      return found;
    }
    found.setProperties(told);
    devices.put(Lun.canonical(found.address().lun()), found);
    found.changeState(DeviceState.CREATED, DeviceState.RUNNING);
    if (!transport.isUp()) {
      found.transportLost();
    }
    listeners.tell(listener -> listener.deviceAdded(found));
    return found;
  }

  /** Returns the device of a LUN, or null. Any thread. */
  public @Nullable ScsiDevice device(long lun) {
    return devices.get(Lun.canonical(lun));
  }

  /** Removes a device: what it holds ends with OFFLINE, what is outstanding ends by itself. */
  public void remove(ScsiDevice device) {
    boolean known = devices.remove(Lun.canonical(device.address().lun()), device);
    device.changeState(DeviceState.QUIESCE, DeviceState.CANCEL);
    device.changeState(device.state(), DeviceState.DELETED);
    if (known) {
      listeners.tell(listener -> listener.deviceRemoved(device));
    }
  }

  /** Removes all devices and closes the transport. Once is enough. */
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    stopReplacementTimer();
    returnCheck.cancel();
    for (ScsiDevice device : devices.values()) {
      remove(device);
    }
    for (ScsiDevice device : asked) {
      remove(device);
    }
    transport.close();
    listeners.tell(listener -> listener.hostClosed(this));
  }

  // ---- the transport's ups and downs ------------------------------------------------------------

  /** A command came back because the transport is lost; it has not said so itself yet. */
  void transportSeenDown() {
    if (down || closed) {
      return;
    }
    down = true;
    returnCheck.cancel();
    stopReplacementTimer();
    startReplacementTimer();
    for (ScsiDevice device : devices.values()) {
      device.transportLost();
    }
    for (ScsiDevice device : asked) {
      device.transportLost();
    }
  }

  /** Makes a device run: at once, or when the gate has agreed if the device is doubted. */
  void letRun(ScsiDevice device) {
    if (!device.isDoubted()) {
      device.changeState(device.state(), DeviceState.RUNNING);
      return;
    }
    device.changeState(DeviceState.OFFLINE, DeviceState.BLOCKED);
    device.changeState(DeviceState.QUIESCE, DeviceState.BLOCKED);
    if (!down) {
      if (replacementTimer == null) {
        startReplacementTimer();
      }
      returnCheck.start(device);
    } else if (replacementTimer == null) {
      device.changeState(DeviceState.BLOCKED, DeviceState.TRANSPORT_OFFLINE);
    }
  }

  private void startReplacementTimer() {
    replacementTimer =
        loop.schedule(MILLISECONDS.toNanos(timeouts.replacementMillis()), this::replacementTimeout);
  }

  private void replacementTimeout() {
    replacementTimer = null;
    for (ScsiDevice device : devices.values()) {
      // One that is blocked without a doubt is back, and only being reset.
      if (device.isDoubted()
          && device.changeState(DeviceState.BLOCKED, DeviceState.TRANSPORT_OFFLINE)) {
        LOG.log(
            Level.WARNING,
            "{0}: transport-offline, because {1} within {2} ms",
            device,
            down ? "the transport did not return" : "it did not prove to be the same unit",
            timeouts.replacementMillis());
      }
    }
  }

  private void stopReplacementTimer() {
    Timer timer = replacementTimer;
    replacementTimer = null;
    if (timer != null) {
      timer.cancel();
    }
  }

  private final class Events implements ScsiTransportListener {

    @Override
    public void transportUp() {
      if (closed) {
        return;
      }
      down = false;
      lostBecause = "";
      LOG.log(Level.INFO, "host {0}: {1} is up", number, transport.name());
      // A device that is not back yet still becomes transport-offline in its time.
      returnCheck.cancel();
      for (ScsiDevice device : devices.values()) {
        DeviceState state = device.state();
        if (state == DeviceState.BLOCKED || state == DeviceState.TRANSPORT_OFFLINE) {
          returnCheck.start(device);
        } else {
          device.pump();
        }
      }
      scanner.transportUp();
    }

    @Override
    public void transportDown(String reason) {
      if (!closed) {
        LOG.log(Level.WARNING, "host {0}: {1} is down: {2}", number, transport.name(), reason);
      }
      transportSeenDown();
      lostBecause = reason;
    }

    @Override
    public void asyncEvent(long lun, byte[] sense) {
      int code = Sense.decode(sense, sense.length);
      ScsiDevice device = device(lun);
      if (code != Sense.NONE && device != null) {
        device.reportSense(code);
      } else if (code != Sense.NONE) {
        senseReported(code);
      }
    }
  }
}
