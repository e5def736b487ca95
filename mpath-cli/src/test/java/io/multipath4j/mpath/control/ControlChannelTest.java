package io.multipath4j.mpath.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.multipath4j.libmultipath.NumaTopology;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.reactor.EventLoop;
import io.multipath4j.reactor.Stream;
import io.multipath4j.reactor.StreamHandler;
import io.multipath4j.reactor.simulated.SimulatedNetwork;
import io.multipath4j.scsi.multipath.ScsiMultipath;
import io.multipath4j.scsi.multipath.ScsiMultipathConfig;
import io.multipath4j.sysfs.Uevent;
import io.multipath4j.sysfs.UeventDelivery;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlChannelTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final String DEVICE = "/class/scsi_mpath_device/0";

  private final SimulatedNetwork network = new SimulatedNetwork(11);
  private final EventLoop serving = network.newLoop("attach");
  private final EventLoop asking = network.newLoop("client");
  private final Endpoint socket = new Endpoint.Unix(Path.of("/run/mpath/1.sock"));
  private final TestTree content = new TestTree();
  private final ScsiMultipath multipath =
      new ScsiMultipath(
          serving, ScsiMultipathConfig.DEFAULT, NumaTopology.SINGLE_NODE, event -> {});
  private final LocalControl local =
      new LocalControl(
          () ->
              new ProcessRequest.Answer(
                  7, "1.0", List.of(new ProcessRequest.Disk("sda", "naa.600"))),
          content.tree,
          multipath,
          new DiskAnswers(serving, name -> Optional.empty(), false),
          new Mounts(multipath, content.tree, InstantSource.system(), false),
          Runnable::run);
  private final ControlClient client = new ControlClient(asking, socket, 5_000);
  private ControlServer server;

  @BeforeEach
  void start() throws IOException {
    server = ControlServer.start(serving, socket, local);
  }

  // ---- what is answered

  @Test
  void theProcessSaysWhoItIsAndWhichDisksItHas() throws Exception {
    ProcessRequest.Answer who = ask(new ProcessRequest());

    assertThat(who.pid()).isEqualTo(7);
    assertThat(who.disks()).containsExactly(new ProcessRequest.Disk("sda", "naa.600"));
  }

  @Test
  void anAttributeIsReadAndWritten() throws Exception {
    assertThat(ask(new TreeRequest.Read(DEVICE + "/iopolicy")).bytes())
        .isEqualTo("numa\n".getBytes(UTF_8));

    ask(new TreeRequest.Write(DEVICE + "/iopolicy", "round-robin\n"));

    assertThat(content.policy()).isEqualTo("round-robin");
  }

  @Test
  void rawBytesArriveAsTheyAre() throws Exception {
    assertThat(ask(new TreeRequest.Read(DEVICE + "/vpd_pg83")).bytes())
        .containsExactly(0, 0xFF, '\n');
  }

  @Test
  void aDirectoryIsListedInBothForms() throws Exception {
    assertThat(ask(new TreeRequest.Names(DEVICE)).nodes())
        .extracting(TreeRequest.Node::name, TreeRequest.Node::type, TreeRequest.Node::mode)
        .contains(
            tuple("iopolicy", "attribute", "0644"),
            tuple("power", "directory", "0755"),
            tuple("subsystem", "link", "0777"));

    assertThat(ask(new TreeRequest.LongListing(DEVICE + "/", "UTC")).lines())
        .contains(
            "total 0",
            "-rw-r--r-- 1 root root 4096 Feb 25 11:59 iopolicy",
            "lrwxrwxrwx 1 root root 0 Feb 25 11:59 subsystem ->"
                + " ../../../../class/scsi_mpath_device");
  }

  @Test
  void theTreeIsDrawn() throws Exception {
    assertThat(ask(new TreeRequest.Drawing(DEVICE)).lines())
        .startsWith(DEVICE, "├── broken")
        .contains("│   └── runtime_status");
  }

  // ---- what is refused

  @Test
  void aDiskThatIsNotThereIsNoDevice() {
    assertRefused(() -> ask(new DiskRequest.ReportZones("sdq", 0, 1)), "ENODEV", "no disk \"sdq\"");
  }

  @Test
  void theTreesOwnErrorsComeThrough() {
    assertRefused(() -> ask(new TreeRequest.Read("/nothing")), "ENOENT", "\"nothing\" in /");
    assertRefused(() -> ask(new TreeRequest.Read(DEVICE)), "EISDIR", "is a directory");
    assertRefused(
        () -> ask(new TreeRequest.Write(DEVICE + "/iopolicy", "best\n")), "EINVAL", "round-robin");
    assertRefused(
        () -> ask(new TreeRequest.Write(DEVICE + "/vpd_pg83", "x")), "EACCES", "only be read");
    assertRefused(
        () -> ask(new TreeRequest.LongListing("/", "Atlantis/Centre")), "EINVAL", "time zone");
    assertThat(content.policy()).isEqualTo("numa");
  }

  @Test
  void aHostOrDiskThatIsNotThereIsNotScanned() {
    assertRefused(() -> ask(new ScanRequest("7", "")), "ENODEV", "there is no host 7");
    assertRefused(() -> ask(new ScanRequest("", "sdz")), "ENODEV", "there is no disk sdz");
  }

  @Test
  void aDiskThatIsNotThereHasNoReservations() {
    assertRefused(
        () ->
            ask(
                new ReservationRequest(
                    "sdz", ReservationRequest.Action.READ_KEYS, "", "", "", false)),
        "ENODEV",
        "there is no multipath disk sdz");
  }

  @Test
  void aDirectoryThatIsNotOursIsNotMountedAt() {
    assertRefused(() -> ask(new MountRequest("relative", true)), "EINVAL", "absolute");
    assertRefused(
        () -> ask(new MountRequest("/nothing/there", true)), "ENOENT", "there is no directory");
    assertRefused(() -> ask(new MountRequest("/nothing/there", false)), "EINVAL", "is not mounted");
  }

  @Test
  void anAttributeThatFailsCostsOneAnswerAndNothingElse() throws Exception {
    assertRefused(() -> ask(new TreeRequest.Read(DEVICE + "/broken")), "EIO", "planted");
    assertThat(ask(new ProcessRequest()).pid()).isEqualTo(7);
  }

  @Test
  void anAnswerThatIsTooLongIsRefusedAndNotSent() throws Exception {
    for (int i = 0; i < 16_000; i++) {
      content.tree.root().addDirectory("d".repeat(240) + i);
    }
    assertRefused(() -> ask(new TreeRequest.Names("/")), "EMSGSIZE", "ask for a part");
    assertThat(ask(new TreeRequest.LongListing("/class", "UTC")).lines()).hasSize(2);
  }

  @Test
  void aLongAnswerArrivesInFull() throws Exception {
    for (int i = 0; i < 10_000; i++) {
      content.tree.root().addDirectory("directory-" + i);
    }
    assertThat(ask(new TreeRequest.Names("/")).nodes()).hasSize(10_002);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n",
        "null\n",
        "[]\n",
        "{}\n",
        "GET / HTTP/1.1\r\n",
        "{\"verb\":\"read\"\n",
        "{\"verb\":\"read\"}\n",
        "{\"verb\":\"read\",\"path\":null}\n",
        "{\"verb\":\"read\",\"path\":\"/\",\"more\":1}\n",
        "{\"verb\":\"java.lang.Runtime\"}\n",
        "{\"verb\":\"read\",\"path\":\"/\"} {\"verb\":\"process\"}\n",
        "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}}}}}}}}}\n"
      })
  void whatIsNoRequestEndsItsConnectionWithAReason(String line) throws Exception {
    RawClient raw = connect();
    raw.send(line.getBytes(UTF_8));

    assertThat(raw.untilClosed()).contains("\"errno\":\"EINVAL\"").contains("not a request");
    assertThat(ask(new ProcessRequest()).pid()).isEqualTo(7);
  }

  @Test
  void bytesThatAreNoTextEndTheirConnection() throws Exception {
    RawClient raw = connect();
    byte[] noise = new byte[300];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (byte) (0x80 | i);
    }
    noise[299] = '\n';
    raw.send(noise);

    assertThat(raw.untilClosed()).contains("\"errno\":\"EINVAL\"");
  }

  @Test
  void aLineWithoutEndIsNotCollectedForEver() throws Exception {
    RawClient raw = connect();
    for (int i = 0; i < 5; i++) {
      raw.send("x".repeat(ControlWire.MAX_REQUEST_BYTES / 4).getBytes(UTF_8));
    }

    assertThat(raw.untilClosed()).contains("\"errno\":\"EMSGSIZE\"");
  }

  @Test
  void manyRequestsInOneGoAreAnsweredInOrder() throws Exception {
    RawClient raw = connect();
    raw.send(
        """
        {"verb":"read","path":"/nothing"}
        {"verb":"process"}
        {"verb":"read","path":"%s/iopolicy"}
        """
            .formatted(DEVICE)
            .getBytes(UTF_8));
    network.runUntil(() -> raw.text().lines().count() == 3, SECOND);

    assertThat(raw.text().lines().map(line -> line.substring(0, 8)))
        .containsExactly("{\"error\"", "{\"ok\":{\"", "{\"ok\":{\"");
    assertThat(raw.text()).endsWith("{\"ok\":{\"bytes\":\"bnVtYQo=\"}}\n");
  }

  // ---- time

  @Test
  void aClientThatSendsNoWholeRequestIsClosed() throws Exception {
    RawClient raw = connect();
    raw.send("{\"verb\"".getBytes(UTF_8));
    network.runFor(TimeUnit.MILLISECONDS.toNanos(ControlConnection.REQUEST_MILLIS) - SECOND);
    assertThat(raw.closed).isFalse();

    network.runFor(2 * SECOND);

    assertThat(raw.closed).isTrue();
    assertThat(raw.text()).contains("ETIMEDOUT");
  }

  @Test
  void aRequestWithoutAnAnswerEndsInTimeOnBothSides() throws Exception {
    server.close();
    server = ControlServer.start(serving, socket, new Silent());
    assertRefused(() -> ask(new ProcessRequest()), "ETIMEDOUT", "did not answer within 5000 ms");

    RawClient raw = connect();
    raw.send("{\"verb\":\"process\"}\n".getBytes(UTF_8));
    network.runFor(TimeUnit.MILLISECONDS.toNanos(ControlConnection.ANSWER_MILLIS) + SECOND);
    assertThat(raw.closed).isTrue();
    assertThat(raw.text()).contains("ETIMEDOUT");
  }

  @Test
  void aClientThatDoesNotTakeItsAnswerIsClosed() throws Exception {
    for (int i = 0; i < 10_000; i++) {
      content.tree.root().addDirectory("directory-" + i);
    }
    RawClient raw = connect();
    raw.stream().setReading(false);
    raw.send("{\"verb\":\"list\",\"path\":\"/\"}\n".getBytes(UTF_8));
    network.runFor(TimeUnit.MILLISECONDS.toNanos(ControlConnection.SEND_MILLIS) + SECOND);
    raw.stream().setReading(true);
    network.runFor(SECOND);

    assertThat(raw.closed).isTrue();
  }

  @Test
  void nobodyListeningIsToldAtOnce() {
    server.close();

    assertRefused(
        () -> ask(new ProcessRequest()), "ECONNREFUSED", "no process that attaches listens on");
  }

  // ---- the limit of connections

  @Test
  void moreConnectionsThanTheLimitAreResetAndTheOthersStay() throws Exception {
    List<RawClient> many = new ArrayList<>();
    for (int i = 0; i < ControlServer.MAX_CONNECTIONS; i++) {
      many.add(connect());
    }
    assertRefused(() -> ask(new ProcessRequest()), "ECONNRESET", "too many control clients");
    assertThat(many).noneMatch(one -> one.closed);

    many.getFirst().stream().close();
    network.runFor(SECOND);
    assertThat(ask(new ProcessRequest()).pid()).isEqualTo(7);
  }

  // ---- events

  @Test
  void eventsArriveInOrderUntilTheFeedIsClosed() throws Exception {
    AtomicBoolean news = new AtomicBoolean();
    ControlFeed feed = await(client.watch(new ControlWatch.Uevents(), () -> news.set(true)));
    assertThat(feed.poll()).isNull();

    content.fail("sda:0");
    content.fail("sda:1");
    network.runUntil(news::get, SECOND);
    network.runFor(SECOND);

    assertThat(take(feed))
        .extracting(one -> ((Uevent) one).properties().get("MPATH_PATH"))
        .containsExactly("sda:0", "sda:1");
    feed.close();
    network.runFor(SECOND);
    content.fail("sda:2");
    network.runFor(SECOND);
    assertThat(take(feed)).isEmpty();
  }

  @Test
  void aSlowWatcherLosesEventsIsToldHowManyAndHoldsNobodyUp() throws Exception {
    RawClient raw = connect();
    raw.send("{\"verb\":\"uevents\"}\n".getBytes(UTF_8));
    network.runUntil(() -> !raw.text().isEmpty(), SECOND);
    raw.stream().setReading(false);
    int sent = 6_000;
    for (int i = 0; i < sent; i++) {
      content.fail("sda:" + i);
      if (i % 32 == 0) {
        network.runFor(1_000_000);
      }
    }
    assertThat(ask(new ProcessRequest()).pid()).isEqualTo(7);
    raw.stream().setReading(true);
    network.runFor(10 * SECOND);

    long events = raw.text().lines().filter(line -> line.startsWith("{\"event\"")).count();
    long missed =
        raw.text()
            .lines()
            .filter(line -> line.startsWith("{\"missed\":"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
            .sum();
    assertThat(missed).isPositive();
    assertThat(events + missed).isEqualTo(sent);
  }

  @Test
  void aFeedThatIsNotPolledStopsTakingAndLosesNothingThatCameBefore() throws Exception {
    ControlFeed feed = await(client.watch(new ControlWatch.Uevents(), () -> {}));
    int sent = 6_000;
    for (int i = 0; i < sent; i++) {
      content.fail("sda:" + i);
      if (i % 32 == 0) {
        network.runFor(1_000_000);
      }
    }
    long events = 0;
    long missed = 0;
    for (int pause = 0; pause < 100; pause++) {
      network.runFor(SECOND / 10);
      for (UeventDelivery one : take(feed)) {
        events += one instanceof Uevent ? 1 : 0;
        missed += one instanceof UeventDelivery.Lost lost ? lost.count() : 0;
      }
    }
    assertThat(missed).isPositive();
    assertThat(events + missed).isEqualTo(sent);
  }

  @Test
  void theEndOfTheProcessEndsTheFeedWithAReason() throws Exception {
    ControlFeed feed = await(client.watch(new ControlWatch.Uevents(), () -> {}));
    content.fail("sda:0");
    network.runFor(SECOND);
    server.close();
    network.runFor(SECOND);

    assertThat(feed.poll()).isInstanceOf(Uevent.class);
    assertThatThrownBy(feed::poll)
        .isInstanceOf(ControlException.class)
        .hasMessage("the process ends");
  }

  // ---- how

  private static List<UeventDelivery> take(ControlFeed feed) throws ControlException {
    List<UeventDelivery> all = new ArrayList<>();
    UeventDelivery one;
    while ((one = feed.poll()) != null) {
      all.add(one);
    }
    return all;
  }

  private <R extends Record> R ask(ControlRequest<R> request) throws Exception {
    return await(client.ask(request));
  }

  private <T> T await(CompletionStage<T> stage) throws Exception {
    CompletableFuture<T> future = stage.toCompletableFuture();
    assertThat(network.runUntil(future::isDone, 60 * SECOND)).isTrue();
    if (future.isCompletedExceptionally()
        && future.exceptionNow() instanceof ControlException refused) {
      throw refused;
    }
    return future.join();
  }

  private static void assertRefused(ThrowingCallable call, String errno, String sentence) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ControlException.class, refused -> assertThat(refused.errno()).isEqualTo(errno))
        .hasMessageContaining(sentence);
  }

  private RawClient connect() {
    RawClient raw = new RawClient();
    asking.connect(socket, raw);
    assertThat(network.runUntil(() -> raw.stream != null, SECOND)).isTrue();
    return raw;
  }

  /** A client that sends what it is told to. */
  private final class RawClient implements StreamHandler {
    private final ByteBuffer in = ByteBuffer.allocateDirect(4096);
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private @Nullable Stream stream;
    private boolean closed;

    void send(byte[] bytes) {
      stream().stage(bytes.length).put(bytes);
      network.runFor(SECOND / 100);
    }

    Stream stream() {
      assertThat(stream).isNotNull();
      return stream;
    }

    String text() {
      return received.toString(UTF_8);
    }

    String untilClosed() {
      assertThat(network.runUntil(() -> closed, SECOND)).as(text()).isTrue();
      return text();
    }

    @Override
    public void onConnected(Stream connected) {
      stream = connected;
    }

    @Override
    public int readTargets(ByteBuffer[] targets) {
      targets[0] = in.clear();
      return 1;
    }

    @Override
    public void onRead(Stream from, int byteCount) {
      byte[] bytes = new byte[byteCount];
      in.flip().get(bytes);
      received.writeBytes(bytes);
    }

    @Override
    public void onClosed(Stream from, @Nullable IOException cause) {
      closed = true;
    }
  }

  /** Never answers. */
  private static final class Silent implements MpathControl {
    @Override
    public <R extends Record> CompletionStage<R> ask(ControlRequest<R> request) {
      return new CompletableFuture<>();
    }

    @Override
    public CompletionStage<ControlFeed> watch(ControlWatch watch, Runnable onNews) {
      return new CompletableFuture<>();
    }
  }
}
