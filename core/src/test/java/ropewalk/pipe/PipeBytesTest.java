package ropewalk.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Open;
import ropewalk.linux.Poll;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Pattern;

/// Bytes written and read: pages, merging, packets, sizes, waiting.
final class PipeBytesTest {

  private static final int PAGE = 4096;

  private final Tally tally = new Tally();
  private FolioPool pool;

  @BeforeEach
  void open() throws IOException {
    pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(2 << 20, 0));
  }

  @AfterEach
  void close() {
    pool.close();
  }

  private long write(Pipe pipe, long from, int length, int flags) throws IOException {
    IovIter source = IovIter.source(MemorySegment.ofArray(Pattern.bytes(from, length)));
    return pipe.write(source, flags, Pipe.FOREVER, tally);
  }

  private void write(Pipe pipe, long from, int length) throws IOException {
    assertThat(write(pipe, from, length, Pipe.NONBLOCK)).isEqualTo(length);
  }

  /// Reads at most `room` bytes, checks that they go on with the pattern at `from`, answers how
  /// many.
  private long read(Pipe pipe, long from, int room) throws IOException {
    byte[] bytes = new byte[room];
    IovIter target = IovIter.target(MemorySegment.ofArray(bytes));
    long n = pipe.read(target, Pipe.NONBLOCK, Pipe.FOREVER, tally);
    if (n > 0) {
      Pattern.verify(MemorySegment.ofArray(bytes).asSlice(0, n), from);
    }
    return n;
  }

  @Test
  void aWriteFillsThePageBeforeItTakesAnother() throws IOException {
    try (Pipe pipe = Pipe.open(pool, 4)) {
      write(pipe, 0, 100);
      write(pipe, 100, PAGE - 100);
      assertThat(pipe.used()).as("one page").isEqualTo(1);
      write(pipe, PAGE, 2 * PAGE + 10);
      assertThat(pipe.used()).as("the full page, two and a bit").isEqualTo(4);
      write(pipe, 3 * PAGE + 10, PAGE - 10);
      assertThat(write(pipe, 0, 1, Pipe.NONBLOCK)).isEqualTo(Pipe.NOT_NOW);
      assertThat(read(pipe, 0, 1 << 16)).isEqualTo(4 * PAGE);
      assertThat(tally.copiedUser()).as("once in, once out").isEqualTo(8 * PAGE);
    }
  }

  @Test
  void whatDoesNotFitWholeIsNotMerged() throws IOException {
    try (Pipe pipe = Pipe.open(pool, 2)) {
      write(pipe, 0, PAGE - 5);
      write(pipe, PAGE - 5, 6);
      assertThat(pipe.used()).isEqualTo(2);
      assertThat(write(pipe, PAGE + 1, PAGE + 7, Pipe.NONBLOCK))
          .as("7 bytes into the rest, no slot for the page")
          .isEqualTo(7);
      assertThat(read(pipe, 0, 1 << 16)).isEqualTo(PAGE + 8);
    }
  }

  @Test
  @DisplayName("R-01: a slot that once was written is not appended to when a lent page is in it")
  void aLentPageIsNeverAppendedTo() throws IOException {
    PageRef owner = pool.take(PAGE, FolioClass.RING);
    Pattern.fill(owner.target(), 5000);
    owner.publish(PAGE);
    try (Pipe pipe = Pipe.open(pool, 4)) {
      for (int i = 0; i < pipe.slots(); i++) {
        write(pipe, i * (PAGE + 1L), PAGE + 1);
        assertThat(read(pipe, i * (PAGE + 1L), PAGE + 1)).isEqualTo(PAGE + 1);
      }
      for (int i = 0; i < pipe.slots(); i++) {
        assertThat(pipe.offer(owner.lend(0, 1))).isTrue();
        pipe.consume(1);
      }
      assertThat(pipe.offer(owner.lend(0, 1))).isTrue();
      write(pipe, 5001, 7);
      assertThat(pipe.used()).as("in a page of its own").isEqualTo(2);
      assertThat(Objects.requireNonNull(pipe.peek()).length()).isEqualTo(1);
      Pattern.verify(owner.bytes(), 5000);
      assertThat(read(pipe, 5000, 100)).isEqualTo(8);
    }
    owner.close();
  }

  @Test
  @DisplayName(
      "R-02: what tee or a split put into a slot is never appended to; what moved whole is")
  void sharedRangesAreNotAppendedTo() throws IOException {
    try (Pipe pipe = Pipe.open(pool, 4);
        Pipe other = Pipe.open(pool, 4)) {
      write(pipe, 0, 10);
      assertThat(pipe.tee(other, 10)).isEqualTo(10);
      write(other, 10, 5);
      assertThat(other.used()).as("after tee").isEqualTo(2);
      write(pipe, 10, 5);
      assertThat(pipe.used()).as("the teed slot itself").isEqualTo(1);
      assertThat(read(other, 0, 100)).isEqualTo(15);
      assertThat(pipe.moveTo(other, 6)).isEqualTo(6);
      write(other, 6, 3);
      assertThat(other.used()).as("after a split").isEqualTo(2);
      assertThat(read(other, 0, 100)).isEqualTo(9);
      assertThat(read(pipe, 6, 3)).isEqualTo(3);
      assertThat(pipe.moveTo(other, 100)).isEqualTo(6);
      write(other, 15, 3);
      assertThat(other.used()).as("moved whole, with its rest").isEqualTo(1);
      assertThat(read(other, 9, 100)).isEqualTo(9);
    }
  }

  @Test
  @DisplayName("R-02: packets don't merge, and drop what a read has no room for")
  void packets() throws IOException {
    try (Pipe pipe = Pipe.open(pool, 4)) {
      assertThat(write(pipe, 0, 100, Pipe.PACKET)).isEqualTo(100);
      assertThat(write(pipe, 100, PAGE + 50, Pipe.PACKET)).isEqualTo(PAGE + 50);
      write(pipe, PAGE + 150, 10);
      assertThat(pipe.used()).isEqualTo(4);
      assertThat(read(pipe, 0, 1000)).as("the first packet ends the read").isEqualTo(100);
      assertThat(read(pipe, 100, 30)).as("the rest of a page is dropped").isEqualTo(30);
      byte[] all = new byte[1000];
      IovIter target = IovIter.target(MemorySegment.ofArray(all));
      long n = pipe.read(target, Pipe.STREAM, Pipe.FOREVER, tally);
      assertThat(n).as("no borders").isEqualTo(60);
      Pattern.verify(MemorySegment.ofArray(all).asSlice(0, n), PAGE + 100);
    }
  }

  @Test
  @DisplayName("R-16: a write that fails leaves no slot behind, and one of no bytes none either")
  void aFailedWriteLeavesNothing() throws IOException {
    MemorySegment gone;
    try (Arena arena = Arena.ofShared()) {
      gone = arena.allocate(2 * PAGE);
    }
    try (Pipe pipe = Pipe.open(pool, 4)) {
      write(pipe, 0, 10);
      IovIter source = IovIter.source(gone.asSlice(0, 5));
      assertThatThrownBy(() -> pipe.write(source, Pipe.PLAIN, Pipe.FOREVER, tally))
          .hasMessageContaining("EFAULT");
      assertThat(source.position()).isZero();
      assertThat(pipe.used()).isEqualTo(1);
      write(pipe, 10, 0);
      write(pipe, 10, 5);
      assertThat(pipe.used()).as("the rest of the page is where it was").isEqualTo(1);
      IovIter target = IovIter.target(gone);
      assertThatThrownBy(() -> pipe.read(target, Pipe.PLAIN, Pipe.FOREVER, tally))
          .hasMessageContaining("EFAULT");
      assertThat(read(pipe, 0, 100)).as("nothing was consumed").isEqualTo(15);
      pipe.closeSource();
      assertThat(read(pipe, 0, 100)).isZero();
    }
  }

  @Test
  @DisplayName("R-58: a slot of many pages is drained at any pace, each byte once")
  void aSlotOfManyPages() throws IOException {
    int length = 16 * PAGE;
    for (int step : new int[] {1000, PAGE, PAGE + 1, 3 * PAGE - 1, length}) {
      try (Pipe pipe = Pipe.open(pool, 2);
          Pipe other = Pipe.open(pool, 2)) {
        PageRef large = pool.take(length, FolioClass.RING);
        Pattern.fill(large.target(), 0);
        large.publish(length);
        assertThat(pipe.offer(large)).isTrue();
        assertThat(pipe.used()).as("one slot").isEqualTo(1);
        long at = 0;
        for (int turn = 0; at < length; turn++) {
          if (turn % 2 == 0) {
            at += read(pipe, at, step);
          } else {
            long moved = pipe.moveTo(other, step);
            assertThat(read(other, at, step)).isEqualTo(moved);
            at += moved;
          }
        }
        assertThat(pipe.used()).isZero();
      }
    }
  }

  @Test
  void sizes() throws IOException {
    try (Pipe pipe = Pipe.open(pool, 2);
        PipeEnd source = PipeEnd.ofSource(pipe, Open.O_NONBLOCK)) {
      write(pipe, 0, 2 * PAGE);
      assertThat(source.ready()).isZero();
      assertThatThrownBy(() -> pipe.resize(1)).hasMessageContaining("EBUSY");
      assertThat(source.resize(3 * PAGE)).isEqualTo(4 * PAGE).isEqualTo(source.size());
      assertThat(source.ready()).isEqualTo(Poll.POLLOUT);
      write(pipe, 2 * PAGE, 2 * PAGE);
      assertThat(read(pipe, 0, 3 * PAGE + 1)).isEqualTo(3 * PAGE + 1);
      assertThat(pipe.resize(1)).isEqualTo(1);
      assertThat(read(pipe, 3 * PAGE + 1, 2 * PAGE)).isEqualTo(PAGE - 1);
      assertThatThrownBy(() -> source.resize(-1)).hasMessageContaining("EINVAL");
      assertThatThrownBy(() -> source.resize(1L << 31)).hasMessageContaining("EPERM");
      pipe.closeSink();
      assertThat(source.ready() & Poll.POLLERR).isEqualTo(Poll.POLLERR);
    }
  }

  @Test
  void aPipeWithoutAPoolCantBeWrittenTo() {
    try (Pipe pipe = Pipe.open(2)) {
      assertThatThrownBy(() -> write(pipe, 0, 1)).hasMessageContaining("without a pool");
      assertThatThrownBy(() -> write(pipe, 0, 1, 64)).hasMessageContaining("0x40");
    }
  }

  @Test
  void aPoolThatIsEmptyMakesTheWriteShort() throws IOException {
    PoolPlan plan = PoolPlan.of(2 << 20, 0).withPatience(Duration.ZERO);
    try (FolioPool small = FolioPool.open(HostSyscalls.host(), plan);
        Pipe pipe = Pipe.open(small, 1024)) {
      long free = small.stats().ringFree();
      IovIter source = IovIter.source(MemorySegment.ofArray(Pattern.bytes(0, 4 << 20)));
      long n = pipe.write(source, Pipe.PLAIN, Pipe.FOREVER, tally);
      assertThat(n).isPositive().isLessThanOrEqualTo(free).isEqualTo(source.position());
      assertThat(pipe.bytes()).isEqualTo(n);
      assertThatThrownBy(() -> pipe.write(source, Pipe.PLAIN, Pipe.FOREVER, tally))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void aWriteThatWaitsEndsByDeadlineInterruptAndClose() throws Exception {
    try (Pipe pipe = Pipe.open(pool, 1)) {
      write(pipe, 0, PAGE);
      IovIter more = IovIter.source(MemorySegment.ofArray(new byte[10]));
      assertThatThrownBy(() -> pipe.write(more, Pipe.PLAIN, System.nanoTime() + 1_000_000, tally))
          .isInstanceOf(SocketTimeoutException.class);
      assertThat(more.position()).isZero();
      AtomicReference<Throwable> seen = new AtomicReference<>();
      Thread interrupted = writer(pipe, seen);
      interrupted.interrupt();
      interrupted.join();
      assertThat(seen.get()).isInstanceOf(InterruptedIOException.class);
      Thread broken = writer(pipe, seen);
      pipe.closeSink();
      broken.join();
      assertThat(seen.get()).isInstanceOf(BrokenPipeException.class);
    }
  }

  private static Thread writer(Pipe pipe, AtomicReference<Throwable> seen) {
    return Thread.ofVirtual()
        .start(
            () -> {
              try {
                IovIter source = IovIter.source(MemorySegment.ofArray(new byte[10]));
                var _ = pipe.write(source, Pipe.PLAIN, Pipe.FOREVER, new Tally());
              } catch (IOException e) {
                seen.set(e);
              }
            });
  }
}
