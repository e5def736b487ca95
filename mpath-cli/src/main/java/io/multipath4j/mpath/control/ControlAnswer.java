package io.multipath4j.mpath.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.multipath4j.sysfs.Uevent;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What one line from a server says; exactly one component is there.
 *
 * @param ok the answer, or empty when a watch has begun
 * @param error why there is none
 * @param event something happened
 * @param missed how many events this client was too slow for
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ControlAnswer(
    @Nullable JsonNode ok, @Nullable Refusal error, @Nullable Uevent event, @Nullable Long missed) {

  /** Why a request was refused. */
  record Refusal(String errno, String text) {}

  static ControlAnswer ofEvent(Uevent event) {
    return new ControlAnswer(null, null, event, null);
  }

  static ControlAnswer ofMissed(long count) {
    return new ControlAnswer(null, null, null, count);
  }

  static ControlAnswer ofRefusal(ControlException refused) {
    return new ControlAnswer(null, new Refusal(refused.errno(), refused.sentence()), null, null);
  }

  static ControlAnswer ofResult(JsonNode result) {
    return new ControlAnswer(result, null, null, null);
  }
}
