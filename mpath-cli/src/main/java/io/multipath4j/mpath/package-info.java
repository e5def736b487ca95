/** The command line. */
package io.multipath4j.mpath;
