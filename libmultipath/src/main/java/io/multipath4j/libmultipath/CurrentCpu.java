package io.multipath4j.libmultipath;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.function.IntSupplier;

/** The number of the CPU that the calling thread runs on: {@code sched_getcpu(3)}. */
final class CurrentCpu implements IntSupplier {

  private static final MethodHandle SCHED_GETCPU = link();

  private CurrentCpu() {}

  /** Returns what asks the C library; empty when this module may not call it, or it has no such. */
  static Optional<IntSupplier> system() {
    if (!CurrentCpu.class.getModule().isNativeAccessEnabled() || find().isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new CurrentCpu());
  }

  private static Optional<MemorySegment> find() {
    return Linker.nativeLinker().defaultLookup().find("sched_getcpu");
  }

  @SuppressWarnings("restricted") // a call without arguments or memory
  private static MethodHandle link() {
    return Linker.nativeLinker()
        .downcallHandle(
            find().orElseThrow(),
            FunctionDescriptor.of(ValueLayout.JAVA_INT),
            Linker.Option.critical(false));
  }

  /** Returns the CPU's number; negative when the kernel does not tell. */
  @Override
  public int getAsInt() {
    try {
      return (int) SCHED_GETCPU.invokeExact();
    } catch (Throwable e) {
      throw new AssertionError("a call that cannot fail", e);
    }
  }
}
