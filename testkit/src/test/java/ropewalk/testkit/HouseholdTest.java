package ropewalk.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.opentest4j.TestAbortedException;

/// The small things: files, pairs, conditions.
class HouseholdTest {
  @Test
  void filesHoldThePatternAndGoAway() throws IOException {
    Path folder;
    try (TempFiles files = new TempFiles()) {
      folder = files.folder();
      for (int size : Shapes.SIZES) {
        byte[] bytes = Files.readAllBytes(files.pattern("size-" + size, size, 99));
        assertThat(bytes).hasSize(size);
        Pattern.verify(bytes, 99);
      }
      assertThat(Files.size(files.sparse("hole", 1L << 32))).isEqualTo(1L << 32);
    }
    assertThat(folder).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource
  void whatOneEndSendsTheOtherReceives(LoopbackPair.Family family) throws IOException {
    try (LoopbackPair pair = LoopbackPair.open(family)) {
      pair.near().write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      ByteBuffer got = ByteBuffer.allocate(3);
      while (got.hasRemaining()) {
        assertThat(pair.far().read(got)).isPositive();
      }
      assertThat(got.array()).containsExactly(1, 2, 3);
    }
  }

  @Test
  void whatIsMissingSkipsWithAReason() {
    assertThatThrownBy(() -> OnHost.file("/no/such/file"))
        .isInstanceOf(TestAbortedException.class)
        .hasMessageContaining("/no/such/file is not there");
    assertThatThrownBy(() -> OnHost.memory(Long.MAX_VALUE))
        .isInstanceOf(TestAbortedException.class)
        .hasMessageContaining("bytes of memory");
    OnHost.program("sh");
    OnHost.file("/proc/self/status");
  }
}
