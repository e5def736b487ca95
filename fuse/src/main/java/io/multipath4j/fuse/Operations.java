package io.multipath4j.fuse;

import static io.multipath4j.fuse.FuseRequest.BODY_AT;

import io.multipath4j.sysfs.SysfsException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What the kernel can ask of the mount. Each request is answered here, or by the disk that it
 * concerns. Any thread, several at once.
 */
final class Operations {
  /** {@code struct fuse_entry_out} before its attributes. */
  private static final int ENTRY_BYTES = 40;

  /** {@code struct fuse_attr_out} before its attributes. */
  private static final int ATTRIBUTES_BYTES = 16;

  /** {@code struct fuse_dirent} before its name. */
  private static final int DIRENT_BYTES = 24;

  private static final int FATTR_MODE_UID_GID = 1 | 1 << 1 | 1 << 2;
  private static final int FATTR_SIZE = 1 << 3;
  private static final int MAX_NAME_BYTES = 255;

  private static final System.Logger LOG = System.getLogger(Operations.class.getName());

  private final FileStat.Owner owner;
  private final NodeTable nodes;
  private final OpenFiles open = new OpenFiles();
  private final FileOperations files = new FileOperations(open);

  Operations(Node root, FileStat.Owner owner) {
    this.nodes = new NodeTable(root);
    this.owner = owner;
  }

  /** Answers a request, or has it answered. */
  void handle(FuseRequest request) {
    int errno;
    try {
      dispatch(request);
      return;
    } catch (FuseError e) {
      errno = e.errno();
    } catch (SysfsException e) {
      errno = e.errno().number();
    } catch (RuntimeException e) {
      // A function behind an attribute threw what it should not.
      LOG.log(Level.ERROR, "request of kind " + request.opcode() + " failed", e);
      errno = Errno.EIO;
    }
    if (!request.isAnswered()) {
      request.replyErrno(errno);
    }
  }

  private void dispatch(FuseRequest request) {
    switch (request.opcode()) {
      case Opcode.LOOKUP -> lookup(request);
      case Opcode.FORGET -> {
        nodes.forgotten(request.nodeId(), request.int64(0));
        request.endSilently();
      }
      case Opcode.BATCH_FORGET -> forgetMany(request);
      case Opcode.GETATTR -> replyAttributes(request);
      case Opcode.SETATTR -> setAttributes(request);
      case Opcode.READLINK -> replyText(request, nodes.get(request.nodeId()).readLink());
      case Opcode.OPENDIR -> openDirectory(request);
      case Opcode.READDIR -> readDirectory(request);
      case Opcode.RELEASE, Opcode.RELEASEDIR -> {
        open.remove(request.int64(0));
        request.replyErrno(Errno.OK);
      }
      case Opcode.STATFS -> statFileSystem(request);
      case Opcode.FSYNCDIR, Opcode.DESTROY -> request.replyErrno(Errno.OK);
      case Opcode.INTERRUPT -> {
        // As on a real disk, a caller waits for its I/O; nothing else here takes long.
        request.endSilently();
      }
      case Opcode.SYMLINK,
          Opcode.MKNOD,
          Opcode.MKDIR,
          Opcode.UNLINK,
          Opcode.RMDIR,
          Opcode.RENAME,
          Opcode.RENAME2,
          Opcode.LINK,
          Opcode.CREATE ->
          request.replyErrno(Errno.EPERM);
      case Opcode.OPEN -> files.open(request, nodes.get(request.nodeId()));
      case Opcode.READ -> files.read(request);
      case Opcode.WRITE -> files.write(request);
      case Opcode.FLUSH -> files.close(request);
      case Opcode.FSYNC -> files.sync(request);
      case Opcode.FALLOCATE -> files.allocate(request);
      // The kernel then does without, or tells its caller that there is no such thing.
      default -> request.replyErrno(Errno.ENOSYS);
    }
  }

  private void lookup(FuseRequest request) {
    Node child = nodes.get(request.nodeId()).child(request.text(0));
    if (child == null) {
      throw new FuseError(Errno.ENOENT);
    }
    FileStat stat = child.stat();
    nodes.told(child);
    ByteBuffer out = request.buffer();
    out.putLong(BODY_AT, child.id());
    // A node's number is never used again, so its generation is always the first. What is here
    // changes by itself, so the kernel is to keep neither names nor attributes.
    for (int at = 8; at < ENTRY_BYTES; at += Long.BYTES) {
      out.putLong(BODY_AT + at, 0);
    }
    stat.put(out, BODY_AT + ENTRY_BYTES, owner);
    request.replyBody(ENTRY_BYTES + FileStat.BYTES);
  }

  private void forgetMany(FuseRequest request) {
    int count = request.int32(0);
    for (int i = 0; i < count && 8 + 16 * (i + 1) <= request.argumentBytes(); i++) {
      nodes.forgotten(request.int64(8 + 16 * i), request.int64(16 + 16 * i));
    }
    request.endSilently();
  }

  private void replyAttributes(FuseRequest request) {
    FileStat stat = nodes.get(request.nodeId()).stat();
    ByteBuffer out = request.buffer();
    out.putLong(BODY_AT, 0);
    out.putLong(BODY_AT + 8, 0);
    stat.put(out, BODY_AT + ATTRIBUTES_BYTES, owner);
    request.replyBody(ATTRIBUTES_BYTES + FileStat.BYTES);
  }

  /** Modes and owners are what they are; times are kept by nobody; a size may only be confirmed. */
  private void setAttributes(FuseRequest request) {
    int valid = request.int32(0);
    if ((valid & FATTR_MODE_UID_GID) != 0) {
      throw new FuseError(Errno.EPERM);
    }
    if ((valid & FATTR_SIZE) != 0) {
      nodes.get(request.nodeId()).checkNewSize(request.int64(16));
    }
    replyAttributes(request);
  }

  private void openDirectory(FuseRequest request) {
    Node node = nodes.get(request.nodeId());
    if (node.type() != FileStat.S_IFDIR) {
      throw new FuseError(Errno.ENOTDIR);
    }
    long number = open.add(new OpenFile.Directory(node));
    FileOperations.replyOpen(request, number, 0);
  }

  private void readDirectory(FuseRequest request) {
    if (!(open.get(request.int64(0)) instanceof OpenFile.Directory directory)) {
      throw new FuseError(Errno.ENOTDIR);
    }
    long offset = request.int64(8);
    int room = Math.min(request.int32(16), FuseRequest.MAX_DATA_BYTES);
    List<? extends Node> entries = directory.entriesFor(offset);
    ByteBuffer out = request.buffer();
    int used = 0;
    // Offsets 1 and 2 are behind the two entries that every directory has.
    for (long index = offset; index < entries.size() + 2L; index++) {
      Node node = index < 2 ? directory.node() : entries.get((int) index - 2);
      String name = index == 0 ? "." : index == 1 ? ".." : node.name();
      byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
      int entryBytes = (DIRENT_BYTES + bytes.length + 7) & ~7;
      if (used + entryBytes > room) {
        break;
      }
      int at = BODY_AT + used;
      out.putLong(at, node.id());
      out.putLong(at + 8, index + 1);
      out.putInt(at + 16, bytes.length);
      out.putInt(at + 20, node.type() >> 12);
      out.putLong(at + entryBytes - 8, 0);
      out.put(at + DIRENT_BYTES, bytes);
      used += entryBytes;
    }
    request.replyBody(used);
  }

  private static void replyText(FuseRequest request, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    request.buffer().put(BODY_AT, bytes);
    request.replyBody(bytes.length);
  }

  /** {@code struct fuse_kstatfs}: like sysfs, it takes no space and has none. */
  private static void statFileSystem(FuseRequest request) {
    ByteBuffer out = request.buffer();
    for (int at = 0; at < 80; at += Long.BYTES) {
      out.putLong(BODY_AT + at, 0);
    }
    out.putInt(BODY_AT + 40, 4096);
    out.putInt(BODY_AT + 44, MAX_NAME_BYTES);
    out.putInt(BODY_AT + 48, 4096);
    request.replyBody(80);
  }
}
