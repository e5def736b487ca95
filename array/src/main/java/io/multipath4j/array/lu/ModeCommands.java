package io.multipath4j.array.lu;

import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.ModeParameters;
import io.multipath4j.scsi.codec.Opcode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** MODE SENSE and MODE SELECT, 6 and 10 (SPC-5 6.13 to 6.16, 7.5). */
final class ModeCommands {

  private static final int BLOCK_DESCRIPTOR_BYTES = 8;
  private static final int LONG_BLOCK_DESCRIPTOR_BYTES = 16;
  private static final int MAX_REPLY_BYTES = 256;
  private static final int SAVED = 3;
  private static final int ALL_SUBPAGES = 0xFF;
  private static final int WP = 0x80;
  private static final int DPOFUA = 0x10;
  private static final int PF_BIT = 0x10;
  private static final int SP_BIT = 0x01;
  private static final int LLBAA_BIT = 0x10;

  private ModeCommands() {}

  static void modeSense(LogicalUnit unit, ScsiTask task) {
    int pageControl = Cdb.modePageControl(task.cdb);
    int subpage = Cdb.modeSubpage(task.cdb);
    if (pageControl == SAVED) {
      task.fail(Condition.SAVING_PARAMETERS_NOT_SUPPORTED);
      return;
    }
    ByteBuffer reply = ByteBuffer.allocate(MAX_REPLY_BYTES);
    boolean six = Cdb.opcode(task.cdb) == Opcode.MODE_SENSE_6;
    header(unit, task, six, reply);
    int pagesAt = reply.position();
    if (subpage == 0 || subpage == ALL_SUBPAGES) {
      int wanted = Cdb.modePage(task.cdb);
      for (int code = 1; code < ModeParameters.ALL_PAGES; code++) {
        byte[] page = unit.modePages().page(code, pageControl);
        if (page != null && (wanted == code || wanted == ModeParameters.ALL_PAGES)) {
          reply.put(page);
        }
      }
    }
    if (reply.position() == pagesAt) {
      task.fail(Condition.INVALID_FIELD_IN_CDB);
      return;
    }
    int length = reply.position();
    if (six) {
      reply.put(0, (byte) (length - 1));
    } else {
      reply.putShort(0, (short) (length - 2));
    }
    task.reply(Arrays.copyOf(reply.array(), length));
  }

  /** Mode parameter header and block descriptor (SPC-5 7.5.6, SBC-4 6.5.2). */
  private static void header(LogicalUnit unit, ScsiTask task, boolean six, ByteBuffer reply) {
    boolean descriptor = !Cdb.modeDisableBlockDescriptors(task.cdb);
    boolean longLba = !six && (task.cdb[1] & LLBAA_BIT) != 0;
    int descriptorBytes =
        !descriptor ? 0 : longLba ? LONG_BLOCK_DESCRIPTOR_BYTES : BLOCK_DESCRIPTOR_BYTES;
    byte specific = (byte) (DPOFUA | (unit.writeProtected() ? WP : 0));
    if (six) {
      reply.put((byte) 0).put((byte) 0).put(specific).put((byte) descriptorBytes);
    } else {
      reply.putShort((short) 0).put((byte) 0).put(specific);
      reply.putShort((short) (longLba ? 0x0100 : 0)).putShort((short) descriptorBytes);
    }
    if (descriptor && longLba) {
      reply.putLong(unit.blockCount()).putInt(0).putInt(unit.blockSize());
    } else if (descriptor) {
      reply.putInt((int) Math.min(unit.blockCount(), 0xFFFF_FFFFL)).putInt(unit.blockSize());
    }
  }

  static void prepareModeSelect(LogicalUnit unit, ScsiTask task) {
    if ((task.cdb[1] & PF_BIT) == 0 || (task.cdb[1] & SP_BIT) != 0) {
      task.fail(Condition.INVALID_FIELD_IN_CDB);
    } else {
      task.wantDataOut(Cdb.allocationLength(task.cdb));
    }
  }

  static void modeSelect(LogicalUnit unit, ScsiTask task) {
    int length = task.dataLength();
    if (length > 0) {
      byte[] list = new byte[length];
      task.bytes().get(0, list);
      List<byte[]> pages = pages(unit, task, list);
      if (task.ended()) {
        return;
      }
      for (byte[] page : pages) {
        unit.modePages().set(page);
      }
      task.target().attention(unit, Condition.MODE_PARAMETERS_CHANGED, task.nexus());
    }
    task.endDataOut(task.dataOutLength());
  }

  /** Returns the pages of a parameter list; ends the task when one cannot be set. */
  private static List<byte[]> pages(LogicalUnit unit, ScsiTask task, byte[] list) {
    boolean six = Cdb.opcode(task.cdb) == Opcode.MODE_SELECT_6;
    int headerBytes = six ? 4 : 8;
    if (list.length < headerBytes) {
      task.fail(Condition.PARAMETER_LIST_LENGTH_ERROR);
      return List.of();
    }
    int descriptorBytes = six ? list[3] & 0xFF : ((list[6] & 0xFF) << 8) | (list[7] & 0xFF);
    int at = headerBytes + descriptorBytes;
    boolean sane = descriptorBytes == 0 || descriptorBytes == BLOCK_DESCRIPTOR_BYTES;
    List<byte[]> pages = new ArrayList<>();
    while (sane && at < list.length) {
      int end = at + 2 + (at + 1 < list.length ? list[at + 1] & 0xFF : 0);
      if (at + 1 >= list.length || end > list.length) {
        task.fail(Condition.PARAMETER_LIST_LENGTH_ERROR);
        return List.of();
      }
      byte[] page = Arrays.copyOfRange(list, at, end);
      sane = unit.modePages().accepts(page);
      pages.add(page);
      at = end;
    }
    if (!sane) {
      task.fail(Condition.INVALID_FIELD_IN_PARAMETER_LIST);
    }
    return pages;
  }
}
