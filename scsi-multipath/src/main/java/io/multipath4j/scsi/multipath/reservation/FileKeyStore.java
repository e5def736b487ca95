package io.multipath4j.scsi.multipath.reservation;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * Keys in a file, so that a host that was preempted knows it after a restart, and the part of its
 * ISIDs that makes its nexuses the same ones then. Each change replaces the whole file at once: a
 * crash leaves the old one or the new one. One process at a time has it.
 *
 * <p>The file and its directory belong to this process's user alone (0600, 0700): whoever can write
 * there can make this host register, or stay out.
 */
public final class FileKeyStore implements KeyStore, AutoCloseable {

  /** Largest file, in bytes. */
  static final int MAX_BYTES = (KeyFileText.MAX_DISKS + 2) * KeyFileText.MAX_LINE_CHARS;

  private static final int ISID_PART_BITS = 24;

  private static final Set<PosixFilePermission> FILE_MODE =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> DIRECTORY_MODE =
      PosixFilePermissions.fromString("rwx------");

  private final Path file;
  private final Path directory;
  private final Executor writer;
  private final FileChannel lockFile;
  private final int isidPart;
  private final Object writing = new Object();
  private volatile Map<String, KeyRecord> records;

  private FileKeyStore(
      Path file, Executor writer, FileChannel lockFile, KeyFileText.Content content) {
    this.file = file;
    this.directory = directoryOf(file);
    this.writer = writer;
    this.lockFile = lockFile;
    this.isidPart = content.isidPart();
    this.records = content.records();
  }

  /**
   * Opens a file, or begins a new one; makes its directory when there is none.
   *
   * @param writer runs what blocks: writes to the file
   * @param random for the ISIDs of a new file; a secure one in production
   * @throws IOException with a sentence for a person when it is not to be trusted, is damaged, or
   *     is in use; nothing has changed then
   */
  public static FileKeyStore open(Path file, Executor writer, RandomGenerator random)
      throws IOException {
    Path directory = directoryOf(file);
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(directory, mode(DIRECTORY_MODE));
    }
    check(directory, true);
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      check(file, false);
    }
    FileChannel lockFile = lock(file);
    boolean opened = false;
    try {
      KeyFileText.Content content =
          Files.exists(file)
              ? read(file)
              : new KeyFileText.Content(random.nextInt(1 << ISID_PART_BITS), Map.of());
      FileKeyStore store = new FileKeyStore(file, writer, lockFile, content);
      opened = true;
      return store;
    } finally {
      if (!opened) {
        lockFile.close();
      }
    }
  }

  private static Path directoryOf(Path file) {
    return Objects.requireNonNull(file.toAbsolutePath().getParent(), "directory");
  }

  private static FileAttribute<?> mode(Set<PosixFilePermission> permissions) {
    return PosixFilePermissions.asFileAttribute(permissions);
  }

  private static void check(Path path, boolean isDirectory) throws IOException {
    PosixFileAttributes found =
        Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    String what = "the " + (isDirectory ? "directory" : "file") + " of reservation keys " + path;
    Set<PosixFilePermission> expected = isDirectory ? DIRECTORY_MODE : FILE_MODE;
    if (isDirectory ? !found.isDirectory() : !found.isRegularFile()) {
      throw new IOException(what + " is none: remove it, or name another one");
    }
    UserPrincipal self = self();
    if (!found.owner().equals(self)) {
      throw new IOException(
          what + " belongs to " + found.owner().getName() + ", not to " + self.getName());
    }
    if (!expected.containsAll(found.permissions())) {
      throw new IOException(
          "%s has the mode %s, expected %s: run 'chmod %s %s'"
              .formatted(
                  what,
                  PosixFilePermissions.toString(found.permissions()),
                  PosixFilePermissions.toString(expected),
                  isDirectory ? "700" : "600",
                  path));
    }
  }

  private static UserPrincipal self() throws IOException {
    Path process = Path.of("/proc/self");
    return Files.exists(process)
        ? Files.getOwner(process)
        : process
            .getFileSystem()
            .getUserPrincipalLookupService()
            .lookupPrincipalByName(System.getProperty("user.name"));
  }

  private static FileChannel lock(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            sibling(file, ".lock"),
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE),
            mode(FILE_MODE));
    FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException inThisProcess) {
      lock = null;
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    if (lock == null) {
      throw new IOException(
          "the file of reservation keys " + file + " is in use; give each process one of its own");
    }
    return channel;
  }

  private static Path sibling(Path file, String suffix) {
    return file.resolveSibling(file.getFileName() + suffix);
  }

  private static KeyFileText.Content read(Path file) throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      throw broken(file, "it is longer than " + MAX_BYTES + " bytes");
    }
    try {
      return KeyFileText.read(Files.readString(file, StandardCharsets.US_ASCII));
    } catch (IllegalArgumentException e) {
      throw broken(file, String.valueOf(e.getMessage()));
    } catch (java.nio.charset.CharacterCodingException e) {
      throw broken(file, "it is not ASCII text");
    }
  }

  private static IOException broken(Path file, String why) {
    return new IOException(
        "the file of reservation keys "
            + file
            + " cannot be used: "
            + why
            + "; correct it, or remove it and register anew");
  }

  /**
   * Returns the random part of the ISIDs of all sessions whose registrations this file is about, 24
   * bits (RFC 7143 11.12.5): the same after a restart, so that they are the same nexuses. Only one
   * process at a time has it, since it has the file.
   */
  public int isidPart() {
    return isidPart;
  }

  @Override
  public Optional<KeyRecord> get(String wwid) {
    return Optional.ofNullable(records.get(wwid));
  }

  @Override
  public CompletableFuture<Void> put(String wwid, KeyRecord kept) {
    return CompletableFuture.runAsync(() -> change(wwid, Optional.of(kept)), writer);
  }

  @Override
  public CompletableFuture<Void> remove(String wwid) {
    return CompletableFuture.runAsync(() -> change(wwid, Optional.empty()), writer);
  }

  private void change(String wwid, Optional<KeyRecord> kept) {
    synchronized (writing) {
      Map<String, KeyRecord> next = new LinkedHashMap<>(records);
      kept.ifPresentOrElse(some -> next.put(wwid, some), () -> next.remove(wwid));
      if (next.equals(records)) {
        return;
      }
      try {
        if (next.size() > KeyFileText.MAX_DISKS) {
          throw new IOException(file + ": more than " + KeyFileText.MAX_DISKS + " disks");
        }
        write(KeyFileText.write(isidPart, next));
      } catch (IOException e) {
        throw new java.util.concurrent.CompletionException(e);
      }
      records = next;
    }
  }

  private void write(String text) throws IOException {
    Path next = sibling(file, ".new");
    Files.deleteIfExists(next);
    try (FileChannel channel =
        FileChannel.open(
            next,
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
            mode(FILE_MODE))) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    // The new name is durable once its directory is.
    try (FileChannel entries = FileChannel.open(directory)) {
      entries.force(true);
    }
  }

  /** Lets another process have the file. */
  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
