package io.multipath4j.scsi.multipath.tree;

import io.multipath4j.scsi.multipath.MultipathParameters;
import io.multipath4j.sysfs.SysfsException;
import io.multipath4j.sysfs.SysfsTable;

/** The parameters of the module, in both spellings: the mode can be read, the policy also set. */
final class ModuleParameters {

  static final SysfsTable<MultipathParameters> TABLE =
      policy(
              policy(
                  mode(
                      mode(
                          mode(
                              SysfsTable.<MultipathParameters>builder(),
                              MultipathParameters.MULTIPATH),
                          MultipathParameters.SCSI_MULTIPATH),
                      MultipathParameters.SCSI_MULTIPATH_ALWAYS),
                  MultipathParameters.IOPOLICY),
              MultipathParameters.MULTIPATH_IOPOLICY)
          .build();

  private ModuleParameters() {}

  private static SysfsTable.Builder<MultipathParameters> mode(
      SysfsTable.Builder<MultipathParameters> table, String name) {
    return table.readOnly(name, of -> of.get(name) + "\n");
  }

  private static SysfsTable.Builder<MultipathParameters> policy(
      SysfsTable.Builder<MultipathParameters> table, String name) {
    return table.readWrite(name, of -> of.get(name) + "\n", (of, text) -> set(of, name, text));
  }

  private static void set(MultipathParameters of, String name, String text) {
    try {
      of.set(name, text);
    } catch (IllegalArgumentException e) {
      throw SysfsException.invalid(e);
    }
  }
}
