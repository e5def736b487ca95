package io.multipath4j.scsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Lun;
import io.multipath4j.scsi.codec.LunList;
import io.multipath4j.scsi.codec.Opcode;
import io.multipath4j.scsi.codec.Sense;
import io.multipath4j.scsi.codec.SenseKey;
import io.multipath4j.scsi.codec.StandardInquiry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HostScanTest {

  private static final int LUNS_CHANGED = 0x063F0E;

  private final ManualLoop loop = new ManualLoop();
  private final ScriptedTransport transport = new ScriptedTransport(loop);
  private final ScsiHost host = new ScsiHost(3, transport, loop, ScsiTimeouts.DEFAULTS);
  private final List<String> heard = new ArrayList<>();

  /** What the target has, lists, and does. */
  private final Map<Integer, EmulatedUnit> units = new TreeMap<>();

  private final Set<Integer> listed = new TreeSet<>();
  private final Set<Integer> hanging = new TreeSet<>();
  private int listSense;
  private int lists;
  private int inquiries;
  private int mostAsked;

  @BeforeEach
  void answerAndListen() {
    transport.target = this::answer;
    host.addListener(
        new ScsiHostListener() {
          @Override
          public void deviceAdded(ScsiDevice device) {
            heard.add("+" + device.address());
          }

          @Override
          public void deviceRemoved(ScsiDevice device) {
            heard.add("-" + device.address());
          }

          @Override
          public void logicalUnitFailed(ScsiHost failing, long lun, String reason) {
            heard.add("!" + Lun.text(lun));
          }

          @Override
          public void hostClosed(ScsiHost closed) {
            heard.add("closed");
          }
        });
  }

  private boolean answer(long lun, ScsiCommand command) {
    int opcode = Cdb.opcode(command.cdb());
    int number = Lun.number(lun);
    if (opcode == Opcode.REPORT_LUNS) {
      lists++;
      if (listSense != 0) {
        ScriptedTransport.answerSense(command, listSense);
      } else {
        ScriptedTransport.answerData(
            command, LunList.encode(listed.stream().map(Lun::of).toList()));
      }
      return true;
    }
    mostAsked = Math.max(mostAsked, transport.outstanding.size() + 1);
    if (opcode == Opcode.INQUIRY) {
      inquiries++;
    }
    if (hanging.contains(number)) {
      return false;
    }
    EmulatedUnit unit = units.get(number);
    if (unit == null) {
      ScriptedTransport.answerSense(command, 0x052500);
      return true;
    }
    return unit.answer(lun, command);
  }

  private EmulatedUnit map(int lun) {
    EmulatedUnit unit = new EmulatedUnit();
    unit.serial = "SN-" + lun;
    units.put(lun, unit);
    listed.add(lun);
    return unit;
  }

  private void unmap(int lun) {
    units.remove(lun);
    listed.remove(lun);
  }

  private <T> T await(CompletableFuture<T> future) {
    for (int i = 0; i < 10_000 && !future.isDone(); i++) {
      loop.advance(10);
    }
    assertThat(future).as("done within 100 s").isDone();
    return future.join();
  }

  private ScanResult scan() {
    return await(host.scan(ScanPattern.ALL));
  }

  private String failedScan() {
    CompletableFuture<ScanResult> scan = host.scan(ScanPattern.ALL);
    loop.advance(60_000);
    assertThat(scan).isCompletedExceptionally();
    return HostScan.cause(scan.exceptionNow()).getMessage();
  }

  private List<Integer> luns() {
    return host.devices().stream().map(d -> Lun.number(d.address().lun())).toList();
  }

  private void attention(int lun, int sense) {
    units.get(lun).next.add(sense);
    ScsiDevice device = host.device(Lun.of(lun));
    var _ = device.control(Opcode.TEST_UNIT_READY, 0, Cdb::testUnitReady);
    loop.run();
  }

  // ---- what a scan finds ------------------------------------------------------------------------

  @Test
  void everyListedLunBecomesADevice() {
    map(0);
    map(7);
    map(300);
    ScanResult result = scan();
    assertThat(luns()).containsExactly(0, 7, 300);
    assertThat(result.added()).hasSize(3).allMatch(d -> d.state() == DeviceState.RUNNING);
    assertThat(heard).containsExactlyInAnyOrder("+3:0:0:0", "+3:0:0:7", "+3:0:0:300");
    assertThat(host.outstanding()).isZero();
  }

  @Test
  void aSecondScanFindsTheSameDevicesAndAsksThemWhoTheyAre() {
    map(1);
    scan();
    ScsiDevice device = host.device(Lun.of(1));
    int before = inquiries;
    ScanResult result = scan();
    assertThat(result.present()).containsExactly(device);
    assertThat(result.added()).isEmpty();
    assertThat(inquiries).isGreaterThan(before);
    assertThat(heard).hasSize(1);
  }

  @Test
  void aLunThatWasMappedLaterIsFoundByTheNextScan() {
    map(1);
    scan();
    map(2);
    assertThat(scan().added()).extracting(d -> Lun.number(d.address().lun())).containsExactly(2);
  }

  @Test
  void oneLunAloneIsProbedWhateverIsListed() {
    map(1);
    map(2);
    listed.clear();
    assertThat(await(host.scan(ScanPattern.parse("- - 2"))).added()).hasSize(1);
    assertThat(luns()).containsExactly(2);
    assertThat(lists).isZero();
  }

  @Test
  void aHostHasOneTargetOnly() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> host.scan(ScanPattern.parse("1 0 -")))
        .withMessageContaining("channel 0 with target 0 only");
  }

  @Test
  void manyLunsAreProbedSomeAtATime() {
    for (int lun = 0; lun < 100; lun++) {
      map(lun);
    }
    assertThat(scan().added()).hasSize(100);
    assertThat(mostAsked).isEqualTo(HostScan.MAX_PROBES);
  }

  // ---- what a scan loses ------------------------------------------------------------------------

  @Test
  void aLunThatVanishedIsRemoved() {
    map(1);
    map(2);
    scan();
    unmap(2);
    ScanResult result = scan();
    assertThat(result.removed()).hasSize(1).allMatch(d -> d.state() == DeviceState.DELETED);
    assertThat(luns()).containsExactly(1);
    assertThat(heard.getLast()).isEqualTo("-3:0:0:2");
  }

  @Test
  void aLunThatIsNotListedButAnswersStays() {
    map(1);
    map(2);
    scan();
    listed.remove(2);
    assertThat(scan().removed()).isEmpty();
    assertThat(luns()).containsExactly(1, 2);
  }

  @Test
  void aLunThatIsNotListedAndSilentStays() {
    map(1);
    map(2);
    scan();
    unmap(2);
    hanging.add(2);
    ScanResult result = scan();
    assertThat(result.removed()).isEmpty();
    assertThat(result.failed().get(Lun.of(2))).contains("no answer within");
  }

  @Test
  void anEmptyListRemovesNothing() {
    map(1);
    scan();
    listed.clear();
    units.clear();
    assertThat(failedScan())
        .isEqualTo(
            "iqn.2026-01.example:disk: lists no logical units at all; its 1 known ones stay."
                + " Check what the target maps to this initiator");
    assertThat(luns()).containsExactly(1);
  }

  @Test
  void anErrorInsteadOfAListRemovesNothing() {
    map(1);
    scan();
    units.clear();
    listSense = 0x050000;
    assertThat(failedScan()).contains("REPORT LUNS");
    assertThat(luns()).containsExactly(1);
  }

  @Test
  void aLostTransportRemovesNothing() {
    map(1);
    scan();
    units.clear();
    transport.drop("gone");
    failedScan();
    assertThat(luns()).containsExactly(1);
  }

  // ---- trouble ----------------------------------------------------------------------------------

  @Test
  void aLunThatHangsDoesNotHoldTheOthers() {
    for (int lun = 1; lun <= 20; lun++) {
      map(lun);
    }
    hanging.addAll(Set.of(1, 2, 3));
    CompletableFuture<ScanResult> scan = host.scan(ScanPattern.ALL);
    loop.advance(100);
    assertThat(luns()).hasSize(17);
    assertThat(scan).isNotDone();
    ScanResult result = await(scan);
    assertThat(result.failed()).containsOnlyKeys(Lun.of(1), Lun.of(2), Lun.of(3));
    assertThat(result.failed().get(Lun.of(1))).contains("LUN 1").contains("within 10000 ms");
    loop.advance(60_000);
    assertThat(transport.outstanding).as("aborted").isEmpty();
  }

  @Test
  void aLunThatFailsIsReportedOnceAndLeftAloneForLongerAndLonger() {
    map(1);
    map(2).inquiry =
        new StandardInquiry(
            1, 0x1F, false, 6, 0, false, false, true, "MPATH4J", "disk", "0001", List.of());
    List<Integer> tries = new ArrayList<>();
    for (int second = 0; second < 40; second++) {
      int before = units.get(2).seen.size();
      scan();
      if (units.get(2).seen.size() > before) {
        tries.add(second);
      }
      loop.advance(1_000);
    }
    assertThat(tries).containsExactly(0, 1, 3, 7, 15, 31);
    assertThat(heard).containsExactlyInAnyOrder("+3:0:0:1", "!2");
    loop.advance(600_000);
    assertThat(units.get(2).seen).as("nothing is tried by the clock alone").hasSize(tries.size());
    units.get(2).inquiry = units.get(1).inquiry;
    assertThat(scan().added()).hasSize(1);
  }

  @Test
  void theReturnOfTheTransportTriesWhatFailed() {
    map(1);
    listed.add(2);
    scan();
    map(2);
    transport.drop("gone");
    transport.restore();
    loop.advance(1_000);
    assertThat(luns()).containsExactly(1, 2);
  }

  // ---- scans by itself --------------------------------------------------------------------------

  @Test
  void aWordOfManyLunsMakesOneScan() {
    map(1);
    map(2);
    scan();
    map(3);
    lists = 0;
    attention(1, LUNS_CHANGED);
    attention(2, LUNS_CHANGED);
    loop.advance(1_000);
    assertThat(lists).isEqualTo(1);
    assertThat(luns()).containsExactly(1, 2, 3);
    loop.advance(100_000);
    assertThat(lists).isEqualTo(1);
  }

  @Test
  void anEventOfALunThatIsNoDeviceCountsToo() {
    map(1);
    scan();
    map(2);
    byte[] sense = Sense.fixed(SenseKey.UNIT_ATTENTION, 0x3F, 0x0E);
    transport.asyncEvent(Lun.of(2), sense);
    loop.advance(1_000);
    assertThat(luns()).containsExactly(1, 2);
  }

  @Test
  void aHostThatWasNeverScannedFindsNothingByItself() {
    map(1);
    await(host.probe(Lun.of(1)));
    map(2);
    attention(1, LUNS_CHANGED);
    transport.drop("gone");
    transport.restore();
    loop.advance(10_000);
    assertThat(luns()).containsExactly(1);
  }

  @Test
  void aTargetThatReportsAChangeWithEveryCommandCostsABoundedRate() {
    map(1);
    scan();
    lists = 0;
    EmulatedUnit unit = units.get(1);
    ScriptedTransport.Target honest = transport.target;
    transport.target =
        (lun, command) -> {
          boolean media = Cdb.opcode(command.cdb()) == Opcode.TEST_UNIT_READY;
          if (media) {
            unit.next.add(LUNS_CHANGED);
          }
          return honest.answer(lun, command);
        };
    attention(1, LUNS_CHANGED);
    loop.advance(600_000);
    assertThat(lists).as("in ten minutes").isBetween(5, 20);
  }

  @Test
  void aClosedHostIsToldAndScansNoMore() {
    map(1);
    scan();
    attention(1, LUNS_CHANGED);
    host.close();
    lists = 0;
    loop.advance(10_000);
    assertThat(heard).containsExactly("+3:0:0:1", "-3:0:0:1", "closed");
    assertThat(lists).isZero();
  }

  @Test
  void aDeviceThatIsAnotherUnitAtARescanIsTakenOut() {
    map(1);
    scan();
    ScsiDevice device = host.device(Lun.of(1));
    units.get(1).serial = "SN-other";
    scan();
    loop.advance(1_000);
    assertThat(device.state()).isEqualTo(DeviceState.OFFLINE);
    units.get(1).serial = "SN-1";
    scan();
    loop.advance(1_000);
    assertThat(device.state())
        .as("only an operator sets it running")
        .isEqualTo(DeviceState.OFFLINE);
  }

  // ---- listeners --------------------------------------------------------------------------------

  @Test
  void aListenerThatThrowsKeepsNobodyElseFromHearingAndNoScanFromEnding() {
    List<String> told = new ArrayList<>();
    host.addListener(
        new ScsiHostListener() {
          @Override
          public void deviceAdded(ScsiDevice device) {
            throw new IllegalStateException("listener's bug");
          }

          @Override
          public void deviceRemoved(ScsiDevice device) {
            throw new IllegalStateException("listener's bug");
          }

          @Override
          public void logicalUnitFailed(ScsiHost failing, long lun, String reason) {
            throw new IllegalStateException("listener's bug");
          }

          @Override
          public void hostClosed(ScsiHost closed) {
            throw new IllegalStateException("listener's bug");
          }
        });
    host.addListener(
        new ScsiHostListener() {
          @Override
          public void deviceAdded(ScsiDevice device) {
            told.add("+" + device.address());
          }

          @Override
          public void hostClosed(ScsiHost closed) {
            told.add("closed");
          }
        });
    map(0);
    map(1);
    listed.add(2); // is not there
    ScanResult result = scan();
    assertThat(result.added()).hasSize(2);
    assertThat(result.failed()).hasSize(1);
    unmap(1);
    assertThat(scan().removed()).hasSize(1);
    assertThat(scan().present()).hasSize(1);
    host.close();
    assertThat(told).containsExactly("+3:0:0:0", "+3:0:0:1", "closed");
    assertThat(transport.isUp()).isFalse();
  }

  @Test
  void aDeviceThatIsRemovedDuringAScanIsNotPresentAfterIt() {
    map(0);
    map(1);
    scan();
    hanging.add(1);
    CompletableFuture<ScanResult> scan = host.scan(ScanPattern.ALL);
    loop.advance(10);
    assertThat(scan).isNotDone();
    host.remove(host.device(Lun.of(1)));
    assertThat(await(scan).present()).extracting(ScsiDevice::address).hasSize(1);
  }

  @Test
  void onlySoManyScansWait() {
    map(0);
    List<CompletableFuture<ScanResult>> scans = new ArrayList<>();
    for (int i = 0; i < HostScanner.MAX_SCANS; i++) {
      scans.add(host.scan(ScanPattern.ALL));
    }
    assertThat(host.scan(ScanPattern.ALL).exceptionNow())
        .hasMessageContaining("host 3: 64 scans are under way or wait");
    scans.forEach(this::await);
    assertThat(await(host.scan(ScanPattern.ALL)).present()).hasSize(1);
  }
}
