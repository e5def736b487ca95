package io.multipath4j.iscsi.login;

/**
 * What a login agreed on (RFC 7143 13). Lengths are in bytes, times in seconds.
 *
 * @param headerDigest whether headers carry CRC32C
 * @param dataDigest whether data segments carry CRC32C
 * @param maxConnections most connections of the session
 * @param initialR2T whether the initiator waits for an R2T before it sends data beyond immediate
 * @param immediateData whether commands carry data
 * @param maxRecvDataSegmentLength longest data segment that this side takes
 * @param maxSendDataSegmentLength longest data segment that the other side takes
 * @param maxBurstLength longest sequence of Data-In, or of Data-Out asked for by an R2T
 * @param firstBurstLength most data that a command brings unasked, immediate data included; never
 *     more than {@code maxBurstLength}
 * @param defaultTime2Wait least time before reinstatement after an unexpected end
 * @param defaultTime2Retain most time that tasks outlive their connection
 * @param maxOutstandingR2T most R2T at a time for one task
 * @param dataPduInOrder whether the data PDUs of a sequence are in order
 * @param dataSequenceInOrder whether sequences are in order
 * @param errorRecoveryLevel 0 to 2
 * @param targetPortalGroupTag what the target declared, 0 when it did not
 * @param targetAlias what the target declared, empty when it did not
 */
public record SessionParameters(
    boolean headerDigest,
    boolean dataDigest,
    int maxConnections,
    boolean initialR2T,
    boolean immediateData,
    int maxRecvDataSegmentLength,
    int maxSendDataSegmentLength,
    int maxBurstLength,
    int firstBurstLength,
    int defaultTime2Wait,
    int defaultTime2Retain,
    int maxOutstandingR2T,
    boolean dataPduInOrder,
    boolean dataSequenceInOrder,
    int errorRecoveryLevel,
    int targetPortalGroupTag,
    String targetAlias) {}
