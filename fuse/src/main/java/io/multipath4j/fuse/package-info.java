/** A mounted attribute tree and disks: {@code DiskMount} over the kernel's FUSE protocol. */
package io.multipath4j.fuse;
