/**
 * SCSI multipath: identification, heads by unique id, and their disks. It knows no transport.
 *
 * <p>{@link io.multipath4j.scsi.multipath.ScsiMultipath} is the way in: it takes probed devices and
 * makes disks of them.
 *
 * <p>When two paths are one disk:
 *
 * <ul>
 *   <li>Their ids from VPD page 83h are the same text. The ranks of the designators are those of
 *       Linux, so that the id is the one that an operator sees there.
 *   <li>Capacity, block size, device type, vendor, product, serial number and T10 vendor id agree.
 *       The id alone does not do: tgt, for one, makes an id of the highest ranks out of its target
 *       and LUN numbers, so that the first LUN of any two tgt processes has the same.
 *   <li>If asked for, a sample of the content agrees. Always, if the id is a weak one: of a user
 *       who lists paths and calls them one disk the word is taken for what the target does not say,
 *       but not for what it contradicts.
 * </ul>
 *
 * <p>This is checked when a path joins, again when its connection has returned, and when the unit
 * says that it changed. A path that fails it is listed and reported, and gets no I/O.
 */
package io.multipath4j.scsi.multipath;
