package ropewalk.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/// The contract over plain calls.
final class PlainLaneTest extends LaneContract {
  @Override
  Engine openEngine() throws IOException {
    return Engine.open(HOST, Engine.Choice.EPOLL);
  }

  @Test
  void itSaysWhyItIsNoRing() {
    assertThat(lane.name()).isEqualTo("plain");
    assertThat(lane.whyNot()).contains("epoll");
  }
}
