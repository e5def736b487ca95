package io.multipath4j.array.lu;

import io.multipath4j.array.lu.ReservationState.Registration;
import io.multipath4j.scsi.codec.MalformedDataException;
import io.multipath4j.scsi.codec.ReservationFullStatus;
import io.multipath4j.scsi.codec.ReservationType;
import io.multipath4j.scsi.codec.TransportId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The registrations and the reservation of one logical unit, in a file (APTPL, SPC-5 5.14.5). A
 * change replaces the whole file at once, so that a crash leaves the old one or the new one.
 *
 * <pre>
 *   byte 0   "MPR1"
 *   byte 4   CRC-32 of what follows
 *   byte 8   NAA identifier of the logical unit, 32 hexadecimal digits
 *   byte 40  as the parameter data of READ FULL STATUS
 * </pre>
 */
final class ReservationFile {

  private static final byte[] MAGIC = "MPR1".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER_BYTES = 40;
  private static final int CHECKED_FROM = 8;
  private static final int MAX_BYTES = HEADER_BYTES + 8 + ReservationChange.MAX_REGISTRATIONS * 300;

  private final Path file;
  private final LogicalUnitId unit;

  ReservationFile(Path file, LogicalUnitId unit) {
    this.file = file;
    this.unit = unit;
  }

  /**
   * Reads what was saved; nothing when there is no file.
   *
   * @throws IOException when it cannot be read, is damaged, or is of another unit
   */
  ReservationState load() throws IOException {
    if (!Files.exists(file)) {
      return ReservationState.NOTHING;
    }
    if (Files.size(file) > MAX_BYTES) {
      throw damaged("it is longer than " + MAX_BYTES + " bytes");
    }
    byte[] bytes = Files.readAllBytes(file);
    if (bytes.length < HEADER_BYTES || !Arrays.equals(Arrays.copyOf(bytes, 4), MAGIC)) {
      throw damaged("it does not begin like one");
    }
    if (ByteBuffer.wrap(bytes).getInt(4) != checksum(bytes)) {
      throw damaged("its checksum is wrong");
    }
    String owner = new String(bytes, CHECKED_FROM, 32, StandardCharsets.US_ASCII);
    if (!owner.equals(unit.naa())) {
      throw damaged("it is of logical unit " + owner + ", not of " + unit.naa());
    }
    try {
      return decode(
          ReservationFullStatus.decode(Arrays.copyOfRange(bytes, HEADER_BYTES, bytes.length)));
    } catch (MalformedDataException e) {
      throw damaged(String.valueOf(e.getMessage()));
    }
  }

  private IOException damaged(String why) {
    return new IOException(
        file + " is no file of persistent reservations that can be used: " + why + "; remove it");
  }

  private static ReservationState decode(ReservationFullStatus status) {
    List<Registration> registrations = new ArrayList<>();
    ReservationType type = null;
    NexusId holder = null;
    for (ReservationFullStatus.Registration saved : status.registrations()) {
      NexusId nexus = new NexusId(saved.initiator().name(), saved.relativeTargetPort());
      registrations.add(new Registration(nexus, saved.key()));
      ReservationType held = saved.heldType();
      if (held != null) {
        type = held;
        holder = held.isAllRegistrants() ? null : nexus;
      }
    }
    // SPC-5 6.15.2: a power-on sets PRGENERATION to zero.
    return new ReservationState(0, true, registrations, type, holder);
  }

  /** Saves a state that is to persist, or removes the file. */
  void save(ReservationState state) throws IOException {
    if (!state.persist()) {
      Files.deleteIfExists(file);
      return;
    }
    byte[] status = fullStatus(state).encode();
    ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + status.length);
    bytes.put(MAGIC).putInt(0).put(unit.naa().getBytes(StandardCharsets.US_ASCII)).put(status);
    bytes.putInt(4, checksum(bytes.array())).flip();
    Path next = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            next,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    // The new name is durable once its directory is.
    Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent(), "directory");
    try (FileChannel entries = FileChannel.open(directory)) {
      entries.force(true);
    }
  }

  /** Returns the state as READ FULL STATUS reports it. */
  static ReservationFullStatus fullStatus(ReservationState state) {
    List<ReservationFullStatus.Registration> list = new ArrayList<>();
    for (Registration each : state.registrations()) {
      @Nullable ReservationType held = state.isHolder(each.nexus()) ? state.type() : null;
      list.add(
          new ReservationFullStatus.Registration(
              each.key(),
              false,
              held,
              each.nexus().targetPort(),
              TransportId.iscsi(each.nexus().initiatorPort())));
    }
    return new ReservationFullStatus(state.generation(), list);
  }

  private static int checksum(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes, CHECKED_FROM, bytes.length - CHECKED_FROM);
    return (int) crc.getValue();
  }
}
