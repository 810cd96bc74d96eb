package ropewalk.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/// The contract over a ring.
final class RingLaneTest extends LaneContract {
  @Override
  Engine openEngine() throws IOException {
    return Rings.openOrSkip(HOST);
  }

  @Test
  void itIsARing() {
    assertThat(lane.name()).isEqualTo("io_uring");
    assertThat(lane.whyNot()).isEmpty();
  }
}
