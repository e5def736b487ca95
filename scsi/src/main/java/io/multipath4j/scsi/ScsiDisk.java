package io.multipath4j.scsi;

import io.multipath4j.block.Bio;
import io.multipath4j.block.BioOp;
import io.multipath4j.block.BioSplitter;
import io.multipath4j.block.BlockDevice;
import io.multipath4j.block.BlockLimits;
import io.multipath4j.block.BlockOperations;
import io.multipath4j.block.BlockStatus;
import io.multipath4j.scsi.ScsiCommand.Direction;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.Opcode;
import io.multipath4j.scsi.codec.Sense;
import io.multipath4j.scsi.codec.SenseKey;
import io.multipath4j.scsi.codec.UnmapList;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A disk: bios become commands of a {@link ScsiDevice}.
 *
 * <p>A bio within {@link #limits()} is one command, a longer one is several. READ and WRITE use the
 * 10-byte form where address and length fit, because every disk has it, else the 16-byte form. A
 * FUA write to a device with a volatile cache and no FUA of its own is followed by SYNCHRONIZE
 * CACHE before it completes. A FLUSH of a device without a volatile cache is done at once. A
 * discard or WRITE_ZEROES that the device has no command for ends with NOTSUPP; to write zeroes
 * instead is for whoever is above.
 *
 * <p>A device that was ready and is not when it is asked again keeps its size and limits: whether
 * it takes I/O is for its answers to tell.
 *
 * <p>Bios with {@link Bio#FAIL_FAST} never wait for a lost transport. Bios beyond the queue depth
 * wait in the device, {@link #MAX_BIOS} in all.
 */
public final class ScsiDisk implements BlockDevice {

  /** The most bios that a disk has at a time; one more ends with RESOURCE. */
  public static final int MAX_BIOS = 65_536;

  private static final System.Logger LOG = System.getLogger(ScsiDisk.class.getName());

  /** A zone action moves no data, but may have as much to do as a device has zones. */
  private static final long ZONE_ACTION_MILLIS = 60_000;

  private static final int INVALID_OPCODE = 0x2000;
  private static final int INVALID_FIELD_IN_CDB = 0x2400;

  private final String name;
  private final ScsiDevice device;
  private final ScsiDiskOperations operations;
  private final BioSplitter splitter = new BioSplitter(this::start);
  private volatile DiskLimits limits;

  private final ScsiDeviceListener watch =
      new ScsiDeviceListener() {
        @Override
        public void propertiesChanged(
            ScsiDevice changed, DeviceProperties before, DeviceProperties after) {
          if (after.capacity() != null || known.capacity() == null) {
            known = after;
            workOutLimits();
          }
        }
      };

  /** What the device told when it last was ready. */
  private DeviceProperties known;

  private ByteBuffer zeroes;
  private @Nullable DiskSlot idle;
  private int slots;
  private boolean noDiscard;
  private boolean noWriteSame;

  /**
   * Makes the disk of a probed device. Loop thread.
   *
   * @param name such as {@code sda}
   * @throws IllegalArgumentException when the device was not probed
   */
  public ScsiDisk(String name, ScsiDevice device) {
    DeviceProperties told = device.properties();
    if (told == null) {
      throw new IllegalArgumentException(device + ": not probed yet");
    }
    this.name = name;
    this.device = device;
    this.operations = new ScsiDiskOperations(this);
    this.known = told;
    this.limits = DiskLimits.of(told, device.host().transport(), false, false);
    this.zeroes = ByteBuffer.allocateDirect(limits.block().logicalBlockBytes());
    device.addListener(watch);
  }

  /**
   * Ends the disk's interest in its device, which may live on: I/O still goes there, but what the
   * device tells from now on changes nothing here. Loop thread.
   */
  public void letGo() {
    device.removeListener(watch);
  }

  /** Returns the device under this disk. Any thread. */
  public ScsiDevice device() {
    return device;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long capacityBytes() {
    DiskLimits now = limits;
    return now.blocks() << now.blockShift();
  }

  @Override
  public BlockLimits limits() {
    return limits.block();
  }

  @Override
  public BlockOperations operations() {
    return operations;
  }

  private void workOutLimits() {
    limits = DiskLimits.of(known, device.host().transport(), noDiscard, noWriteSame);
    if (zeroes.capacity() < limits.block().logicalBlockBytes()) {
      zeroes = ByteBuffer.allocateDirect(limits.block().logicalBlockBytes());
    }
  }

  @Override
  public void submit(Bio bio) {
    DiskLimits now = limits;
    BlockStatus end = endWithoutCommand(bio, now);
    if (end == null) {
      splitter.submit(bio, now.block());
    } else {
      bio.complete(end);
    }
  }

  /** Returns how a bio ends that needs no command, or cannot have one; else null. */
  private @Nullable BlockStatus endWithoutCommand(Bio bio, DiskLimits now) {
    BlockLimits block = now.block();
    if (bio.op() == BioOp.FLUSH) {
      return block.volatileCache() ? null : BlockStatus.OK;
    }
    if (now.blocks() == 0) {
      return BlockStatus.IOERR; // not ready when it was probed; another path may know better
    }
    BlockStatus check = block.check(bio, now.blocks() << now.blockShift());
    if (check != BlockStatus.OK) {
      return check;
    }
    boolean slow = bio.op() == BioOp.WRITE_ZEROES && !unmaps(bio, now);
    return slow && bio.has(Bio.FAST_ONLY) ? BlockStatus.NOTSUPP : null;
  }

  /** Starts a bio that one command can do. */
  private void start(Bio bio) {
    DiskLimits now = limits;
    if (now.block().maxBytes(bio.op()) == 0) {
      bio.complete(BlockStatus.NOTSUPP); // found out while the pieces before this one were done
      return;
    }
    DiskSlot slot = idle;
    if (slot != null) {
      idle = slot.nextIdle;
      slot.nextIdle = null;
    } else if (slots < MAX_BIOS) {
      slots++;
      slot = new DiskSlot(this);
    } else {
      bio.complete(BlockStatus.RESOURCE);
      return;
    }
    slot.bio = bio;
    slot.flushing = false;
    prepare(slot, bio, now);
    device.execute(slot.request);
  }

  private static boolean unmaps(Bio zeroing, DiskLimits now) {
    return now.unmapZeroes() && !zeroing.has(Bio.NO_UNMAP);
  }

  // ---- from bio to command ----------------------------------------------------------------------

  private void prepare(DiskSlot slot, Bio bio, DiskLimits now) {
    switch (bio.op()) {
      case READ, WRITE -> prepareTransfer(slot.request, bio, now);
      case FLUSH -> prepareFlush(slot.request, bio, now);
      case DISCARD -> prepareDiscard(slot, bio, now);
      case WRITE_ZEROES -> {
        int unmap = unmaps(bio, now) ? Cdb.UNMAP : 0;
        prepareWriteSame(slot, bio, now, Opcode.WRITE_SAME_16, unmap);
      }
      case ZONE_OPEN, ZONE_CLOSE, ZONE_FINISH, ZONE_RESET, ZONE_RESET_ALL ->
          prepareZoneAction(slot.request, bio, now);
    }
  }

  private static void prepareTransfer(ScsiRequest request, Bio bio, DiskLimits now) {
    long lba = bio.offset() >>> now.blockShift();
    int blocks = (int) (bio.length() >>> now.blockShift());
    boolean write = bio.op() == BioOp.WRITE;
    // Without a volatile cache every write is durable when it completes.
    boolean fua = write && bio.has(Bio.FUA) && now.block().volatileCache() && now.block().fua();
    int cdbFlags = fua ? Cdb.FUA : 0;
    boolean small = lba <= Cdb.MAX_LBA_10 && blocks <= Cdb.MAX_BLOCKS_10;
    ScsiCommand command =
        request.prepare(small ? 10 : 16, flags(bio) | ScsiRequest.EXACT_TRANSFER, 0);
    byte[] cdb = command.cdb();
    if (small && write) {
      Cdb.write10(cdb, lba, blocks, cdbFlags);
    } else if (small) {
      Cdb.read10(cdb, lba, blocks, cdbFlags);
    } else if (write) {
      Cdb.write16(cdb, lba, blocks, cdbFlags);
    } else {
      Cdb.read16(cdb, lba, blocks, cdbFlags);
    }
    ByteBuffer data = Objects.requireNonNull(bio.data(), "a READ or WRITE bio has data");
    command.data(
        write ? Direction.TO_DEVICE : Direction.FROM_DEVICE,
        data,
        bio.dataOffset(),
        (int) bio.length());
  }

  private static void prepareFlush(ScsiRequest request, Bio bio, DiskLimits now) {
    boolean small = now.blocks() <= Cdb.MAX_LBA_10;
    ScsiCommand command = request.prepare(small ? 10 : 16, flags(bio), 0);
    if (small) {
      Cdb.synchronizeCache10(command.cdb(), 0, 0);
    } else {
      Cdb.synchronizeCache16(command.cdb(), 0, 0);
    }
  }

  private void prepareDiscard(DiskSlot slot, Bio bio, DiskLimits now) {
    switch (now.discard()) {
      case UNMAP -> {
        ByteBuffer list = slot.unmapList();
        UnmapList.encodeOne(
            list, bio.offset() >>> now.blockShift(), bio.length() >>> now.blockShift());
        ScsiCommand command = slot.request.prepare(10, flags(bio) | ScsiRequest.EXACT_TRANSFER, 0);
        Cdb.unmap(command.cdb(), UnmapList.ONE_RANGE_BYTES);
        command.data(Direction.TO_DEVICE, list, 0, UnmapList.ONE_RANGE_BYTES);
      }
      case WRITE_SAME_16 -> prepareWriteSame(slot, bio, now, Opcode.WRITE_SAME_16, Cdb.UNMAP);
      case WRITE_SAME_10 -> prepareWriteSame(slot, bio, now, Opcode.WRITE_SAME_10, Cdb.UNMAP);
      case NONE -> throw new IllegalStateException("discard passed the limit of 0 bytes: " + bio);
    }
  }

  private void prepareWriteSame(DiskSlot slot, Bio bio, DiskLimits now, int opcode, int cdbFlags) {
    long lba = bio.offset() >>> now.blockShift();
    int blocks = (int) (bio.length() >>> now.blockShift());
    boolean small = opcode == Opcode.WRITE_SAME_10 && lba <= Cdb.MAX_LBA_10;
    ScsiCommand command =
        slot.request.prepare(small ? 10 : 16, flags(bio) | ScsiRequest.EXACT_TRANSFER, 0);
    if (small) {
      Cdb.writeSame10(command.cdb(), lba, blocks, cdbFlags);
    } else {
      Cdb.writeSame16(command.cdb(), lba, blocks, cdbFlags);
    }
    command.data(Direction.TO_DEVICE, slot.zeroBlock(zeroes), 0, now.block().logicalBlockBytes());
  }

  private static void prepareZoneAction(ScsiRequest request, Bio bio, DiskLimits now) {
    int action =
        switch (bio.op()) {
          case ZONE_OPEN -> Opcode.SA_OPEN_ZONE;
          case ZONE_CLOSE -> Opcode.SA_CLOSE_ZONE;
          case ZONE_FINISH -> Opcode.SA_FINISH_ZONE;
          case ZONE_RESET, ZONE_RESET_ALL -> Opcode.SA_RESET_WRITE_POINTER;
          default -> throw new IllegalArgumentException(bio + " is no zone action");
        };
    boolean all = bio.op() == BioOp.ZONE_RESET_ALL;
    ScsiCommand command = request.prepare(16, flags(bio), ZONE_ACTION_MILLIS);
    Cdb.zoneAction(command.cdb(), action, all ? 0 : bio.offset() >>> now.blockShift(), all);
  }

  private static int flags(Bio bio) {
    return bio.has(Bio.FAIL_FAST) ? ScsiRequest.FAIL_FAST : 0;
  }

  // ---- and back ---------------------------------------------------------------------------------

  void completed(DiskSlot slot) {
    Bio bio = Objects.requireNonNull(slot.bio);
    BlockStatus status = slot.request.status();
    if (status == BlockStatus.TARGET && !slot.flushing && mayHaveBeenWritten(slot.request, bio)) {
      new ZoneWriteCheck(this, bio).run(verdict -> ended(slot, bio, verdict));
      return;
    }
    ended(slot, bio, status);
  }

  private void ended(DiskSlot slot, Bio bio, BlockStatus outcome) {
    BlockStatus status = outcome;
    if (status == BlockStatus.OK && needsFlush(slot, bio)) {
      slot.flushing = true;
      prepareFlush(slot.request, bio, limits);
      device.execute(slot.request);
      return;
    }
    if (status == BlockStatus.TARGET) {
      status = unsupported(slot.request, bio) ? BlockStatus.NOTSUPP : status;
    }
    slot.bio = null;
    slot.nextIdle = idle;
    idle = slot;
    bio.complete(status);
  }

  /**
   * Tells whether a write is refused because the zone's write pointer is elsewhere, and an earlier
   * attempt at the same write, whose answer was lost, may be what moved it.
   */
  private boolean mayHaveBeenWritten(ScsiRequest request, Bio bio) {
    return bio.op() == BioOp.WRITE
        && limits.block().zoned().isZoned()
        && (bio.has(Bio.REPEATED) || request.inDoubt)
        && ZoneWriteCheck.isPointerElsewhere(request.sense());
  }

  private boolean needsFlush(DiskSlot slot, Bio bio) {
    BlockLimits block = limits.block();
    return bio.op().isWrite()
        && bio.has(Bio.FUA)
        && block.volatileCache()
        && !(bio.op() == BioOp.WRITE && block.fua())
        && !slot.flushing;
  }

  /** Tells whether the device does not know the command after all, and remembers it. */
  private boolean unsupported(ScsiRequest request, Bio bio) {
    int sense = request.sense();
    boolean refused =
        sense != Sense.NONE
            && Sense.key(sense) == SenseKey.ILLEGAL_REQUEST
            && (Sense.ascAndAscq(sense) == INVALID_OPCODE
                || Sense.ascAndAscq(sense) == INVALID_FIELD_IN_CDB);
    if (!refused || !(bio.op() == BioOp.DISCARD || bio.op() == BioOp.WRITE_ZEROES)) {
      return false;
    }
    if (bio.op() == BioOp.DISCARD) {
      noDiscard = true;
    } else {
      noWriteSame = true;
    }
    LOG.log(
        Level.WARNING,
        "{0}: {1} does not do {2} although it says so ({3}); not used any more",
        name,
        device,
        Opcode.name(request.command().cdb()[0] & 0xFF),
        Sense.text(sense));
    workOutLimits();
    return true;
  }

  @Override
  public String toString() {
    return name + " on " + device;
  }
}
