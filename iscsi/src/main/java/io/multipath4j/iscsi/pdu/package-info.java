/**
 * The PDUs of RFC 7143 section 11, for both sides: fields in place in a buffer, framing, digests.
 */
package io.multipath4j.iscsi.pdu;
