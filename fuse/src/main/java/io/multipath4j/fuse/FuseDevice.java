package io.multipath4j.fuse;

/** The kernel's end of a mount: requests come from it and answers go to it. Any thread. */
interface FuseDevice {

  /**
   * Waits for a request and puts it into the buffer from {@link FuseRequest#HEADER_AT} on.
   *
   * @return its length in bytes, or a negative errno: {@code ENODEV} when the mount is gone
   */
  int read(FuseRequest request);

  /**
   * Writes a whole answer.
   *
   * @param from index of its header in the request's buffer
   * @param byteCount header and body
   * @return 0 or a negative errno
   */
  int write(FuseRequest request, int from, int byteCount);
}
