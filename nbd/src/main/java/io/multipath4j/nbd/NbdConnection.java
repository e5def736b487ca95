package io.multipath4j.nbd;

import org.jspecify.annotations.Nullable;

/**
 * A client that is connected.
 *
 * @param remote its address
 * @param exportName what it uses; null during the handshake
 * @param statistics what it has done
 */
public record NbdConnection(String remote, @Nullable String exportName, NbdStatistics statistics) {}
