package io.multipath4j.scsi.codec;

import static io.multipath4j.scsi.codec.BigEndian.bit;
import static io.multipath4j.scsi.codec.BigEndian.i64;
import static io.multipath4j.scsi.codec.BigEndian.put16;
import static io.multipath4j.scsi.codec.BigEndian.put32;
import static io.multipath4j.scsi.codec.BigEndian.put64;
import static io.multipath4j.scsi.codec.BigEndian.u16;
import static io.multipath4j.scsi.codec.BigEndian.u24;
import static io.multipath4j.scsi.codec.BigEndian.u32;
import static io.multipath4j.scsi.codec.BigEndian.u8;

/**
 * Command descriptor blocks. The builders fill a cleared array in place and allocate nothing; give
 * them {@code command.reset(Cdb.length(opcode), listener).cdb()}. The readers are for a target:
 * they take an array that holds at least {@link #length(int)} bytes of the opcode in byte 0.
 */
public final class Cdb {

  /** READ and WRITE: force unit access (SBC-4, byte 1 bit 3). */
  public static final int FUA = 1 << 3;

  /** READ and WRITE: disable page out (SBC-4, byte 1 bit 4). */
  public static final int DPO = 1 << 4;

  /** WRITE SAME: the blocks may be unmapped (SBC-4, byte 1 bit 3). */
  public static final int UNMAP = 1 << 3;

  /** WRITE SAME: unmapped blocks stay anchored (SBC-4, byte 1 bit 4). */
  public static final int ANCHOR = 1 << 4;

  /** WRITE SAME(16): no Data-Out buffer, the block is all zeroes (SBC-4, byte 1 bit 0). */
  public static final int NDOB = 1;

  /** Longest transfer of the 10-byte forms, in blocks. */
  public static final int MAX_BLOCKS_10 = 0xFFFF;

  /** Highest LBA of the 10-byte forms. */
  public static final long MAX_LBA_10 = 0xFFFF_FFFFL;

  private Cdb() {}

  /**
   * Returns the CDB's length that the opcode's group code announces (SPC-4 4.2.5.1): 6, 10, 12 or
   * 16; 0 for variable-length, reserved and vendor-specific groups.
   */
  public static int length(int opcode) {
    return switch (opcode >> 5 & 7) {
      case 0 -> 6;
      case 1, 2 -> 10;
      case 4 -> 16;
      case 5 -> 12;
      default -> 0;
    };
  }

  /** Operation code of commands whose length is in byte 7 (SPC-5 4.2.3). */
  private static final int VARIABLE_LENGTH = 0x7F;

  /** Longest variable-length CDB that is taken, in bytes. */
  public static final int MAX_VARIABLE_BYTES = 32;

  /**
   * Returns what is wrong with the length of a CDB: it must be what the operation code's group says
   * ({@link #length}); 12 to {@value #MAX_VARIABLE_BYTES} bytes, and as byte 7 says, for a
   * variable-length one; 6, 10, 12 or 16 for reserved and vendor-specific groups.
   *
   * @return a clause for a person; empty when nothing is wrong
   */
  public static String lengthProblem(byte[] cdb) {
    if (cdb.length == 0) {
      return "the CDB is empty";
    }
    int opcode = cdb[0] & 0xFF;
    int expected = length(opcode);
    boolean fits;
    String wanted;
    if (opcode == VARIABLE_LENGTH) {
      fits =
          cdb.length >= 12
              && cdb.length <= MAX_VARIABLE_BYTES
              && cdb.length % 4 == 0
              && u8(cdb, 7) == cdb.length - 8;
      wanted = "12 to " + MAX_VARIABLE_BYTES + ", a multiple of 4, with what is beyond 8 in byte 7";
    } else if (expected == 0) {
      fits = cdb.length == 6 || cdb.length == 10 || cdb.length == 12 || cdb.length == 16;
      wanted = "6, 10, 12 or 16";
    } else {
      fits = cdb.length == expected;
      wanted = String.valueOf(expected);
    }
    return fits
        ? ""
        : "a CDB of %d bytes for operation code %02Xh: expected %s"
            .formatted(cdb.length, opcode, wanted);
  }

  // ---- builders -----------------------------------------------------------------------------

  /** TEST UNIT READY (SPC-4 6.47), 6 bytes. */
  public static void testUnitReady(byte[] cdb) {
    cdb[0] = Opcode.TEST_UNIT_READY;
  }

  /** REQUEST SENSE (SPC-4 6.39) for fixed format, 6 bytes. */
  public static void requestSense(byte[] cdb, int allocationLength) {
    cdb[0] = Opcode.REQUEST_SENSE;
    cdb[4] = (byte) allocationLength;
  }

  /** INQUIRY (SPC-4 6.6) for the standard data, 6 bytes. */
  public static void inquiry(byte[] cdb, int allocationLength) {
    cdb[0] = Opcode.INQUIRY;
    put16(cdb, 3, allocationLength);
  }

  /** INQUIRY (SPC-4 6.6) for a page of vital product data, 6 bytes. */
  public static void inquiryVpd(byte[] cdb, int pageCode, int allocationLength) {
    inquiry(cdb, allocationLength);
    cdb[1] = 1;
    cdb[2] = (byte) pageCode;
  }

  /** REPORT LUNS (SPC-4 6.33) without well-known ones (SELECT REPORT 00h), 12 bytes. */
  public static void reportLuns(byte[] cdb, int allocationLength) {
    cdb[0] = (byte) Opcode.REPORT_LUNS;
    put32(cdb, 6, allocationLength);
  }

  /** READ CAPACITY(10) (SBC-4), 10 bytes. */
  public static void readCapacity10(byte[] cdb) {
    cdb[0] = Opcode.READ_CAPACITY_10;
  }

  /** READ CAPACITY(16) (SBC-4), 16 bytes. */
  public static void readCapacity16(byte[] cdb, int allocationLength) {
    cdb[0] = (byte) Opcode.SERVICE_ACTION_IN_16;
    cdb[1] = Opcode.SA_READ_CAPACITY_16;
    put32(cdb, 10, allocationLength);
  }

  /**
   * READ(10) (SBC-4), 10 bytes.
   *
   * @param flags {@link #FUA}, {@link #DPO}
   */
  public static void read10(byte[] cdb, long lba, int blocks, int flags) {
    transfer10(cdb, Opcode.READ_10, lba, blocks, flags);
  }

  /** WRITE(10) (SBC-4), 10 bytes; flags as for {@link #read10}. */
  public static void write10(byte[] cdb, long lba, int blocks, int flags) {
    transfer10(cdb, Opcode.WRITE_10, lba, blocks, flags);
  }

  /** READ(16) (SBC-4), 16 bytes; flags as for {@link #read10}. */
  public static void read16(byte[] cdb, long lba, int blocks, int flags) {
    transfer16(cdb, Opcode.READ_16, lba, blocks, flags);
  }

  /** WRITE(16) (SBC-4), 16 bytes; flags as for {@link #read10}. */
  public static void write16(byte[] cdb, long lba, int blocks, int flags) {
    transfer16(cdb, Opcode.WRITE_16, lba, blocks, flags);
  }

  /** SYNCHRONIZE CACHE(10) (SBC-4), 10 bytes; 0 blocks mean up to the last one. */
  public static void synchronizeCache10(byte[] cdb, long lba, int blocks) {
    transfer10(cdb, Opcode.SYNCHRONIZE_CACHE_10, lba, blocks, 0);
  }

  /** SYNCHRONIZE CACHE(16) (SBC-4), 16 bytes; 0 blocks mean up to the last one. */
  public static void synchronizeCache16(byte[] cdb, long lba, int blocks) {
    transfer16(cdb, Opcode.SYNCHRONIZE_CACHE_16, lba, blocks, 0);
  }

  /**
   * WRITE SAME(10) (SBC-4), 10 bytes.
   *
   * @param flags {@link #UNMAP}, {@link #ANCHOR}
   */
  public static void writeSame10(byte[] cdb, long lba, int blocks, int flags) {
    transfer10(cdb, Opcode.WRITE_SAME_10, lba, blocks, flags);
  }

  /**
   * WRITE SAME(16) (SBC-4), 16 bytes.
   *
   * @param blocks an unsigned 32-bit number
   * @param flags {@link #UNMAP}, {@link #ANCHOR}, {@link #NDOB}
   */
  public static void writeSame16(byte[] cdb, long lba, int blocks, int flags) {
    transfer16(cdb, Opcode.WRITE_SAME_16, lba, blocks, flags);
  }

  /**
   * UNMAP (SBC-4), 10 bytes.
   *
   * @param parameterListLength length in bytes of the {@link UnmapList} that goes with it
   */
  public static void unmap(byte[] cdb, int parameterListLength) {
    cdb[0] = Opcode.UNMAP;
    put16(cdb, 7, parameterListLength);
  }

  /** MODE SENSE(6) (SPC-4 6.13) of current values without block descriptors, 6 bytes. */
  public static void modeSense6(byte[] cdb, int pageCode, int allocationLength) {
    cdb[0] = Opcode.MODE_SENSE_6;
    cdb[1] = 1 << 3;
    cdb[2] = (byte) pageCode;
    cdb[4] = (byte) allocationLength;
  }

  /** MODE SENSE(10) (SPC-4 6.14) of current values without block descriptors, 10 bytes. */
  public static void modeSense10(byte[] cdb, int pageCode, int allocationLength) {
    cdb[0] = Opcode.MODE_SENSE_10;
    cdb[1] = 1 << 3;
    cdb[2] = (byte) pageCode;
    put16(cdb, 7, allocationLength);
  }

  /**
   * PERSISTENT RESERVE IN (SPC-5 6.15), 10 bytes.
   *
   * @param serviceAction {@link PersistentReserve#READ_KEYS} and others
   * @param allocationLength 0 to 65535
   */
  public static void persistentReserveIn(byte[] cdb, int serviceAction, int allocationLength) {
    cdb[0] = Opcode.PERSISTENT_RESERVE_IN;
    cdb[1] = (byte) serviceAction;
    put16(cdb, 7, allocationLength);
  }

  /**
   * PERSISTENT RESERVE OUT (SPC-5 6.16) of the logical unit, 10 bytes.
   *
   * @param serviceAction {@link PersistentReserve#REGISTER} and others
   * @param type code of the {@link ReservationType}; 0 where there is none
   * @param parameterListLength length in bytes of the {@link ReservationOutList} or {@link
   *     ReservationMoveList} that goes with it
   */
  public static void persistentReserveOut(
      byte[] cdb, int serviceAction, int type, int parameterListLength) {
    cdb[0] = Opcode.PERSISTENT_RESERVE_OUT;
    cdb[1] = (byte) serviceAction;
    cdb[2] = (byte) type;
    put32(cdb, 5, parameterListLength);
  }

  /**
   * REPORT ZONES (ZBC-2 5.11), 16 bytes.
   *
   * @param lba the first zone is the one that has it
   * @param options which zones: {@link ZoneList#ALL} and others
   * @param partial the announced length counts only what fits the allocation length
   */
  public static void reportZones(
      byte[] cdb, long lba, int options, boolean partial, int allocationLength) {
    cdb[0] = (byte) Opcode.ZBC_IN;
    cdb[1] = Opcode.SA_REPORT_ZONES;
    put64(cdb, 2, lba);
    put32(cdb, 10, allocationLength);
    cdb[14] = (byte) (options | (partial ? 0x80 : 0));
  }

  /**
   * OPEN, CLOSE, FINISH ZONE or RESET WRITE POINTER (ZBC-2 5), 16 bytes.
   *
   * @param serviceAction {@link Opcode#SA_OPEN_ZONE} and others
   * @param zone its first LBA; 0 with {@code all}
   * @param all all zones, and not one
   */
  public static void zoneAction(byte[] cdb, int serviceAction, long zone, boolean all) {
    cdb[0] = (byte) Opcode.ZBC_OUT;
    cdb[1] = (byte) serviceAction;
    put64(cdb, 2, zone);
    cdb[14] = (byte) (all ? 1 : 0);
  }

  private static void transfer10(byte[] cdb, int opcode, long lba, int blocks, int flags) {
    cdb[0] = (byte) opcode;
    cdb[1] = (byte) flags;
    put32(cdb, 2, (int) lba);
    put16(cdb, 7, blocks);
  }

  private static void transfer16(byte[] cdb, int opcode, long lba, int blocks, int flags) {
    cdb[0] = (byte) opcode;
    cdb[1] = (byte) flags;
    put64(cdb, 2, lba);
    put32(cdb, 10, blocks);
  }

  // ---- readers ------------------------------------------------------------------------------

  /** Returns the operation code. */
  public static int opcode(byte[] cdb) {
    return u8(cdb, 0);
  }

  /** Returns the service action of the opcodes that have one: byte 1, bits 4 to 0. */
  public static int serviceAction(byte[] cdb) {
    return cdb[1] & 0x1F;
  }

  /**
   * Returns the logical block address of a 6, 10, 12 or 16 byte medium access command. The 16-byte
   * form is unsigned: a negative result is beyond every medium.
   */
  public static long lba(byte[] cdb) {
    return switch (length(opcode(cdb))) {
      case 6 -> u24(cdb, 1) & 0x1F_FFFF;
      case 16 -> i64(cdb, 2);
      default -> u32(cdb, 2);
    };
  }

  /**
   * Returns the number of logical blocks of a 6, 10, 12 or 16 byte medium access command. For
   * READ(6) and WRITE(6) a zero in the CDB means 256, which is what is returned; for COMPARE AND
   * WRITE it is the single byte 13.
   */
  public static long blocks(byte[] cdb) {
    int opcode = opcode(cdb);
    if (opcode == Opcode.COMPARE_AND_WRITE) {
      return u8(cdb, 13);
    }
    return switch (length(opcode)) {
      case 6 -> cdb[4] == 0 ? 256 : u8(cdb, 4);
      case 10 -> u16(cdb, 7);
      case 12 -> u32(cdb, 6);
      default -> u32(cdb, 10);
    };
  }

  /** Tells whether a READ or WRITE of 10 bytes or more has the FUA bit. */
  public static boolean fua(byte[] cdb) {
    return (cdb[1] & FUA) != 0;
  }

  /** Tells whether WRITE SAME has the UNMAP bit. */
  public static boolean writeSameUnmap(byte[] cdb) {
    return (cdb[1] & UNMAP) != 0;
  }

  /** Tells whether WRITE SAME(16) has the NDOB bit. */
  public static boolean noDataOut(byte[] cdb) {
    return (cdb[1] & NDOB) != 0;
  }

  /** Returns the RDPROTECT, WRPROTECT or VRPROTECT field: byte 1, bits 7 to 5. */
  public static int protect(byte[] cdb) {
    return u8(cdb, 1) >> 5;
  }

  /** Returns the scope of PERSISTENT RESERVE OUT: byte 2, bits 7 to 4. */
  public static int reservationScope(byte[] cdb) {
    return u8(cdb, 2) >> 4;
  }

  /** Returns the type code of PERSISTENT RESERVE OUT: byte 2, bits 3 to 0. */
  public static int reservationType(byte[] cdb) {
    return cdb[2] & 0xF;
  }

  /** Returns which zones REPORT ZONES asks for: byte 14, bits 5 to 0. */
  public static int zoneReportingOptions(byte[] cdb) {
    return cdb[14] & 0x3F;
  }

  /** Tells whether REPORT ZONES has the PARTIAL bit. */
  public static boolean zonePartialReport(byte[] cdb) {
    return bit(cdb, 14, 7);
  }

  /** Tells whether a zone action is for all zones. */
  public static boolean allZones(byte[] cdb) {
    return bit(cdb, 14, 0);
  }

  /** Tells whether INQUIRY asks for vital product data. */
  public static boolean inquiryEvpd(byte[] cdb) {
    return bit(cdb, 1, 0);
  }

  /** Returns the page code of INQUIRY. */
  public static int inquiryPage(byte[] cdb) {
    return u8(cdb, 2);
  }

  /** Returns the page code of MODE SENSE: byte 2, bits 5 to 0. */
  public static int modePage(byte[] cdb) {
    return cdb[2] & 0x3F;
  }

  /** Returns the subpage code of MODE SENSE. */
  public static int modeSubpage(byte[] cdb) {
    return u8(cdb, 3);
  }

  /** Returns the page control of MODE SENSE: 0 current, 1 changeable, 2 default, 3 saved. */
  public static int modePageControl(byte[] cdb) {
    return u8(cdb, 2) >> 6;
  }

  /** Tells whether MODE SENSE asks for no block descriptors. */
  public static boolean modeDisableBlockDescriptors(byte[] cdb) {
    return bit(cdb, 1, 3);
  }

  /**
   * Returns the allocation length or parameter list length in bytes, an unsigned number, of the
   * commands that have one; 0 for the others.
   */
  public static long allocationLength(byte[] cdb) {
    return switch (opcode(cdb)) {
      case Opcode.REQUEST_SENSE, Opcode.MODE_SENSE_6, Opcode.MODE_SELECT_6 -> u8(cdb, 4);
      case Opcode.INQUIRY -> u16(cdb, 3);
      case Opcode.MODE_SENSE_10,
          Opcode.MODE_SELECT_10,
          Opcode.UNMAP,
          Opcode.PERSISTENT_RESERVE_IN ->
          u16(cdb, 7);
      case Opcode.PERSISTENT_RESERVE_OUT -> u32(cdb, 5);
      case Opcode.REPORT_LUNS, Opcode.MAINTENANCE_IN, Opcode.MAINTENANCE_OUT -> u32(cdb, 6);
      case Opcode.SERVICE_ACTION_IN_16, Opcode.ZBC_IN -> u32(cdb, 10);
      default -> 0;
    };
  }
}
