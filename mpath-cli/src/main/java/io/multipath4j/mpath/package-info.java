/** The commands. */
package io.multipath4j.mpath;
