package io.multipath4j.scsi;

import io.multipath4j.block.BlockStatus;
import io.multipath4j.block.ZonedModel;
import io.multipath4j.scsi.codec.BlockCharacteristics;
import io.multipath4j.scsi.codec.BlockLimitsPage;
import io.multipath4j.scsi.codec.Capacity;
import io.multipath4j.scsi.codec.Cdb;
import io.multipath4j.scsi.codec.DeviceIdentification;
import io.multipath4j.scsi.codec.MalformedDataException;
import io.multipath4j.scsi.codec.ModeParameters;
import io.multipath4j.scsi.codec.Opcode;
import io.multipath4j.scsi.codec.Provisioning;
import io.multipath4j.scsi.codec.Sense;
import io.multipath4j.scsi.codec.SenseKey;
import io.multipath4j.scsi.codec.StandardInquiry;
import io.multipath4j.scsi.codec.SupportedPages;
import io.multipath4j.scsi.codec.UnitSerialNumber;
import io.multipath4j.scsi.codec.VpdPage;
import io.multipath4j.scsi.codec.ZoneDescriptor;
import io.multipath4j.scsi.codec.ZoneList;
import io.multipath4j.scsi.codec.ZonedCharacteristics;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks a device for everything in {@link DeviceProperties}, one command after the other: INQUIRY,
 * the VPD pages it has, TEST UNIT READY, READ CAPACITY(16) or else (10), of a zoned disk the first
 * zone, MODE SENSE(10) or else (6). Without INQUIRY data there is no device. A page it refuses, or
 * that makes no sense, counts as absent. A device that is not ready has no capacity, yet.
 * Everything else fails the probe.
 */
final class DeviceProbe {

  private static final System.Logger LOG = System.getLogger(DeviceProbe.class.getName());

  /** All of the standard data that is used; 96 is what the most devices are tried with. */
  private static final int INQUIRY_BYTES = 96;

  /** First size for a page; every device since SPC-2 can be asked for that much. */
  private static final int VPD_BYTES = 252;

  private static final int MODE_SENSE_BYTES = 192;

  /** LUN 25h: the answer of a target that has no such logical unit. */
  private static final int LUN_NOT_SUPPORTED = 0x2500;

  /** What is assumed of a device that tells nothing: no cache, and so no FUA either. */
  private static final ModeParameters NO_MODE = new ModeParameters(false, false, false, false);

  /** What is assumed of a device that must not tell: a cache, which is flushed when asked for. */
  private static final ModeParameters CAREFUL_MODE = new ModeParameters(false, false, true, false);

  private interface Decoder<T> {
    T decode(byte[] reply) throws MalformedDataException;
  }

  private final ScsiDevice device;

  private @Nullable StandardInquiry inquiry;
  private Set<Integer> pages = Set.of();
  private String serial = "";
  private byte[] rawInquiry = {};
  private byte[] rawSerial = {};
  private byte[] rawIdentification = {};
  private @Nullable DeviceIdentification identification;
  private BlockLimitsPage blockLimits = BlockLimitsPage.NOTHING;
  private BlockCharacteristics characteristics = BlockCharacteristics.NOTHING;
  private @Nullable Provisioning provisioning;
  private @Nullable Capacity capacity;
  private ModeParameters mode = NO_MODE;
  private ZonedCharacteristics zonedCharacteristics = ZonedCharacteristics.NOTHING;
  private ZonedModel zoned = ZonedModel.NONE;

  private DeviceProbe(ScsiDevice device) {
    this.device = device;
  }

  static CompletableFuture<DeviceProperties> run(ScsiDevice device) {
    DeviceProbe probe = new DeviceProbe(device);
    return probe
        .standardInquiry()
        .thenCompose(ignored -> probe.vpdPages())
        .thenCompose(ignored -> probe.isDisk() ? probe.disk() : done())
        .thenApply(ignored -> probe.properties());
  }

  /**
   * Asks a device only whether it is there. False when the target says that it has no such logical
   * unit; any other failure fails the future.
   */
  static CompletableFuture<Boolean> isThere(ScsiDevice device) {
    return new DeviceProbe(device)
        .standardInquiry()
        .thenApply(ignored -> true)
        .exceptionallyCompose(failure ->
            cause(failure) instanceof ScsiException e && e.isLunAbsent()
                ? CompletableFuture.completedFuture(false)
                : CompletableFuture.failedFuture(failure));
  }

  private DeviceProperties properties() {
    StandardInquiry told = inquiry;
    if (told == null) {
      throw new IllegalStateException("probe ended without INQUIRY data");
    }
    return new DeviceProperties(
        told,
        pages,
        serial,
        identification,
        blockLimits,
        characteristics,
        provisioning,
        capacity,
        mode,
        zoned,
        new RawPages(rawInquiry, rawSerial, rawIdentification));
  }

  private boolean isDisk() {
    StandardInquiry told = inquiry;
    return told != null
        && (told.deviceType() == StandardInquiry.DISK
            || told.deviceType() == StandardInquiry.HOST_MANAGED_ZONED);
  }

  // ---- INQUIRY ----------------------------------------------------------------------------------

  private CompletableFuture<Void> standardInquiry() {
    return command(Opcode.INQUIRY, INQUIRY_BYTES, cdb -> Cdb.inquiry(cdb, INQUIRY_BYTES))
        .exceptionallyCompose(
            failure -> CompletableFuture.failedFuture(absentIfNotSupported(cause(failure))))
        .thenAccept(reply -> {
          StandardInquiry told = decode(reply, StandardInquiry::decode);
          if (!told.present()) {
            throw new CompletionException(
                absent(
                    "INQUIRY reports peripheral qualifier "
                        + told.qualifier()
                        + ", device type "
                        + told.deviceType(),
                    Sense.NONE));
          }
          inquiry = told;
          rawInquiry = Arrays.copyOf(reply, Math.min(reply.length, 5 + (reply[4] & 0xFF)));
        });
  }

  private Throwable absentIfNotSupported(Throwable failure) {
    return failure instanceof ScsiException e
            && e.has(SenseKey.ILLEGAL_REQUEST)
            && Sense.ascAndAscq(e.sense()) == LUN_NOT_SUPPORTED
        ? absent(Sense.text(e.sense()), e.sense())
        : failure;
  }

  private ScsiException absent(String why, int sense) {
    return ScsiException.lunAbsent(device.lunText() + ": not there (" + why + ")", sense);
  }

  private CompletableFuture<Void> vpdPages() {
    return page(VpdPage.SUPPORTED_PAGES, SupportedPages::decode, told -> pages = told)
        .thenCompose(x -> listed(VpdPage.UNIT_SERIAL_NUMBER, this::decodeSerial, t -> serial = t))
        .thenCompose(x ->
            listed(
                VpdPage.DEVICE_IDENTIFICATION, this::decodeIdentification, t -> identification = t))
        .thenCompose(
            x -> listed(VpdPage.BLOCK_LIMITS, BlockLimitsPage::decode, t -> blockLimits = t))
        .thenCompose(x ->
            listed(
                VpdPage.BLOCK_CHARACTERISTICS,
                BlockCharacteristics::decode,
                t -> characteristics = t))
        .thenCompose(x -> listed(VpdPage.PROVISIONING, Provisioning::decode, t -> provisioning = t))
        .thenCompose(x ->
            listed(
                VpdPage.ZONED_CHARACTERISTICS,
                ZonedCharacteristics::decode,
                t -> zonedCharacteristics = t));
  }

  private String decodeSerial(byte[] reply) throws MalformedDataException {
    String text = UnitSerialNumber.decode(reply);
    rawSerial = wholePage(reply, VpdPage.UNIT_SERIAL_NUMBER);
    return text;
  }

  private DeviceIdentification decodeIdentification(byte[] reply) throws MalformedDataException {
    DeviceIdentification page = DeviceIdentification.decode(reply);
    rawIdentification = wholePage(reply, VpdPage.DEVICE_IDENTIFICATION);
    return page;
  }

  private static byte[] wholePage(byte[] reply, int code) throws MalformedDataException {
    return Arrays.copyOf(reply, Math.min(reply.length, VpdPage.totalBytes(reply, code)));
  }

  private <T> CompletableFuture<Void> listed(int code, Decoder<T> decoder, Consumer<T> use) {
    return pages.contains(code) ? page(code, decoder, use) : done();
  }

  private <T> CompletableFuture<Void> page(int code, Decoder<T> decoder, Consumer<T> use) {
    return vpd(code, VPD_BYTES)
        .thenCompose(reply -> {
          int total = decode(reply, r -> VpdPage.totalBytes(r, code));
          boolean whole = total <= reply.length;
          return whole ? CompletableFuture.completedFuture(reply) : vpd(code, total);
        })
        .thenAccept(reply -> use.accept(decode(reply, decoder)))
        .exceptionallyCompose(failure -> absentPage(code, cause(failure)));
  }

  private CompletableFuture<byte[]> vpd(int code, int bytes) {
    // The field has 16 bits; a page can announce three bytes more than that (SPC-4 6.6.1).
    int length = Math.min(bytes, 0xFFFF);
    return command(Opcode.INQUIRY, length, cdb -> Cdb.inquiryVpd(cdb, code, length));
  }

  private CompletableFuture<Void> absentPage(int code, Throwable failure) {
    if (!(failure instanceof ScsiException e)) {
      return CompletableFuture.failedFuture(failure);
    }
    boolean malformed = e.status() == BlockStatus.OK;
    if (!malformed && !e.has(SenseKey.ILLEGAL_REQUEST)) {
      return CompletableFuture.failedFuture(e);
    }
    LOG.log(
        malformed ? Level.WARNING : Level.DEBUG,
        "{0}: going on without VPD page {1}h: {2}",
        device,
        Integer.toHexString(code),
        e.getMessage());
    return done();
  }

  // ---- disks ------------------------------------------------------------------------------------

  private CompletableFuture<Void> disk() {
    return command(Opcode.TEST_UNIT_READY, 0, Cdb::testUnitReady)
        .thenCompose(ignored -> readCapacity())
        .thenCompose(ignored -> zones())
        .exceptionallyCompose(failure ->
            cause(failure) instanceof ScsiException e && e.has(SenseKey.NOT_READY)
                ? notReady(e)
                : CompletableFuture.failedFuture(failure))
        .thenCompose(ignored -> modeSense());
  }

  private CompletableFuture<Void> notReady(ScsiException e) {
    boolean first = device.properties() == null;
    LOG.log(
        first ? Level.WARNING : Level.DEBUG,
        "{0}: size not known yet: {1}",
        device,
        e.getMessage());
    return done();
  }

  private CompletableFuture<Void> readCapacity() {
    return command(
            Opcode.SERVICE_ACTION_IN_16,
            Capacity.BYTES_16,
            cdb -> Cdb.readCapacity16(cdb, Capacity.BYTES_16))
        .thenApply(reply -> decode(reply, Capacity::decode16))
        .exceptionallyCompose(failure ->
            refused(failure)
                ? command(Opcode.READ_CAPACITY_10, Capacity.BYTES_10, Cdb::readCapacity10)
                    .thenApply(reply -> decode(reply, Capacity::decode10))
                : CompletableFuture.failedFuture(failure))
        .thenAccept(told -> capacity = told);
  }

  /** The first zones tell how long all of them are, where they are all alike. */
  private CompletableFuture<Void> zones() {
    StandardInquiry told = inquiry;
    Capacity size = capacity;
    boolean hostManaged = told != null && told.deviceType() == StandardInquiry.HOST_MANAGED_ZONED;
    boolean hostAware = characteristics.zoned() == BlockCharacteristics.HOST_AWARE;
    if (size == null || !(hostManaged || hostAware)) {
      return done();
    }
    ZonedModel.Kind kind = hostManaged ? ZonedModel.Kind.HOST_MANAGED : ZonedModel.Kind.HOST_AWARE;
    int maxOpen = zonedCharacteristics.maxOpen();
    zoned = new ZonedModel(kind, 0, maxOpen);
    int bytes = ZoneList.HEADER_BYTES + ZoneDescriptor.BYTES;
    return command(Opcode.ZBC_IN, bytes, cdb -> Cdb.reportZones(cdb, 0, ZoneList.ALL, true, bytes))
        .thenAccept(reply -> {
          long zoneBlocks = decode(reply, ZoneList::decode).commonBlocks();
          long zoneBytes = zoneBlocks <= size.blocks() ? zoneBlocks * size.blockBytes() : 0;
          zoned = new ZonedModel(kind, zoneBytes, maxOpen);
        })
        .exceptionallyCompose(failure -> otherwise(failure, DeviceProbe::done));
  }

  /** The header alone tells write protection, so a device without a caching page is asked too. */
  private CompletableFuture<Void> modeSense() {
    int bytes = MODE_SENSE_BYTES;
    int caching = ModeParameters.CACHING_PAGE;
    return modeSense(Opcode.MODE_SENSE_10, cdb -> Cdb.modeSense10(cdb, caching, bytes))
        .exceptionallyCompose(this::reserved)
        .exceptionallyCompose(failure ->
            otherwise(
                failure,
                () -> modeSense(Opcode.MODE_SENSE_6, c -> Cdb.modeSense6(c, caching, bytes))))
        .exceptionallyCompose(failure ->
            otherwise(
                failure,
                () ->
                    modeSense(
                        Opcode.MODE_SENSE_6,
                        c -> Cdb.modeSense6(c, ModeParameters.ALL_PAGES, bytes))))
        .exceptionallyCompose(failure ->
            otherwise(
                failure,
                () -> {
                  LOG.log(
                      Level.WARNING,
                      "{0}: assuming a writable disk without a write cache: {1}",
                      device,
                      cause(failure).getMessage());
                  return done();
                }));
  }

  /**
   * Goes on without an answer only where the device has none to give. To take a lost connection for
   * "no write cache" would be to lose every later flush.
   */
  private CompletableFuture<Void> otherwise(
      Throwable failure, Supplier<CompletableFuture<Void>> next) {
    boolean none =
        cause(failure) instanceof ScsiException e
            && (e.has(SenseKey.ILLEGAL_REQUEST)
                || e.status() == BlockStatus.OK // malformed
                || (capacity == null && e.has(SenseKey.NOT_READY)));
    return none ? next.get() : CompletableFuture.failedFuture(failure);
  }

  /**
   * A reservation for exclusive access keeps even this from a nexus that is not registered (SPC-5
   * table 66). A path must be found all the same, so that it can be registered: what was known
   * counts, or else the careful assumption.
   */
  private CompletableFuture<Void> reserved(Throwable failure) {
    if (!(cause(failure) instanceof ScsiException e) || e.status() != BlockStatus.RESV_CONFLICT) {
      return CompletableFuture.failedFuture(failure);
    }
    DeviceProperties known = device.properties();
    mode = known == null ? CAREFUL_MODE : known.mode();
    return done();
  }

  private CompletableFuture<Void> modeSense(int opcode, Consumer<byte[]> cdb) {
    Decoder<ModeParameters> decoder =
        opcode == Opcode.MODE_SENSE_6 ? ModeParameters::decode6 : ModeParameters::decode10;
    return command(opcode, MODE_SENSE_BYTES, cdb)
        .thenAccept(reply -> mode = decode(reply, decoder));
  }

  // ---- all of them ------------------------------------------------------------------------------

  private CompletableFuture<byte[]> command(int opcode, int bytes, Consumer<byte[]> cdb) {
    return device.control(opcode, bytes, cdb);
  }

  /** A reply that makes no sense has the status OK: the command did well, the device did not. */
  private <T> T decode(byte[] reply, Decoder<T> decoder) {
    try {
      return decoder.decode(reply);
    } catch (MalformedDataException e) {
      throw new CompletionException(
          new ScsiException(device.lunText() + ": " + e.getMessage(), BlockStatus.OK, Sense.NONE));
    }
  }

  private static boolean refused(Throwable failure) {
    return cause(failure) instanceof ScsiException e && e.has(SenseKey.ILLEGAL_REQUEST);
  }

  private static Throwable cause(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }

  private static CompletableFuture<Void> done() {
    return CompletableFuture.completedFuture(null);
  }
}
