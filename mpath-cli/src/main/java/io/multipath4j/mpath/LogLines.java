package io.multipath4j.mpath;

import java.io.PrintStream;
import java.text.MessageFormat;
import java.util.Locale;
import java.util.Map;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/**
 * Where the rooms' log events go: standard error, one line each, from the level that {@code
 * MPATH_LOG} names (ERROR when it names none). Stack traces only with {@code MPATH_DEBUG}.
 */
public final class LogLines extends System.LoggerFinder {

  private static final String OWN = "io.multipath4j.";
  private static final String LEVEL_VARIABLE = "MPATH_LOG";

  private final Surroundings surroundings = Surroundings.ofProcess();
  private final Lines lines = new Lines(level(surroundings.environment()), surroundings.debug());

  /** Made by the platform. */
  public LogLines() {}

  @Override
  public System.Logger getLogger(String name, Module module) {
    return new Named(name, lines);
  }

  private static System.Logger.Level level(Map<String, String> environment) {
    String wanted = environment.getOrDefault(LEVEL_VARIABLE, "").toUpperCase(Locale.ROOT);
    for (System.Logger.Level level : System.Logger.Level.values()) {
      if (level.name().equals(wanted)) {
        return level;
      }
    }
    return System.Logger.Level.ERROR;
  }

  private record Lines(System.Logger.Level threshold, boolean traces) {

    void write(System.Logger.Level level, String name, String message, @Nullable Throwable cause) {
      PrintStream err = System.err;
      String who = name.substring(name.lastIndexOf('.') + 1);
      String why = cause == null ? "" : " (" + cause + ")";
      err.println("mpath: " + level.getName() + " " + who + ": " + message + why);
      if (cause != null && traces) {
        cause.printStackTrace(err);
      }
    }
  }

  private record Named(String name, Lines lines) implements System.Logger {

    @Override
    public String getName() {
      return name;
    }

    /** The JDK logs through this as well; of that, only what went wrong is told. */
    @Override
    public boolean isLoggable(Level level) {
      Level lowest = name.startsWith(OWN) ? lines.threshold : Level.ERROR;
      return level != Level.OFF && level.getSeverity() >= lowest.getSeverity();
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String message,
        @Nullable Throwable thrown) {
      if (isLoggable(level)) {
        lines.write(level, name, String.valueOf(message), thrown);
      }
    }

    @Override
    public void log(
        Level level,
        @Nullable ResourceBundle bundle,
        @Nullable String format,
        @Nullable Object @Nullable ... parameters) {
      if (isLoggable(level)) {
        boolean plain = format == null || parameters == null || parameters.length == 0;
        lines.write(
            level,
            name,
            plain ? String.valueOf(format) : MessageFormat.format(format, parameters),
            null);
      }
    }
  }
}
