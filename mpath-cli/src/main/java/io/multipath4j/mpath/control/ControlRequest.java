package io.multipath4j.mpath.control;

/**
 * Something that is answered once.
 *
 * @param <R> what the answer is
 */
public sealed interface ControlRequest<R extends Record> extends ControlCall
    permits MountRequest,
        ProcessRequest,
        ScanRequest,
        ReservationRequest,
        TreeRequest,
        DiskRequest {

  /** Returns the type of the answer. */
  Class<R> answerType();
}
