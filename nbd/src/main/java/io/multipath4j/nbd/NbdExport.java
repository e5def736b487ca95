package io.multipath4j.nbd;

import io.multipath4j.block.BlockDevice;
import io.multipath4j.nbd.wire.Wire;
import java.nio.charset.StandardCharsets;

/**
 * A block device offered under a name.
 *
 * @param name what a client asks for; may be empty; at most 4096 bytes of UTF-8, no NUL
 * @param description a text for people; may be empty; same limits
 * @param device what is served; lives on the server's event loop
 * @param readOnly refuse writes although the device takes them
 */
public record NbdExport(String name, String description, BlockDevice device, boolean readOnly) {

  /** Checks the texts. */
  public NbdExport {
    checkText("name", name);
    checkText("description", description);
  }

  /** Offers {@code device} for reading and writing, without a description. */
  public static NbdExport of(String name, BlockDevice device) {
    return new NbdExport(name, "", device, false);
  }

  private static void checkText(String what, String text) {
    int byteCount = text.getBytes(StandardCharsets.UTF_8).length;
    if (byteCount > Wire.MAX_STRING_BYTES) {
      throw new IllegalArgumentException(
          "export " + what + " of " + byteCount + " bytes: NBD permits " + Wire.MAX_STRING_BYTES);
    }
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("export " + what + " contains a NUL character");
    }
  }
}
