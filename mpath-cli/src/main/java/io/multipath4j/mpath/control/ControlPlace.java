package io.multipath4j.mpath.control;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where the sockets of processes are, when nobody says otherwise: {@code FOLDER/mpath/PID.sock}.
 * The folder is {@code $XDG_RUNTIME_DIR}, else {@code /run} for root, else {@code /tmp/mpath-UID};
 * both are looked into. {@code $MPATH_RUNTIME_DIR} replaces them, so that processes can be kept
 * apart.
 */
public final class ControlPlace {

  private static final System.Logger LOG = System.getLogger(ControlPlace.class.getName());

  private static final String SUFFIX = ".sock";
  private static final String OWNER_ONLY = "rwx------";

  private final int uid;
  private final List<Path> folders;

  /**
   * Makes one.
   *
   * @param environment of the process
   * @param uid the process's user
   */
  public ControlPlace(Map<String, String> environment, int uid) {
    this.uid = uid;
    List<Path> places = new ArrayList<>();
    String own = environment.getOrDefault("MPATH_RUNTIME_DIR", "");
    String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    if (own.startsWith("/")) {
      places.add(Path.of(own));
    } else {
      if (runtime.startsWith("/")) {
        places.add(Path.of(runtime));
      }
      // A service of root has no XDG_RUNTIME_DIR where a login of root has one.
      places.add(uid == 0 ? Path.of("/run") : Path.of("/tmp/mpath-" + uid));
    }
    this.folders = places.stream().map(place -> place.resolve("mpath")).toList();
  }

  /**
   * Returns this process's place.
   *
   * @throws IOException when the system does not tell who it runs for
   */
  public static ControlPlace ofProcess(Map<String, String> environment) throws IOException {
    return new ControlPlace(environment, userId());
  }

  /** Returns the user that this process runs for. */
  public static int userId() throws IOException {
    return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }

  /**
   * Makes the folder for a process's socket, and removes the sockets of dead processes from it.
   *
   * @return where the socket is to be
   * @throws IOException when the folder cannot be made, or others may write to it
   */
  public Path prepare(long pid) throws IOException {
    Path folder = folders.getFirst();
    Path parent = folder.getParent();
    if (parent != null) {
      makePrivate(parent);
    }
    makePrivate(folder);
    for (Path socket : sockets(folder)) {
      if (isDead(socket)) {
        Files.deleteIfExists(socket);
      }
    }
    return folder.resolve(pid + SUFFIX);
  }

  /** Returns the sockets of all processes, dead ones perhaps among them, by name. */
  public List<Path> sockets() throws IOException {
    List<Path> all = new ArrayList<>();
    for (Path folder : folders) {
      if (isOwn(folder)) {
        all.addAll(sockets(folder));
      }
    }
    return all;
  }

  private static List<Path> sockets(Path folder) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      files.forEach(found::add);
    } catch (NoSuchFileException | NotDirectoryException none) {
      LOG.log(System.Logger.Level.DEBUG, "no sockets: {0}", none.getMessage());
    }
    found.sort(null);
    return found;
  }

  private void makePrivate(Path folder) throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
    if (!isOwn(folder)) {
      throw new IOException(
          folder + " is not a folder of this user alone: expected owner " + uid + ", mode 0700");
    }
  }

  /** Whoever else may write to the folder could put a socket of his there. */
  private boolean isOwn(Path folder) throws IOException {
    try {
      Map<String, Object> stat =
          Files.readAttributes(
              folder, "unix:uid,permissions,isDirectory", LinkOption.NOFOLLOW_LINKS);
      return Integer.valueOf(uid).equals(stat.get("uid"))
          && Boolean.TRUE.equals(stat.get("isDirectory"))
          && stat.get("permissions") instanceof Set<?> permissions
          && !permissions.contains(PosixFilePermission.GROUP_WRITE)
          && !permissions.contains(PosixFilePermission.OTHERS_WRITE);
    } catch (NoSuchFileException missing) {
      return false;
    }
  }

  private static boolean isDead(Path socket) {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      // Not blocking: the backlog of a live one may be full.
      probe.configureBlocking(false);
      probe.connect(UnixDomainSocketAddress.of(socket));
      return false;
    } catch (ConnectException refused) {
      return true;
    } catch (IOException alive) {
      LOG.log(System.Logger.Level.DEBUG, () -> socket + " is not known to be dead: " + alive);
      return false;
    }
  }
}
