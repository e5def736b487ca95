package io.multipath4j.reactor.loop;

import java.lang.reflect.Method;

/**
 * Reads how many bytes the calling thread has allocated.
 *
 * <p>By reflection, because the module under test does not read {@code jdk.management}.
 */
public final class AllocationMeter {

  private final Object threads;
  private final Method allocatedBytes;

  public AllocationMeter() {
    try {
      threads =
          Class.forName("java.lang.management.ManagementFactory")
              .getMethod("getThreadMXBean")
              .invoke(null);
      allocatedBytes =
          Class.forName("com.sun.management.ThreadMXBean")
              .getMethod("getCurrentThreadAllocatedBytes");
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JVM does not count allocations", e);
    }
  }

  public long allocatedBytes() {
    try {
      return (Long) allocatedBytes.invoke(threads);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JVM does not count allocations", e);
    }
  }
}
