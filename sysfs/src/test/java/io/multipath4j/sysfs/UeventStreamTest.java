package io.multipath4j.sysfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class UeventStreamTest {
  private final TestClock clock = new TestClock();
  private final UeventStream stream = new UeventStream(clock, 4);

  @Test
  void subscriberGetsEventsFromItsStartInOrder() {
    publish(1);
    UeventSubscription subscription = stream.subscribe(() -> {});
    assertThat(subscription.poll()).isNull();
    publish(3);
    for (long sequence = 2; sequence <= 4; sequence++) {
      Uevent event = (Uevent) subscription.poll();
      assertThat(event.sequence()).isEqualTo(sequence);
      assertThat(event.time()).isEqualTo(clock.instant());
    }
    assertThat(subscription.poll()).isNull();
    assertThat(subscription.lost()).isZero();
  }

  @Test
  void slowSubscriberIsToldWhatItLostAndOthersLoseNothing() {
    UeventSubscription slow = stream.subscribe(() -> {});
    UeventSubscription quick = stream.subscribe(() -> {});
    for (int i = 1; i <= 10; i++) {
      publish(1);
      assertThat(((Uevent) quick.poll()).sequence()).isEqualTo(i);
    }
    assertThat(slow.poll()).isEqualTo(new UeventDelivery.Lost(6));
    for (long sequence = 7; sequence <= 10; sequence++) {
      assertThat(((Uevent) slow.poll()).sequence()).isEqualTo(sequence);
    }
    assertThat(slow.poll()).isNull();
    assertThat(slow.lost()).isEqualTo(6);
    assertThat(quick.lost()).isZero();
  }

  @Test
  void fullRingIsNotYetALoss() {
    UeventSubscription subscription = stream.subscribe(() -> {});
    publish(4);
    assertThat(((Uevent) subscription.poll()).sequence()).isEqualTo(1);
    publish(1);
    assertThat(((Uevent) subscription.poll()).sequence()).isEqualTo(2);
  }

  @Test
  void subscriberIsWokenAfterTheEventCanBeRead() {
    AtomicInteger read = new AtomicInteger();
    AtomicReference<UeventSubscription> self = new AtomicReference<>();
    self.set(
        stream.subscribe(() -> {
          if (self.get().poll() != null) {
            read.incrementAndGet();
          }
        }));
    publish(3);
    assertThat(read).hasValue(3);
  }

  @Test
  void closedSubscriberIsNotWokenAndGetsNothing() {
    AtomicInteger woken = new AtomicInteger();
    UeventSubscription subscription = stream.subscribe(woken::incrementAndGet);
    publish(1);
    subscription.close();
    publish(1);
    assertThat(woken).hasValue(1);
    assertThat(subscription.poll()).isNull();
  }

  @Test
  void subscriberThatThrowsIsClosedAndDisturbsNobody() {
    AtomicInteger woken = new AtomicInteger();
    AtomicInteger thrown = new AtomicInteger();
    stream.subscribe(() -> {
      thrown.incrementAndGet();
      throw new IllegalStateException("a broken subscriber");
    });
    stream.subscribe(woken::incrementAndGet);
    publish(2);
    assertThat(thrown).hasValue(1);
    assertThat(woken).hasValue(2);
  }

  @Test
  void subscribersAreBounded() {
    UeventSubscription first = stream.subscribe(() -> {});
    for (int i = 1; i < UeventStream.MAX_SUBSCRIBERS; i++) {
      stream.subscribe(() -> {});
    }
    assertThatIllegalStateException().isThrownBy(() -> stream.subscribe(() -> {}));
    first.close();
    stream.subscribe(() -> {}).close();
  }

  @Test
  void valuesThatADeviceChoseCannotForgeAKey() {
    Uevent event = publish(Map.of("ID_MODEL", "x\nACTION=remove\0y"));
    assertThat(event.environment()).contains("ID_MODEL=x_ACTION=remove_y");
  }

  @Test
  void eventsAreBoundedAndARefusedOneTakesNoNumber() {
    assertThatIllegalArgumentException().isThrownBy(() -> publish(Map.of("A=B", "1")));
    assertThatIllegalArgumentException().isThrownBy(() -> publish(Map.of("A", "x".repeat(2048))));
    Map<String, String> many = new HashMap<>();
    for (int i = 0; i < 60; i++) {
      many.put("K" + i, "");
    }
    assertThat(publish(many).environment()).hasSize(Uevent.MAX_KEYS);
    many.put("K60", "");
    assertThatIllegalArgumentException().isThrownBy(() -> publish(many));
    assertThat(stream.newest()).isEqualTo(1);
    assertThatIllegalArgumentException().isThrownBy(() -> new UeventStream(clock, 0));
  }

  private void publish(int count) {
    for (int i = 0; i < count; i++) {
      publish(Map.of());
    }
  }

  private Uevent publish(Map<String, String> properties) {
    return stream.publish(UeventAction.CHANGE, "/devices/x", "block", properties);
  }
}
