package io.multipath4j.array.backing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class FileStoreTest extends BackingStoreContract {

  @Override
  BackingStore create() throws Exception {
    return FileStore.open(folder.resolve("disk"), SIZE);
  }

  @Test
  void contentSurvivesClosing() throws Exception {
    write(4095, new byte[] {1, 2});
    store.close();
    store = create();
    assertThat(read(4094, 4)).containsExactly(0, 1, 2, 0);
    assertThat(Files.size(folder.resolve("disk"))).isEqualTo(SIZE);
  }

  @Test
  void aLongerFileKeepsItsLength() throws Exception {
    Files.write(folder.resolve("longer"), new byte[10_000]);
    try (FileStore longer = FileStore.open(folder.resolve("longer"), 4096)) {
      assertThat(longer.sizeBytes()).isEqualTo(4096);
    }
    assertThat(Files.size(folder.resolve("longer"))).isEqualTo(10_000);
  }
}
