package io.multipath4j.scsi.multipath.reservation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The nexuses of a head, and what those left behind that are gone. Loop thread only. */
final class Nexuses {

  /** Most paths that were removed with a registration and are remembered. */
  static final int MAX_DEPARTED = 256;

  private final List<Nexus> all = new ArrayList<>();
  private final Map<String, Registration> departed = new LinkedHashMap<>();

  List<Nexus> all() {
    return List.copyOf(all);
  }

  List<Nexus> reachable() {
    return all.stream().filter(nexus -> nexus.path().isReachable()).toList();
  }

  @Nullable Nexus of(NexusPath path) {
    for (Nexus nexus : all) {
      if (nexus.path().equals(path)) {
        return nexus;
      }
    }
    return null;
  }

  /**
   * Adds a path, with the registration that it had when it was removed.
   *
   * @param otherwise of a path that was never here
   */
  Nexus add(NexusPath path, Registration otherwise) {
    Registration before = departed.remove(path.label());
    Nexus nexus = new Nexus(path, before == null ? otherwise : before);
    nexus.doubtRegistration();
    all.add(nexus);
    return nexus;
  }

  void remove(Nexus nexus) {
    all.remove(nexus);
    if (!nexus.isClean() && departed.size() < MAX_DEPARTED) {
      nexus.doubtRegistration();
      departed.put(nexus.path().label(), nexus.registration());
    }
  }

  /** Returns a reachable nexus that holds the key, and is not this one. */
  @Nullable Nexus anchor(Nexus except, long key) {
    for (Nexus nexus : all) {
      if (nexus != except && nexus.holds(key) && nexus.path().isReachable()) {
        return nexus;
      }
    }
    return null;
  }

  /** Returns how many other nexuses may have a key without a right to it. */
  int uncertain(@Nullable Nexus except) {
    int count = 0;
    for (Nexus nexus : all) {
      if (nexus != except && nexus.isUncertain()) {
        count++;
      }
    }
    for (Registration left : departed.values()) {
      if (left instanceof Registration.Uncertain) {
        count++;
      }
    }
    return count;
  }

  int holding(long key) {
    return (int) all.stream().filter(nexus -> nexus.holds(key)).count();
  }

  /** Tells whether some nexus of this host has, or may rightfully have, a key. */
  boolean know(long key) {
    return all.stream().anyMatch(nexus -> names(nexus.registration(), key))
        || departed.values().stream().anyMatch(left -> names(left, key));
  }

  private static boolean names(Registration registration, long key) {
    return switch (registration) {
      case Registration.Holds(long held) -> held == key;
      case Registration.Perhaps(long held) -> held == key;
      case Registration.None() -> false;
      case Registration.Uncertain() -> false;
    };
  }

  /** A key was taken from all nexuses. */
  void stripped(long key) {
    for (Nexus nexus : all) {
      if (names(nexus.registration(), key)) {
        nexus.registration(Registration.NONE);
      }
    }
    departed.values().removeIf(left -> names(left, key));
  }

  /** Every rightful registration is gone; what is uncertain stays so. */
  void stripped() {
    for (Nexus nexus : all) {
      if (!nexus.isUncertain()) {
        nexus.registration(Registration.NONE);
      }
    }
    departed.values().removeIf(left -> !(left instanceof Registration.Uncertain));
  }

  /** Nobody's registration is left on the device. */
  void cleared() {
    all.forEach(nexus -> nexus.registration(Registration.NONE));
    departed.clear();
  }

  /** Tells whether none has a registration of which is known. */
  boolean areClean() {
    return departed.isEmpty() && all.stream().allMatch(nexus -> nexus.isClean());
  }
}
