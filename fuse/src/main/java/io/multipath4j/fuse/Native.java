package io.multipath4j.fuse;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The functions of libc and libfuse3 that a mount needs. */
@SuppressWarnings("restricted")
final class Native {
  /** umount2: abort what is under way. */
  static final int MNT_FORCE = 1;

  /** umount2: out of sight at once, gone when nobody uses it any more. */
  static final int MNT_DETACH = 2;

  private static final int F_OK = 0;

  private static final System.Logger LOG = System.getLogger(Native.class.getName());

  /** The library's name up to libfuse 3.16, and since. */
  private static final List<String> LIBFUSE = List.of("libfuse3.so.3", "libfuse3.so.4");

  private static final Linker LINKER = Linker.nativeLinker();
  private static final VarHandle ERRNO =
      Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle READ = io("read");
  private static final MethodHandle WRITE = io("write");
  private static final MethodHandle CLOSE =
      LINKER.downcallHandle(symbol("close"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle GETUID =
      LINKER.downcallHandle(symbol("getuid"), FunctionDescriptor.of(JAVA_INT));
  private static final MethodHandle GETGID =
      LINKER.downcallHandle(symbol("getgid"), FunctionDescriptor.of(JAVA_INT));
  private static final MethodHandle ACCESS = onPath("access");
  private static final MethodHandle UMOUNT2 = onPath("umount2");

  private Native() {}

  private static MemorySegment symbol(String name) {
    return LINKER.defaultLookup().findOrThrow(name);
  }

  private static MethodHandle io(String name) {
    return LINKER.downcallHandle(
        symbol(name),
        FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG),
        Linker.Option.captureCallState("errno"));
  }

  private static MethodHandle onPath(String name) {
    return LINKER.downcallHandle(
        symbol(name),
        FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
        Linker.Option.captureCallState("errno"));
  }

  /** Returns how many bytes were read, or a negative errno. */
  static int read(int fd, MemorySegment target, long byteCount, MemorySegment state) {
    try {
      long count = (long) READ.invokeExact(state, fd, target, byteCount);
      return count < 0 ? -errno(state) : (int) count;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** Returns how many bytes were written, or a negative errno. */
  static int write(int fd, MemorySegment source, long byteCount, MemorySegment state) {
    try {
      long count = (long) WRITE.invokeExact(state, fd, source, byteCount);
      return count < 0 ? -errno(state) : (int) count;
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static void close(int fd) {
    try {
      int ignored = (int) CLOSE.invokeExact(fd);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  static FileStat.Owner owner() {
    try {
      return new FileStat.Owner((int) GETUID.invokeExact(), (int) GETGID.invokeExact());
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** Asks whether there is something at a path. Returns 0 or an errno. */
  static int access(Path path) {
    return call(ACCESS, path, F_OK);
  }

  /** Takes a mount away. Returns 0 or an errno. */
  static int unmount(Path place, int flags) {
    return call(UMOUNT2, place, flags);
  }

  private static int call(MethodHandle function, Path path, int argument) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      MemorySegment text = arena.allocateFrom(path.toString());
      int result = (int) function.invokeExact(state, text, argument);
      return result == 0 ? Errno.OK : errno(state);
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  /** Returns libfuse3's {@code fuse_open_channel}, when the library is installed. */
  static Optional<MethodHandle> fuseOpenChannel() {
    for (String name : LIBFUSE) {
      try {
        return SymbolLookup.libraryLookup(name, Arena.global())
            .find("fuse_open_channel")
            .map(function ->
                LINKER.downcallHandle(function, FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS)));
      } catch (IllegalArgumentException e) {
        LOG.log(Level.DEBUG, "no library {0}: {1}", name, e.getMessage());
      }
    }
    return Optional.empty();
  }

  /**
   * Mounts, by the right of this process or through fusermount3. What is refused is told on the
   * standard error of the process, by libfuse3.
   *
   * @return the descriptor of the kernel's end, or a negative number
   */
  static int openChannel(MethodHandle fuseOpenChannel, Path place, String options) {
    try (Arena arena = Arena.ofConfined()) {
      return (int)
          fuseOpenChannel.invokeExact(
              arena.allocateFrom(place.toString()), arena.allocateFrom(options));
    } catch (Throwable e) {
      throw impossible(e);
    }
  }

  private static int errno(MemorySegment state) {
    return (int) ERRNO.get(state, 0L);
  }

  /** None of these functions calls back into Java, so nothing can be thrown but errors. */
  private static AssertionError impossible(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return new AssertionError("a native call threw", e);
  }
}
