package io.multipath4j.scsi;

import io.multipath4j.scsi.codec.BlockCharacteristics;
import io.multipath4j.scsi.codec.BlockLimitsPage;
import io.multipath4j.scsi.codec.Capacity;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Designator;
import io.multipath4j.scsi.codec.DeviceIdentification;
import io.multipath4j.scsi.codec.LunList;
import io.multipath4j.scsi.codec.ModeParameters;
import io.multipath4j.scsi.codec.Opcode;
import io.multipath4j.scsi.codec.Provisioning;
import io.multipath4j.scsi.codec.ScsiStatus;
import io.multipath4j.scsi.codec.StandardInquiry;
import io.multipath4j.scsi.codec.SupportedPages;
import io.multipath4j.scsi.codec.UnitSerialNumber;
import io.multipath4j.scsi.codec.VpdPage;
import io.multipath4j.scsi.codec.ZoneList;
import io.multipath4j.scsi.codec.ZonedCharacteristics;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;

/** A logical unit that answers the probing commands; what else it gets stays outstanding. */
final class EmulatedUnit implements ScriptedTransport.Target {

  static final String NAA = "600140505200a986f0043c9afa1fd077";

  StandardInquiry inquiry =
      new StandardInquiry(
          0, 0, false, 6, 1, false, false, true, "MPATH4J", "disk", "0001", List.of());
  String serial = "SN-1";
  DeviceIdentification identification =
      new DeviceIdentification(
          List.of(
              Designator.naa(HexFormat.of().parseHex(NAA)),
              Designator.relativeTargetPort(1),
              Designator.targetPortGroup(7)));
  Capacity capacity = new Capacity(0xFFFFF, 512, 3, 0, true, true, false);
  BlockLimitsPage limits = new BlockLimitsPage(true, 0, 8, 1024, 0, 4096, 1, 8, -1, 2048);
  Provisioning provisioning = new Provisioning(0, true, true, false, 1, Provisioning.THIN);
  BlockCharacteristics characteristics = new BlockCharacteristics(1, 0, 0);

  /** Page B6h; null when it is not zoned. */
  ZonedCharacteristics zoned;

  /** The answer to REPORT ZONES; null leaves the command to the test. */
  ZoneList zones;

  ModeParameters mode = new ModeParameters(false, true, true, false);
  List<Long> luns = List.of(0L);

  /** Opcodes (READ CAPACITY(16): that of SERVICE ACTION IN) that are answered with 05/20/00. */
  final Set<Integer> unknown = new HashSet<>();

  /** Pages not listed and refused. */
  final Set<Integer> missingPages = new HashSet<>();

  /** Sense codes that the next commands get, whatever they are. */
  final Queue<Integer> next = new ArrayDeque<>();

  /** A sense code for TEST UNIT READY and READ CAPACITY; 0 for none. */
  int notReady;

  final List<String> seen = new ArrayList<>();

  @Override
  public boolean answer(long lun, ScsiCommand command) {
    byte[] cdb = command.cdb();
    int opcode = Cdb.opcode(cdb);
    seen.add(Opcode.name(opcode));
    Integer sense = next.poll();
    if (sense != null) {
      ScriptedTransport.answerSense(command, sense);
      return true;
    }
    if (unknown.contains(opcode)) {
      ScriptedTransport.answerSense(command, 0x052000);
      return true;
    }
    boolean media =
        opcode == Opcode.TEST_UNIT_READY
            || opcode == Opcode.SERVICE_ACTION_IN_16
            || opcode == Opcode.READ_CAPACITY_10;
    if (media && notReady != 0) {
      ScriptedTransport.answerSense(command, notReady);
      return true;
    }
    switch (opcode) {
      case Opcode.INQUIRY -> {
        byte[] reply = Cdb.inquiryEvpd(cdb) ? page(Cdb.inquiryPage(cdb)) : inquiry.encode();
        if (reply == null) {
          ScriptedTransport.answerSense(command, 0x052400);
        } else {
          ScriptedTransport.answerData(command, reply);
        }
      }
      case Opcode.TEST_UNIT_READY -> command.completeWithStatus(ScsiStatus.GOOD, 0);
      case Opcode.REPORT_LUNS -> ScriptedTransport.answerData(command, LunList.encode(luns));
      case Opcode.SERVICE_ACTION_IN_16 ->
          ScriptedTransport.answerData(command, capacity.encode16());
      case Opcode.READ_CAPACITY_10 -> ScriptedTransport.answerData(command, capacity.encode10());
      case Opcode.MODE_SENSE_10 -> ScriptedTransport.answerData(command, mode.encode10());
      case Opcode.MODE_SENSE_6 -> ScriptedTransport.answerData(command, mode.encode6());
      case Opcode.ZBC_IN -> {
        if (zones == null) {
          return false;
        }
        ScriptedTransport.answerData(command, zones.encode());
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private byte[] page(int code) {
    if (missingPages.contains(code)) {
      return null;
    }
    return switch (code) {
      case VpdPage.SUPPORTED_PAGES -> {
        TreeSet<Integer> pages = new TreeSet<>(Set.of(0x00, 0x80, 0x83, 0xB0, 0xB1, 0xB2));
        if (zoned != null) {
          pages.add(VpdPage.ZONED_CHARACTERISTICS);
        }
        pages.removeAll(missingPages);
        yield SupportedPages.encode(0, pages);
      }
      case VpdPage.UNIT_SERIAL_NUMBER -> UnitSerialNumber.encode(0, serial);
      case VpdPage.DEVICE_IDENTIFICATION -> identification.encode(0);
      case VpdPage.BLOCK_LIMITS -> limits.encode(0);
      case VpdPage.BLOCK_CHARACTERISTICS -> characteristics.encode(0);
      case VpdPage.PROVISIONING -> provisioning.encode(0);
      case VpdPage.ZONED_CHARACTERISTICS -> zoned.encode(0x14);
      default -> null;
    };
  }
}
