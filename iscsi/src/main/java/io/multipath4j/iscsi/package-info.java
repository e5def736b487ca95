/** iSCSI (RFC 7143): PDU codecs, login, and initiator sessions. */
package io.multipath4j.iscsi;
