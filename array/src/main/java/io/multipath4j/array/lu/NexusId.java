package io.multipath4j.array.lu;

/**
 * Who talks to whom: it outlives the session, and a restart of the array. Reservations are made by
 * it.
 *
 * @param initiatorPort the SCSI initiator port's name, {@code iqn...,i,0x...} with the ISID
 * @param targetPort relative target port identifier, 1 to 65535
 */
record NexusId(String initiatorPort, int targetPort) {}
