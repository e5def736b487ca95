package io.multipath4j.nbd;

import io.multipath4j.nbd.wire.Wire;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The data of LIST_META_CONTEXT and SET_META_CONTEXT.
 *
 * @param exportName the export that is asked about
 * @param queryCount how many queries came
 * @param namesAllocation one of them is {@code base:allocation}
 * @param namesBaseWildcard one of them is {@code base:}, which means all of that namespace in a
 *     LIST, and nothing in a SET
 */
record MetaContextQuery(
    String exportName, int queryCount, boolean namesAllocation, boolean namesBaseWildcard) {

  private static final String BASE_WILDCARD = "base:";

  /** Returns null when the lengths do not fit the data or each other. */
  static @Nullable MetaContextQuery parse(ByteBuffer data) {
    String name = string(data);
    if (name == null || data.remaining() < Integer.BYTES) {
      return null;
    }
    long count = Integer.toUnsignedLong(data.getInt());
    if (count > data.remaining() / Integer.BYTES) {
      return null;
    }
    boolean allocation = false;
    boolean wildcard = false;
    for (long i = 0; i < count; i++) {
      String query = string(data);
      if (query == null) {
        return null;
      }
      allocation |= query.equals(Wire.BASE_ALLOCATION);
      wildcard |= query.equals(BASE_WILDCARD);
    }
    return data.hasRemaining()
        ? null
        : new MetaContextQuery(name, (int) count, allocation, wildcard);
  }

  private static @Nullable String string(ByteBuffer data) {
    if (data.remaining() < Integer.BYTES) {
      return null;
    }
    int length = data.getInt();
    if (length < 0 || length > data.remaining() || length > Wire.MAX_STRING_BYTES) {
      return null;
    }
    byte[] bytes = new byte[length];
    data.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  boolean lists() {
    return queryCount == 0 || namesAllocation || namesBaseWildcard;
  }
}
