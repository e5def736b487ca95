package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.block.BlockOperationException;
import io.multipath4j.scsi.ScsiDevice;
import io.multipath4j.scsi.ScsiPassthrough;
import io.multipath4j.scsi.codec.Opcode;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What programs may pass through to a multipath disk, and to its paths. */
class PathPassthroughTest {

  private final Rig rig = new Rig(Rig.ALWAYS);
  private final FakeLogicalUnit unit = new FakeLogicalUnit();
  private Rig.Path a;
  private Rig.Path b;

  @BeforeEach
  void attach() {
    a = rig.path("a", unit);
    b = rig.path("b", unit);
    rig.add(a);
    rig.add(b);
  }

  private static ScsiPassthrough reserveIn() {
    return ScsiPassthrough.dataIn(cdb(Opcode.PERSISTENT_RESERVE_IN, 10), 64);
  }

  private static ScsiPassthrough reserveOut() {
    return ScsiPassthrough.dataOut(cdb(Opcode.PERSISTENT_RESERVE_OUT, 10), new byte[24]);
  }

  private static byte[] cdb(int opcode, int length) {
    byte[] cdb = new byte[length];
    cdb[0] = (byte) opcode;
    return cdb;
  }

  private int carried() {
    return a.transport().commandsCarried + b.transport().commandsCarried;
  }

  private String errnoName(CompletableFuture<?> future) {
    assertThat(rig.runUntil(future::isDone)).isTrue();
    return ((BlockOperationException) future.exceptionNow()).errnoName();
  }

  @Test
  void reservationsAreRefusedOnTheDiskAndOnEachOfItsPaths() {
    int before = carried();
    for (ScsiDevice device : new ScsiDevice[] {a.device(), b.device()}) {
      assertThat(errnoName(device.passthrough(reserveIn()))).isEqualTo("EOPNOTSUPP");
      assertThat(errnoName(device.passthrough(reserveOut()))).isEqualTo("EOPNOTSUPP");
    }
    assertThat(errnoName(rig.disk(0).operations().ioctl(reserveIn(), true)))
        .isEqualTo("EOPNOTSUPP");
    assertThat(errnoName(rig.disk(0).operations().ioctl(reserveOut(), true)))
        .isEqualTo("EOPNOTSUPP");
    assertThat(carried()).as("the target sees none of them").isEqualTo(before);
  }

  @Test
  void whatTheDiskItselfOffersIsRefusedToo() {
    Optional<CompletableFuture<?>> keys =
        rig.disk(0).operations().reservations().map(offered -> offered.readKeys());
    keys.ifPresent(asked -> assertThat(errnoName(asked)).isEqualTo("EOPNOTSUPP"));
  }

  @Test
  void everythingElsePassesAsItIsAndOnce() {
    int before = carried();
    ScsiPassthrough inquiry =
        ScsiPassthrough.dataIn(new byte[] {Opcode.INQUIRY, 0, 0, 0, 36, 0}, 36);
    rig.await(rig.disk(0).operations().ioctl(inquiry, false));
    assertThat(inquiry.result().status()).isZero();
    assertThat(carried() - before).isOne();
    a.transport().nextSense.add(new int[] {6, 0x29, 0});
    b.transport().nextSense.add(new int[] {6, 0x29, 0});
    ScsiPassthrough ready = ScsiPassthrough.withoutData(new byte[6]);
    rig.await(rig.disk(0).operations().ioctl(ready, false));
    assertThat(ready.result().status()).as("CHECK CONDITION, as it came").isEqualTo(2);
    assertThat(carried() - before).as("never tried again").isEqualTo(2);
  }

  @Test
  void aDeviceThatIsNoPathAnyMoreTakesThem() {
    rig.multipath.removePath(b.device());
    ScsiPassthrough in = reserveIn();
    rig.await(b.device().passthrough(in));
    assertThat(in.result().status()).as("this unit does not know it").isEqualTo(2);
  }
}
