/** Block I/O: what is asked ({@code Bio}), of whom ({@code BlockDevice}), and how it ended. */
package io.multipath4j.block;
