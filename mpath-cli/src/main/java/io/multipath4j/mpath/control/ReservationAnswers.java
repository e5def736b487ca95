package io.multipath4j.mpath.control;

import io.multipath4j.block.BlockOperationException;
import io.multipath4j.block.PersistentReservations;
import io.multipath4j.mpath.control.ReservationRequest.Answer;
import io.multipath4j.scsi.codec.ReservationCapabilities;
import io.multipath4j.scsi.codec.ReservationFullStatus;
import io.multipath4j.scsi.codec.ReservationType;
import io.multipath4j.scsi.multipath.HeadSnapshot;
import io.multipath4j.scsi.multipath.ScsiMultipath;
import io.multipath4j.scsi.multipath.reservation.HeadReservations;
import io.multipath4j.scsi.multipath.reservation.ReservationSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Answers requests on the persistent reservations of this process's disks. Any thread. */
public final class ReservationAnswers {

  private final ScsiMultipath multipath;

  /** Makes them for the disks of this object. */
  public ReservationAnswers(ScsiMultipath multipath) {
    this.multipath = multipath;
  }

  CompletionStage<Answer> answer(ReservationRequest request) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    multipath
        .loop()
        .execute(() -> {
          var _ =
              onLoop(request)
                  .whenComplete((done, failure) -> {
                    if (failure == null) {
                      answer.complete(done);
                    } else {
                      answer.completeExceptionally(refusal(failure));
                    }
                  });
        });
    return answer;
  }

  private static Throwable refusal(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof BlockOperationException refused
        ? new ControlException(refused.errnoName(), String.valueOf(refused.getMessage()), refused)
        : cause;
  }

  private CompletableFuture<Answer> onLoop(ReservationRequest request) {
    List<HeadSnapshot> heads = multipath.heads();
    Optional<HeadSnapshot> named =
        heads.stream().filter(head -> head.disk().equals(request.disk())).findFirst();
    if (named.isEmpty()) {
      return CompletableFuture.failedFuture(
          new ControlException(
              "ENODEV",
              "there is no multipath disk "
                  + request.disk()
                  + "; there are "
                  + heads.stream().map(HeadSnapshot::disk).toList()));
    }
    Optional<HeadReservations> found = named.flatMap(head -> multipath.reservations(head.index()));
    if (found.isEmpty()) {
      return CompletableFuture.failedFuture(
          new ControlException(
              "EOPNOTSUPP",
              "persistent reservations of "
                  + request.disk()
                  + " are refused: attach it with --persistent-reservations on"));
    }
    HeadReservations disk = found.get();
    return switch (request.action()) {
      case READ_KEYS -> disk.readKeys().thenApply(ReservationAnswers::keys);
      case READ_RESERVATION -> disk.readReservation().thenApply(ReservationAnswers::reservation);
      case READ_FULL_STATUS -> disk.readFullStatus().thenApply(ReservationAnswers::fullStatus);
      case REPORT_CAPABILITIES ->
          disk.reportCapabilities().thenApply(ReservationAnswers::capabilities);
      case REGISTER, REGISTER_IGNORE, RESERVE, RELEASE, CLEAR, PREEMPT, PREEMPT_ABORT ->
          change(disk, request).thenApply(done -> state(disk.snapshot()));
    };
  }

  private static CompletableFuture<Void> change(HeadReservations disk, ReservationRequest request) {
    long key = number(request.key());
    long other = number(request.other());
    boolean ignore = request.action() == ReservationRequest.Action.REGISTER_IGNORE;
    return switch (request.action()) {
      case REGISTER, REGISTER_IGNORE -> disk.register(key, other, ignore, request.persist());
      case RESERVE -> disk.reserve(key, type(request.type()));
      case RELEASE -> disk.release(key, type(request.type()));
      case CLEAR -> disk.clear(key);
      case PREEMPT -> disk.preempt(key, other, type(request.type()), false);
      default -> disk.preempt(key, other, type(request.type()), true);
    };
  }

  private static long number(String key) {
    return key.isEmpty() ? 0 : Long.parseUnsignedLong(key.substring(2), 16);
  }

  private static PersistentReservations.Type type(String word) {
    for (PersistentReservations.Type type : PersistentReservations.Type.values()) {
      if (type.word().equals(word)) {
        return type;
      }
    }
    throw new IllegalArgumentException("'" + word + "' is no type of reservation");
  }

  // ---- in words ---------------------------------------------------------------------------------

  private static String hex(long key) {
    return "0x%016x".formatted(key);
  }

  private static Answer keys(PersistentReservations.Keys keys) {
    List<String> shown = keys.keys().stream().map(ReservationAnswers::hex).toList();
    List<String> lines = new ArrayList<>();
    lines.add("generation " + keys.generation());
    lines.add(shown.isEmpty() ? "no registered keys" : shown.size() + " registered keys:");
    shown.forEach(key -> lines.add("  " + key));
    return new Answer(lines, Map.of("generation", keys.generation(), "keys", shown));
  }

  private static Answer reservation(Optional<PersistentReservations.Reservation> held) {
    if (held.isEmpty()) {
      return new Answer(List.of("there is no reservation"), Map.of("held", false));
    }
    PersistentReservations.Reservation now = held.get();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("generation", now.generation());
    facts.put("held", true);
    facts.put("key", hex(now.key()));
    facts.put("type", now.type().word());
    return new Answer(
        List.of(
            "generation " + now.generation(),
            "reserved: key " + hex(now.key()) + ", type " + now.type().word()),
        facts);
  }

  private static Answer fullStatus(ReservationFullStatus status) {
    List<String> lines = new ArrayList<>();
    List<Map<String, Object>> all = new ArrayList<>();
    lines.add("generation " + status.generation());
    if (status.registrations().isEmpty()) {
      lines.add("no registrations");
    }
    for (ReservationFullStatus.Registration each : status.registrations()) {
      ReservationType held = each.heldType();
      String port =
          each.allTargetPorts() ? "all target ports" : "target port " + each.relativeTargetPort();
      lines.add(
          hex(each.key())
              + "  "
              + each.initiator().name()
              + "  "
              + port
              + (held == null ? "" : "  holder, type " + held.code()));
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("key", hex(each.key()));
      one.put("initiator", each.initiator().name());
      one.put("port", each.allTargetPorts() ? 0 : each.relativeTargetPort());
      one.put("holder", held != null);
      all.add(one);
    }
    return new Answer(lines, Map.of("generation", status.generation(), "registrations", all));
  }

  private static Answer capabilities(ReservationCapabilities told) {
    List<Integer> types = told.types().stream().map(ReservationType::code).toList();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("allTargetPorts", told.allTargetPorts());
    facts.put("specifiedInitiators", told.specifiedInitiators());
    facts.put("persistCapable", told.persistCapable());
    facts.put("persistActive", told.persistActive());
    facts.put("types", types);
    List<String> lines = new ArrayList<>();
    facts.forEach((name, value) -> lines.add(name + ": " + value));
    return new Answer(lines, facts);
  }

  private static Answer state(ReservationSnapshot now) {
    List<String> lines = new ArrayList<>();
    lines.add(now.state() + (now.held().isEmpty() ? "" : ", holds " + now.held()));
    Map<String, Object> paths = new LinkedHashMap<>();
    for (ReservationSnapshot.Path path : now.paths()) {
      lines.add("  " + path.label() + ": " + path.registration());
      paths.put(path.label(), path.registration());
    }
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("state", now.state());
    facts.put("held", now.held());
    facts.put("holder", now.holder());
    facts.put("paths", paths);
    return new Answer(lines, facts);
  }
}
