package ropewalk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.engine.Engine;
import ropewalk.file.StreamEnd;
import ropewalk.iov.Tally;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Memory;
import ropewalk.linux.Scratch;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.KernelPipe;
import ropewalk.pipe.Pipe;
import ropewalk.testkit.Pattern;

/// A pipe of ours that somebody else fills while a stream is read for it: what has left a stream is
/// nowhere else, so it waits for the next slot.
@Timeout(60)
final class StreamOvertakenTest {
  private static final int LENGTH = 3000;

  @Test
  @DisplayName("R-15: bytes that have left a stream are not lost when their slot is gone")
  void whatWasReadWaitsForASlot() throws Exception {
    AtomicReference<@Nullable Pipe> target = new AtomicReference<>();
    try (KernelPipe stream = KernelPipe.open(HostSyscalls.host());
        Scratch bytes = new Scratch(LENGTH);
        Pipe pipe = Pipe.open(1);
        Ropewalk walk =
            Ropewalk.builder()
                .syscalls(
                    Otherwise.host(
                        (name, arguments) -> {
                          Pipe overtaken = name.equals("preadv2") ? target.getAndSet(null) : null;
                          if (overtaken != null) {
                            fillUp(overtaken);
                          }
                          return null;
                        }))
                .engine(Engine.Choice.EPOLL)
                .cacheBytes(0)
                .plan(PoolPlan.of(2 << 20, 0))
                .open();
        StreamEnd source =
            StreamEnd.inherited(walk.engine(), walk.pool(), stream.sink().number(), "stream")) {
      Pattern.fill(Memory.segment(bytes.address(), LENGTH), 0);
      assertThat(HostSyscalls.host().write(stream.source().number(), bytes.address(), LENGTH))
          .isEqualTo(LENGTH);
      other = walk.pool().take(1, FolioClass.RING);
      other.publish(1);
      target.set(pipe);
      FutureTask<Long> filling = new FutureTask<>(() -> source.fill(pipe, LENGTH, new Tally()));
      Thread filler = Thread.ofVirtual().start(filling);
      while (!filling.isDone() && filler.getState() != Thread.State.WAITING) {
        Thread.onSpinWait(); // the slot must not be free again before it has been asked for
      }
      try (PageRef first = Objects.requireNonNull(pipe.take())) {
        assertThat(first.length()).as("the other's").isEqualTo(1);
      }
      assertThat(filling.get(30, TimeUnit.SECONDS)).isEqualTo(LENGTH);
      try (PageRef second = Objects.requireNonNull(pipe.poll())) {
        Pattern.verify(second.bytes(), 0);
        assertThat(second.length()).isEqualTo(LENGTH);
      }
    }
  }

  private @Nullable PageRef other;

  private void fillUp(Pipe pipe) {
    try {
      pipe.push(Objects.requireNonNull(other));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
