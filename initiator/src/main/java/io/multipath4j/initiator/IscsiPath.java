package io.multipath4j.initiator;

import io.multipath4j.iscsi.IscsiSessionConfig;
import io.multipath4j.iscsi.IscsiUrl;
import io.multipath4j.reactor.Endpoint;
import io.multipath4j.scsi.codec.Lun;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.OptionalLong;

/**
 * One way to a target, and what to attach through it.
 *
 * @param url the path as its user named it, without secrets
 * @param session how to log in
 * @param lun the eight-byte LUN (SAM-5 4.7) as a big-endian number; empty for every logical unit
 *     that the target lists, now and later
 */
public record IscsiPath(String url, IscsiSessionConfig session, OptionalLong lun) {

  /** Makes the path of a URL and a way to log in. */
  public static IscsiPath of(IscsiUrl url, IscsiSessionConfig session) {
    return new IscsiPath(
        url.toString(),
        session,
        url.lun() < 0 ? OptionalLong.empty() : OptionalLong.of(Lun.of(url.lun())));
  }

  /**
   * Makes the path of a URL without authentication and with the default times. It looks up the
   * host's name, which blocks for as long as the system's resolver does.
   *
   * @param url {@code iscsi://HOST[:PORT]/TARGET[/LUN]}
   * @param initiatorName this side's name, see {@link IscsiSessionConfig#defaultInitiatorName}
   * @throws IllegalArgumentException when it is no such URL
   * @throws UnknownHostException when there is no such host
   */
  public static IscsiPath of(String url, String initiatorName) throws UnknownHostException {
    IscsiUrl parsed = IscsiUrl.parse(url);
    String target = parsed.target();
    if (target == null) {
      throw new IllegalArgumentException(
          url + " names no target: expected iscsi://HOST[:PORT]/TARGET[/LUN]");
    }
    InetAddress host = InetAddress.getByName(parsed.host());
    Endpoint portal = new Endpoint.Tcp(new InetSocketAddress(host, parsed.port()));
    return of(parsed, IscsiSessionConfig.of(initiatorName, target, portal));
  }
}
