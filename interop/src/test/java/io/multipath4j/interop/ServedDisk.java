package io.multipath4j.interop;

import java.io.IOException;
import java.nio.file.Path;

/** The whole chain as processes: the array, two paths, one disk on an NBD socket. */
final class ServedDisk implements AutoCloseable {

  private final ServedArray array;
  private final MpathProcess attach;
  private final Path socket;

  private ServedDisk(ServedArray array, MpathProcess attach, Path socket) {
    this.array = array;
    this.attach = attach;
    this.socket = socket;
  }

  static ServedDisk start(Path folder, String... arrayOptions)
      throws IOException, InterruptedException {
    ServedArray array = ServedArray.start(folder, arrayOptions);
    Path socket = folder.resolve("disk.sock");
    try {
      MpathProcess attach =
          MpathProcess.start(
                  folder, "attach", array.firstUrl(), array.secondUrl(), "--nbd", "unix:" + socket)
              .awaitOutput("ready");
      return new ServedDisk(array, attach, socket);
    } catch (AssertionError | IOException e) {
      array.close();
      throw e;
    }
  }

  Path socket() {
    return socket;
  }

  String uri() {
    return "nbd+unix:///?socket=" + socket;
  }

  String log() throws IOException {
    return attach.output();
  }

  @Override
  public void close() throws InterruptedException, IOException {
    try (array) {
      attach.close();
    }
  }
}
