package io.multipath4j.simulation;

import io.multipath4j.array.EmulatedArray;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.simulated.SimulatedLink;
import io.multipath4j.reactor.simulated.SimulatedNetwork;
import java.util.List;

/**
 * Where {@link PathFaults} can make trouble.
 *
 * @param links to each portal of the array, in their order
 * @param digests damage of data is noticed
 */
record FaultSite(
    SimulatedNetwork network,
    Trace trace,
    List<SimulatedLink> links,
    EmulatedArray array,
    EventLoop arrayLoop,
    EventLoop initiatorLoop,
    boolean digests) {}
