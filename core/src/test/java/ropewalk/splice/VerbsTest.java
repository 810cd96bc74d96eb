package ropewalk.splice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.cache.PageCache;
import ropewalk.engine.Engine;
import ropewalk.file.CachedFile;
import ropewalk.file.PlainFile;
import ropewalk.iov.Copy;
import ropewalk.iov.Extraction;
import ropewalk.iov.IovIter;
import ropewalk.iov.PipeSourceIter;
import ropewalk.iov.PipeTargetIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Abi;
import ropewalk.linux.Errno;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Memory;
import ropewalk.linux.Open;
import ropewalk.linux.Splices;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.page.Provenance;
import ropewalk.pipe.Pipe;
import ropewalk.pipe.PipeEnd;
import ropewalk.testkit.Pattern;
import ropewalk.testkit.TempFiles;

/// What random programs can't show of the verbs: what is shared and what is copied, and the one
/// thing in which we mean to differ from the kernel.
final class VerbsTest {

  private static final int PAGE = Abi.pageSize();

  private final TempFiles files = new TempFiles();
  private FolioPool pool;
  private Engine engine;
  private Verbs verbs;
  private Pipe pipe;
  private Operand source;
  private Operand sink;

  @BeforeEach
  void open() throws IOException {
    pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(4 << 20, 4 << 20));
    engine = Engine.open(HostSyscalls.host(), Engine.Choice.AUTO);
    verbs = new Verbs(pool);
    pipe = Pipe.open(pool, 16);
    source = Operand.of(PipeEnd.ofSource(pipe, 0));
    sink = Operand.of(PipeEnd.ofSink(pipe, 0));
  }

  @AfterEach
  void close() {
    pipe.close();
    verbs.close();
    engine.close();
    files.close();
    pool.close();
  }

  private PageRef page(long from, int length) throws IOException {
    PageRef page = pool.take(length, FolioClass.RING);
    Pattern.fill(page.target(), from);
    page.publish(length);
    return page;
  }

  private void expect(long from, int length) throws IOException {
    byte[] bytes = new byte[length];
    IovIter target = IovIter.target(MemorySegment.ofArray(bytes));
    assertThat(verbs.vmsplice(sink, target, Splices.SPLICE_F_NONBLOCK)).isEqualTo(length);
    Pattern.verify(bytes, from);
  }

  @Test
  @DisplayName("R-19: vmsplice into a pipe that fills up answers what went in, and waits no more")
  void vmspliceDoesNotWaitAfterItsFirstByte() throws Exception {
    byte[] bytes = Pattern.bytes(0, 20 * PAGE);
    AtomicLong went = new AtomicLong();
    Thread caller =
        Thread.ofVirtual()
            .start(
                () -> {
                  try (Verbs own = new Verbs(pool)) {
                    IovIter memory = IovIter.source(MemorySegment.ofArray(bytes));
                    went.set(own.vmsplice(source, memory, 0));
                  } catch (IOException e) {
                    went.set(-1);
                  }
                });
    boolean hasReturned = caller.join(Duration.ofSeconds(10));
    pipe.closeSink(); // lets it go in any case
    assertThat(hasReturned).isTrue();
    assertThat(went.get()).isEqualTo(16L * PAGE);
  }

  @Test
  @DisplayName("R-61: what is lent stays the lender's: no sink may steal it, and it stays as it is")
  void lentPagesAreNotStolen() throws IOException {
    PageRef owner = page(0, 2 * PAGE);
    assertThat(verbs.vmsplice(source, List.of(owner), Splices.SPLICE_F_NONBLOCK))
        .isEqualTo(2L * PAGE);
    assertThat(owner.tryClaim()).as("frozen while it is in the pipe").isFalse();
    owner.close();
    PageRef drained = Objects.requireNonNull(pipe.poll());
    assertThat(drained.provenance()).isEqualTo(Provenance.LENT);
    pipe.closeSink();
    assertThat(drained.trySteal()).as("the last reference, and still not ours").isFalse();
    Pattern.verify(drained.bytes(), 0);
    drained.close();
  }

  @Test
  @DisplayName("R-61: a gift is stolen once its giver let go; a part of a page is lent instead")
  void giftsAreStolen() throws IOException {
    int gift = Splices.SPLICE_F_GIFT | Splices.SPLICE_F_NONBLOCK;
    PageRef whole = page(0, PAGE);
    assertThat(verbs.vmsplice(source, List.of(whole), gift)).isEqualTo(PAGE);
    assertThat(pipe.peekFlags()).isEqualTo(Pipe.GIFT);
    assertThat(Objects.requireNonNull(pipe.peek()).trySteal()).as("the giver holds it").isFalse();
    whole.close();
    PageRef given = Objects.requireNonNull(pipe.poll());
    assertThat(given.trySteal()).isTrue();
    given.close();
    PageRef part = page(0, PAGE);
    part.trim(PAGE - 1);
    assertThat(verbs.vmsplice(source, List.of(part), gift)).isEqualTo(PAGE - 1);
    assertThat(pipe.peekFlags()).as("dropped, without a word").isEqualTo(Pipe.PLAIN);
    PageRef onLoan = page(0, PAGE);
    PageRef lent = onLoan.lend(0, PAGE);
    assertThat(verbs.vmsplice(source, List.of(lent), gift)).isEqualTo(PAGE);
    pipe.consume(PAGE - 1);
    assertThat(pipe.peekFlags()).as("not the lender's to give").isEqualTo(Pipe.PLAIN);
    for (PageRef each : List.of(part, onLoan, lent)) {
      each.close();
    }
  }

  @Test
  @DisplayName("R-61, R-06: the caller's memory is copied at the call, and may be written after it")
  void callersMemoryIsCopiedAtTheCall() throws IOException {
    MemorySegment memory = MemorySegment.ofArray(Pattern.bytes(0, 3000));
    assertThat(verbs.vmsplice(source, IovIter.source(memory), Splices.SPLICE_F_GIFT))
        .isEqualTo(3000);
    memory.fill((byte) 7);
    expect(0, 3000);
  }

  @Test
  @DisplayName("R-05: lengths, offsets and addresses of a caller are checked, and no sum overflows")
  void argumentsAreChecked() throws IOException {
    Path path = files.pattern("in", 1000);
    try (PlainFile file = PlainFile.open(engine, pool, path)) {
      Operand in = Operand.of(file, Open.O_RDONLY);
      assertThatThrownBy(() -> verbs.splice(in, Long.MAX_VALUE - 10, source, -1, 100, 0))
          .hasMessageContaining("EINVAL");
      assertThatThrownBy(() -> verbs.splice(in, 0, source, -1, -100, 0))
          .hasMessageContaining("EINVAL");
      assertThatThrownBy(() -> verbs.splice(in, Long.MIN_VALUE, source, -1, 100, 0))
          .hasMessageContaining("EINVAL");
      assertThat(verbs.splice(in, 990, source, -1, Long.MAX_VALUE - 1000, 0)).isEqualTo(10);
      expect(990, 10);
    }
    try (Pipe other = Pipe.open(pool, 1)) {
      Operand out = Operand.of(PipeEnd.ofSource(other, 0));
      assertThatThrownBy(() -> verbs.splice(sink, -1, out, -1, -5, 0))
          .hasMessageContaining("EINVAL");
      assertThatThrownBy(() -> verbs.tee(sink, out, Long.MIN_VALUE, 0))
          .hasMessageContaining("EINVAL");
    }
    MemorySegment gone;
    try (Arena arena = Arena.ofShared()) {
      gone = arena.allocate(PAGE);
    }
    assertThatThrownBy(() -> verbs.vmsplice(source, IovIter.source(gone), 0))
        .hasMessageContaining("EFAULT");
    assertThat(pipe.used()).isZero();
  }

  @Test
  @DisplayName("decided: bytes in a pipe of ours don't change when their file is written")
  void bytesInThePipeAreStable() throws IOException {
    Path path = files.pattern("file", 2L * PAGE);
    try (PlainFile file = PlainFile.open(engine, pool, path)) {
      Operand in = Operand.of(file, Open.O_RDONLY);
      assertThat(verbs.splice(in, 0, source, -1, 2L * PAGE, 0)).isEqualTo(2L * PAGE);
      Files.write(path, new byte[2 * PAGE], StandardOpenOption.WRITE);
      expect(0, 2 * PAGE);
    }
  }

  /// A file that takes `most` bytes at a time, and fails with EIO when `failAt` are in it.
  private static final class ShortFile implements Positional {
    final byte[] bytes = new byte[200];
    final int most;
    final int failAt;
    int end;

    ShortFile(int most, int failAt) {
      this.most = most;
      this.failAt = failAt;
    }

    @Override
    public Source from(long offset, long length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Sink to(long offset) {
      assertThat(offset).isEqualTo(end);
      return new Sink() {
        @Override
        public long drain(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
          if (end == failAt) {
            throw LinuxException.of(-Errno.EIO, "pwrite");
          }
          assertThat(more).as("would it write what it may keep for later?").isFalse();
          long taken = 0;
          long room = Math.min(Math.min(most, failAt - end), limit);
          for (PageRef first = pipe.peek(); first != null && taken < room; first = pipe.peek()) {
            int n = (int) Math.min(room - taken, first.length());
            for (int i = 0; i < n; i++) {
              bytes[end++] = first.bytes().get(ValueLayout.JAVA_BYTE, i);
            }
            pipe.consume(n);
            taken += n;
          }
          return taken;
        }

        @Override
        public String wayOut() {
          return "drop";
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public long position() {
      return end;
    }

    @Override
    public void advance(long bytes) {}
  }

  @Test
  @DisplayName(
      "R-15, R-17: a sink takes any part, none, or fails after some: no byte twice, none lost")
  void shortSinks() throws IOException {
    int length = 60;
    for (int most = 0; most <= length; most++) {
      for (int failAt = 0; failAt <= length; failAt += 7) {
        for (int i = 0; i < 3; i++) {
          PageRef third = page(i * 20L, PAGE);
          third.trim(20);
          pipe.push(third);
        }
        ShortFile file = new ShortFile(most, failAt);
        Operand out = Operand.of(file, Open.O_WRONLY);
        int flags = Splices.SPLICE_F_NONBLOCK | Splices.SPLICE_F_MORE;
        boolean hasFailed = false;
        while (file.end < length && !hasFailed) {
          int before = file.end;
          long n;
          try {
            n = verbs.splice(sink, -1, out, before, length - before, flags);
          } catch (LinuxException e) {
            assertThat(e.errno()).isEqualTo(Errno.EIO);
            assertThat(file.end).as("an error only before the first byte").isEqualTo(before);
            n = 0;
          }
          hasFailed = n == 0;
          assertThat(before + n).isEqualTo(file.end);
          assertThat(pipe.bytes()).isEqualTo(length - file.end);
        }
        Pattern.verify(MemorySegment.ofArray(file.bytes).asSlice(0, file.end), 0);
        expect(file.end, length - file.end);
        assertThat(pipe.used()).isZero();
      }
    }
  }

  @Test
  @DisplayName(
      "R-04: what is reverted into a pipe is neither freed nor filled while I/O targets it")
  void revertKeepsWhatIsPinned() throws IOException {
    PipeTargetIter target = PipeTargetIter.of(pipe.slotRing(), pool, FolioClass.RING, 4L * PAGE);
    try (target;
        Extraction extraction = new Extraction(pool, 4, verbs.tally())) {
      assertThat(target.extract(extraction, PAGE)).isEqualTo(PAGE);
      var folio = Objects.requireNonNull(extraction.folio(0));
      long address = extraction.address(0);
      assertThat(folio.isPinned()).isTrue();
      target.revert(PAGE);
      assertThat(folio.isPinned()).as("the read is still under way").isTrue();
      assertThat(pipe.used()).as("and nobody sees its bytes").isZero();
      MemorySegment other = MemorySegment.ofArray(Pattern.bytes(0, PAGE));
      assertThat(Copy.into(target, other, 0, PAGE, verbs.tally())).isEqualTo(PAGE);
      Memory.ALL.asSlice(address, PAGE).fill((byte) 9); // the device, late
      extraction.release();
      target.commit();
    }
    expect(0, PAGE);
  }

  @Test
  @DisplayName("decided: a cached file lends its pages to the pipe, and a write makes new ones")
  void cachedPagesAreLentAndVersioned() throws IOException {
    Path path = files.pattern("cached", 3L * PAGE);
    try (PageCache cache = PageCache.open(pool, 1 << 20);
        CachedFile file =
            CachedFile.open(
                engine, cache, path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      Operand in = Operand.of(file, Open.O_RDWR);
      assertThat(verbs.splice(in, -1, source, -1, 2L * PAGE + 5, 0)).isEqualTo(2L * PAGE + 5);
      assertThat(file.position()).isEqualTo(2L * PAGE + 5);
      assertThat(Objects.requireNonNull(pipe.peek()).provenance()).isEqualTo(Provenance.LENT);
      assertThat(pipe.used()).as("a slot for each page").isEqualTo(3);
      assertThat(file.write(MemorySegment.ofArray(new byte[3 * PAGE]), 0)).isEqualTo(3L * PAGE);
      expect(0, 2 * PAGE + 5);
      assertThat(verbs.tally().copiedUser()).as("out of the pipe only").isEqualTo(2L * PAGE + 5);
    }
  }

  @Test
  void aPipesSlotsAreAnIteratorsSource() throws IOException {
    PageRef owner = page(0, 2 * PAGE);
    assertThat(verbs.vmsplice(source, List.of(owner), 0)).isEqualTo(2L * PAGE);
    PipeSourceIter iter = PipeSourceIter.of(pipe.slotRing());
    byte[] bytes = new byte[PAGE + 100];
    assertThat(Copy.outOf(iter, MemorySegment.ofArray(bytes), 0, bytes.length, verbs.tally()))
        .isEqualTo(bytes.length);
    iter.revert(50);
    iter.commit();
    assertThat(pipe.used()).isEqualTo(1);
    expect(PAGE + 50, PAGE - 50);
    owner.close();
  }
}
