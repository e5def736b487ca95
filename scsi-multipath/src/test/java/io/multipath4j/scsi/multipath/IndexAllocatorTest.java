package io.multipath4j.scsi.multipath;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class IndexAllocatorTest {

  private final IndexAllocator indices = new IndexAllocator(3, "path indices");

  @Test
  void theLowestFreeIndexIsGivenFirst() {
    assertThat(indices.take()).isEqualTo(0);
    assertThat(indices.take()).isEqualTo(1);
    assertThat(indices.take()).isEqualTo(2);
    indices.free(1);
    indices.free(0);
    assertThat(indices.take()).isEqualTo(0);
    assertThat(indices.take()).isEqualTo(1);
  }

  @Test
  void whenAllAreTakenItSaysSoAndGivesNoNegativeIndex() {
    indices.take();
    indices.take();
    indices.take();
    assertThatIllegalStateException()
        .isThrownBy(indices::take)
        .withMessage("all 3 path indices are in use");
    assertThat(indices.count()).isEqualTo(3);
  }

  @Test
  void anIndexIsNotGivenBackTwice() {
    indices.free(indices.take());
    assertThatIllegalArgumentException().isThrownBy(() -> indices.free(0));
    assertThatIllegalArgumentException().isThrownBy(() -> indices.free(-1));
  }
}
