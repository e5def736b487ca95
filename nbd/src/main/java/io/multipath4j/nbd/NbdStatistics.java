package io.multipath4j.nbd;

/**
 * What a connection or an export has done so far. Counts of requests include those that failed.
 *
 * @param reads READ requests
 * @param writes WRITE requests
 * @param flushes FLUSH requests
 * @param trims TRIM requests
 * @param writeZeroes WRITE_ZEROES requests
 * @param others CACHE, BLOCK_STATUS and unknown requests
 * @param bytesRead payload bytes of successful READs
 * @param bytesWritten payload bytes of successful WRITEs
 * @param errors requests that were answered with an error
 * @param inFlight requests that were begun and whose slot is not free yet
 */
public record NbdStatistics(
    long reads,
    long writes,
    long flushes,
    long trims,
    long writeZeroes,
    long others,
    long bytesRead,
    long bytesWritten,
    long errors,
    long inFlight) {

  /** Returns how many requests there were. */
  public long requests() {
    return reads + writes + flushes + trims + writeZeroes + others;
  }
}
