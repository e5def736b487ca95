package io.multipath4j.mpath.control;

import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.StreamHandler;
import io.multipath4j.reactor.Timer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client's side: sends one call and hands on each line that comes back. Loop thread only. */
final class ClientConnection implements StreamHandler {

  /** Told what comes; at most one {@code ended}, and nothing after it. */
  interface Listener {

    /** A line that is no error; an exception ends the connection and is told. */
    void answered(ControlAnswer answer) throws ControlException;

    /** It ended, but not by {@link #close()}. */
    void ended(ControlException why);
  }

  private final Endpoint server;
  private final ControlCall call;
  private final Listener listener;
  private final LineInput input =
      new LineInput(ControlWire.MAX_ANSWER_BYTES, ByteBuffer.allocateDirect(LineInput.CHUNK_BYTES));
  private final Timer deadline;
  private final Stream stream;
  private boolean connected;
  private boolean paused;
  private boolean ended;

  ClientConnection(
      EventLoop loop, Endpoint server, ControlCall call, long timeoutMillis, Listener listener) {
    this.server = server;
    this.call = call;
    this.listener = listener;
    this.deadline =
        loop.schedule(
            TimeUnit.MILLISECONDS.toNanos(timeoutMillis),
            () ->
                fail(
                    new ControlException(
                        "ETIMEDOUT", server + " did not answer within " + timeoutMillis + " ms")));
    this.stream = loop.connect(server, this);
  }

  /** Takes no more for a while. */
  void pause() {
    paused = true;
    stream.setReading(false);
  }

  void resume() {
    if (paused && !ended) {
      paused = false;
      stream.setReading(true);
      readAnswers();
    }
  }

  void close() {
    ended = true;
    deadline.cancel();
    stream.close();
  }

  @Override
  public void onConnected(Stream to) {
    connected = true;
    byte[] line = ControlWire.line(call);
    new LineOutput(to, ByteBuffer.allocateDirect(LineOutput.CHUNK_BYTES), () -> {}).send(line);
  }

  @Override
  public int readTargets(ByteBuffer[] targets) {
    targets[0] = input.target();
    return 1;
  }

  @Override
  public void onRead(Stream from, int byteCount) {
    input.received();
    readAnswers();
  }

  private void readAnswers() {
    try {
      byte[] line;
      while (!ended && !paused && (line = input.poll()) != null) {
        deadline.cancel();
        ControlAnswer answer = ControlWire.answer(line);
        ControlAnswer.Refusal error = answer.error();
        if (error != null) {
          throw new ControlException(error.errno(), error.text());
        }
        listener.answered(answer);
      }
      if (!ended && !paused && input.isFull()) {
        throw ControlWire.tooLong("a line of " + server + " has more bytes");
      }
    } catch (ControlException wrong) {
      fail(wrong);
    }
  }

  @Override
  public void onClosed(Stream from, @Nullable IOException cause) {
    String reason = cause == null ? "" : " (" + cause.getMessage() + ")";
    fail(
        connected
            ? new ControlException(
                "ECONNRESET",
                server
                    + " closed the connection: the process ended, or has too many control clients"
                    + reason)
            : new ControlException(
                "ECONNREFUSED", "no process that attaches listens on " + server + reason));
  }

  private void fail(ControlException why) {
    if (!ended) {
      close();
      listener.ended(why);
    }
  }
}
