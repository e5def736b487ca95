package io.multipath4j.scsi.multipath;

/** Told what happens to paths. Called on the loop of the path; must not block. */
@FunctionalInterface
public interface MultipathListener {

  /** Something happened. */
  void happened(MultipathEvent event);
}
