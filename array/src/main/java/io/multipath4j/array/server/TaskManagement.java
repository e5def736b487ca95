package io.multipath4j.array.server;

import io.multipath4j.array.lu.LogicalUnit;
import io.multipath4j.array.lu.TargetDevice;
import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.TaskManagementRequestPdu;
import io.multipath4j.iscsi.pdu.TaskManagementResponsePdu;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Task management functions of one session (RFC 7143 11.5). */
final class TaskManagement {

  private final Connection connection;
  private final Session session;
  private final SessionWriter writer;

  TaskManagement(Connection connection, Session session, SessionWriter writer) {
    this.connection = connection;
    this.session = session;
    this.writer = writer;
  }

  void request(ByteBuffer buffer, int at) {
    int function = TaskManagementRequestPdu.function(buffer, at);
    long lun = buffer.getLong(at + Bhs.LUN_AT);
    int itt = Bhs.itt(buffer, at);
    int referenced = TaskManagementRequestPdu.referencedTaskTag(buffer, at);
    session.afterDelay(() -> {
      respond(itt, perform(function, lun, referenced));
      if (function == TaskManagementRequestPdu.TARGET_COLD_RESET) {
        // RFC 7143 11.5.1: a cold reset also ends all sessions.
        session.connection().close();
        for (Session each : connection.server().sessions()) {
          each.connection().abort("target cold reset");
        }
      }
    });
  }

  private int perform(int function, long lun, int referenced) {
    return switch (function) {
      case TaskManagementRequestPdu.ABORT_TASK ->
          session.abortTask(referenced, lun)
              ? TaskManagementResponsePdu.FUNCTION_COMPLETE
              : TaskManagementResponsePdu.TASK_DOES_NOT_EXIST;
      case TaskManagementRequestPdu.ABORT_TASK_SET -> {
        session.abortTasks(lun);
        yield unitExists(lun);
      }
      case TaskManagementRequestPdu.CLEAR_TASK_SET -> {
        LogicalUnit unit = device().unit(lun);
        if (unit != null) {
          abortEverywhere(lun);
          device().taskSetCleared(unit, session.nexus());
        }
        yield unitExists(lun);
      }
      case TaskManagementRequestPdu.LOGICAL_UNIT_RESET -> {
        LogicalUnit unit = device().unit(lun);
        if (unit != null) {
          abortEverywhere(lun);
          device().resetLogicalUnit(unit);
        }
        yield unitExists(lun);
      }
      case TaskManagementRequestPdu.TARGET_WARM_RESET,
          TaskManagementRequestPdu.TARGET_COLD_RESET -> {
        abortEverywhere(null);
        device().units().forEach(device()::resetLogicalUnit);
        yield TaskManagementResponsePdu.FUNCTION_COMPLETE;
      }
      case TaskManagementRequestPdu.TASK_REASSIGN ->
          TaskManagementResponsePdu.REASSIGNMENT_NOT_SUPPORTED;
      default -> TaskManagementResponsePdu.FUNCTION_NOT_SUPPORTED;
    };
  }

  private TargetDevice device() {
    return connection.server().device;
  }

  private int unitExists(long lun) {
    return device().unit(lun) != null
        ? TaskManagementResponsePdu.FUNCTION_COMPLETE
        : TaskManagementResponsePdu.LUN_DOES_NOT_EXIST;
  }

  private void abortEverywhere(@Nullable Long lun) {
    for (Session each : connection.server().sessions()) {
      each.abortTasks(lun);
    }
  }

  private void respond(int itt, int response) {
    ByteBuffer header = writer.pdus().begin();
    int at = header.position();
    TaskManagementResponsePdu.init(header, at, response);
    Bhs.setItt(header, at, itt);
    writer.stampStatus(header, at);
    writer.pdus().end();
  }
}
