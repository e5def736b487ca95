package io.multipath4j.scsi.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever a device sends, a decoder answers with a value or with MalformedDataException. */
class HostileReplyTest {

  private interface Decoder {
    Object decode(byte[] reply) throws MalformedDataException;
  }

  private static final List<Decoder> DECODERS =
      List.of(
          StandardInquiry::decode,
          SupportedPages::decode,
          UnitSerialNumber::decode,
          DeviceIdentification::decode,
          BlockLimitsPage::decode,
          BlockCharacteristics::decode,
          Provisioning::decode,
          Capacity::decode10,
          Capacity::decode16,
          LunList::decode,
          ReservationKeys::decode,
          ReservationStatus::decode,
          ReservationCapabilities::decode,
          ReservationFullStatus::decode,
          ReservationOutList::decode,
          ReservationMoveList::decode,
          ZoneList::decode,
          ZonedCharacteristics::decode,
          ModeParameters::decode6,
          ModeParameters::decode10,
          reply -> Sense.text(Sense.decode(reply, reply.length)),
          reply -> Sense.information(reply, reply.length),
          reply -> Sense.isDeferred(reply, reply.length),
          reply -> {
            UnmapList.decode(ByteBuffer.wrap(reply), 0, reply.length, (lba, blocks) -> {});
            return reply;
          });

  private static final int[] PAGE_CODES = {0x00, 0x80, 0x83, 0xB0, 0xB1, 0xB2, 0xB6, 0x70, 0x72};

  @Test
  void randomRepliesNeverEscapeTheirBounds() {
    long seed = 20260101;
    Random random = new Random(seed);
    int decoded = 0;
    for (int round = 0; round < 5_000; round++) {
      byte[] reply = new byte[random.nextInt(80)];
      random.nextBytes(reply);
      makePlausible(reply, random);
      for (Decoder decoder : DECODERS) {
        try {
          assertThat(decoder.decode(reply)).isNotNull();
          decoded++;
        } catch (MalformedDataException expected) {
          assertThat(expected).hasMessageMatching(".+");
        } catch (RuntimeException escaped) {
          throw new AssertionError(
              "seed " + seed + " round " + round + ": " + Arrays.toString(reply), escaped);
        }
      }
    }
    assertThat(decoded).as("the replies are not all nonsense").isGreaterThan(5_000);
  }

  /** Random headers hardly ever pass the first check, so most get a good one. */
  private static void makePlausible(byte[] reply, Random random) {
    if (reply.length >= 8 && random.nextInt(4) != 0) {
      int code = PAGE_CODES[random.nextInt(PAGE_CODES.length)];
      reply[code >= 0x70 && code < 0x80 ? 0 : 1] = (byte) code;
      reply[2] = 0;
      reply[3] = (byte) (reply.length - 4 - random.nextInt(3));
    }
  }
}
