package io.multipath4j.mpath;

import java.lang.module.ModuleDescriptor;
import picocli.CommandLine.IVersionProvider;

/** What {@code mpath --version} prints. */
final class ProgramVersion implements IVersionProvider {

  @Override
  public String[] getVersion() {
    return new String[] {
      "mpath " + current(), "Java " + Runtime.version() + " on " + System.getProperty("os.name")
    };
  }

  /** Returns the version of the program. */
  static String current() {
    // As a module, else as a jar on the class path.
    ModuleDescriptor module = Main.class.getModule().getDescriptor();
    String version =
        module == null
            ? Main.class.getPackage().getImplementationVersion()
            : module.rawVersion().orElse(null);
    return version == null ? "(built from a source tree)" : version;
  }
}
