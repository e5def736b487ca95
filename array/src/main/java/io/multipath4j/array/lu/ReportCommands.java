package io.multipath4j.array.lu;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the target reports about itself: its commands (SPC-5 6.36). */
final class ReportCommands {

  private static final int TIMEOUTS_BYTES = 12;
  private static final int DESCRIPTOR_BYTES = 8;
  private static final int RCTD_BIT = 0x80;
  private static final int NOT_SUPPORTED = 1;
  private static final int SUPPORTED = 3;

  private ReportCommands() {}

  static void reportSupportedOperationCodes(LogicalUnit unit, ScsiTask task) {
    boolean timeouts = (task.cdb[2] & RCTD_BIT) != 0;
    int opcode = task.cdb[3] & 0xFF;
    int serviceAction = ((task.cdb[4] & 0xFF) << 8) | (task.cdb[5] & 0xFF);
    boolean hasServiceActions = CommandTable.hasServiceActions(unit, opcode);
    switch (task.cdb[2] & 7) {
      case 0 -> task.reply(allCommands(unit, timeouts));
      case 1 -> one(task, !hasServiceActions, CommandTable.find(unit, opcode, 0), timeouts);
      case 2 ->
          one(task, hasServiceActions, CommandTable.find(unit, opcode, serviceAction), timeouts);
      case 3 -> {
        boolean exact = hasServiceActions || serviceAction == 0;
        one(task, true, exact ? CommandTable.find(unit, opcode, serviceAction) : null, timeouts);
      }
      default -> task.fail(Condition.INVALID_FIELD_IN_CDB);
    }
  }

  private static byte[] allCommands(LogicalUnit unit, boolean timeouts) {
    List<Command> commands = CommandTable.all(unit);
    int each = DESCRIPTOR_BYTES + (timeouts ? TIMEOUTS_BYTES : 0);
    ByteBuffer reply = ByteBuffer.allocate(4 + each * commands.size());
    reply.putInt(each * commands.size());
    for (Command command : commands) {
      boolean serviceAction = command.serviceAction() >= 0;
      reply.put((byte) command.opcode()).put((byte) 0);
      reply.putShort((short) Math.max(0, command.serviceAction())).put((byte) 0);
      reply.put((byte) ((timeouts ? 2 : 0) | (serviceAction ? 1 : 0)));
      reply.putShort((short) command.cdbLength());
      if (timeouts) {
        putTimeouts(reply);
      }
    }
    return reply.array();
  }

  private static void one(
      ScsiTask task, boolean rightOption, @Nullable Command command, boolean timeouts) {
    if (!rightOption) {
      task.fail(Condition.INVALID_FIELD_IN_CDB);
      return;
    }
    ByteBuffer reply = ByteBuffer.allocate(4 + ScsiTask.MAX_CDB_BYTES + TIMEOUTS_BYTES);
    if (command == null) {
      reply.put((byte) 0).put((byte) NOT_SUPPORTED).putShort((short) 0);
    } else {
      reply.put((byte) 0).put((byte) (SUPPORTED | (timeouts ? 0x80 : 0)));
      reply.putShort((short) command.cdbLength());
      reply.put(command.usage());
      if (timeouts) {
        putTimeouts(reply);
      }
    }
    task.reply(Arrays.copyOf(reply.array(), reply.position()));
  }

  /** A command timeouts descriptor that recommends nothing (SPC-5 6.36.4). */
  private static void putTimeouts(ByteBuffer reply) {
    reply.putShort((short) (TIMEOUTS_BYTES - 2)).putShort((short) 0).putInt(0).putInt(0);
  }
}
