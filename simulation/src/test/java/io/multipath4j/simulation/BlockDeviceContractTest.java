package io.multipath4j.simulation;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.libmultipath.ActiveCounter;
import io.multipath4j.libmultipath.IoPolicies;
import io.multipath4j.libmultipath.MpathAccessState;
import io.multipath4j.libmultipath.MpathDevice;
import io.multipath4j.libmultipath.MpathHead;
import io.multipath4j.libmultipath.MpathHeadConfig;
import io.multipath4j.libmultipath.MpathHeadTemplate;
import io.multipath4j.libmultipath.NumaTopology;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.simulated.SimulatedNetwork;
import io.multipath4j.scsi.ScsiDisk;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.junit.jupiter.api.Nested;

/** The contract of block devices, on each floor of the house. */
class BlockDeviceContractTest {

  @Nested
  class OfAHeadOnMemory extends BlockDeviceContract {

    @Override
    Subject newSubject() {
      SimulatedNetwork network = new SimulatedNetwork(1);
      EventLoop loop = network.newLoop("host");
      Memory memory = new Memory();
      MpathHead<String> head =
          new MpathHead<>(
              loop,
              new AlwaysUsable(),
              new MpathHeadConfig("sda", memory.capacityBytes(), memory.limits(), IoPolicies.NUMA));
      MpathDevice<String> path =
          new MpathDevice<>(
              "path",
              memory,
              NumaTopology.NO_NODE,
              new ActiveCounter(),
              MpathAccessState.OPTIMIZED);
      head.addDevice(path);
      head.setLive(path);
      return new Subject(network, loop, head);
    }
  }

  @Nested
  class OfAPathDisk extends BlockDeviceContract {

    @Override
    Subject newSubject() {
      SimulatedStack stack = stack(1, false);
      ScsiDisk disk = new ScsiDisk("sdx", stack.paths.getFirst().device());
      return new Subject(stack.network, stack.initiatorLoop, disk);
    }
  }

  @Nested
  class OfAMultipathDisk extends BlockDeviceContract {

    @Override
    Subject newSubject() {
      SimulatedStack stack = stack(2, false);
      return new Subject(stack.network, stack.deviceLoop(), stack.device());
    }
  }

  @Nested
  class OfAMultipathDiskOverNbd extends BlockDeviceContract {

    @Override
    Subject newSubject() {
      SimulatedStack stack = stack(2, true);
      return new Subject(stack.network, stack.deviceLoop(), stack.device());
    }

    @Override
    boolean splits() {
      return false;
    }
  }

  private static SimulatedStack stack(int paths, boolean nbd) {
    SimulatedStack.Plan plan = SimulatedStack.Plan.of(paths, IoPolicies.ROUND_ROBIN, nbd);
    return new SimulatedStack(1, plan, SimulatedStack.Parts.REAL);
  }

  private static final class AlwaysUsable implements MpathHeadTemplate<String> {

    @Override
    public boolean isDisabled(String path) {
      return false;
    }

    @Override
    public boolean isOptimized(String path) {
      return true;
    }

    @Override
    public boolean availablePath(String path) {
      return true;
    }

    @Override
    public void removeHead(MpathHead<String> head) {
      head.removeDisk();
    }
  }

  /** A disk in memory that completes inside of submit. */
  private static final class Memory implements BlockDevice {

    private final ByteBuffer content = ByteBuffer.allocateDirect(1 << 20);

    @Override
    public String name() {
      return "memory";
    }

    @Override
    public long capacityBytes() {
      return content.capacity();
    }

    @Override
    public BlockLimits limits() {
      return new BlockLimits(
          512, 4096, 4096, 0, 128 * 1024, 64 * 1024, 64 * 1024, 4096, true, true, false);
    }

    @Override
    public void submit(Bio bio) {
      BlockStatus status = limits().check(bio, capacityBytes());
      if (status == BlockStatus.OK && bio.length() > limits().maxBytes(bio.op())) {
        status = BlockStatus.INVAL;
      }
      if (status == BlockStatus.OK) {
        execute(bio);
      }
      bio.complete(status);
    }

    private void execute(Bio bio) {
      int at = (int) bio.offset();
      int length = (int) bio.length();
      switch (bio.op()) {
        case READ -> Objects.requireNonNull(bio.data()).put(bio.dataOffset(), content, at, length);
        case WRITE -> content.put(at, Objects.requireNonNull(bio.data()), bio.dataOffset(), length);
        case DISCARD, WRITE_ZEROES -> content.put(at, new byte[length]);
        case FLUSH, ZONE_OPEN, ZONE_CLOSE, ZONE_FINISH, ZONE_RESET, ZONE_RESET_ALL -> {}
      }
    }
  }
}
