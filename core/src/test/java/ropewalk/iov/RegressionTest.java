package ropewalk.iov;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.linux.Memory;
import ropewalk.page.Cleanup;
import ropewalk.page.Folio;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioWord;
import ropewalk.page.PageRef;
import ropewalk.testkit.Pattern;

/// Bugs that others had with pages and iterators, by their number in the contract. What 2.3.10 and
/// 2.3.21 say of extraction is in [ExtractEdgesTest].
final class RegressionTest {

  private static final int PAGE = Lab.PAGE;

  private Lab lab;

  @BeforeEach
  void open() {
    lab = new Lab();
  }

  @AfterEach
  void close() {
    lab.close();
  }

  @Test
  @DisplayName("R-06: what was lent does not become the lender's next data")
  void lentIsNotReassigned() throws IOException {
    byte[] caller = Pattern.bytes(0, 100);
    PageRef ours = published(0, 100, 0);
    List<PageRef> kept = new ArrayList<>();
    Tally tally = new Tally();
    IovIter both =
        ListIter.of(IovIter.source(MemorySegment.ofArray(caller)), IovIter.source(List.of(ours)));
    assertThat(both.getPages(lab.pool, kept, 200, 8, tally)).isEqualTo(200);
    Pattern.fill(caller, Pattern.version(1));
    ours.close();
    List<PageRef> next = new ArrayList<>();
    for (int i = 0; i < 64; i++) { // whoever takes memory now gets other memory
      PageRef fresh = lab.folioRun(0, PAGE);
      Pattern.fill(fresh.target(), Pattern.version(2));
      next.add(fresh);
    }
    byte[] got = new byte[200];
    assertThat(Copy.outOf(IovIter.source(kept), MemorySegment.ofArray(got), 0, 200, tally))
        .isEqualTo(200);
    Pattern.verify(MemorySegment.ofArray(got).asSlice(0, 100), 0);
    Pattern.verify(MemorySegment.ofArray(got).asSlice(100), 0);
    next.forEach(PageRef::close);
    kept.forEach(PageRef::close);
  }

  @Test
  @DisplayName("R-11: the same zero page twice is two ranges, and a short one keeps its length")
  void zeroPagesAreNotMerged() throws IOException {
    PageRef one = lab.pool.zeros(PAGE);
    PageRef two = lab.pool.zeros(100);
    IovIter iter = IovIter.source(List.of(one, two));
    try (Extraction batch = new Extraction(lab.pool, 8, new Tally())) {
      assertThat(iter.extract(batch, Long.MAX_VALUE)).isEqualTo(PAGE + 100);
      assertThat(batch.size()).as("same page, but not behind one another").isEqualTo(2);
      assertThat(batch.length(0)).isEqualTo(PAGE);
      assertThat(batch.length(1)).isEqualTo(100);
      assertThat(batch.address(1)).isEqualTo(batch.address(0));
    }
    two.close();
    one.close();
  }

  @Test
  @DisplayName("R-11: ranges join where page and offset say so, and nowhere else")
  void onlyNeighboursJoin() throws IOException {
    PageRef whole = published(0, 3 * PAGE, 0);
    List<PageRef> runs =
        List.of(
            whole.lend(0, 100),
            whole.lend(100, PAGE), // adjoins
            whole.lend(2 * PAGE, 50), // a gap
            whole.lend(2 * PAGE, 50)); // the same once more
    PageRef[] neighbours = adjoiningFolios();
    List<PageRef> all = new ArrayList<>(runs);
    all.addAll(List.of(neighbours));
    try (Extraction batch = new Extraction(lab.pool, 16, new Tally())) {
      IovIter.source(all).extract(batch, Long.MAX_VALUE);
      List<Long> lengths = new ArrayList<>();
      for (int i = 0; i < batch.size(); i++) {
        lengths.add(batch.length(i));
      }
      assertThat(lengths)
          .as("adjoining in memory, but of two folios, whose holders differ")
          .containsExactly(100L + PAGE, 50L, 50L, (long) PAGE, (long) PAGE);
    }
    all.forEach(PageRef::close);
    whole.close();
  }

  @Test
  @DisplayName("R-32: where a page can't be referenced the iterator stands behind what was")
  void unspliceablePage() throws IOException {
    PageRef one = published(0, PAGE, 0);
    PageRef filling = lab.folioRun(0, PAGE); // being filled: nobody gets a reference
    IovIter iter = IovIter.source(List.of(one, filling));
    List<PageRef> pages = new ArrayList<>();
    Tally tally = new Tally();
    iter.advance(10);
    assertThat(iter.getPages(lab.pool, pages, Long.MAX_VALUE, 9, tally)).isEqualTo(PAGE - 10);
    assertThat(iter.position()).isEqualTo(PAGE);
    assertThat(pages).hasSize(1);
    assertThatThrownBy(() -> iter.getPages(lab.pool, pages, Long.MAX_VALUE, 9, tally))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("getPages");
    assertThat(iter.position()).isEqualTo(PAGE);
    assertThat(pages).hasSize(1);
    filling.target().fill((byte) 5);
    byte[] copied = new byte[PAGE];
    assertThat(Copy.outOf(iter, MemorySegment.ofArray(copied), 0, PAGE, tally)).isEqualTo(PAGE);
    assertThat(copied).containsOnly(5);
    pages.forEach(PageRef::close);
    filling.close();
    one.close();
  }

  @Test
  @DisplayName("R-39: pages are counted and taken of every shape, and each turn gets further")
  void everyShapeMakesProgress() throws IOException {
    List<Integer> cuts = List.of(0, 0, 3, 0, PAGE, 0, PAGE + 9, 1, 0);
    for (Form form : Form.values()) {
      for (Layout layout : Layout.values()) {
        try (Subject subject = form.open(lab, layout, cuts);
            Extraction batch = new Extraction(lab.pool, 1, new Tally())) {
          int pages = 0;
          while (subject.iter.count() > 0 && form.shape != Shape.DISCARD) {
            assertThat(subject.iter.pages(Integer.MAX_VALUE)).as("%s", subject).isPositive();
            assertThat(subject.iter.extract(batch, Long.MAX_VALUE)).isPositive();
            batch.release();
            pages++;
            assertThat(pages).as("turns of %s", subject).isLessThan(20);
          }
        }
      }
    }
  }

  @Test
  @DisplayName(
      "R-42: what was pinned is unpinned, though the iterator has moved on to other memory")
  void wayBackIsFixedAtExtraction() throws IOException {
    try (Arena arena = Arena.ofConfined();
        Extraction batch = new Extraction(lab.pool, 8, new Tally())) {
      PageRef page = published(0, PAGE, 0);
      IovIter list =
          ListIter.of(
              IovIter.source(arena.allocate(10)),
              IovIter.source(List.of(page)),
              KvecIter.of(Direction.SOURCE, arena.allocate(10)));
      assertThat(list.cleanup()).isEqualTo(Cleanup.PIN);
      assertThat(list.extract(batch, Long.MAX_VALUE))
          .as("ends where the way changes")
          .isEqualTo(10);
      Folio bounce = Objects.requireNonNull(batch.folio(0));
      assertThat(bounce.isPinned()).isTrue();
      list.advance(5);
      assertThat(list.cleanup()).isEqualTo(Cleanup.NONE);
      assertThat(batch.cleanup()).isEqualTo(Cleanup.PIN);
      batch.release();
      assertThat(bounce.isPinned()).isFalse();
      assertThat(list.extract(batch, Long.MAX_VALUE)).isEqualTo(PAGE - 5 + 10);
      assertThat(batch.cleanup()).isEqualTo(Cleanup.NONE);
      Folio folio = Objects.requireNonNull(batch.folio(0));
      assertThat(folio).isSameAs(page.folio());
      long before = folio.wordAcquire();
      batch.release();
      assertThat(folio.wordAcquire()).as("nothing was taken, nothing is dropped").isEqualTo(before);
      page.close();
    }
  }

  @Test
  @DisplayName("R-42: a slot's page is put, never unpinned")
  void slotsPageIsPut() throws IOException {
    try (RingDouble ring = new RingDouble(4);
        Extraction batch = new Extraction(lab.pool, 8, new Tally())) {
      ring.append(published(0, PAGE, 0));
      Folio folio = ring.slots.getFirst().folio();
      long before = folio.wordAcquire();
      PipeSourceIter iter = PipeSourceIter.of(ring);
      assertThat(iter.extract(batch, Long.MAX_VALUE)).isEqualTo(PAGE);
      assertThat(batch.cleanup()).isEqualTo(Cleanup.REFERENCE);
      assertThat(FolioWord.loans(folio.wordAcquire())).isEqualTo(1);
      assertThat(FolioWord.pins(folio.wordAcquire())).isZero();
      iter.commit();
      assertThat(ring.used()).isZero();
      Pattern.verify(Memory.segment(batch.address(0), PAGE), 0);
      assertThat(FolioWord.references(folio.wordAcquire())).isEqualTo(1);
      batch.release();
      assertThat(folio.wordAcquire()).isNotEqualTo(before);
      assertThat(FolioWord.references(folio.wordAcquire())).as("home").isZero();
    }
  }

  @Test
  @DisplayName(
      "R-43: a range that starts within a page is as many pages when released as when taken")
  void unalignedIsCountedAlike() throws IOException {
    PageRef two = published(PAGE - 1, 2, 0);
    PageRef many = published(PAGE - 1, 2 * PAGE + 2, 0);
    for (PageRef ref : List.of(two, many)) {
      int pages = ref == two ? 2 : 4;
      IovIter iter = IovIter.source(List.of(ref));
      assertThat(iter.pages(100)).isEqualTo(pages);
      int[] shown = {0};
      try (Extraction batch = new Extraction(lab.pool, 8, new Tally())) {
        assertThat(iter.eachPage(batch, 1 << 20, (folio, page, from, size) -> shown[0]++))
            .isEqualTo(ref.length());
      }
      assertThat(shown[0]).isEqualTo(pages);
      try (Extraction exact = new Extraction(lab.pool, pages, new Tally());
          Extraction less = new Extraction(lab.pool, pages - 1, new Tally())) {
        iter.revert(ref.length());
        assertThat(iter.extract(exact, 1 << 20)).isEqualTo(ref.length());
        iter.revert(ref.length());
        assertThat(iter.extract(less, 1 << 20)).isEqualTo(ref.length() - 1);
      }
    }
    // And pins: what lies in the pool is pinned where it is, once, and unpinned once.
    Folio folio = many.folio();
    MemorySegment own = Memory.segment(many.address(), many.length());
    try (Extraction batch = new Extraction(lab.pool, 8, new Tally())) {
      assertThat(IovIter.source(own).extract(batch, 1 << 20)).isEqualTo(many.length());
      int taken = FolioWord.pins(folio.wordAcquire());
      assertThat(taken).isPositive();
      batch.release();
      assertThat(FolioWord.pins(folio.wordAcquire())).isZero();
    }
    many.close();
    two.close();
  }

  @Test
  @DisplayName("R-44: two million extractions of zeros pin nothing")
  void zeroPagesAreNeverPinned() throws IOException {
    PageRef zeros = lab.pool.zeros(PAGE);
    Folio zero = zeros.folio();
    long before = zero.wordAcquire();
    IovIter iter = IovIter.source(List.of(zeros));
    try (Extraction batch = new Extraction(lab.pool, 1, new Tally())) {
      for (int i = 0; i <= 1 << 21; i++) {
        if (iter.extract(batch, PAGE) != PAGE || zeros.tryPin()) {
          throw new AssertionError("at " + i + ": " + zero);
        }
        batch.release();
        iter.revert(PAGE);
      }
      assertThat(zero.wordAcquire()).isEqualTo(before);
      IovIter own = IovIter.source(Memory.segment(zeros.address(), PAGE));
      assertThat(own.extract(batch, PAGE)).isEqualTo(PAGE);
      assertThat(batch.folio(0)).as("recognised, but not to be pinned: copied").isNotSameAs(zero);
      assertThat(FolioWord.pins(zero.wordAcquire())).isZero();
    }
    assertThatThrownBy(() -> IovIter.target(List.of(zeros))).hasMessageContaining("writable");
    zeros.close();
  }

  @Test
  @DisplayName("R-53: behind the last slot, at the end of a folio, it waits for the next")
  void queueOfFoliosMayStandAtAnEnd() throws IOException {
    for (int folios : new int[] {1, 2, 30, 31, 32, 62, 63}) {
      try (FolioQueue queue = new FolioQueue();
          Extraction batch = new Extraction(lab.pool, 200, new Tally())) {
        int total = 0;
        for (int i = 0; i < folios; i++) {
          queue.append(published(i % 3, 100 + i, total));
          total += 100 + i;
        }
        IovIter iter = FolioqIter.of(Direction.SOURCE, queue);
        assertThat(iter.extract(batch, Long.MAX_VALUE)).isEqualTo(total);
        batch.release();
        assertThat(iter.single()).isZero();
        assertThat(iter.pages(9)).isZero();
        assertThat(iter.alignment()).isZero();
        queue.append(published(0, 0, total));
        queue.append(published(5, 77, total));
        iter.reexpand(77);
        assertThat(iter.single()).isEqualTo(77);
        byte[] out = new byte[100];
        assertThat(Copy.outOf(iter, MemorySegment.ofArray(out), 0, 100, new Tally())).isEqualTo(77);
        Pattern.verify(MemorySegment.ofArray(out).asSlice(0, 77), total);
        iter.revert(77 + 1);
        assertThat(iter.single()).as("the last byte of the folio before").isEqualTo(1);
        iter.advance(1);
        iter.truncate(0);
        iter.revert(total);
        byte[] all = new byte[total + 77];
        iter.reexpand(all.length);
        assertThat(Copy.outOf(iter, MemorySegment.ofArray(all), 0, all.length, new Tally()))
            .isEqualTo(all.length);
        Pattern.verify(all, 0);
      }
    }
  }

  @Test
  @DisplayName("R-54: no shape goes back beyond its start, though count says there is room")
  void revertBeyondTheStart() {
    for (Form form : Form.values()) {
      try (Subject subject = form.open(lab, Layout.SKEWED, List.of(0, 3, PAGE, 0, 5))) {
        IovIter iter = subject.iter;
        assertThatThrownBy(() -> iter.revert(1)).hasMessageContaining("beyond the start");
        iter.advance(7);
        assertThatThrownBy(() -> iter.revert(8)).hasMessageContaining("7 bytes have gone");
        assertThatThrownBy(() -> iter.revert(Long.MAX_VALUE))
            .isInstanceOf(IllegalArgumentException.class);
        assertThat(iter.position()).isEqualTo(7);
        iter.revert(7);
        assertThatThrownBy(() -> iter.revert(1)).isInstanceOf(IllegalArgumentException.class);
        iter.advance(6);
        iter.commit();
        assertThatThrownBy(() -> iter.revert(1)).as("final: %s", iter).isNotNull();
        assertThat(iter.position()).isEqualTo(6);
      }
    }
  }

  @Test
  @DisplayName(
      "R-04: a pipe's page that I/O still targets survives revert and close of its iterator")
  void revertFreesNothingThatIsWritten() throws IOException {
    try (RingDouble ring = new RingDouble(4);
        Extraction batch = new Extraction(lab.pool, 4, new Tally())) {
      PipeTargetIter iter = PipeTargetIter.of(ring, lab.pool, FolioClass.RING, 2 * PAGE);
      assertThat(iter.extract(batch, 2 * PAGE)).isEqualTo(2 * PAGE);
      long target = batch.address(0);
      iter.revert(2 * PAGE);
      iter.close();
      assertThat(ring.used()).isZero();
      List<PageRef> others = new ArrayList<>();
      for (PageRef ref = next(); ref != null; ref = next()) {
        others.add(ref);
      }
      assertThat(others).isNotEmpty();
      assertThat(others).noneMatch(ref -> ref.address() == target);
      Memory.segment(target, 2).fill((byte) 1); // the device, late
      others.forEach(PageRef::close);
      batch.release();
    }
  }

  private @Nullable PageRef next() {
    return lab.pool.tryTake(PAGE, FolioClass.RING);
  }

  private PageRef published(int skew, int length, long from) {
    PageRef ref = lab.folioRun(skew, length);
    Pattern.fill(ref.target(), from);
    ref.publish(length);
    return ref;
  }

  /// Two folios of a page each, one behind the other in memory.
  private PageRef[] adjoiningFolios() {
    List<PageRef> taken = new ArrayList<>();
    PageRef[] found = new PageRef[2];
    while (found[0] == null) {
      PageRef fresh = published(0, PAGE, 0);
      for (PageRef ref : taken) {
        if (Math.abs(ref.address() - fresh.address()) == PAGE) {
          boolean first = ref.address() < fresh.address();
          found[0] = first ? ref : fresh;
          found[1] = first ? fresh : ref;
        }
      }
      taken.add(fresh);
    }
    taken.stream().filter(ref -> ref != found[0] && ref != found[1]).forEach(PageRef::close);
    return found;
  }
}
