package io.multipath4j.fuse;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** What is open, by the numbers that the kernel holds. Looking one up takes no lock. */
final class OpenFiles {
  /** Most files and directories open at a time. */
  static final int MAX_OPEN = 1 << 16;

  private volatile @Nullable OpenFile[] slots = new @Nullable OpenFile[64];
  private final Deque<Integer> free = new ArrayDeque<>();
  private int used;

  /** Returns the file of a number. */
  OpenFile get(long number) {
    @Nullable OpenFile[] now = slots;
    OpenFile file = number >= 0 && number < now.length ? now[(int) number] : null;
    if (file == null) {
      throw new FuseError(Errno.EINVAL);
    }
    return file;
  }

  /** Gives a file a number. */
  synchronized long add(OpenFile file) {
    Integer number = free.pollFirst();
    if (number == null) {
      if (used == MAX_OPEN) {
        throw new FuseError(Errno.ENFILE);
      }
      number = used++;
    }
    set(number < slots.length ? slots : Arrays.copyOf(slots, slots.length * 2), number, file);
    return number;
  }

  synchronized void remove(long number) {
    if (number >= 0 && number < slots.length && slots[(int) number] != null) {
      set(slots, (int) number, null);
      free.addFirst((int) number);
    }
  }

  /** The volatile write behind it is what lets {@link #get} see a slot without a lock. */
  private void set(@Nullable OpenFile[] array, int number, @Nullable OpenFile file) {
    array[number] = file;
    slots = array;
  }
}
