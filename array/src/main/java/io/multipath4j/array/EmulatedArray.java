package io.multipath4j.array;

import io.multipath4j.array.backing.BackingStore;
import io.multipath4j.array.lu.LogicalUnit;
import io.multipath4j.array.lu.LogicalUnitId;
import io.multipath4j.array.lu.TargetDevice;
import io.multipath4j.array.lu.TargetPort;
import io.multipath4j.array.lu.TargetPortGroup;
import io.multipath4j.array.lu.ZoneLayout;
import io.multipath4j.array.server.IscsiServer;
import io.multipath4j.array.server.Portal;
import io.multipath4j.array.server.TargetConfig;
import io.multipath4j.iscsi.login.ChapSecret;
import io.multipath4j.iscsi.login.NegotiationKey;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.scsi.codec.AccessState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * An emulated storage array: one iSCSI target with logical units behind portals, each of which is a
 * target port of some target port group. Everything runs on one event loop, real or simulated.
 *
 * <pre>{@code
 * EmulatedArray array = EmulatedArray.builder("iqn.2026-01.example:disk", new SecureRandom())
 *     .lun(1, 512, new MemoryStore(1L << 30, Long.MAX_VALUE))
 *     .portal(endpointA, 1)
 *     .portal(endpointB, 2)
 *     .build();
 * loop.execute(() -> array.start(loop));
 * array.portals().get(0).blackHole();
 * }</pre>
 */
public final class EmulatedArray {

  /** Most portals of an array. */
  public static final int MAX_PORTALS = 64;

  private final Builder plan;
  private final TargetDevice device;
  private final List<TargetPort> ports = new ArrayList<>();
  private volatile List<Portal> portals = List.of();
  private @Nullable IscsiServer server;

  private EmulatedArray(Builder plan) {
    this.plan = plan;
    Map<Integer, TargetPortGroup> groups = new TreeMap<>(plan.groups);
    int tag = 0;
    for (PortalPlan portal : plan.portals) {
      tag++;
      TargetPortGroup group =
          groups.computeIfAbsent(
              portal.group, id -> new TargetPortGroup(id, AccessState.ACTIVE_OPTIMIZED, false));
      ports.add(group.addPort(tag, "%s,t,0x%04x".formatted(plan.targetName, tag)));
    }
    this.device = new TargetDevice(plan.units, groups.values());
  }

  /**
   * Starts to plan an array.
   *
   * @param targetName iSCSI name, for example {@code iqn.2026-01.example:disk}
   * @param random makes CHAP challenges: a {@code SecureRandom}, or a seeded one in simulations
   */
  public static Builder builder(String targetName, RandomGenerator random) {
    return new Builder(targetName, random);
  }

  /**
   * Binds all portals. Loop thread only, once.
   *
   * @return the portals, in the order of the plan
   * @throws IOException when one cannot be bound; then none is
   */
  public List<Portal> start(EventLoop loop) throws IOException {
    if (server != null) {
      throw new IllegalStateException("the array was started already");
    }
    IscsiServer started = new IscsiServer(plan.config(), device, loop, plan.random);
    server = started;
    List<Portal> bound = new ArrayList<>();
    try {
      for (int i = 0; i < plan.portals.size(); i++) {
        Portal portal = new Portal(started, plan.portals.get(i).address, i + 1, ports.get(i));
        bound.add(portal);
        portal.open();
      }
    } catch (IOException e) {
      bound.forEach(Portal::close);
      throw e;
    }
    portals = List.copyOf(bound);
    return portals;
  }

  /** Returns the portals, in the order of the plan; empty before {@link #start}. Any thread. */
  public List<Portal> portals() {
    return portals;
  }

  /** Returns the target's name. Any thread. */
  public String targetName() {
    return plan.targetName;
  }

  /** Returns the SCSI target device. It is for the loop's thread only. */
  public TargetDevice device() {
    return device;
  }

  /** Returns the server, to look at its counters. Loop thread only, once started. */
  public IscsiServer server() {
    IscsiServer started = server;
    if (started == null) {
      throw new IllegalStateException("the array was not started");
    }
    return started;
  }

  /** Sets the asymmetric access state of a target port group. Loop thread only. */
  public void setAccessState(int group, AccessState state) {
    device.setAccessState(group, state);
  }

  /** Drops all connections, stops to listen, and closes the stores. Loop thread only. */
  public void close() throws IOException {
    portals.forEach(Portal::close);
    for (LogicalUnit unit : device.units()) {
      unit.close();
    }
  }

  private record PortalPlan(Endpoint address, int group) {}

  /** What an array is to be like. */
  public static final class Builder {

    private final String targetName;
    private final RandomGenerator random;
    private final List<LogicalUnit> units = new ArrayList<>();
    private final List<PortalPlan> portals = new ArrayList<>();
    private final Map<Integer, TargetPortGroup> groups = new TreeMap<>();
    private final Map<NegotiationKey, String> wishes = new EnumMap<>(NegotiationKey.class);
    private @Nullable ChapSecret initiatorSecret;
    private @Nullable ChapSecret targetSecret;

    private Builder(String targetName, RandomGenerator random) {
      this.targetName = targetName;
      this.random = random;
      wishes.put(NegotiationKey.HEADER_DIGEST, "CRC32C,None");
      wishes.put(NegotiationKey.DATA_DIGEST, "CRC32C,None");
      wishes.put(NegotiationKey.INITIAL_R2T, "No");
      wishes.put(
          NegotiationKey.MAX_RECV_DATA_SEGMENT_LENGTH,
          String.valueOf(IscsiServer.MAX_RECV_DATA_SEGMENT_BYTES));
      wishes.put(NegotiationKey.MAX_BURST_LENGTH, "1048576");
      wishes.put(NegotiationKey.FIRST_BURST_LENGTH, "262144");
      wishes.put(NegotiationKey.DEFAULT_TIME2WAIT, "0");
      wishes.put(NegotiationKey.DEFAULT_TIME2RETAIN, "0");
    }

    /** Adds a logical unit whose identity follows from the target's name and the LUN. */
    public Builder lun(int number, int blockSize, BackingStore store) {
      return lun(number, blockSize, store, LogicalUnitId.of(targetName, number));
    }

    /** Adds a logical unit with an identity of its own, perhaps that of another one. */
    public Builder lun(int number, int blockSize, BackingStore store, LogicalUnitId id) {
      units.add(new LogicalUnit(number, id, blockSize, store));
      return this;
    }

    /** Adds a host-managed zoned disk; its identity follows from the target's name and the LUN. */
    public Builder zonedLun(int number, int blockSize, BackingStore store, ZoneLayout layout) {
      LogicalUnitId id = LogicalUnitId.of(targetName, number);
      units.add(new LogicalUnit(number, id, blockSize, store, layout));
      return this;
    }

    /**
     * Keeps the registrations and the persistent reservation of a logical unit in a file, when
     * initiators ask for it (APTPL), and loads what it has from an earlier run.
     *
     * @param number LUN of a unit that was added
     * @param file is made when it is needed; its directory is there
     * @throws IOException when the file cannot be read, is damaged, or is of another unit
     */
    public Builder persistReservations(int number, Path file) throws IOException {
      unit(number).persistReservations(file);
      return this;
    }

    /** Makes a logical unit that was added one that may not be written. */
    public Builder writeProtected(int number) {
      unit(number).setWriteProtected(true);
      return this;
    }

    private LogicalUnit unit(int number) {
      return units.stream()
          .filter(unit -> unit.number() == number)
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("no LUN " + number + " was added"));
    }

    /** Adds a target port group; a portal's group that was not added is optimized. */
    public Builder group(int id, AccessState state, boolean preferred) {
      groups.put(id, new TargetPortGroup(id, state, preferred));
      return this;
    }

    /**
     * Adds a portal. The first gets the tag and the relative target port identifier 1.
     *
     * @param address where to listen; port 0 takes a free one
     * @param group id of its target port group, 1 to 65535
     */
    public Builder portal(Endpoint address, int group) {
      if (portals.size() == MAX_PORTALS) {
        throw new IllegalArgumentException("an array has at most " + MAX_PORTALS + " portals");
      }
      portals.add(new PortalPlan(address, group));
      return this;
    }

    /**
     * Wants CHAP in normal sessions; discovery stays open.
     *
     * @param initiator what initiators have to know
     * @param target what the target proves to an initiator that asks (mutual CHAP), or null
     */
    public Builder chap(ChapSecret initiator, @Nullable ChapSecret target) {
      initiatorSecret = initiator;
      targetSecret = target;
      return this;
    }

    /** Sets what the target wants at login, for example {@code ImmediateData} to {@code No}. */
    public Builder negotiate(NegotiationKey key, String value) {
      wishes.put(key, value);
      return this;
    }

    /** Makes the array. It does nothing yet. The builder is not to be used again. */
    public EmulatedArray build() {
      if (units.isEmpty() || portals.isEmpty()) {
        throw new IllegalArgumentException("an array needs a logical unit and a portal");
      }
      return new EmulatedArray(this);
    }

    private TargetConfig config() {
      return new TargetConfig(targetName, "", initiatorSecret, targetSecret, wishes);
    }
  }
}
