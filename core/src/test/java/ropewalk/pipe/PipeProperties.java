package ropewalk.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// Streams through pipes: no byte is lost, none comes twice, none out of order (invariants 5 and
/// 8).
final class PipeProperties {

  private static PageRef bytes(FolioPool pool, long from, int length) throws IOException {
    PageRef ref = pool.take(Math.max(1, length), FolioClass.RING);
    Pattern.fill(ref.target().asSlice(0, length), from);
    ref.publish(length);
    return ref;
  }

  @Test
  void invariant8_anyMixOfFillsAndDrainsThroughTwoPipesIsTheStream() throws IOException {
    try (FolioPool pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(8 << 20, 0))) {
      Gen.check(
          300,
          gen -> {
            try (Pipe first = Pipe.open(gen.in(1, 8));
                Pipe second = Pipe.open(gen.in(1, 8))) {
              mix(gen, pool, first, second);
            }
            assertThat(pool.complaints()).isEmpty();
          });
    }
  }

  private static void mix(Gen gen, FolioPool pool, Pipe first, Pipe second) throws IOException {
    long filled = 0;
    long moved = 0;
    long drained = 0;
    for (int i = gen.in(1, 100); i > 0; i--) {
      switch (gen.in(0, 4)) {
        case 0, 1 -> {
          int length = (int) gen.edgy(0, 5000);
          PageRef ref = bytes(pool, filled, length);
          if (first.offer(ref)) {
            filled += length;
          } else {
            assertThat(first.free()).isZero();
            ref.close();
          }
        }
        case 2 -> {
          if (first.bytes() > 0 && second.free() > 0) {
            long limit = gen.edgy(1, 10_000);
            long n = first.moveTo(second, limit);
            assertThat(n).isBetween(1L, limit);
            moved += n;
          }
        }
        case 3 -> {
          long n = gen.edgy(0, second.bytes());
          @Nullable PageRef front = second.peek();
          if (front != null) {
            Pattern.verify(front.bytes(), drained);
          }
          second.consume(n);
          drained += n;
        }
        default -> {
          @Nullable PageRef front = second.poll();
          if (front != null) {
            Pattern.verify(front.bytes(), drained);
            drained += front.length();
            front.close();
          }
        }
      }
      assertThat(first.bytes()).isEqualTo(filled - moved);
      assertThat(second.bytes()).isEqualTo(moved - drained);
      assertThat(first.used()).isLessThanOrEqualTo(first.slots());
      assertThat(second.used()).isLessThanOrEqualTo(second.slots());
    }
  }

  @Test
  void invariant5_threadsAtBothEndsAndInTheMiddle() throws Exception {
    int pieces = 20_000;
    try (FolioPool pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(8 << 20, 0));
        Pipe first = Pipe.open(4);
        Pipe second = Pipe.open(2);
        Pipe copy = Pipe.open(2)) {
      AtomicReference<Throwable> failed = new AtomicReference<>();
      long[] ends = new long[3];
      Thread filler =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < pieces; i++) {
                        int length = i % 7 * 31;
                        first.push(bytes(pool, ends[0], length));
                        ends[0] += length;
                      }
                      first.closeSource();
                    } catch (Throwable e) {
                      failed.set(e);
                    }
                  });
      Thread middle =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      // Whole slots by themselves, so that tee and moveTo see the same bytes.
                      for (long n = first.tee(copy, 50); n >= 0; n = first.tee(copy, 50)) {
                        for (long left = n; left > 0; ) {
                          left -= first.moveTo(second, left);
                        }
                      }
                      second.closeSource();
                      copy.closeSource();
                    } catch (Throwable e) {
                      failed.set(e);
                    }
                  });
      Thread drainer = Thread.ofVirtual().start(() -> ends[1] = drain(second, failed));
      Thread copier = Thread.ofVirtual().start(() -> ends[2] = drain(copy, failed));
      for (Thread thread : new Thread[] {filler, middle, drainer, copier}) {
        thread.join();
      }
      assertThat(failed.get()).isNull();
      assertThat(ends[1]).isEqualTo(ends[0]).isPositive();
      assertThat(ends[2]).isEqualTo(ends[0]);
      assertThat(pool.complaints()).isEmpty();
    }
  }

  private static long drain(Pipe pipe, AtomicReference<Throwable> failed) {
    long at = 0;
    try {
      for (PageRef ref = pipe.take(); ref != null; ref = pipe.take()) {
        Pattern.verify(ref.bytes(), at);
        at += ref.length();
        ref.close();
      }
    } catch (Throwable e) {
      failed.set(e);
      pipe.closeSink();
    }
    return at;
  }
}
