package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.BlockStatus;
import java.lang.reflect.Method;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Select, submit and complete allocate nothing in the steady state. */
class AllocationTest {

  private static final int PATHS = 4;
  private static final int DEPTH = 32;
  private static final int IOS = 100_000;

  static Iterable<IoPolicy> policies() {
    return IoPolicies.ALL;
  }

  @ParameterizedTest
  @MethodSource("policies")
  void theSteadyStateAllocatesNothing(IoPolicy policy) throws ReflectiveOperationException {
    Load load = new Load(policy);
    load.run(IOS); // pools fill, code is compiled
    load.run(IOS);
    long before = allocatedBytes();
    load.run(IOS);
    long bytes = allocatedBytes() - before;
    System.out.printf("%s: %d bytes in %d I/Os%n", policy.word(), bytes, IOS);
    assertThat((double) bytes / IOS).as("bytes per I/O").isLessThan(1.0);
    assertThat(load.ended).isEqualTo(3 * IOS);
  }

  /** Asks by reflection, because the module under test does not read {@code jdk.management}. */
  private static long allocatedBytes() throws ReflectiveOperationException {
    Method allocated =
        Class.forName("com.sun.management.ThreadMXBean")
            .getMethod("getCurrentThreadAllocatedBytes");
    Object threads =
        Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getThreadMXBean")
            .invoke(null);
    return (Long) allocated.invoke(threads);
  }

  /** Keeps some I/O in flight on paths that end it in the order in which it came. */
  private static final class Load {

    private final HeadFixture fixture;
    private final Ring[] rings = new Ring[PATHS];
    private int toSubmit;
    private int ended;

    private Load(IoPolicy policy) {
      fixture = new HeadFixture(policy);
      for (int i = 0; i < PATHS; i++) {
        rings[i] = new Ring();
        FakePath path =
            new FakePath("sda:" + i, -1, new ActiveCounter(), MpathAccessState.OPTIMIZED);
        MpathDevice<FakePath> device =
            new MpathDevice<>(path, rings[i], -1, new ActiveCounter(), MpathAccessState.OPTIMIZED);
        fixture.head.addDevice(device);
        fixture.head.setLive(device);
      }
    }

    private void run(int count) {
      toSubmit = count;
      int target = ended + count;
      for (int i = 0; i < DEPTH; i++) {
        Bio bio = new Bio();
        submit(bio.asRead(0, 4096, fixture.memory, 0, this::ended));
      }
      while (ended < target) {
        for (Ring ring : rings) {
          ring.endOne();
        }
      }
    }

    private void submit(Bio bio) {
      if (toSubmit > 0) {
        toSubmit--;
        fixture.head.submit(bio);
      }
    }

    private void ended(Bio bio) {
      ended++;
      submit(bio);
    }
  }

  private static final class Ring implements BlockDevice {

    private final Bio[] bios = new Bio[2 * DEPTH];
    private int first;
    private int count;

    @Override
    public String name() {
      return "ring";
    }

    @Override
    public long capacityBytes() {
      return HeadFixture.CAPACITY;
    }

    @Override
    public BlockLimits limits() {
      return HeadFixture.LIMITS;
    }

    @Override
    public void submit(Bio bio) {
      bios[(first + count) % bios.length] = bio;
      count++;
    }

    private void endOne() {
      if (count > 0) {
        Bio bio = bios[first];
        first = (first + 1) % bios.length;
        count--;
        bio.complete(BlockStatus.OK);
      }
    }
  }
}
