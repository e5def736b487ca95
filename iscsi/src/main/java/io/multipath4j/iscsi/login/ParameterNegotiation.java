package io.multipath4j.iscsi.login;

import io.multipath4j.iscsi.pdu.IscsiProtocolException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One side of the negotiation of one login (RFC 7143 6.2). The initiator sends {@link #offers} and
 * passes every pair of the answers to {@link #receive}; the target passes every pair of the
 * requests to it and sends what comes out, and its {@link #declarations}.
 *
 * <p>Keys of authentication other than AuthMethod are not for this class.
 */
public final class ParameterNegotiation {

  private static final String NOT_UNDERSTOOD = "NotUnderstood";
  private static final String IRRELEVANT = "Irrelevant";
  private static final String REJECT = "Reject";

  private final Map<NegotiationKey, String> wishes;
  private final Set<NegotiationKey> offered = EnumSet.noneOf(NegotiationKey.class);
  private final Map<NegotiationKey, String> agreed = new EnumMap<>(NegotiationKey.class);
  private final Map<NegotiationKey, String> declaredByPeer = new EnumMap<>(NegotiationKey.class);
  private boolean discovery;

  /**
   * Makes one.
   *
   * @param wishes this side's value for each key that it wants other than the default; a list (such
   *     as {@code CRC32C,None}) in the order of preference
   */
  public ParameterNegotiation(Map<NegotiationKey, String> wishes) {
    this.wishes = new EnumMap<>(NegotiationKey.class);
    this.wishes.putAll(wishes);
  }

  /** Says that this is a discovery session, in which some keys are irrelevant. */
  public void setDiscovery(boolean discovery) {
    this.discovery = discovery;
  }

  /**
   * Returns the initiator's operational offers and declarations, one for each wish; names, session
   * type and AuthMethod belong to the login's first request and are not among them.
   */
  public List<TextKey> offers() {
    List<TextKey> offers = new ArrayList<>();
    wishes.forEach((key, value) -> {
      boolean left = discovery && key.isIrrelevantInDiscovery();
      if (key.rule() != NegotiationKey.Rule.DECLARED_TEXT
          && key != NegotiationKey.AUTH_METHOD
          && !left) {
        offers.add(offer(key));
      }
    });
    return offers;
  }

  /** Returns the offer of one key, to be sent now. */
  public TextKey offer(NegotiationKey key) {
    if (key.rule() != NegotiationKey.Rule.DECLARED_NUMBER) {
      offered.add(key);
    }
    return new TextKey(key.keyName(), wish(key));
  }

  /** Returns the target's declarations: its numbers, such as MaxRecvDataSegmentLength. */
  public List<TextKey> declarations() {
    List<TextKey> declarations = new ArrayList<>();
    wishes.forEach((key, value) -> {
      if (key.rule() == NegotiationKey.Rule.DECLARED_NUMBER) {
        declarations.add(new TextKey(key.keyName(), value));
      }
    });
    return declarations;
  }

  /**
   * Takes a pair of the other side: the answer to an offer, a declaration, or an offer.
   *
   * @param answers where the answer to an offer is added
   * @throws IscsiProtocolException when the other side may not say this
   */
  public void receive(TextKey pair, List<TextKey> answers) {
    NegotiationKey key = NegotiationKey.named(pair.key());
    if (key == null) {
      if (!pair.value().equals(NOT_UNDERSTOOD)) {
        answers.add(new TextKey(pair.key(), NOT_UNDERSTOOD));
      }
      return;
    }
    switch (key.rule()) {
      case DECLARED_TEXT -> declaredByPeer.put(key, pair.value());
      case DECLARED_NUMBER -> {
        if (key.number(pair.value()) < 0) {
          throw invalid(key, pair.value());
        }
        declaredByPeer.put(key, pair.value());
      }
      case NOT_IN_LOGIN -> answers.add(new TextKey(key.keyName(), REJECT));
      case OBSOLETE_BOOLEAN -> answers.add(new TextKey(key.keyName(), "No"));
      case LIST, OR, AND, MINIMUM, MAXIMUM -> {
        if (agreed.containsKey(key)) {
          throw new IscsiProtocolException(key.keyName() + " is negotiated twice (RFC 7143 6.3)");
        }
        if (offered.contains(key)) {
          agreed.put(key, acceptAnswer(key, pair.value()));
        } else {
          String answer = answer(key, pair.value());
          boolean value = !answer.equals(REJECT) && !answer.equals(IRRELEVANT);
          agreed.put(key, value ? answer : key.defaultValue());
          answers.add(new TextKey(key.keyName(), answer));
        }
      }
    }
  }

  private String acceptAnswer(NegotiationKey key, String answer) {
    String wish = wish(key);
    switch (answer) {
      case NOT_UNDERSTOOD, IRRELEVANT -> {
        return key.defaultValue();
      }
      case REJECT ->
          throw new IscsiProtocolException("the target rejects " + key.keyName() + "=" + wish);
      default -> {}
    }
    boolean valid =
        switch (key.rule()) {
          case LIST -> List.of(wish.split(",")).contains(answer);
          case OR -> answer.equals("Yes") || (answer.equals("No") && wish.equals("No"));
          case AND -> answer.equals("No") || (answer.equals("Yes") && wish.equals("Yes"));
          case MINIMUM -> key.number(answer) >= 0 && key.number(answer) <= key.number(wish);
          case MAXIMUM -> key.number(answer) >= key.number(wish);
          default -> false;
        };
    if (!valid && key.rule() == NegotiationKey.Rule.LIST) {
      // Some targets answer what they want, instead of Reject, when they want none of the offer.
      throw new IscsiProtocolException(
          "the target answers %s=%s, but this side is set up to accept only %s"
              .formatted(key.keyName(), answer, wish));
    }
    if (!valid) {
      throw new IscsiProtocolException(
          "answer %s=%s does not follow from the offer %s (RFC 7143 6.2)"
              .formatted(key.keyName(), answer, wish));
    }
    return answer;
  }

  /** Returns this side's answer to an offer: the result, Irrelevant or Reject. */
  private String answer(NegotiationKey key, String offer) {
    if (discovery && key.isIrrelevantInDiscovery()) {
      return IRRELEVANT;
    }
    String wish = wish(key);
    return switch (key.rule()) {
      case LIST -> firstSupported(offer, List.of(wish.split(",")));
      case OR -> booleanResult("Yes", offer, wish);
      case AND -> booleanResult("No", offer, wish);
      case MINIMUM ->
          key.number(offer) < 0
              ? REJECT
              : String.valueOf(Math.min(key.number(offer), key.number(wish)));
      case MAXIMUM ->
          key.number(offer) < 0
              ? REJECT
              : String.valueOf(Math.max(key.number(offer), key.number(wish)));
      default -> throw new IllegalStateException("no answer is due to " + key);
    };
  }

  private static String firstSupported(String offer, List<String> supported) {
    for (String choice : offer.split(",", -1)) {
      if (supported.contains(choice)) {
        return choice;
      }
    }
    return REJECT;
  }

  private static String booleanResult(String decisive, String offer, String wish) {
    if (!offer.equals("Yes") && !offer.equals("No")) {
      return REJECT;
    }
    return offer.equals(decisive) || wish.equals(decisive) ? decisive : offer;
  }

  private String wish(NegotiationKey key) {
    return wishes.getOrDefault(key, key.defaultValue());
  }

  private static IscsiProtocolException invalid(NegotiationKey key, String value) {
    return new IscsiProtocolException(
        "%s=%s is not in the range %s".formatted(key.keyName(), value, key.range()));
  }

  /** Returns what the other side declared, or null. */
  public @Nullable String declared(NegotiationKey key) {
    return declaredByPeer.get(key);
  }

  /** Returns the agreed value, or the default. */
  public String agreed(NegotiationKey key) {
    return agreed.getOrDefault(key, key.defaultValue());
  }

  /** Returns an offer of this side that was not answered, or null when there is none. */
  public @Nullable NegotiationKey unanswered() {
    for (NegotiationKey key : offered) {
      if (!agreed.containsKey(key)) {
        return key;
      }
    }
    return null;
  }

  /** Returns the result. */
  public SessionParameters result() {
    int maxBurst = number(NegotiationKey.MAX_BURST_LENGTH);
    NegotiationKey recv = NegotiationKey.MAX_RECV_DATA_SEGMENT_LENGTH;
    NegotiationKey tag = NegotiationKey.TARGET_PORTAL_GROUP_TAG;
    return new SessionParameters(
        agreed(NegotiationKey.HEADER_DIGEST).equals("CRC32C"),
        agreed(NegotiationKey.DATA_DIGEST).equals("CRC32C"),
        number(NegotiationKey.MAX_CONNECTIONS),
        yes(NegotiationKey.INITIAL_R2T),
        yes(NegotiationKey.IMMEDIATE_DATA),
        recv.number(wish(recv)),
        recv.number(declaredByPeer.getOrDefault(recv, recv.defaultValue())),
        maxBurst,
        Math.min(number(NegotiationKey.FIRST_BURST_LENGTH), maxBurst),
        number(NegotiationKey.DEFAULT_TIME2WAIT),
        number(NegotiationKey.DEFAULT_TIME2RETAIN),
        number(NegotiationKey.MAX_OUTSTANDING_R2T),
        yes(NegotiationKey.DATA_PDU_IN_ORDER),
        yes(NegotiationKey.DATA_SEQUENCE_IN_ORDER),
        number(NegotiationKey.ERROR_RECOVERY_LEVEL),
        tag.number(declaredByPeer.getOrDefault(tag, tag.defaultValue())),
        declaredByPeer.getOrDefault(NegotiationKey.TARGET_ALIAS, ""));
  }

  private int number(NegotiationKey key) {
    return key.number(agreed(key));
  }

  private boolean yes(NegotiationKey key) {
    return agreed(key).equals("Yes");
  }
}
