package io.multipath4j.fuse;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The kernel's end of a mount that is none: a test asks, and looks at the answers. */
final class FakeKernel implements FuseDevice {

  /** What came back. */
  record Answer(int errno, ByteBuffer buffer) {
    byte[] body() {
      byte[] bytes = new byte[buffer.capacity()];
      buffer.get(0, bytes);
      return bytes;
    }

    int int32(int at) {
      return buffer.getInt(at);
    }

    long int64(int at) {
      return buffer.getLong(at);
    }

    String text() {
      return new String(body(), StandardCharsets.UTF_8);
    }
  }

  final RequestPool pool = new RequestPool(this);
  private final Operations operations;
  private final Map<Long, Answer> answers = new HashMap<>();
  private final ByteBuffer next =
      ByteBuffer.allocate(FuseRequest.MAX_REQUEST_BYTES).order(ByteOrder.nativeOrder());
  private long unique;

  FakeKernel(Node root) {
    operations = new Operations(root, new FileStat.Owner(1000, 1001));
  }

  /** Builds arguments in order; a Byte is one byte, Integer four, Long eight. */
  static byte[] arguments(Object... values) {
    ByteBuffer buffer =
        ByteBuffer.allocate(FuseRequest.MAX_REQUEST_BYTES).order(ByteOrder.nativeOrder());
    for (Object value : values) {
      switch (value) {
        case Integer number -> buffer.putInt(number);
        case Long number -> buffer.putLong(number);
        case String text -> buffer.put(text.getBytes(StandardCharsets.UTF_8)).put((byte) 0);
        case byte[] bytes -> buffer.put(bytes);
        default -> throw new IllegalArgumentException("no argument: " + value);
      }
    }
    byte[] bytes = new byte[buffer.position()];
    buffer.get(0, bytes);
    return bytes;
  }

  /** Sends a request and returns its number; the answer may come later. */
  long send(int opcode, long nodeId, Object... values) {
    byte[] arguments = arguments(values);
    unique++;
    next.clear();
    next.putInt(FuseRequest.IN_HEADER_BYTES + arguments.length).putInt(opcode).putLong(unique);
    next.putLong(nodeId).putInt(0).putInt(0).putInt(1).putInt(0).put(arguments);
    next.flip();
    try {
      FuseRequest request = pool.take();
      if (request.parse(read(request))) {
        operations.handle(request);
      } else {
        request.endSilently();
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return unique;
  }

  Optional<Answer> answer(long request) {
    return Optional.ofNullable(answers.get(request));
  }

  /** Sends a request that is answered at once. */
  Answer ask(int opcode, long nodeId, Object... values) {
    long request = send(opcode, nodeId, values);
    return answer(request).orElseThrow();
  }

  /** Returns the number of the node at a path, as the kernel finds it. */
  long lookup(String... names) {
    long node = 1;
    for (String name : names) {
      node = ask(Opcode.LOOKUP, node, name).int64(0);
    }
    return node;
  }

  long open(long node, int flags) {
    return ask(Opcode.OPEN, node, flags, 0).int64(0);
  }

  @Override
  public int read(FuseRequest request) {
    ByteBuffer target = request.buffer().clear();
    int length = next.remaining();
    target.put(FuseRequest.HEADER_AT, next, 0, length);
    return length;
  }

  @Override
  public int write(FuseRequest request, int from, int byteCount) {
    ByteBuffer source = request.buffer();
    if (source.getInt(from) != byteCount) {
      throw new AssertionError("an answer of " + byteCount + " bytes says " + source.getInt(from));
    }
    byte[] body = new byte[byteCount - FuseRequest.OUT_HEADER_BYTES];
    source.get(from + FuseRequest.OUT_HEADER_BYTES, body);
    Answer answer =
        new Answer(-source.getInt(from + 4), ByteBuffer.wrap(body).order(ByteOrder.nativeOrder()));
    if (answers.put(source.getLong(from + 8), answer) != null) {
      throw new AssertionError("a request was answered twice");
    }
    return 0;
  }
}
