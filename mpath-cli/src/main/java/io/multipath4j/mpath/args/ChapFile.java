package io.multipath4j.mpath.args;

import io.multipath4j.iscsi.login.ChapSecret;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * CHAP names and secrets (RFC 7143 12.1), from a file that only its owner can read or from the
 * environment; never from the command line, which other users can see.
 *
 * <pre>
 * user = initiator            # MPATH_CHAP_USER
 * secret = at least 12 chars  # MPATH_CHAP_SECRET
 * target-user = array         # MPATH_CHAP_TARGET_USER, for mutual CHAP
 * target-secret = another     # MPATH_CHAP_TARGET_SECRET
 * </pre>
 */
public final class ChapFile {

  private static final long MAX_FILE_BYTES = 64 * 1024;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      Set.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private static final String USER = "user";
  private static final String SECRET = "secret";
  private static final String TARGET_USER = "target-user";
  private static final String TARGET_SECRET = "target-secret";
  private static final List<String> KEYS = List.of(USER, SECRET, TARGET_USER, TARGET_SECRET);

  private final ChapSecret initiator;
  private final @Nullable ChapSecret target;

  private ChapFile(String where, Map<String, String> values) {
    initiator = new ChapSecret(required(where, values, USER), required(where, values, SECRET));
    boolean mutual = values.containsKey(TARGET_USER);
    if (mutual != values.containsKey(TARGET_SECRET)) {
      throw new IllegalArgumentException(
          where + ": mutual CHAP needs both " + TARGET_USER + " and " + TARGET_SECRET);
    }
    target =
        mutual
            ? new ChapSecret(
                required(where, values, TARGET_USER), required(where, values, TARGET_SECRET))
            : null;
  }

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException with a message for the user that holds no secret
   */
  public static ChapFile read(Path file) {
    try {
      checkMode(file);
      return new ChapFile(file.toString(), parse(file, Files.readString(file)));
    } catch (NoSuchFileException missing) {
      throw new IllegalArgumentException("the CHAP file " + file + " does not exist", missing);
    } catch (MalformedInputException binary) {
      throw new IllegalArgumentException("the CHAP file " + file + " is not UTF-8 text", binary);
    } catch (IOException unreadable) {
      throw new IllegalArgumentException(
          "cannot read the CHAP file " + file + ": " + unreadable.getMessage(), unreadable);
    }
  }

  /**
   * Takes the values from the environment.
   *
   * @return null when it has none
   * @throws IllegalArgumentException with a message for the user that holds no secret
   */
  public static @Nullable ChapFile fromEnvironment(Map<String, String> environment) {
    Map<String, String> values = new HashMap<>();
    for (String key : KEYS) {
      String value =
          environment.get("MPATH_CHAP_" + key.replace('-', '_').toUpperCase(java.util.Locale.ROOT));
      if (value != null && !value.isEmpty()) {
        values.put(key, value);
      }
    }
    return values.isEmpty() ? null : new ChapFile("the environment (MPATH_CHAP_...)", values);
  }

  private static void checkMode(Path file) throws IOException {
    PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
    if (!attributes.isRegularFile() || attributes.size() > MAX_FILE_BYTES) {
      throw new IllegalArgumentException(
          "the CHAP file " + file + " is not a plain file of at most " + MAX_FILE_BYTES + " bytes");
    }
    if (!OWNER_ONLY.containsAll(attributes.permissions())) {
      throw new IllegalArgumentException(
          "the CHAP file " + file + " can be read by others: run 'chmod 600 " + file + "'");
    }
  }

  private static Map<String, String> parse(Path file, String text) {
    Map<String, String> values = new HashMap<>();
    int number = 0;
    for (String line : (Iterable<String>) text.lines()::iterator) {
      number++;
      String content = line.strip();
      if (content.isEmpty() || content.startsWith("#")) {
        continue;
      }
      int equals = content.indexOf('=');
      String key = equals < 0 ? "" : content.substring(0, equals).strip();
      if (!KEYS.contains(key)) {
        // The line is not quoted: it may hold a secret.
        throw new IllegalArgumentException(
            file + " line " + number + ": expected KEY = VALUE with one of the keys " + KEYS);
      }
      if (values.put(key, content.substring(equals + 1).strip()) != null) {
        throw new IllegalArgumentException(file + " line " + number + ": " + key + " again");
      }
    }
    return values;
  }

  private static String required(String where, Map<String, String> values, String key) {
    String value = values.get(key);
    if (value == null || value.isEmpty()) {
      throw new IllegalArgumentException(where + ": the CHAP " + key + " is missing");
    }
    return value;
  }

  /** Returns how this side authenticates itself. */
  public ChapSecret initiator() {
    return initiator;
  }

  /** Returns what the target must prove in mutual CHAP, null for one-way CHAP. */
  public @Nullable ChapSecret target() {
    return target;
  }

  /** Returns the names without the secrets. */
  @Override
  public String toString() {
    return initiator + (target == null ? "" : ", target: " + target);
  }
}
