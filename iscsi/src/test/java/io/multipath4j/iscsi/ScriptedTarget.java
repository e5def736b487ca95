package io.multipath4j.iscsi;

import io.multipath4j.iscsi.login.NegotiationKey;
import io.multipath4j.iscsi.login.ParameterNegotiation;
import io.multipath4j.iscsi.login.SessionParameters;
import io.multipath4j.iscsi.login.TextKey;
import io.multipath4j.iscsi.login.TextKeys;
import io.multipath4j.iscsi.pdu.Bhs;
import io.multipath4j.iscsi.pdu.DataInPdu;
import io.multipath4j.iscsi.pdu.DataOutPdu;
import io.multipath4j.iscsi.pdu.LoginRequestPdu;
import io.multipath4j.iscsi.pdu.LoginResponsePdu;
import io.multipath4j.iscsi.pdu.LogoutResponsePdu;
import io.multipath4j.iscsi.pdu.NopPdu;
import io.multipath4j.iscsi.pdu.Opcode;
import io.multipath4j.iscsi.pdu.PduReader;
import io.multipath4j.iscsi.pdu.PduSink;
import io.multipath4j.iscsi.pdu.PduWriter;
import io.multipath4j.iscsi.pdu.R2tPdu;
import io.multipath4j.iscsi.pdu.ScsiCommandPdu;
import io.multipath4j.iscsi.pdu.ScsiResponsePdu;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.StreamHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A small target with a disk of memory. It does what is right, except where a test's script says
 * otherwise. One connection at a time.
 */
final class ScriptedTarget {

  static final int BLOCK = 512;

  /** A PDU of the initiator. */
  static final class Pdu {
    private final ByteBuffer header;
    private final byte[] data;

    Pdu(ByteBuffer header, byte[] data) {
      this.header = header;
      this.data = data;
    }

    ByteBuffer header() {
      return header;
    }

    byte[] data() {
      return data;
    }

    Opcode opcode() {
      return Opcode.of(Bhs.opcode(header, 0));
    }

    int itt() {
      return Bhs.itt(header, 0);
    }

    int cdb(int index) {
      return header.get(ScsiCommandPdu.CDB_AT + index) & 0xFF;
    }

    int lba() {
      return header.getInt(ScsiCommandPdu.CDB_AT + 2);
    }

    int blocks() {
      return header.getShort(ScsiCommandPdu.CDB_AT + 7) & 0xFFFF;
    }

    int length() {
      return ScsiCommandPdu.expectedDataTransferLength(header, 0);
    }
  }

  /** A write that is not complete. */
  private static final class Write {
    Pdu command;
    int received;
    int r2tSn;
  }

  final byte[] disk = new byte[8 << 20];
  final Map<NegotiationKey, String> wishes = new EnumMap<>(NegotiationKey.class);
  final List<Pdu> received = new ArrayList<>();
  final List<Long> isids = new ArrayList<>();
  final List<Integer> tsihs = new ArrayList<>();
  int window = 64;
  int maxDataInSegment = 64 * 1024;

  /** Returns true when it has dealt with a PDU of the full feature phase. */
  Predicate<Pdu> script = pdu -> false;

  /** Returns true when it has dealt with a login request. */
  Predicate<Pdu> loginScript = pdu -> false;

  boolean silent;
  int connections;
  long dataOutBytes;
  @Nullable Connection current;

  ScriptedTarget() {
    wishes.put(NegotiationKey.MAX_RECV_DATA_SEGMENT_LENGTH, "65536");
    wishes.put(NegotiationKey.INITIAL_R2T, "No");
    wishes.put(NegotiationKey.MAX_BURST_LENGTH, "1048576");
    wishes.put(NegotiationKey.FIRST_BURST_LENGTH, "262144");
    wishes.put(NegotiationKey.HEADER_DIGEST, "None,CRC32C");
    wishes.put(NegotiationKey.DATA_DIGEST, "None,CRC32C");
    wishes.put(NegotiationKey.TARGET_PORTAL_GROUP_TAG, "1");
    for (int i = 0; i < disk.length; i++) {
      disk[i] = (byte) (i * 31 + (i >> 9));
    }
  }

  StreamHandler accept(Endpoint remote) {
    connections++;
    Connection connection = new Connection();
    current = connection;
    return connection;
  }

  List<Pdu> received(Opcode opcode) {
    return received.stream().filter(pdu -> pdu.opcode() == opcode).toList();
  }

  final class Connection implements StreamHandler, PduSink {
    final PduReader reader =
        new PduReader(ByteBuffer.allocateDirect(PduReader.MIN_BUFFER_BYTES), this);
    private final Map<Integer, Write> writes = new HashMap<>();
    ParameterNegotiation negotiation = new ParameterNegotiation(wishes);
    SessionParameters parameters;
    Stream stream;
    PduWriter writer;
    boolean fullFeature;
    int statSn = 1000;
    int expCmdSn;

    @Override
    public void onConnected(Stream connected) {
      stream = connected;
      writer = new PduWriter(connected);
    }

    @Override
    public int readTargets(ByteBuffer[] targets) {
      return reader.readTargets(targets);
    }

    @Override
    public void onRead(Stream from, int byteCount) {
      reader.received(byteCount);
    }

    @Override
    public void onClosed(Stream closed, @Nullable IOException cause) {}

    @Override
    public void dataSegment(PduReader from, ByteBuffer buffer, int at, int length) {}

    @Override
    public void pdu(ByteBuffer buffer, int at, int dataAt) {
      if (silent) {
        return;
      }
      byte[] header = new byte[Bhs.BYTES + Bhs.ahsBytes(buffer, at)];
      buffer.get(at, header);
      byte[] data = new byte[dataAt < 0 ? 0 : Bhs.dataSegmentLength(buffer, at)];
      if (dataAt >= 0) {
        buffer.get(dataAt, data);
      }
      Pdu pdu = new Pdu(ByteBuffer.wrap(header), data);
      received.add(pdu);
      boolean command = pdu.opcode() != Opcode.DATA_OUT;
      if (command) {
        expCmdSn = Bhs.cmdSn(buffer, at) + (Bhs.isImmediate(buffer, at) ? 0 : 1);
      } else {
        dataOutBytes += data.length;
      }
      if (pdu.opcode() == Opcode.LOGIN_REQUEST) {
        if (!loginScript.test(pdu)) {
          login(pdu);
        }
      } else if (!script.test(pdu)) {
        serve(pdu);
      }
    }

    private void login(Pdu pdu) {
      ByteBuffer in = pdu.header();
      int stage = LoginRequestPdu.currentStage(in, 0);
      boolean transit = LoginRequestPdu.isTransit(in, 0);
      if (stage == LoginRequestPdu.SECURITY_NEGOTIATION) {
        isids.add(LoginRequestPdu.isid(in, 0));
        tsihs.add(LoginRequestPdu.tsih(in, 0));
      }
      List<TextKey> answers = new ArrayList<>();
      if (stage == LoginRequestPdu.OPERATIONAL_NEGOTIATION) {
        answers.addAll(negotiation.declarations());
      }
      for (TextKey pair : TextKeys.decode(pdu.data())) {
        if (pair.key().equals("SessionType") && pair.value().equals("Discovery")) {
          negotiation.setDiscovery(true);
        }
        negotiation.receive(pair, answers);
      }
      int next = transit ? LoginRequestPdu.nextStage(in, 0) : 0;
      boolean last = transit && next == LoginRequestPdu.FULL_FEATURE_PHASE;
      loginResponse(pdu, 0, transit ? LoginRequestPdu.TRANSIT : 0, next, last ? 7 : 0, answers);
      if (last) {
        parameters = negotiation.result();
        reader.setDigests(parameters.headerDigest(), parameters.dataDigest());
        reader.setMaxDataSegmentBytes(parameters.maxRecvDataSegmentLength());
        writer.setDigests(parameters.headerDigest(), parameters.dataDigest());
        fullFeature = true;
      }
    }

    void loginResponse(
        Pdu request, int status, int flags, int nextStage, int tsih, List<TextKey> keys) {
      ByteBuffer out = writer.begin();
      int at = out.position();
      ByteBuffer in = request.header();
      LoginResponsePdu.init(
          out,
          at,
          flags,
          LoginRequestPdu.currentStage(in, 0),
          nextStage,
          LoginRequestPdu.isid(in, 0),
          tsih);
      LoginResponsePdu.setStatus(out, at, status);
      Bhs.setItt(out, at, request.itt());
      sequence(out, at, true);
      byte[] text = TextKeys.encode(keys);
      writer.endWithBytes(text, 0, text.length);
    }

    void sequence(ByteBuffer out, int at, boolean takesStatSn) {
      Bhs.setStatSn(out, at, takesStatSn ? statSn++ : statSn);
      Bhs.setExpCmdSn(out, at, expCmdSn);
      Bhs.setMaxCmdSn(out, at, expCmdSn + window - 1);
    }

    void serve(Pdu pdu) {
      switch (pdu.opcode()) {
        case SCSI_COMMAND -> scsi(pdu);
        case DATA_OUT -> dataOut(pdu);
        case NOP_OUT -> {
          if (pdu.itt() != Bhs.RESERVED_TAG) {
            nopIn(pdu.itt(), Bhs.RESERVED_TAG, true);
          }
        }
        case LOGOUT_REQUEST -> {
          ByteBuffer out = writer.begin();
          LogoutResponsePdu.init(out, out.position(), LogoutResponsePdu.CLOSED, 0, 0);
          Bhs.setItt(out, out.position(), pdu.itt());
          sequence(out, out.position(), true);
          writer.end();
        }
        default -> {}
      }
    }

    private void scsi(Pdu pdu) {
      switch (pdu.cdb(0)) {
        case 0x00 -> response(pdu.itt(), 0, 0, 0, new byte[0]);
        case 0x28 -> read(pdu);
        case 0x2A -> {
          Write write = new Write();
          write.command = pdu;
          writes.put(pdu.itt(), write);
          store(write, 0, pdu.data(), Bhs.isFinal(pdu.header(), 0));
        }
        default -> response(pdu.itt(), 2, 0, 0, new byte[] {0x70, 0, 5});
      }
    }

    private void read(Pdu pdu) {
      int length = pdu.blocks() * BLOCK;
      int sn = 0;
      for (int offset = 0; offset < length; ) {
        int part = Math.min(length - offset, maxDataInSegment);
        byte[] data = new byte[part];
        System.arraycopy(disk, pdu.lba() * BLOCK + offset, data, 0, part);
        boolean last = offset + part == length;
        dataIn(pdu.itt(), sn++, offset, data, last ? 0x80 | DataInPdu.STATUS : 0, 0);
        offset += part;
      }
    }

    private void dataOut(Pdu pdu) {
      Write write = writes.get(pdu.itt());
      if (write != null) {
        int offset = DataOutPdu.bufferOffset(pdu.header(), 0);
        store(write, offset, pdu.data(), Bhs.isFinal(pdu.header(), 0));
      }
    }

    private void store(Write write, int offset, byte[] data, boolean last) {
      if (offset != write.received) {
        throw new IllegalStateException("data from " + offset + ", not " + write.received);
      }
      int at = write.command.lba() * BLOCK + offset;
      System.arraycopy(data, 0, disk, at, data.length);
      write.received += data.length;
      if (write.received == write.command.length()) {
        writes.remove(write.command.itt());
        response(write.command.itt(), 0, 0, 0, new byte[0]);
      } else if (last) {
        int length = Math.min(write.command.length() - write.received, parameters.maxBurstLength());
        r2t(write.command.itt(), 77, write.r2tSn++, write.received, length);
      }
    }

    void dataIn(int itt, int sn, int offset, byte[] data, int flags, int residual) {
      ByteBuffer out = writer.begin();
      int at = out.position();
      DataInPdu.init(out, at, flags);
      Bhs.setItt(out, at, itt);
      DataInPdu.setDataSn(out, at, sn);
      DataInPdu.setBufferOffset(out, at, offset);
      DataInPdu.setResidualCount(out, at, residual);
      sequence(out, at, (flags & DataInPdu.STATUS) != 0);
      ByteBuffer payload = ByteBuffer.allocateDirect(Math.max(1, data.length)).put(0, data);
      if (data.length == 0) {
        writer.end();
      } else {
        writer.endWithPayload(payload, 0, data.length, null);
      }
    }

    void response(int itt, int status, int flags, int residual, byte[] sense) {
      ByteBuffer out = writer.begin();
      int at = out.position();
      ScsiResponsePdu.init(out, at, flags, 0, status);
      Bhs.setItt(out, at, itt);
      ScsiResponsePdu.setResidualCount(out, at, residual);
      sequence(out, at, true);
      byte[] data = new byte[sense.length == 0 ? 0 : sense.length + 2];
      if (sense.length > 0) {
        data[1] = (byte) sense.length;
        System.arraycopy(sense, 0, data, 2, sense.length);
      }
      writer.endWithBytes(data, 0, data.length);
    }

    void r2t(int itt, int ttt, int sn, int offset, int length) {
      ByteBuffer out = writer.begin();
      int at = out.position();
      R2tPdu.init(out, at);
      Bhs.setItt(out, at, itt);
      Bhs.setTtt(out, at, ttt);
      R2tPdu.setR2tSn(out, at, sn);
      R2tPdu.setBufferOffset(out, at, offset);
      R2tPdu.setDesiredDataTransferLength(out, at, length);
      sequence(out, at, false);
      writer.end();
    }

    void nopIn(int itt, int ttt, boolean takesStatSn) {
      ByteBuffer out = writer.begin();
      NopPdu.initIn(out, out.position(), itt, ttt);
      sequence(out, out.position(), takesStatSn);
      writer.end();
    }
  }
}
