package ropewalk.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Iovec;
import ropewalk.linux.Scratch;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.page.Provenance;
import ropewalk.testkit.Pattern;

/// The ring: order, ends, flags and waiting.
final class PipeTest {

  private FolioPool pool;

  @BeforeEach
  void open() throws IOException {
    pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(4 << 20, 2 << 20));
  }

  @AfterEach
  void close() {
    pool.close();
  }

  /// Bytes `from` to `from + length` of the pattern, published.
  private PageRef bytes(long from, int length) throws IOException {
    PageRef ref = pool.take(Math.max(1, length), FolioClass.RING);
    Pattern.fill(ref.target().asSlice(0, length), from);
    ref.publish(length);
    return ref;
  }

  /// Drains `pipe` and checks that it holds exactly `[from, to)` of the pattern.
  private static void drain(Pipe pipe, long from, long to) {
    for (PageRef ref = pipe.poll(); ref != null; ref = pipe.poll()) {
      Pattern.verify(ref.bytes(), from);
      from += ref.length();
      ref.close();
    }
    assertThat(from).isEqualTo(to);
  }

  @Test
  void invariant5_orderOfSlotsIsOrderOfBytesAndTheRingIsBounded() throws IOException {
    try (Pipe pipe = Pipe.open(3)) {
      assertThat(pipe.slots()).as("the next power of two").isEqualTo(4);
      long at = 0;
      for (int i = 1; i <= 4; i++) {
        assertThat(pipe.offer(bytes(at, i * 100))).isTrue();
        at += i * 100L;
      }
      PageRef fifth = bytes(at, 1);
      assertThat(pipe.offer(fifth)).isFalse();
      assertThat(fifth.isOpen()).as("not taken").isTrue();
      assertThat(pipe.free()).isZero();
      assertThat(pipe.bytes()).isEqualTo(1000);
      pipe.consume(150);
      assertThat(pipe.used()).isEqualTo(3);
      assertThat(Objects.requireNonNull(pipe.peek()).length()).as("trimmed").isEqualTo(150);
      assertThat(pipe.offer(fifth)).isTrue();
      drain(pipe, 150, 1001);
    }
  }

  @Test
  @DisplayName("R-16: ranges of no bytes take no slot and are not the end")
  void r16_rangesOfNoBytesAreReleasedAndAreNotTheEnd() throws IOException {
    try (Pipe pipe = Pipe.open(1)) {
      PageRef none = bytes(0, 0);
      assertThat(pipe.offer(none)).isTrue();
      assertThat(none.isOpen()).as("released").isFalse();
      assertThat(pipe.used()).isZero();
      assertThat(pipe.isEnded()).isFalse();
      pipe.push(bytes(0, 10));
      PageRef late = bytes(0, 0);
      assertThat(pipe.offer(late)).as("takes no slot even of a full ring").isTrue();
      drain(pipe, 0, 10);
      pipe.closeSource();
      assertThat(pipe.isEnded()).isTrue();
    }
  }

  @Test
  @DisplayName("R-01: a slot that is used again forgets its flags")
  void r01_aSlotThatIsUsedAgainForgetsItsFlags() throws IOException {
    try (Pipe pipe = Pipe.open(4)) {
      for (int i = 0; i < 4; i++) {
        assertThat(pipe.offer(bytes(i, 1), Pipe.PACKET | Pipe.GIFT)).isTrue();
      }
      for (int i = 0; i < 4; i++) {
        assertThat(pipe.peekFlags()).isEqualTo(Pipe.PACKET | Pipe.GIFT);
        pipe.consume(1);
      }
      assertThat(pipe.peekFlags()).isEqualTo(Pipe.PLAIN);
      for (int i = 0; i < 4; i++) {
        assertThat(pipe.offer(bytes(i, 1))).isTrue();
      }
      for (int i = 0; i < 4; i++) {
        assertThat(pipe.peekFlags()).as("slot %d", i).isEqualTo(Pipe.PLAIN);
        pipe.consume(1);
      }
    }
  }

  @Test
  @DisplayName("R-02: every producer sets the flags of its slot")
  void r02_everyProducerSetsTheFlagsOfItsSlot() throws IOException {
    try (Pipe pipe = Pipe.open(2);
        Pipe other = Pipe.open(2)) {
      stain(other);
      pipe.push(bytes(0, 10));
      assertThat(pipe.moveTo(other, 100)).isEqualTo(10);
      assertThat(other.peekFlags()).as("moveTo, whole").isEqualTo(Pipe.PLAIN);
      other.consume(10);
      stain(other);
      pipe.push(bytes(0, 10), Pipe.GIFT, Pipe.FOREVER);
      assertThat(pipe.tee(other, 5)).isEqualTo(5);
      assertThat(other.peekFlags()).as("tee").isEqualTo(Pipe.PLAIN);
      other.consume(5);
      stain(other);
      assertThat(pipe.moveTo(other, 5)).isEqualTo(5);
      assertThat(other.peekFlags()).as("moveTo, part").isEqualTo(Pipe.PLAIN);
      other.consume(5);
      assertThat(pipe.peekFlags()).as("the rest where it was").isEqualTo(Pipe.GIFT);
      stain(other);
      assertThat(pipe.moveTo(other, 100)).isEqualTo(5);
      assertThat(other.peekFlags()).as("moved whole, flags and all").isEqualTo(Pipe.GIFT);
      assertThatThrownBy(() -> pipe.offer(bytesOfNobody(), 8)).hasMessageContaining("0x8");
    }
  }

  /// Leaves all flags in every slot that was used.
  private void stain(Pipe pipe) throws IOException {
    for (int i = 0; i < pipe.slots(); i++) {
      pipe.push(bytes(0, 1), Pipe.PACKET | Pipe.GIFT, Pipe.FOREVER);
    }
    pipe.consume(pipe.slots());
  }

  private PageRef bytesOfNobody() {
    return pool.zeros(0);
  }

  @Test
  void closeSourceLetsTheRestBeDrained() throws IOException {
    try (Pipe pipe = Pipe.open(4)) {
      pipe.push(bytes(0, 10));
      pipe.closeSource();
      assertThat(pipe.isEnded()).isFalse();
      assertThat(pipe.awaitBytes(Pipe.FOREVER)).isTrue();
      PageRef late = bytes(0, 1);
      assertThatThrownBy(() -> pipe.offer(late)).hasMessageContaining("source was closed");
      late.close();
      drain(pipe, 0, 10);
      assertThat(pipe.isEnded()).isTrue();
      assertThat(pipe.take()).isNull();
      assertThat(pipe.awaitBytes(Pipe.FOREVER)).isFalse();
    }
  }

  @Test
  void closeSinkReleasesAndBreaks() throws IOException {
    try (Pipe pipe = Pipe.open(4)) {
      PageRef inside = bytes(0, 10);
      pipe.push(inside);
      pipe.closeSink();
      assertThat(inside.isOpen()).isFalse();
      assertThat(pipe.isBroken()).isTrue();
      PageRef late = bytes(0, 1);
      assertThatThrownBy(() -> pipe.push(late)).isInstanceOf(BrokenPipeException.class);
      assertThat(late.isOpen()).as("push takes, always").isFalse();
      PageRef offered = bytes(0, 1);
      assertThatThrownBy(() -> pipe.offer(offered)).isInstanceOf(BrokenPipeException.class);
      assertThat(offered.isOpen()).as("offer takes only what it accepts").isTrue();
      offered.close();
    }
  }

  @Test
  void consumeOfMoreThanThereIsReleasesNothing() throws IOException {
    try (Pipe pipe = Pipe.open(4)) {
      pipe.push(bytes(0, 10));
      assertThatThrownBy(() -> pipe.consume(11)).hasMessageContaining("consume(11) of 10");
      assertThatThrownBy(() -> pipe.consume(-1)).isInstanceOf(IllegalArgumentException.class);
      pipe.consume(0);
      drain(pipe, 0, 10);
    }
  }

  @Test
  void gatherFillsEntriesAcrossTheEndOfTheRing() throws IOException {
    try (Pipe pipe = Pipe.open(2);
        Scratch iov = new Scratch(4 * Iovec.SIZE)) {
      pipe.push(bytes(0, 10));
      pipe.consume(10);
      pipe.push(bytes(0, 10));
      pipe.push(bytes(10, 20));
      pipe.consume(3);
      assertThat(pipe.gather(iov.address(), 4, 1000)).isEqualTo(2);
      assertThat(Iovec.length(iov.address(), 0)).isEqualTo(7);
      assertThat(Iovec.length(iov.address(), 1)).isEqualTo(20);
      assertThat(Iovec.base(iov.address(), 0))
          .isEqualTo(Objects.requireNonNull(pipe.peek()).address());
      assertThat(pipe.gather(iov.address(), 1, 1000)).isEqualTo(1);
      assertThat(pipe.gather(iov.address(), 4, 8)).isEqualTo(2);
      assertThat(Iovec.length(iov.address(), 1)).isEqualTo(1);
      assertThat(pipe.gather(iov.address(), 4, 0)).isZero();
      assertThat(pipe.bytes()).as("nothing left").isEqualTo(27);
    }
  }

  @Test
  void moveToPassesReferencesAndCutsTheLast() throws IOException {
    try (Pipe pipe = Pipe.open(4);
        Pipe other = Pipe.open(4)) {
      PageRef first = bytes(0, 100);
      long address = first.address();
      pipe.push(first);
      pipe.push(bytes(100, 100));
      assertThat(pipe.moveTo(other, 150)).isEqualTo(150);
      assertThat(Objects.requireNonNull(other.peek()).address()).as("no copy").isEqualTo(address);
      drain(other, 0, 150);
      drain(pipe, 150, 200);
      pipe.closeSource();
      assertThat(pipe.moveTo(other, 150)).isEqualTo(-1);
      assertThat(pipe.moveTo(other, 0)).isZero();
      assertThatThrownBy(() -> pipe.moveTo(pipe, 1)).hasMessageContaining("itself");
    }
  }

  @Test
  void teeSharesTheSameBytesAndKeepsProvenance() throws IOException {
    try (Pipe pipe = Pipe.open(4);
        Pipe other = Pipe.open(4)) {
      PageRef owner = bytes(0, 100);
      pipe.push(owner.lend(0, 100));
      pipe.push(bytes(100, 50));
      assertThat(pipe.tee(other, 120)).isEqualTo(120);
      assertThat(pipe.bytes()).as("nothing consumed").isEqualTo(150);
      PageRef copy = Objects.requireNonNull(other.peek());
      assertThat(copy.address()).isEqualTo(owner.address());
      assertThat(copy.provenance()).isEqualTo(Provenance.LENT);
      assertThat(owner.tryClaim()).isFalse();
      drain(other, 0, 120);
      drain(pipe, 0, 150);
      assertThat(owner.tryClaim()).isTrue();
      owner.close();
    }
  }

  @Test
  void aFullTargetTakesWhatFits() throws IOException {
    try (Pipe pipe = Pipe.open(4);
        Pipe other = Pipe.open(1)) {
      pipe.push(bytes(0, 10));
      pipe.push(bytes(10, 10));
      assertThat(pipe.moveTo(other, 100)).isEqualTo(10);
      drain(other, 0, 10);
      assertThat(pipe.tee(other, 100)).isEqualTo(10);
      drain(other, 10, 20);
      drain(pipe, 10, 20);
    }
  }

  @Test
  void waitingEndsAtTheDeadlineAndByInterrupt() throws Exception {
    try (Pipe pipe = Pipe.open(1)) {
      assertThatThrownBy(() -> pipe.take(System.nanoTime() + 1_000_000))
          .isInstanceOf(SocketTimeoutException.class)
          .hasMessageContaining("deadline");
      pipe.push(bytes(0, 1));
      PageRef second = bytes(1, 1);
      assertThatThrownBy(() -> pipe.push(second, Pipe.PLAIN, System.nanoTime() + 1_000_000))
          .isInstanceOf(SocketTimeoutException.class);
      assertThat(second.isOpen()).as("taken all the same").isFalse();
      AtomicReference<Throwable> seen = new AtomicReference<>();
      Thread pusher =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      pipe.push(bytes(1, 1));
                    } catch (IOException e) {
                      seen.set(e);
                    }
                  });
      pusher.interrupt();
      pusher.join();
      assertThat(seen.get()).isInstanceOf(InterruptedIOException.class);
    }
  }

  @Test
  void closingEitherEndWakesWhoWaits() throws Exception {
    try (Pipe full = Pipe.open(1);
        Pipe empty = Pipe.open(1)) {
      full.push(bytes(0, 1));
      AtomicReference<Throwable> broken = new AtomicReference<>();
      AtomicReference<Object> end = new AtomicReference<>("nothing yet");
      Thread pusher =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      full.push(bytes(1, 1));
                    } catch (IOException e) {
                      broken.set(e);
                    }
                  });
      Thread taker =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      end.set(empty.take() == null ? "end" : "bytes");
                    } catch (IOException e) {
                      end.set(e);
                    }
                  });
      full.closeSink();
      empty.closeSource();
      pusher.join();
      taker.join();
      assertThat(broken.get()).isInstanceOf(BrokenPipeException.class);
      assertThat(end.get()).isEqualTo("end");
    }
  }
}
