/** The main job shown on the embedded array, under a load that verifies every byte. */
package io.multipath4j.mpath.demo;
