package io.multipath4j.block;

/**
 * The geometry that old partition tools ask for. Its numbers mean nothing to the device.
 *
 * @param heads 1 to 255
 * @param sectors per track, 1 to 63
 * @param cylinders as many as fit
 * @param startBytes where this view begins on the whole device, in bytes
 */
public record DiskGeometry(int heads, int sectors, long cylinders, long startBytes) {}
