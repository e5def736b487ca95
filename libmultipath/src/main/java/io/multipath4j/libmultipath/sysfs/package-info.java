/**
 * Attributes of heads, paths and their disks, for the tree of any driver: texts, modes and errors,
 * without names of a protocol.
 */
package io.multipath4j.libmultipath.sysfs;
