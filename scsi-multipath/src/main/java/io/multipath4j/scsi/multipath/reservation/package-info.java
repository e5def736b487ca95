/**
 * Persistent reservations of a multipath disk: to the outside one host with one key, to the array
 * one registration for each path.
 *
 * <p>{@link io.multipath4j.scsi.multipath.reservation.HeadReservations} is the way in, one for each
 * head. What it must hold:
 *
 * <ol>
 *   <li>A registration is made on every I_T nexus, or on none.
 *   <li>A path that was away, and
 *   <li>a path that is new, is registered (or unregistered) before it carries I/O.
 *   <li>A host whose key another one has removed does not register again behind that one's back.
 *   <li>A change of the type is a preemption of oneself, which takes the key from all other paths:
 *       they are registered again, and I/O waits meanwhile.
 *   <li>The same moves a reservation away from a path that is down, so that it can be released.
 *   <li>When another host preempts during 5 or 6, what was registered anew is removed.
 * </ol>
 */
package io.multipath4j.scsi.multipath.reservation;
