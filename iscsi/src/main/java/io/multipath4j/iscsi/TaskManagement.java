package io.multipath4j.iscsi;

import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.IscsiProtocolException;
import io.multipath4j.iscsi.pdu.TaskManagementRequestPdu;
import io.multipath4j.iscsi.pdu.TaskManagementResponsePdu;
import io.multipath4j.scsi.HostByte;
import io.multipath4j.scsi.TaskManagementListener;
import io.multipath4j.scsi.TaskManagementResult;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The task management functions of a session that wait for their answers (RFC 7143 11.5). */
final class TaskManagement {

  /** Most functions at a time; more are answered REJECTED. */
  static final int MAX_PENDING = 32;

  private static final int FIRST_TAG = 0xF000;

  private record Pending(
      int itt, long lun, @Nullable Task task, int taskTag, long order, TaskManagementListener by) {}

  private final CommandEngine engine;
  private final @Nullable Pending[] pending = new @Nullable Pending[MAX_PENDING];
  private int generation;

  TaskManagement(CommandEngine engine) {
    this.engine = engine;
  }

  /** Asks to abort a sent task; false when too many functions wait. */
  boolean abort(IscsiConnection connection, Task task, TaskManagementListener by) {
    int slot = freeSlot();
    if (slot < 0) {
      return false;
    }
    int itt = nextTag(slot);
    pending[slot] = new Pending(itt, task.lun, task, task.itt, 0, by);
    ByteBuffer header = begin(connection, TaskManagementRequestPdu.ABORT_TASK, itt, task.lun);
    int at = header.position();
    TaskManagementRequestPdu.setReferencedTaskTag(header, at, task.itt);
    TaskManagementRequestPdu.setRefCmdSn(header, at, task.cmdSn);
    connection.writer().end();
    return true;
  }

  /** Asks to reset a logical unit; false when too many functions wait. */
  boolean reset(IscsiConnection connection, long lun, TaskManagementListener by) {
    int slot = freeSlot();
    if (slot < 0) {
      return false;
    }
    int itt = nextTag(slot);
    pending[slot] = new Pending(itt, lun, null, 0, engine.nextOrder(), by);
    begin(connection, TaskManagementRequestPdu.LOGICAL_UNIT_RESET, itt, lun);
    connection.writer().end();
    return true;
  }

  private static ByteBuffer begin(IscsiConnection connection, int function, int itt, long lun) {
    ByteBuffer header = connection.writer().begin();
    int at = header.position();
    TaskManagementRequestPdu.init(header, at, function);
    Bhs.setImmediate(header, at);
    Bhs.setLun(header, at, lun);
    Bhs.setItt(header, at, itt);
    Bhs.setCmdSn(header, at, connection.window().current());
    Bhs.setExpStatSn(header, at, connection.expStatSn());
    return header;
  }

  private int freeSlot() {
    for (int i = 0; i < MAX_PENDING; i++) {
      if (pending[i] == null) {
        return i;
      }
    }
    return -1;
  }

  private int nextTag(int slot) {
    generation = (generation + 1) & 0x7FFF;
    return generation << 16 | FIRST_TAG | slot;
  }

  /** Tells whether a tag may be one of a function. */
  static boolean isTag(int itt) {
    return (itt & 0xFFFF) >= FIRST_TAG && (itt & 0xFFFF) < FIRST_TAG + MAX_PENDING;
  }

  /** The target answers a function. */
  void response(ByteBuffer buffer, int at) {
    TaskManagementResult result =
        switch (TaskManagementResponsePdu.response(buffer, at)) {
          case TaskManagementResponsePdu.FUNCTION_COMPLETE -> TaskManagementResult.COMPLETE;
          case TaskManagementResponsePdu.TASK_DOES_NOT_EXIST -> TaskManagementResult.NO_SUCH_TASK;
          case TaskManagementResponsePdu.LUN_DOES_NOT_EXIST -> TaskManagementResult.NO_SUCH_LUN;
          default -> TaskManagementResult.REJECTED;
        };
    if (!answer(Bhs.itt(buffer, at), result)) {
      throw new IscsiProtocolException(
          Bhs.describe(buffer, at) + ", which is not the tag of a task management function");
    }
  }

  /** Ends the function with this tag; false when there is none. */
  boolean answer(int itt, TaskManagementResult result) {
    int slot = (itt & 0xFFFF) - FIRST_TAG;
    Pending function = isTag(itt) ? pending[slot] : null;
    if (function == null || function.itt() != itt) {
      return false;
    }
    pending[slot] = null;
    Task task = function.task();
    boolean dead =
        result == TaskManagementResult.COMPLETE || result == TaskManagementResult.NO_SUCH_TASK;
    if (task == null) {
      if (result == TaskManagementResult.COMPLETE) {
        engine.endLogicalUnit(function.lun(), function.order(), HostByte.DID_RESET);
      }
    } else if (dead && task.itt == function.taskTag() && task.state != Task.State.FREE) {
      task.andThen(() -> function.by().completed(result));
      if (task.state == Task.State.SENT) {
        engine.end(task, HostByte.DID_ABORT);
      }
      return true;
    }
    function.by().completed(result);
    return true;
  }

  /** The connection is gone, and the commands have been ended. */
  void lost() {
    for (int i = 0; i < MAX_PENDING; i++) {
      Pending function = pending[i];
      if (function != null) {
        pending[i] = null;
        function.by().completed(TaskManagementResult.TRANSPORT_LOST);
      }
    }
  }
}
