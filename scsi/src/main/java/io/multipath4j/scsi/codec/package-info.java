/**
 * The wire formats of SCSI, for both ends: an initiator builds CDBs and decodes replies, a target
 * decodes CDBs and builds replies. Nothing here keeps state. Every decoder treats its input as
 * hostile: it checks each length and throws {@link MalformedDataException} rather than guess.
 */
package io.multipath4j.scsi.codec;
