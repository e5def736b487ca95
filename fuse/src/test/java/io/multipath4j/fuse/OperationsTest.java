package io.multipath4j.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.multipath4j.reactor.simulated.SimulatedNetwork;
import io.multipath4j.sysfs.SysfsAttribute;
import io.multipath4j.sysfs.SysfsDirectory;
import io.multipath4j.sysfs.SysfsErrno;
import io.multipath4j.sysfs.SysfsException;
import io.multipath4j.sysfs.SysfsTree;
import io.multipath4j.sysfs.UeventStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What the kernel asks and gets, byte by byte, without a mount. */
class OperationsTest {

  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000L, 5_000_000);
  private static final InstantSource CLOCK = () -> NOW;
  private static final int READ_ONLY = 0;
  private static final int WRITE_ONLY = 1;

  private final SysfsTree tree = new SysfsTree(CLOCK, new UeventStream(CLOCK, 1));
  private final DiskDirectory disks = new DiskDirectory(CLOCK);
  private final FakeKernel kernel =
      new FakeKernel(new MountContent(tree, disks, Map.of("diskstats", () -> "x\n")).root(NOW));

  private List<String> names(long directory, int room) {
    List<String> names = new ArrayList<>();
    long handle = kernel.ask(Opcode.OPENDIR, directory, 0, 0).int64(0);
    long offset = 0;
    while (true) {
      FakeKernel.Answer answer =
          kernel.ask(Opcode.READDIR, directory, handle, offset, room, 0, 0L, 0, 0);
      assertThat(answer.body().length).isLessThanOrEqualTo(room);
      if (answer.body().length == 0) {
        return names;
      }
      int at = 0;
      while (at < answer.body().length) {
        int length = answer.int32(at + 16);
        names.add(new String(answer.body(), at + 24, length, StandardCharsets.UTF_8));
        offset = answer.int64(at + 8);
        at += 24 + (length + 7 & ~7);
      }
    }
  }

  @Test
  void attributesAreThoseOfTheTreeAndBelongToWhoMounted() {
    tree.root().addAttribute(SysfsAttribute.readWrite("state", () -> "running\n", text -> {}));
    tree.root().ensureDirectory("a/b");
    FakeKernel.Answer file = kernel.ask(Opcode.GETATTR, kernel.lookup("sys", "state"), 0, 0, 0L);
    assertThat(file.int64(16 + 8)).isEqualTo(4096);
    assertThat(file.int64(16 + 32)).isEqualTo(NOW.getEpochSecond());
    assertThat(file.int32(16 + 52)).isEqualTo(NOW.getNano());
    assertThat(file.int32(16 + 60)).isEqualTo(0100644);
    assertThat(file.int32(16 + 64)).isEqualTo(1);
    assertThat(file.int32(16 + 68)).isEqualTo(1000);
    assertThat(file.int32(16 + 72)).isEqualTo(1001);
    // Kept by nobody, so that every look is a new one.
    assertThat(file.int64(0)).isZero();
    assertThat(file.int32(8)).isZero();
    FakeKernel.Answer folder = kernel.ask(Opcode.GETATTR, kernel.lookup("sys", "a"), 0, 0, 0L);
    assertThat(folder.int32(16 + 60)).isEqualTo(040755);
    assertThat(folder.int32(16 + 64)).isEqualTo(3);
    assertThat(kernel.ask(Opcode.GETATTR, 1, 0, 0, 0L).int32(16 + 64)).isEqualTo(5);
  }

  @Test
  void directoriesAreListedInPiecesOfAnySize() {
    List<String> expected = new ArrayList<>(List.of(".", ".."));
    for (int i = 10; i < 60; i++) {
      expected.add("d" + i);
      tree.root().addDirectory("d" + i);
    }
    long sys = kernel.lookup("sys");
    for (int room : new int[] {32, 33, 100, 4096, 1 << 20}) {
      assertThat(names(sys, room)).as("room of %d", room).isEqualTo(expected);
    }
    assertThat(names(1, 4096)).containsExactly(".", "..", "dev", "proc", "sys");
  }

  @Test
  void aNodeIsKnownUntilItIsForgottenAsOftenAsItWasTold() {
    tree.root().addDirectory("a");
    long node = kernel.lookup("sys", "a");
    assertThat(kernel.lookup("sys", "a")).isEqualTo(node);
    kernel.send(Opcode.FORGET, node, 1L);
    assertThat(kernel.ask(Opcode.GETATTR, node, 0, 0, 0L).errno()).isZero();
    kernel.send(Opcode.BATCH_FORGET, 0, 2, 0, node, 1L, 12345L, 1L);
    assertThat(kernel.ask(Opcode.GETATTR, node, 0, 0, 0L).errno()).isEqualTo(Errno.ENOENT);
    kernel.send(Opcode.FORGET, 1, 1_000L);
    assertThat(kernel.ask(Opcode.GETATTR, 1, 0, 0, 0L).errno()).isZero();
    assertThat(kernel.pool.taken()).isZero();
  }

  @Test
  void aRemovedNodeIsNoMoreAndAnotherOfItsNameIsAnother() {
    SysfsDirectory old = tree.root().addDirectory("a");
    long node = kernel.lookup("sys", "a");
    old.remove();
    assertThat(kernel.ask(Opcode.GETATTR, node, 0, 0, 0L).errno())
        .isEqualTo(SysfsErrno.ENODEV.number());
    assertThat(kernel.ask(Opcode.LOOKUP, kernel.lookup("sys"), "a").errno())
        .isEqualTo(Errno.ENOENT);
    tree.root().addDirectory("a");
    assertThat(kernel.lookup("sys", "a")).isNotEqualTo(node);
  }

  @Test
  void anAttributeAnswersWithItsOwnErrno() {
    tree.root()
        .addAttribute(
            SysfsAttribute.readWrite(
                "state",
                () -> {
                  throw new SysfsException(SysfsErrno.ENXIO, "no such thing");
                },
                text -> {
                  throw new IllegalStateException("a mistake");
                }));
    long handle = kernel.open(kernel.lookup("sys", "state"), 2);
    assertThat(kernel.ask(Opcode.READ, 0, handle, 0L, 100, 0, 0L, 0, 0).errno())
        .isEqualTo(SysfsErrno.ENXIO.number());
    byte[] value = {'1'};
    assertThat(kernel.ask(Opcode.WRITE, 0, handle, 0L, 1, 0, 0L, 0, 0, value).errno())
        .isEqualTo(Errno.EIO);
  }

  @Test
  void oneWriteIsOneValue() {
    List<String> stored = new ArrayList<>();
    tree.root().addAttribute(SysfsAttribute.writeOnly("scan", stored::add));
    long node = kernel.lookup("sys", "scan");
    assertThat(kernel.ask(Opcode.OPEN, node, READ_ONLY, 0).errno()).isEqualTo(Errno.EACCES);
    long handle = kernel.open(node, WRITE_ONLY);
    byte[] value = "- - -\n".getBytes(StandardCharsets.UTF_8);
    assertThat(kernel.ask(Opcode.WRITE, 0, handle, 0L, 6, 0, 0L, 0, 0, value).int32(0))
        .isEqualTo(6);
    assertThat(kernel.ask(Opcode.WRITE, 0, handle, 6L, 6, 0, 0L, 0, 0, value).int32(0))
        .isEqualTo(6);
    assertThat(stored).containsExactly("- - -\n", "- - -\n");
    byte[] tooLong = new byte[5000];
    Arrays.fill(tooLong, (byte) 'x');
    assertThat(kernel.ask(Opcode.WRITE, 0, handle, 0L, 5000, 0, 0L, 0, 0, tooLong).errno())
        .isEqualTo(Errno.EINVAL);
    assertThat(stored).hasSize(2);
  }

  @Test
  void linksSayWhereTheyLead() {
    SysfsDirectory device = tree.root().ensureDirectory("devices/0");
    tree.root().ensureDirectory("class/x").addLink("0", device);
    assertThat(kernel.ask(Opcode.READLINK, kernel.lookup("sys", "class", "x", "0")).text())
        .isEqualTo("../../devices/0");
    assertThat(kernel.ask(Opcode.READLINK, kernel.lookup("sys")).errno()).isEqualTo(Errno.EINVAL);
  }

  @Test
  void nothingIsMadeTakenAwayOrChangedFromOutside() {
    tree.root().addDirectory("a");
    long sys = kernel.lookup("sys");
    for (int opcode :
        new int[] {
          Opcode.MKDIR, Opcode.MKNOD, Opcode.UNLINK, Opcode.RMDIR, Opcode.SYMLINK, Opcode.CREATE
        }) {
      assertThat(kernel.ask(opcode, sys, 0L, "a").errno()).isEqualTo(Errno.EPERM);
    }
    assertThat(kernel.ask(Opcode.SETATTR, sys, 1, 0, 0L, 0L).errno()).isEqualTo(Errno.EPERM);
    assertThat(kernel.ask(Opcode.OPEN, kernel.lookup("proc", "diskstats"), WRITE_ONLY, 0).errno())
        .isEqualTo(Errno.EACCES);
  }

  @Test
  void aClosedNumberIsNoFileAndIsGivenAgain() {
    long node = kernel.lookup("proc", "diskstats");
    long handle = kernel.open(node, READ_ONLY);
    assertThat(kernel.ask(Opcode.READ, 0, handle, 0L, 100, 0, 0L, 0, 0).text()).isEqualTo("x\n");
    kernel.ask(Opcode.RELEASE, node, handle, 0, 0, 0L);
    assertThat(kernel.ask(Opcode.READ, 0, handle, 0L, 100, 0, 0L, 0, 0).errno())
        .isEqualTo(Errno.EINVAL);
    assertThat(kernel.open(node, READ_ONLY)).isEqualTo(handle);
  }

  @Test
  void aDiskThatCannotBeShownIsRefusedWithItsName() {
    SimulatedNetwork network = new SimulatedNetwork(1);
    disks.add(new HeldDisk(1), network.newLoop("disks"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> disks.add(new HeldDisk(1), network.newLoop("other")))
        .withMessage("sda is shown already; remove it first");
  }

  @Test
  void noRequestHoweverMalformedIsLeftWithoutAnAnswer() {
    SplittableRandom random = new SplittableRandom(11);
    tree.root().addDirectory("a");
    for (int i = 0; i < 20_000; i++) {
      byte[] arguments = new byte[random.nextInt(120)];
      random.nextBytes(arguments);
      for (int at = 0; at < arguments.length && random.nextBoolean(); at++) {
        arguments[at] = 0;
      }
      int opcode = random.nextInt(60);
      long request = kernel.send(opcode, random.nextInt(12), (Object) arguments);
      boolean silent =
          opcode == Opcode.FORGET || opcode == Opcode.BATCH_FORGET || opcode == Opcode.INTERRUPT;
      assertThat(kernel.answer(request).isPresent())
          .as("answer to request %d of kind %d", i, opcode)
          .isEqualTo(!silent);
    }
    assertThat(kernel.pool.taken()).isZero();
  }

  @Test
  void aDirectoryForReadingAloneLetsNobodyWriteToADiskThatCouldBeWritten() {
    DiskDirectory shown = new DiskDirectory(CLOCK, true);
    FakeKernel reader = new FakeKernel(new MountContent(tree, shown, Map.of()).root(NOW));
    shown.add(new HeldDisk(1), new SimulatedNetwork(1).newLoop("disks"));
    long node = reader.lookup("dev", "sda");

    assertThat(reader.ask(Opcode.GETATTR, node, 0, 0, 0L).int32(16 + 60)).isEqualTo(0100440);
    int readWrite = 2;
    assertThat(reader.ask(Opcode.OPEN, node, readWrite, 0).errno()).isEqualTo(Errno.EROFS);
    assertThat(reader.ask(Opcode.OPEN, node, 0, 0).errno()).isZero();
  }
}
