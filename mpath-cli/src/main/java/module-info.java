/** The command line. */
@org.jspecify.annotations.NullMarked
module io.multipath4j.mpath {
  requires info.picocli;
  requires io.multipath4j.array;
  requires io.multipath4j.fuse;
  requires io.multipath4j.initiator;
  requires io.multipath4j.iscsi;
  requires io.multipath4j.nbd;
  requires io.multipath4j.scsi.multipath;
  requires io.multipath4j.sysfs;
  requires tools.jackson.databind;
  requires static org.jspecify;

  provides System.LoggerFinder with
      io.multipath4j.mpath.LogLines;

  // picocli sets the fields of the commands.
  opens io.multipath4j.mpath to
      info.picocli;

  // Its records are lines of JSON.
  opens io.multipath4j.mpath.control to
      tools.jackson.databind;
}
