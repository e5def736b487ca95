package io.multipath4j.benchmarks;

/**
 * One round of one side.
 *
 * @param iops I/Os per second
 * @param cpuMicrosPerIo CPU time of the measured side for each I/O
 * @param p50Micros median latency
 * @param p99Micros 99th percentile
 * @param p999Micros 99.9th percentile
 * @param allocatedBytesPerIo heap bytes allocated for each I/O; NaN where the side has no heap
 */
record Sample(
    double iops,
    double cpuMicrosPerIo,
    double p50Micros,
    double p99Micros,
    double p999Micros,
    double allocatedBytesPerIo) {}
