package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.libmultipath.NumaTopology;
import io.multipath4j.scsi.DeviceState;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiHost;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TopologyTest {

  private final Rig rig = new Rig(Rig.ALWAYS);
  private final FakeLogicalUnit unit = new FakeLogicalUnit();
  private final List<String> told = new ArrayList<>();

  @BeforeEach
  void listen() {
    rig.multipath.addTopologyListener(new Recorder());
  }

  @Test
  void everythingThatComesAndGoesIsToldInOrder() {
    Rig.Path a = rig.path("a", unit);
    rig.multipath.addHost(a.host());
    rig.add(a);
    a.host().close();
    assertThat(told)
        .containsExactly(
            "host 0",
            "device 0:0:0:0",
            "head 0",
            "path sda:0",
            "live sda",
            "no path sda:0",
            "no head 0",
            "no device 0:0:0:0",
            "no host 0");
    assertThat(rig.multipath.hosts()).isEmpty();
  }

  @Test
  void devicesOfHostsThatCameFirstAreToldToo() {
    Rig.Path a = rig.path("a", unit);
    a.transport().add(7, new FakeLogicalUnit());
    rig.multipath.addHost(a.host());
    rig.multipath.addHost(a.host());
    rig.await(a.host().probe(io.multipath4j.scsi.codec.Lun.of(7)));
    assertThat(told).containsExactly("host 0", "device 0:0:0:0", "device 0:0:0:7");
  }

  @Test
  void failureAndReturnAreToldOnceEach() {
    Rig.Path a = rig.path("a", unit);
    Rig.Path b = rig.path("b", unit);
    rig.add(a);
    rig.add(b);
    told.clear();
    a.transport().cut("test");
    rig.runMillis(10);
    a.transport().restore();
    rig.runMillis(100);
    assertThat(told).containsExactly("failed sda:0", "reinstated sda:0");
  }

  @Test
  void aListenerThatThrowsHarmsNobody() {
    List<String> others = new ArrayList<>();
    rig.multipath.addTopologyListener(
        new TopologyListener() {
          @Override
          public void headAdded(ScsiMpathHead head) {
            throw new IllegalStateException("planned by the test");
          }
        });
    rig.multipath.addTopologyListener(
        new TopologyListener() {
          @Override
          public void headAdded(ScsiMpathHead head) {
            others.add(head.diskName());
          }
        });
    assertThat(rig.add(rig.path("a", unit))).isInstanceOf(AddResult.NewHead.class);
    assertThat(others).containsExactly("sda");
  }

  private final class Recorder implements TopologyListener {
    @Override
    public void hostAdded(ScsiHost host) {
      told.add("host " + host.number());
    }

    @Override
    public void hostRemoved(ScsiHost host) {
      told.add("no host " + host.number());
    }

    @Override
    public void deviceAdded(ScsiDevice device) {
      told.add("device " + device.address());
    }

    @Override
    public void deviceRemoved(ScsiDevice device) {
      told.add("no device " + device.address());
    }

    @Override
    public void headAdded(ScsiMpathHead head) {
      told.add("head " + head.index());
    }

    @Override
    public void headLive(ScsiMpathHead head) {
      told.add("live " + head.diskName());
    }

    @Override
    public void headRemoved(ScsiMpathHead head) {
      told.add("no head " + head.index());
    }

    @Override
    public void pathAdded(ScsiMpathDevice path) {
      told.add("path " + path.mpath());
    }

    @Override
    public void pathFailed(ScsiMpathDevice path) {
      told.add("failed " + path.mpath());
    }

    @Override
    public void pathReinstated(ScsiMpathDevice path) {
      told.add("reinstated " + path.mpath());
    }

    @Override
    public void pathRemoved(ScsiMpathDevice path) {
      told.add("no path " + path.mpath());
    }
  }

  @Test
  void aListenerMayRemoveThePathThatItHearsOf() {
    TopologyListener remover =
        new TopologyListener() {
          @Override
          public void pathAdded(ScsiMpathDevice path) {
            assertThat(rig.multipath.removePath(path.device())).isTrue();
          }
        };
    rig.multipath.addTopologyListener(remover);
    Rig.Path a = rig.path("a", unit);
    assertThat(rig.add(a)).isInstanceOf(AddResult.Refused.class);
    assertThat(told).containsExactly("head 0", "path sda:0", "no path sda:0", "no head 0");
    assertThat(rig.multipath.heads()).isEmpty();
    rig.multipath.removeTopologyListener(remover);
    assertThat(rig.add(a)).isInstanceOf(AddResult.NewHead.class);
    assertThat(rig.head(0).disk()).isEqualTo("sda");
  }

  @Test
  void aListenerToEventsThatThrowsKeepsNoDiskAlive() {
    ScsiMultipath multipath =
        new ScsiMultipath(
            rig.loop,
            Rig.ALWAYS,
            NumaTopology.SINGLE_NODE,
            event -> {
              throw new IllegalStateException("planned by the test");
            });
    multipath.addTopologyListener(new Recorder());
    Rig.Path a = rig.path("a", unit);
    assertThat(rig.await(multipath.addDevice(a.device()))).isInstanceOf(AddResult.NewHead.class);
    BlockDevice disk = multipath.disk(0).orElseThrow();
    List<BlockStatus> ended = new ArrayList<>();
    a.device().setState(DeviceState.QUIESCE);
    disk.submit(
        new Bio()
            .asRead(0, 512, ByteBuffer.allocateDirect(512), 0, bio -> ended.add(bio.status())));
    a.host().remove(a.device());
    rig.runMillis(100);
    assertThat(ended).containsExactly(BlockStatus.IOERR);
    assertThat(multipath.heads()).isEmpty();
    assertThat(told).endsWith("no path sda:0", "no head 0");
  }
}
