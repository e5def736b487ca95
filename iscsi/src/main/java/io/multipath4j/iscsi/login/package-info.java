/** Login and text negotiation (RFC 7143 6, 12, 13), for both sides. */
package io.multipath4j.iscsi.login;
