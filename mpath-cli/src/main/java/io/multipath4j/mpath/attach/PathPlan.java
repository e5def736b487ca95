package io.multipath4j.mpath.attach;

import io.multipath4j.iscsi.IscsiSessionConfig;

/**
 * One path.
 *
 * @param url the path as its user named it, without secrets
 * @param session how to log in
 * @param lun the eight-byte LUN (SAM-5 4.7) as a big-endian number
 */
public record PathPlan(String url, IscsiSessionConfig session, long lun) {}
