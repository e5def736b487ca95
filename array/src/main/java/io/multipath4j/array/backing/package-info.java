/** Where the bytes of a logical unit live. */
package io.multipath4j.array.backing;
