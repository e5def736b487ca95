/** From iSCSI URLs to disks, in one object. */
package io.multipath4j.initiator;
