/** What a user types, read and checked: sizes, times, addresses, URLs, secrets. */
package io.multipath4j.mpath.args;
