package ropewalk.bio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.iov.Direction;
import ropewalk.iov.Extraction;
import ropewalk.iov.IovIter;
import ropewalk.iov.ListIter;
import ropewalk.iov.PipeSourceIter;
import ropewalk.iov.Tally;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Iovec;
import ropewalk.linux.Memory;
import ropewalk.page.Folio;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.FolioWord;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// A builder over shapes, alignments and limits: what is in the bio is what the iterator has
/// passed, and every pin is dropped.
class BioBuilderProperties {
  private static final int PAGE = 4096;
  private static final Alignment SECTORS = new Alignment(512, 512, 512, true);

  private FolioPool pool;
  private BioPool bios;

  @BeforeEach
  void open() throws IOException {
    pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(4 << 20, 1 << 20));
    bios = new BioPool();
  }

  @AfterEach
  void close() {
    assertThat(bios.out()).isZero();
    bios.close();
    pool.close();
  }

  /// A published range with the pattern from `place` on, `skew` bytes into its folio.
  private PageRef range(int skew, int length, long place) throws IOException {
    PageRef ref = pool.take(Math.max(1, skew + length), FolioClass.RING);
    ref.skip(skew);
    Pattern.fill(ref.target().asSlice(0, length), place);
    ref.publish(length);
    return ref;
  }

  private static void verify(Bio bio, long place) {
    long at = place;
    for (int i = 0; i < bio.segments(); i++) {
      long length = Iovec.length(bio.iov(), i);
      Pattern.verify(Memory.segment(Iovec.base(bio.iov(), i), length), at);
      at += length;
    }
    assertThat(at - place).isEqualTo(bio.bytes());
  }

  private static int pins(Folio folio) {
    return FolioWord.pins(folio.wordAcquire());
  }

  @Test
  @DisplayName("R-62: what does not fill a block goes back to the iterator, exactly, or not at all")
  void trims() throws IOException {
    for (int block : new int[] {512, PAGE}) {
      Alignment alignment = new Alignment(512, block, block, true);
      for (int length : new int[] {0, 1, 511, 512, 513, 4095, 4096, 4097, 8191, 8192, 12_000}) {
        for (long most : new long[] {0, 1, 512, 4096, 5000, Long.MAX_VALUE}) {
          PageRef ref = range(0, length, 0);
          PageRef more = range(0, PAGE, length); // after a range that is no whole block
          IovIter iter = IovIter.source(List.of(ref, more));
          Bio bio = bios.take(Direction.SOURCE, 0);
          try (Extraction batch = new Extraction(pool, 8, new Tally())) {
            long taken = new BioBuilder(alignment, 16).gather(bio, iter, batch, most);
            long whole = length % block == 0 ? length + PAGE : length / block * block;
            long wanted = Math.min(whole, Math.min(most, length + PAGE) / block * block);
            assertThat(taken)
                .as("block %s length %s most %s", block, length, most)
                .isEqualTo(wanted);
            assertThat(iter.position()).isEqualTo(wanted);
            assertThat(bio.bytes()).isEqualTo(wanted);
            verify(bio, 0);
          }
          bio.complete();
          assertThat(pins(ref.folio())).isZero();
          assertThat(pins(more.folio())).isZero();
          ref.close();
          more.close();
        }
      }
    }
  }

  @Test
  @DisplayName("R-40: a thousand small segments are one I/O of few ranges, every byte in its place")
  void gathersSmallSegments() throws IOException {
    Gen.check(
        50,
        gen -> {
          int total = gen.in(1, 100) * 512;
          List<MemorySegment> parts = new ArrayList<>();
          byte[] bytes = Pattern.bytes(0, total);
          int at = 0;
          for (int cut : gen.cuts(total, 1000)) {
            parts.add(MemorySegment.ofArray(bytes).asSlice(at, cut));
            at += cut;
          }
          IovIter iter = IovIter.source(parts.toArray(MemorySegment[]::new));
          Bio bio = bios.take(Direction.SOURCE, 0);
          Tally tally = new Tally();
          try (Extraction batch = new Extraction(pool, 64, tally)) {
            assertThat(new BioBuilder(SECTORS, 1024).gather(bio, iter, batch, Long.MAX_VALUE))
                .isEqualTo(total);
          }
          assertThat(bio.segments()).isEqualTo(1);
          assertThat(tally.copiedUser()).isEqualTo(total);
          verify(bio, 0);
          bio.complete();
        });
  }

  @Test
  @DisplayName("R-42: pins of the extraction, of the current range and of the bio are one each")
  void countsPins() throws IOException {
    // The pool's own memory handed in by its address: the extraction pins it where it is.
    PageRef own = range(0, 4 * PAGE, 0);
    Folio folio = own.folio();
    IovIter iter = IovIter.source(Memory.segment(own.address(), 4 * PAGE));
    Bio bio = bios.take(Direction.SOURCE, 0);
    try (Extraction batch = new Extraction(pool, 2, new Tally())) {
      assertThat(new BioBuilder(SECTORS, 8).gather(bio, iter, batch, Long.MAX_VALUE))
          .isEqualTo(4 * PAGE);
      assertThat(batch.size()).as("given back, batch by batch").isZero();
      assertThat(bio.segments()).as("two batches, one range").isEqualTo(1);
      assertThat(pins(folio)).as("the bio's").isEqualTo(1);
    }
    assertThat(pins(folio)).isEqualTo(1);
    bio.complete();
    assertThat(pins(folio)).isZero();
    assertThat(folio.wordAcquire()).satisfies(w -> assertThat(FolioWord.references(w)).isOne());
    own.close();
  }

  @Test
  @DisplayName("R-43: ranges that start within a page leave no pin behind, whatever their ends")
  void unalignedRanges() throws IOException {
    for (int skew : new int[] {0, 512, 1024, PAGE - 512}) {
      for (int blocks = 1; blocks < 20; blocks++) {
        PageRef ref = range(skew, blocks * 512, 0);
        for (int most = 0; most <= blocks; most++) {
          IovIter iter = IovIter.source(List.of(ref));
          Bio bio = bios.take(Direction.SOURCE, 0);
          try (Extraction batch = new Extraction(pool, 3, new Tally())) {
            long taken = new BioBuilder(SECTORS, 4).gather(bio, iter, batch, most * 512L);
            assertThat(taken).isEqualTo(most * 512L);
            assertThat(pins(ref.folio())).isEqualTo(most == 0 ? 0 : 1);
          }
          bio.complete();
          assertThat(pins(ref.folio())).isZero();
        }
        ref.close();
      }
    }
  }

  @Test
  @DisplayName("R-44: zeros are written from without a pin, and are never read into")
  void zeros() throws IOException {
    PageRef zeros = pool.zeros(PAGE);
    PageRef ref = range(0, PAGE, 0);
    long before = zeros.folio().wordAcquire();
    IovIter iter = IovIter.source(List.of(zeros, ref, zeros, zeros));
    Bio bio = bios.take(Direction.SOURCE, 0);
    try (Extraction batch = new Extraction(pool, 8, new Tally())) {
      assertThat(new BioBuilder(SECTORS, 8).gather(bio, iter, batch, Long.MAX_VALUE))
          .isEqualTo(4 * PAGE);
    }
    assertThat(bio.segments()).as("the same zeros twice are two ranges (R-11)").isEqualTo(4);
    assertThat(zeros.folio().wordAcquire()).isEqualTo(before);
    bio.complete();
    assertThat(zeros.folio().wordAcquire()).isEqualTo(before);
    assertThatThrownBy(() -> IovIter.target(List.of(zeros))).hasMessageContaining("writable");
    ref.close();
    zeros.close();
  }

  @Test
  void aPageThatCantBePinnedEndsTheBioBeforeIt() throws IOException {
    PageRef good = range(0, PAGE, 0);
    PageRef bad = range(0, PAGE, PAGE);
    bad.folio().poison();
    for (int segments : new int[] {1, 2, 8}) {
      IovIter iter = IovIter.source(List.of(good, bad));
      Bio bio = bios.take(Direction.SOURCE, 0);
      try (Extraction batch = new Extraction(pool, 8, new Tally())) {
        BioBuilder builder = new BioBuilder(SECTORS, segments);
        assertThat(builder.gather(bio, iter, batch, Long.MAX_VALUE)).isEqualTo(PAGE);
        assertThat(iter.position()).isEqualTo(PAGE);
        Bio next = bios.take(Direction.SOURCE, PAGE);
        assertThatThrownBy(() -> builder.gather(next, iter, batch, Long.MAX_VALUE))
            .hasMessageContaining("refused");
        assertThat(iter.position()).isEqualTo(PAGE);
        assertThat(batch.size()).isZero();
        next.complete();
      }
      bio.complete();
    }
    assertThat(pins(good.folio())).isZero();
    good.close();
    assertThat(pins(bad.folio())).isZero();
    bad.close();
  }

  /// Any list of memory of any kind, any alignment, any limits; bio after bio until it is used up
  /// or does not fit.
  @Test
  void whatIsInTheBiosIsWhatHasPassed() {
    Gen.check(
        400,
        gen -> {
          int block = gen.pick(1, 512, PAGE);
          Alignment alignment = new Alignment(gen.pick(1, 4, 512), block, block, true);
          boolean isTarget = gen.oneIn(3);
          try (Arena arena = Arena.ofConfined();
              Pipe pipe = Pipe.open(8)) {
            List<PageRef> held = new ArrayList<>();
            IovIter iter = isTarget ? target(gen, held) : source(gen, arena, pipe, held);
            long position = 0;
            try (Extraction batch = new Extraction(pool, gen.in(1, 20), new Tally())) {
              BioBuilder builder = new BioBuilder(alignment, gen.in(1, 5));
              while (iter.count() > 0) {
                Bio bio = bios.take(iter.direction(), position);
                long most = gen.edgy(1, 100_000);
                long taken = builder.gather(bio, iter, batch, most);
                assertThat(taken).isEqualTo(bio.bytes()).isBetween(0L, most);
                assertThat(taken % block).isZero();
                position += taken;
                assertThat(iter.position()).isEqualTo(position);
                if (!isTarget) {
                  verify(bio, position - taken);
                }
                bio.complete();
                batch.release();
                if (taken == 0) {
                  break;
                }
              }
              if (block == 1 && alignment.memory() == 1) {
                assertThat(iter.count()).isZero();
              }
            }
            held.forEach(
                ref -> {
                  assertThat(pins(ref.folio())).isZero();
                  ref.close();
                });
          }
        });
  }

  private IovIter target(Gen gen, List<PageRef> held) throws IOException {
    for (int i = gen.in(1, 5); i > 0; i--) {
      PageRef ref = pool.take(gen.in(1, 5) * PAGE, FolioClass.RING);
      ref.skip(gen.pick(0, 512, 100));
      ref.trim(gen.in(1, ref.length()));
      held.add(ref);
    }
    return IovIter.target(held);
  }

  private IovIter source(Gen gen, Arena arena, Pipe pipe, List<PageRef> held) throws IOException {
    List<IovIter> parts = new ArrayList<>();
    long place = 0;
    for (int i = gen.in(1, 4); i > 0; i--) {
      int length = gen.pick(gen.in(1, 20) * 512, gen.in(1, 9000));
      switch ((int) gen.below(4)) {
        case 0 -> {
          MemorySegment memory = arena.allocate(length);
          Pattern.fill(memory, place);
          parts.add(IovIter.source(memory));
        }
        case 1 -> parts.add(IovIter.source(MemorySegment.ofArray(Pattern.bytes(place, length))));
        case 2 -> {
          PageRef ref = range(gen.pick(0, 512, 3), length, place);
          held.add(ref);
          parts.add(IovIter.source(Memory.segment(ref.address(), length)));
        }
        default -> {
          PageRef ref = range(gen.pick(0, 512, 3), length, place);
          held.add(ref);
          parts.add(IovIter.source(List.of(ref)));
        }
      }
      place += length;
    }
    if (gen.bool()) {
      int length = gen.in(1, 3) * PAGE;
      pipe.push(range(0, length, place));
      parts.add(PipeSourceIter.of(pipe.slotRing()));
    }
    return parts.size() == 1 ? parts.getFirst() : ListIter.of(parts.toArray(IovIter[]::new));
  }
}
