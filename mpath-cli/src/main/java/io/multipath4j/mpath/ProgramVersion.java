package io.multipath4j.mpath;

import picocli.CommandLine.IVersionProvider;

/** What {@code mpath --version} prints. */
final class ProgramVersion implements IVersionProvider {

  @Override
  public String[] getVersion() {
    return new String[] {
      "mpath " + programVersion(),
      "Java " + Runtime.version() + " on " + System.getProperty("os.name")
    };
  }

  private static String programVersion() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "(built from a source tree)" : version;
  }
}
