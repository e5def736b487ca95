package io.multipath4j.mpath.control;

import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.sysfs.UeventDelivery;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Asks another process, over a connection for each request. Any thread may call; stages complete on
 * the loop, in time: with {@code ETIMEDOUT} when nothing else happens.
 */
public final class ControlClient implements MpathControl {

  private final EventLoop loop;
  private final Endpoint server;
  private final long timeoutMillis;

  /**
   * Makes one; it connects when it is asked.
   *
   * @param server where a {@link ControlServer} listens
   * @param timeoutMillis the longest until an answer
   */
  public ControlClient(EventLoop loop, Endpoint server, long timeoutMillis) {
    this.loop = loop;
    this.server = server;
    this.timeoutMillis = timeoutMillis;
  }

  @Override
  public <R extends Record> CompletionStage<R> ask(ControlRequest<R> request) {
    CompletableFuture<R> answer = new CompletableFuture<>();
    onLoop(answer, () -> new Asking<>(request.answerType(), answer).connect(request));
    return answer;
  }

  @Override
  public CompletionStage<ControlFeed> watch(ControlWatch watch, Runnable onNews) {
    CompletableFuture<ControlFeed> begun = new CompletableFuture<>();
    onLoop(begun, () -> new Watching(begun, onNews).connect(watch));
    return begun;
  }

  private void onLoop(CompletableFuture<?> outcome, Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException full) {
      outcome.completeExceptionally(
          new ControlException("EAGAIN", "this process's loop takes no request", full));
    }
  }

  /** One request. */
  private final class Asking<R> implements ClientConnection.Listener {

    private final Class<R> type;
    private final CompletableFuture<R> answer;
    private @Nullable ClientConnection connection;

    Asking(Class<R> type, CompletableFuture<R> answer) {
      this.type = type;
      this.answer = answer;
    }

    void connect(ControlCall request) {
      connection = new ClientConnection(loop, server, request, timeoutMillis, this);
    }

    @Override
    public void answered(ControlAnswer one) throws ControlException {
      answer.complete(ControlWire.result(one, type));
      if (connection != null) {
        connection.close();
      }
    }

    @Override
    public void ended(ControlException why) {
      answer.completeExceptionally(why);
    }
  }

  /** One watch. What this side is too slow for stays with the server, which counts what is lost. */
  private final class Watching implements ClientConnection.Listener, ControlFeed {

    private static final int MAX_WAITING = 1024;

    private final CompletableFuture<ControlFeed> begun;
    private final Runnable onNews;
    private final BlockingQueue<UeventDelivery> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
    private @Nullable ClientConnection connection;
    private volatile @Nullable ControlException end;

    Watching(CompletableFuture<ControlFeed> begun, Runnable onNews) {
      this.begun = begun;
      this.onNews = onNews;
    }

    void connect(ControlCall watch) {
      connection = new ClientConnection(loop, server, watch, timeoutMillis, this);
    }

    @Override
    public void answered(ControlAnswer one) throws ControlException {
      UeventDelivery delivery =
          one.event() != null
              ? one.event()
              : one.missed() != null ? new UeventDelivery.Lost(one.missed()) : null;
      if (!begun.isDone()) {
        ControlWire.result(one, TreeRequest.Done.class);
        begun.complete(this);
      } else if (delivery == null || !waiting.offer(delivery)) {
        throw new ControlException("EPROTO", "not an event, or one that was not asked for");
      } else {
        onNews.run();
      }
      if (waiting.remainingCapacity() == 0 && connection != null) {
        connection.pause();
      }
    }

    @Override
    public void ended(ControlException why) {
      begun.completeExceptionally(why);
      end = why;
      onNews.run();
    }

    @Override
    public @Nullable UeventDelivery poll() throws ControlException {
      ControlException over = end;
      UeventDelivery delivery = waiting.poll();
      if (delivery == null && over != null) {
        throw over;
      }
      if (delivery != null && waiting.isEmpty()) {
        onLoop(
            begun,
            () -> {
              if (connection != null) {
                connection.resume();
              }
            });
      }
      return delivery;
    }

    @Override
    public void close() {
      onLoop(
          begun,
          () -> {
            if (connection != null) {
              connection.close();
            }
          });
    }
  }
}
