package io.multipath4j.scsi.multipath;

import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiHost;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Several {@link TopologyListener}s as one; what a path does must not depend on who watches. */
final class TopologyListeners implements TopologyListener {

  private static final System.Logger LOG = System.getLogger(TopologyListeners.class.getName());

  private final List<TopologyListener> listeners = new CopyOnWriteArrayList<>();

  void add(TopologyListener listener) {
    listeners.add(listener);
  }

  void remove(TopologyListener listener) {
    listeners.remove(listener);
  }

  private void tell(Consumer<TopologyListener> what) {
    for (TopologyListener listener : listeners) {
      try {
        what.accept(listener);
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "a listener to the topology threw", e);
      }
    }
  }

  @Override
  public void hostAdded(ScsiHost host) {
    tell(listener -> listener.hostAdded(host));
  }

  @Override
  public void hostRemoved(ScsiHost host) {
    tell(listener -> listener.hostRemoved(host));
  }

  @Override
  public void deviceAdded(ScsiDevice device) {
    tell(listener -> listener.deviceAdded(device));
  }

  @Override
  public void deviceRemoved(ScsiDevice device) {
    tell(listener -> listener.deviceRemoved(device));
  }

  @Override
  public void headAdded(ScsiMpathHead head) {
    tell(listener -> listener.headAdded(head));
  }

  @Override
  public void headLive(ScsiMpathHead head) {
    tell(listener -> listener.headLive(head));
  }

  @Override
  public void headResized(ScsiMpathHead head) {
    tell(listener -> listener.headResized(head));
  }

  @Override
  public void headRemoved(ScsiMpathHead head) {
    tell(listener -> listener.headRemoved(head));
  }

  @Override
  public void plainDiskAdded(PlainDisk disk) {
    tell(listener -> listener.plainDiskAdded(disk));
  }

  @Override
  public void plainDiskRemoved(PlainDisk disk) {
    tell(listener -> listener.plainDiskRemoved(disk));
  }

  @Override
  public void pathAdded(ScsiMpathDevice path) {
    tell(listener -> listener.pathAdded(path));
  }

  @Override
  public void pathFailed(ScsiMpathDevice path) {
    tell(listener -> listener.pathFailed(path));
  }

  @Override
  public void pathReinstated(ScsiMpathDevice path) {
    tell(listener -> listener.pathReinstated(path));
  }

  @Override
  public void pathRemoved(ScsiMpathDevice path) {
    tell(listener -> listener.pathRemoved(path));
  }
}
