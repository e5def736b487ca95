package io.multipath4j.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.multipath4j.initiator.InitiatorConfig;
import io.multipath4j.initiator.IscsiPath;
import io.multipath4j.mpath.attach.AttachListener;
import io.multipath4j.mpath.attach.AttachPlan;
import io.multipath4j.mpath.attach.DiskService;
import io.multipath4j.mpath.attach.ServedDisks;
import io.multipath4j.nbd.client.NbdClient;
import io.multipath4j.nbd.client.NbdClientConfig;
import io.multipath4j.nbd.client.NbdClientListener;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.scsi.ScsiHost;
import io.multipath4j.scsi.codec.AccessState;
import io.multipath4j.scsi.multipath.HeadSnapshot;
import io.multipath4j.scsi.multipath.MultipathEvent;
import io.multipath4j.scsi.multipath.PlainDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which disks are served over NBD, and under which name, while they come and go. */
class DiskServiceTest {

  private static final Endpoint NBD = new Endpoint.Unix(Path.of("/run/disk.sock"));

  private final InitiatorRig rig = new InitiatorRig();
  private final List<String> told = new ArrayList<>();
  private final LoopErrors errors = new LoopErrors();

  @AfterEach
  void nothingWasLoggedAsAnError() {
    Trace trace = new Trace(rig.loop.clock());
    errors.into(trace);
    errors.close();
    assertThat(trace.violations()).isEmpty();
  }

  private DiskService service(List<IscsiPath> paths, String name) {
    AttachPlan plan =
        new AttachPlan(
            paths, InitiatorConfig.DEFAULTS.withKeepTrying(true), name, NBD, false, false);
    AttachListener listener =
        new AttachListener() {
          @Override
          public void happened(MultipathEvent event) {
            // Only what is served matters here.
          }

          @Override
          public void diskServed(HeadSnapshot disk) {
            told.add(disk.disk() + " of " + disk.capacityBytes());
          }

          @Override
          public void plainDiskServed(PlainDisk.Snapshot disk) {
            told.add(disk.disk());
          }

          @Override
          public void diskGone(String disk) {
            told.add(disk + " gone");
          }
        };
    return new DiskService(rig.loop, plan, listener, new SplittableRandom(3));
  }

  private CompletableFuture<ServedDisks> start(DiskService service) {
    CompletableFuture<ServedDisks> served = new CompletableFuture<>();
    rig.loop.execute(() -> {
      var _ = service.start().thenAccept(served::complete);
    });
    return served;
  }

  private void scan(DiskService service) {
    rig.loop.execute(() -> {
      for (ScsiHost host : service.multipath().hosts()) {
        var _ = service.multipath().scan(host);
      }
    });
    rig.runMillis(3_000);
  }

  /** The bytes of an export, as a client is told; -1 when there is none. */
  private long bytes(String export) {
    CompletableFuture<Long> bytes = new CompletableFuture<>();
    NbdClientListener listener =
        new NbdClientListener() {
          @Override
          public void onReady(NbdClient client) {
            bytes.complete(client.capacityBytes());
            client.close();
          }

          @Override
          public void onClosed(NbdClient client, IOException cause) {
            bytes.complete(-1L);
          }
        };
    rig.loop.execute(
        () -> NbdClient.connect(rig.loop, NBD, NbdClientConfig.of(export, 1), listener));
    rig.runMillis(1_000);
    return bytes.join();
  }

  @Test
  void aDiskIsServedWhenItTellsItsSizeAndThenOnce() {
    rig.onArray(() -> {
      rig.array.setAccessState(1, AccessState.STANDBY);
      rig.array.setAccessState(2, AccessState.STANDBY);
    });
    CompletableFuture<ServedDisks> served = start(service(rig.paths(InitiatorRig.one()), "chosen"));
    rig.runMillis(5_000);
    assertThat(served).isNotDone();

    rig.onArray(() -> rig.array.setAccessState(2, AccessState.ACTIVE_OPTIMIZED));
    rig.runMillis(40_000);

    assertThat(served.join().disks())
        .singleElement()
        .extracting(HeadSnapshot::capacityBytes)
        .isEqualTo(InitiatorRig.BYTES);
    assertThat(bytes("chosen")).isEqualTo(InitiatorRig.BYTES);
    assertThat(told).isEmpty();
  }

  @Test
  void aDiskThatVanishesAndReturnsOftenIsServedEachTimeUnderItsName() {
    rig.onArray(() -> rig.array.device().add(InitiatorRig.unit(2)));
    DiskService service = service(rig.paths(OptionalLong.empty()), "");
    CompletableFuture<ServedDisks> served = start(service);
    rig.runMillis(2_000);
    assertThat(served).isCompleted();

    for (int round = 0; round < 20; round++) {
      told.clear();
      rig.onArray(() -> rig.array.device().remove(1));
      scan(service);
      assertThat(told).as("round %d", round).containsExactly("sda gone");
      assertThat(bytes("")).isEqualTo(-1);

      rig.onArray(() -> rig.array.device().add(InitiatorRig.unit(1)));
      scan(service);
      assertThat(told).containsExactly("sda gone", "sda of " + InitiatorRig.BYTES);
      assertThat(bytes("")).isEqualTo(InitiatorRig.BYTES);
    }
    assertThat(bytes("sdb")).isEqualTo(InitiatorRig.BYTES);
    assertThat(service.heads()).hasSize(2).allMatch(head -> head.paths().size() == 2);
  }

  @Test
  void anotherDiskNeverGetsTheNameThatWasChosenForTheFirst() {
    DiskService service = service(rig.paths(InitiatorRig.one()), "chosen");
    CompletableFuture<ServedDisks> served = start(service);
    rig.runMillis(2_000);
    assertThat(served).isCompleted();

    rig.onArray(() -> {
      rig.array.device().remove(1);
      rig.array.device().add(InitiatorRig.unit(2));
    });
    scan(service);

    assertThat(told).contains("sda gone");
    assertThat(bytes("chosen")).isEqualTo(-1);
    assertThat(bytes("")).isEqualTo(-1);
    assertThat(service.heads()).hasSize(1);
  }

  @Test
  void stoppingTellsNoDiskAsGone() {
    DiskService service = service(rig.paths(InitiatorRig.one()), "");
    CompletableFuture<ServedDisks> served = start(service);
    rig.runMillis(2_000);
    assertThat(served).isCompleted();
    CompletableFuture<Void> stopped = new CompletableFuture<>();

    rig.loop.execute(() -> service.close().thenRun(() -> stopped.complete(null)));
    rig.runMillis(5_000);

    assertThat(stopped).isCompleted();
    assertThat(told).isEmpty();
    assertThat(rig.portal(0).connectionCount()).isZero();
  }
}
