/** The SCSI side of the array: logical units, target ports and their groups, nexuses. */
package io.multipath4j.array.lu;
