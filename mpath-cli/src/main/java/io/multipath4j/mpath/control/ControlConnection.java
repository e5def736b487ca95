package io.multipath4j.mpath.control;

import io.multipath4j.reactor.BufferPool;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.StreamHandler;
import io.multipath4j.reactor.Timer;
import io.multipath4j.sysfs.Uevent;
import io.multipath4j.sysfs.UeventDelivery;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client's connection: one request after the other, then perhaps a watch until it closes. */
final class ControlConnection implements StreamHandler {

  /** A client sends its next request within this time, or is closed. */
  static final long REQUEST_MILLIS = 30_000;

  /** A request is answered within this time. */
  static final long ANSWER_MILLIS = 60_000;

  /** A client takes an answer within this time. */
  static final long SEND_MILLIS = 10_000;

  private static final System.Logger LOG = System.getLogger(ControlConnection.class.getName());

  private enum State {
    READING,
    ANSWERING,
    SENDING,
    WATCHING,
    ENDED
  }

  private final EventLoop loop;
  private final MpathControl control;
  private final BufferPool buffers;
  private final Consumer<ControlConnection> onEnded;
  private final ByteBuffer inputChunk;
  private final ByteBuffer outputChunk;
  private final LineInput input;
  private final AtomicBoolean newsIsPosted = new AtomicBoolean();
  private State state = State.READING;
  private @Nullable Stream stream;
  private @Nullable LineOutput output;
  private @Nullable Timer deadline;
  private @Nullable ControlFeed feed;

  /**
   * Makes one.
   *
   * @param buffers with room for one chunk of each direction
   * @param onEnded told once
   */
  ControlConnection(
      EventLoop loop,
      MpathControl control,
      BufferPool buffers,
      Consumer<ControlConnection> onEnded) {
    this.loop = loop;
    this.control = control;
    this.buffers = buffers;
    this.onEnded = onEnded;
    this.inputChunk = buffers.acquire(LineInput.CHUNK_BYTES);
    this.outputChunk = buffers.acquire(LineOutput.CHUNK_BYTES);
    this.input = new LineInput(ControlWire.MAX_REQUEST_BYTES, inputChunk);
  }

  // ---- the stream

  @Override
  public void onConnected(Stream connected) {
    stream = connected;
    output = new LineOutput(connected, outputChunk, this::drained);
    setDeadline(REQUEST_MILLIS, "no request came within " + REQUEST_MILLIS + " ms");
  }

  @Override
  public int readTargets(ByteBuffer[] targets) {
    targets[0] = input.target();
    return 1;
  }

  @Override
  public void onRead(Stream from, int byteCount) {
    input.received();
    readRequests();
  }

  @Override
  public void onClosed(Stream from, @Nullable IOException cause) {
    ended();
  }

  /** Says why and ends. */
  void refuse(ControlException why) {
    if (state != State.ENDED && output != null && stream != null) {
      output.send(ControlWire.line(ControlAnswer.ofRefusal(why)));
      stream.close();
    }
    ended();
  }

  private void ended() {
    if (state == State.ENDED) {
      return;
    }
    state = State.ENDED;
    if (deadline != null) {
      deadline.cancel();
    }
    if (feed != null) {
      feed.close();
    }
    buffers.release(inputChunk);
    buffers.release(outputChunk);
    onEnded.accept(this);
  }

  // ---- requests

  private void readRequests() {
    while (state == State.READING) {
      byte[] line = input.poll();
      if (line != null) {
        handle(line);
      } else if (input.isFull()) {
        refuse(
            new ControlException(
                "EMSGSIZE", "a request has at most " + ControlWire.MAX_REQUEST_BYTES + " bytes"));
      } else {
        return;
      }
    }
    if (state == State.WATCHING) {
      refuse(new ControlException("EINVAL", "a watch is ended by closing its connection"));
    } else if (state != State.ENDED && stream != null) {
      stream.setReading(!input.isFull());
    }
  }

  private void handle(byte[] line) {
    try {
      ControlCall call = ControlWire.call(line);
      state = State.ANSWERING;
      setDeadline(ANSWER_MILLIS, "the request took longer than " + ANSWER_MILLIS + " ms");
      switch (call) {
        case ControlRequest<?> request -> answer(request);
        case ControlWatch watch -> begin(watch);
      }
    } catch (ControlException wrong) {
      refuse(wrong);
    }
  }

  /** A long answer is put into JSON on the thread that made it, which is seldom the loop. */
  private void answer(ControlRequest<?> request) {
    var _ =
        control
            .ask(request)
            .handle((result, failure) ->
                ControlWire.line(
                    failure == null
                        ? ControlWire.answerOf(result)
                        : ControlAnswer.ofRefusal(explain(failure))))
            .whenComplete((answer, bug) ->
                onLoop(() -> {
                  if (bug == null) {
                    send(answer);
                  } else {
                    refuse(explain(bug));
                  }
                }));
  }

  private void send(byte[] answer) {
    if (state == State.ANSWERING && output != null) {
      state = State.SENDING;
      setDeadline(SEND_MILLIS, "the answer was not taken within " + SEND_MILLIS + " ms");
      output.send(answer);
    }
  }

  private void drained() {
    if (state == State.SENDING) {
      state = State.READING;
      setDeadline(REQUEST_MILLIS, "no request came within " + REQUEST_MILLIS + " ms");
      if (stream != null) {
        stream.setReading(true);
      }
      readRequests();
    } else {
      sendNews();
    }
  }

  // ---- a watch

  private void begin(ControlWatch watch) {
    var _ =
        control
            .watch(watch, this::news)
            .whenComplete((begun, failure) ->
                onLoop(() -> {
                  if (failure == null) {
                    began(begun);
                  } else {
                    refuse(explain(failure));
                  }
                }));
  }

  private void began(ControlFeed begun) {
    if (state != State.ANSWERING || output == null) {
      begun.close();
      return;
    }
    state = State.WATCHING;
    feed = begun;
    if (deadline != null) {
      deadline.cancel();
    }
    output.send(ControlWire.line(ControlWire.answerOf(new TreeRequest.Done())));
    sendNews();
  }

  /** Any thread. */
  private void news() {
    if (newsIsPosted.compareAndSet(false, true)) {
      onLoop(() -> {
        newsIsPosted.set(false);
        sendNews();
      });
    }
  }

  /** Takes no more than the client does: what is too much for it is lost where it comes from. */
  private void sendNews() {
    try {
      while (state == State.WATCHING && output != null && feed != null && output.hasRoom()) {
        UeventDelivery delivery = feed.poll();
        if (delivery == null) {
          return;
        }
        output.send(
            ControlWire.line(
                switch (delivery) {
                  case Uevent event -> ControlAnswer.ofEvent(event);
                  case UeventDelivery.Lost lost -> ControlAnswer.ofMissed(lost.count());
                }));
      }
    } catch (ControlException over) {
      refuse(over);
    }
  }

  // ---- time, threads, failures

  private void setDeadline(long millis, String reason) {
    if (deadline != null) {
      deadline.cancel();
    }
    deadline =
        loop.schedule(
            TimeUnit.MILLISECONDS.toNanos(millis),
            () -> refuse(new ControlException("ETIMEDOUT", reason)));
  }

  private void onLoop(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException ending) {
      LOG.log(System.Logger.Level.DEBUG, "an answer comes too late: the loop is closed", ending);
    }
  }

  private static ControlException explain(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof ControlException own) {
      return own;
    }
    LOG.log(System.Logger.Level.ERROR, "a control request failed", cause);
    return new ControlException("EIO", "internal error: " + cause, cause);
  }
}
