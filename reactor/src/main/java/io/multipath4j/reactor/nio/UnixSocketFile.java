package io.multipath4j.reactor.nio;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.Charset;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The file of a listening Unix socket.
 *
 * <p>Java cannot set the umask, and between bind and chmod anybody could connect. So the socket is
 * bound inside a directory of mode 0700, gets its mode there, and is then renamed to its place,
 * which also replaces a stale file atomically.
 *
 * @param channel the bound channel
 * @param path where the file is
 * @param fileKey the file's identity, so that another server's file is not removed later
 */
record UnixSocketFile(ServerSocketChannel channel, Path path, @Nullable Object fileKey) {

  private static final System.Logger LOG = System.getLogger(UnixSocketFile.class.getName());

  /** Names tried for the private directory. */
  private static final int MAX_DIRECTORY_NAMES = 1000;

  /** File type bits of {@code st_mode}, and their value for a socket (POSIX sys/stat.h). */
  private static final int S_IFMT = 0xF000;

  private static final int S_IFSOCK = 0xC000;

  /** Room of {@code sun_path} on Linux, without its final zero (unix(7)). */
  private static final int MAX_PATH_BYTES = 107;

  static UnixSocketFile bind(Path path, int backlog) throws IOException {
    int pathBytes = path.toString().getBytes(Charset.defaultCharset()).length;
    if (pathBytes > MAX_PATH_BYTES) {
      throw new IOException(
          "path of %d bytes is too long for a socket: at most %d are possible"
              .formatted(pathBytes, MAX_PATH_BYTES));
    }
    refuseUnlessFree(path);
    Path directory = privateDirectory(path.toAbsolutePath());
    Path hidden = directory.resolve("s");
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.bind(UnixDomainSocketAddress.of(hidden), backlog);
      Files.setPosixFilePermissions(hidden, PosixFilePermissions.fromString("rw-------"));
      Object fileKey = fileKey(hidden);
      Files.move(hidden, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return new UnixSocketFile(channel, path, fileKey);
    } catch (IOException | RuntimeException e) {
      channel.close();
      Files.deleteIfExists(hidden);
      throw e;
    } finally {
      Files.deleteIfExists(directory);
    }
  }

  /** Removes the file, unless another server's file has taken its place. */
  void remove() {
    try {
      if (fileKey != null && fileKey.equals(fileKey(path))) {
        Files.delete(path);
      }
    } catch (NoSuchFileException e) {
      LOG.log(System.Logger.Level.DEBUG, () -> path + " was removed by somebody else");
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, () -> "cannot remove socket file " + path + ": " + e);
    }
  }

  private static @Nullable Object fileKey(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }

  private static void refuseUnlessFree(Path path) throws IOException {
    int mode;
    try {
      mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return;
    }
    if ((mode & S_IFMT) != S_IFSOCK) {
      throw new FileAlreadyExistsException(
          path + " exists and is no socket; remove it or choose another path");
    }
    // Not blocking: a server whose backlog is full would keep us waiting. It is alive too, and
    // fails the connect with another exception (EAGAIN).
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.configureBlocking(false);
      probe.connect(UnixDomainSocketAddress.of(path));
    } catch (ConnectException e) {
      LOG.log(System.Logger.Level.DEBUG, () -> path + " is of a dead server and is replaced");
      return;
    }
    throw new BindException(
        "a server is listening on " + path + " already; stop it or choose another path");
  }

  private static Path privateDirectory(Path sibling) throws IOException {
    // A short name: a socket's path has at most 107 bytes.
    var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    long pid = ProcessHandle.current().pid();
    for (int i = 0; i < MAX_DIRECTORY_NAMES; i++) {
      try {
        return Files.createDirectory(sibling.resolveSibling("." + pid + "-" + i), mode);
      } catch (FileAlreadyExistsException e) {
        LOG.log(System.Logger.Level.DEBUG, () -> "left over from an earlier run: " + e.getFile());
      }
    }
    throw new IOException(
        "no free name for a directory beside " + sibling + "; remove the .PID-N directories there");
  }
}
