package io.multipath4j.scsi.multipath;

import io.multipath4j.block.BlockDevice;

/** What became of a device that was offered to {@link ScsiMultipath#addDevice}. */
public sealed interface AddResult {

  /**
   * It is the first path of a new disk.
   *
   * @param id the unique id
   * @param headIndex the head's number
   * @param disk the multipath disk
   */
  record NewHead(String id, int headIndex, BlockDevice disk) implements AddResult {}

  /**
   * It is one more path of a disk.
   *
   * @param id the unique id
   * @param headIndex the head's number
   * @param disk the multipath disk
   */
  record JoinedHead(String id, int headIndex, BlockDevice disk) implements AddResult {}

  /**
   * It is not multipathed, and a disk of its own.
   *
   * @param reason one clause for a person
   * @param disk the disk
   */
  record OrdinaryDisk(String reason, BlockDevice disk) implements AddResult {}

  /**
   * It is no disk at all, and whoever offered it may use it by itself.
   *
   * @param reason one clause for a person
   */
  record NoDisk(String reason) implements AddResult {}

  /**
   * It must not be used: it says that it is a path to a disk, but is not, or could not prove it.
   *
   * @param reason one sentence for a person, with both paths and the difference
   */
  record Refused(String reason) implements AddResult {}
}
