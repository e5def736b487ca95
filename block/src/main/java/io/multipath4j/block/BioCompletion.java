package io.multipath4j.block;

/** Told when a bio ends. */
@FunctionalInterface
public interface BioCompletion {

  /**
   * The bio ended with {@link Bio#status()}. Called exactly once for each submission, on the
   * device's thread, possibly inside {@link BlockDevice#submit}. From here on the bio and its
   * buffer belong to the owner again, who may submit it anew right here.
   */
  void completed(Bio bio);
}
