package io.multipath4j.array.server;

import io.multipath4j.iscsi.login.ChapSecret;
import io.multipath4j.iscsi.login.NegotiationKey;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the target is called and what it wants at login.
 *
 * @param targetName iSCSI name
 * @param targetAlias told at login, may be empty
 * @param initiatorSecret what initiators have to know (CHAP) in normal sessions, or null
 * @param targetSecret what the target proves to an initiator that asks (mutual CHAP), or null
 * @param wishes negotiated values other than the default of each key
 */
public record TargetConfig(
    String targetName,
    String targetAlias,
    @Nullable ChapSecret initiatorSecret,
    @Nullable ChapSecret targetSecret,
    Map<NegotiationKey, String> wishes) {

  /** Copies the wishes. */
  public TargetConfig {
    wishes = Map.copyOf(wishes);
  }
}
