/**
 * The attribute tree of SCSI multipath: hosts, devices, heads, disks and paths in the places, with
 * the names, modes and texts, that Linux gives them.
 */
package io.multipath4j.scsi.multipath.tree;
