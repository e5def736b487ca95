package io.multipath4j.scsi.multipath.reservation;

/** A path and its registration. Loop thread only. */
final class Nexus {

  private final NexusPath path;
  private Registration registration;
  private boolean anotherHolds;

  Nexus(NexusPath path, Registration registration) {
    this.path = path;
    this.registration = registration;
  }

  NexusPath path() {
    return path;
  }

  NexusCommands commands() {
    return path.commands();
  }

  Registration registration() {
    return registration;
  }

  /** As long as it may have a key that it has no right to, it carries no I/O. */
  void registration(Registration known) {
    registration = known;
    bar();
  }

  /** Sets whether another nexus holds a reservation that lets only its holder do I/O. */
  void anotherHolds(boolean exclusively) {
    anotherHolds = exclusively;
    bar();
  }

  private void bar() {
    path.bar(anotherHolds || isUncertain());
  }

  boolean isClean() {
    return registration instanceof Registration.None;
  }

  boolean isUncertain() {
    return registration instanceof Registration.Uncertain;
  }

  boolean holds(long key) {
    return registration instanceof Registration.Holds(long held) && held == key;
  }

  /** It has been away, or its key may have been taken: it is to be asked. */
  void doubtRegistration() {
    if (registration instanceof Registration.Holds(long key)) {
      registration(new Registration.Perhaps(key));
    }
  }

  @Override
  public String toString() {
    return path.label();
  }
}
