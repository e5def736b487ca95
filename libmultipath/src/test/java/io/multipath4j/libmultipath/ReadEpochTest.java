package io.multipath4j.libmultipath;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Who is waited for, and who is not. */
class ReadEpochTest {

  private final ReadEpoch epoch = new ReadEpoch();

  @Test
  void withoutReadersThereIsNothingToWaitFor() {
    assertThat(epoch.synchronize()).isCompleted();
    assertThat(epoch.synchronize()).isCompleted();
  }

  @Test
  void everyReaderOfBeforeIsWaitedFor() {
    ReadEpoch.Generation first = epoch.enter();
    ReadEpoch.Generation second = epoch.enter();
    CompletionStage<Void> done = epoch.synchronize();
    epoch.exit(first);
    assertThat(done).isNotDone();
    epoch.exit(second);
    assertThat(done).isCompleted();
  }

  @Test
  void readersWhoComeLaterAreNotWaitedFor() {
    ReadEpoch.Generation before = epoch.enter();
    CompletionStage<Void> done = epoch.synchronize();
    ReadEpoch.Generation after = epoch.enter();
    epoch.exit(before);
    assertThat(done).isCompleted();
    CompletionStage<Void> next = epoch.synchronize();
    assertThat(next).isNotDone();
    epoch.exit(after);
    assertThat(next).isCompleted();
  }

  @Test
  void whoWaitsLaterWaitsForOldReadersToo() {
    ReadEpoch.Generation old = epoch.enter();
    epoch.synchronize();
    CompletionStage<Void> later = epoch.synchronize();
    assertThat(later).isNotDone();
    epoch.exit(old);
    assertThat(later).isCompleted();
  }

  @Test
  void aReaderWhoLeftBeforeIsNotWaitedFor() {
    epoch.exit(epoch.enter());
    assertThat(epoch.synchronize()).isCompleted();
  }
}
