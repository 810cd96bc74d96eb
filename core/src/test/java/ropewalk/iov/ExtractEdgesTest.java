package ropewalk.iov;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.linux.Memory;
import ropewalk.page.PageRef;
import ropewalk.testkit.Pattern;

/// What extraction of pages once got wrong (contract 2.3.9, 2.3.10) and what it could (2.3.21): all
/// of R-41.
final class ExtractEdgesTest {

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
  @DisplayName("R-41 (10a, 21a): empty runs in front, two and more, are no end")
  void emptyRunsInFront() throws IOException {
    for (int empty = 0; empty < 5; empty++) {
      List<Integer> cuts = new ArrayList<>();
      for (int i = 0; i < empty; i++) {
        cuts.add(0);
      }
      cuts.add(10);
      for (Form form : Form.values()) {
        if (form.shape == Shape.DISCARD) {
          continue;
        }
        try (Subject subject = form.open(lab, Layout.SKEWED, cuts);
            Extraction batch = new Extraction(lab.pool, 1, new Tally())) {
          assertThat(subject.iter.extract(batch, 100)).as("%s", subject).isEqualTo(10);
          assertThat(batch.size()).isEqualTo(1);
          assertThat(batch.length(0)).isEqualTo(10);
          assertThat(subject.iter.count()).isZero();
        }
      }
    }
  }

  @Test
  @DisplayName("R-41 (21b): a hole is never claimed, whatever the offset in its page")
  void holesAreNotClaimed() throws IOException {
    IndexDouble index = new IndexDouble();
    index.put(2 * PAGE, published(0, PAGE, 2 * PAGE));
    index.put(4 * PAGE, published(0, PAGE, 4 * PAGE));
    try (Extraction batch = new Extraction(lab.pool, 8, new Tally())) {
      for (int offset : new int[] {0, 1, 7, PAGE - 1, PAGE + 5}) {
        IovIter iter = XarrayIter.of(Direction.SOURCE, index, offset, 4 * PAGE);
        assertThatThrownBy(() -> iter.extract(batch, Long.MAX_VALUE))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("no page is there");
        assertThat(batch.size()).isZero();
        assertThat(batch.bytes()).isZero();
        assertThat(iter.position()).isZero();
        assertThat(iter.count()).isEqualTo(4 * PAGE);
      }
      IovIter iter = XarrayIter.of(Direction.SOURCE, index, 2 * PAGE + 7, 3 * PAGE - 7);
      assertThat(iter.extract(batch, Long.MAX_VALUE)).as("up to the hole").isEqualTo(PAGE - 7);
      Pattern.verify(Memory.segment(batch.address(0), batch.length(0)), 2 * PAGE + 7);
      batch.release();
      assertThat(iter.single()).isZero();
      assertThat(iter.prefault(PAGE)).isEqualTo(new Prefault.Missing(PAGE));
      byte[] out = new byte[10];
      assertThat(Copy.outOf(iter, MemorySegment.ofArray(out), 0, 10, new Tally())).isZero();
      iter.advance(PAGE + 1);
      assertThat(iter.extract(batch, 5)).as("behind it").isEqualTo(5);
      Pattern.verify(Memory.segment(batch.address(0), 5), 4 * PAGE + 1);
    }
    index.close();
  }

  @Test
  @DisplayName("R-41 (21c, 21d): what has gone of a run is subtracted from its rest")
  void restOfARun() throws IOException {
    for (Form form : Form.values()) {
      if (form.shape == Shape.DISCARD) {
        continue;
      }
      try (Subject subject = form.open(lab, Layout.ALIGNED, List.of(0, PAGE, 0, PAGE));
          Extraction batch = new Extraction(lab.pool, 4, new Tally())) {
        IovIter iter = subject.iter;
        iter.advance(100);
        int rest = form.shape == Shape.UBUF ? 2 * PAGE - 100 : PAGE - 100;
        assertThat(iter.single()).as("%s", form).isEqualTo(rest);
        iter.truncate(50);
        assertThat(iter.single()).as("%s", form).isEqualTo(50);
        iter.reexpand(2 * PAGE - 100);
        assertThat(iter.single()).as("%s", form).isEqualTo(rest);
        assertThat(iter.alignment() & 3).as("%s", form).isEqualTo(form.isHeap() ? 1 : 0);
        assertThat(iter.extract(batch, PAGE - 100)).isEqualTo(PAGE - 100);
        batch.settle(0);
        iter.revert(PAGE - 100);
      }
    }
  }

  @Test
  @DisplayName("R-41 (21e): pages are counted from the offset in the page, not in the run")
  void sizedByOffsetInPage() throws IOException {
    try (Extraction two = new Extraction(lab.pool, 2, new Tally())) {
      PageRef ref = published(PAGE - 10, 3 * PAGE, 0);
      IovIter iter = IovIter.source(List.of(ref));
      assertThat(iter.pages(99)).isEqualTo(4);
      assertThat(iter.extract(two, Long.MAX_VALUE)).isEqualTo(10 + PAGE);
      two.release();
      assertThat(iter.position()).isEqualTo(10 + PAGE);
      assertThat(iter.extract(two, Long.MAX_VALUE)).isEqualTo(2 * PAGE - 10);
      two.release();
      iter.revert(iter.position());
      iter.advance(PAGE + 11); // 1 byte into its third page
      assertThat(two.size()).isZero();
      assertThat(iter.extract(two, Long.MAX_VALUE)).isEqualTo(2 * PAGE - 11);
      ref.close();
    }
  }

  @Test
  @DisplayName("R-41 (10c): never more than was asked, wherever in a page it starts")
  void neverMoreThanAsked() throws IOException {
    for (Form form : Form.values()) {
      if (form.shape == Shape.DISCARD) {
        continue;
      }
      for (int start : new int[] {0, 1, 100, PAGE - 1, PAGE, PAGE + 1}) {
        for (long asked : new long[] {1, 2, 99, PAGE - 1, PAGE, PAGE + 1}) {
          try (Subject subject = form.open(lab, Layout.SKEWED, List.of(3 * PAGE));
              Extraction batch = new Extraction(lab.pool, 16, new Tally())) {
            subject.iter.advance(start);
            assertThat(subject.iter.extract(batch, asked)).as("%s", subject).isEqualTo(asked);
            assertThat(batch.bytes()).isEqualTo(asked);
            assertThat(subject.iter.position()).isEqualTo(start + asked);
          }
        }
      }
    }
  }

  @Test
  @DisplayName("R-41 (10d): a failure within leaves the iterator behind what was returned")
  void failureWithin() throws IOException {
    Arena gone = Arena.ofConfined();
    try (Arena there = Arena.ofConfined();
        Extraction batch = new Extraction(lab.pool, 8, new Tally())) {
      MemorySegment first = there.allocate(PAGE + 10);
      Pattern.fill(first, 0);
      IovIter iter = IovIter.source(first, gone.allocate(100), first);
      gone.close();
      iter.advance(5);
      assertThat(iter.extract(batch, Long.MAX_VALUE)).isEqualTo(PAGE + 5);
      assertThat(iter.position()).isEqualTo(PAGE + 10);
      Pattern.verify(Memory.segment(batch.address(0), 10), 5);
      batch.release();
      assertThatThrownBy(() -> iter.extract(batch, Long.MAX_VALUE))
          .isInstanceOf(IllegalStateException.class);
      assertThat(iter.position()).isEqualTo(PAGE + 10);
      assertThat(batch.size()).isZero();
      List<PageRef> pages = new ArrayList<>();
      iter.revert(PAGE + 10);
      assertThat(iter.getPages(lab.pool, pages, Long.MAX_VALUE, 8, new Tally()))
          .isEqualTo(PAGE + 10);
      assertThat(iter.position()).isEqualTo(PAGE + 10);
      assertThatThrownBy(() -> iter.getPages(lab.pool, pages, Long.MAX_VALUE, 8, new Tally()))
          .isInstanceOf(IllegalStateException.class);
      assertThat(iter.position()).isEqualTo(PAGE + 10);
      assertThat(lab.pool.complaints()).as("only what was given is out").hasSize(1 + 2);
      pages.forEach(PageRef::close);
    }
  }

  @Test
  @DisplayName("R-41 (10d): in a list, what can't be extracted ends it behind what can")
  void failureWithinAList() throws IOException {
    PageRef page = lab.folioRun(0, PAGE);
    try (Arena arena = Arena.ofConfined();
        Extraction batch = new Extraction(lab.pool, 8, new Tally())) {
      IovIter into = ListIter.of(IovIter.target(List.of(page)), IovIter.discard(10));
      assertThat(into.extract(batch, Long.MAX_VALUE)).isEqualTo(PAGE);
      assertThat(into.position()).isEqualTo(PAGE);
      batch.release();
      assertThatThrownBy(() -> into.extract(batch, 1))
          .isInstanceOf(UnsupportedOperationException.class);
      assertThat(into.position()).isEqualTo(PAGE);
      page.publish(PAGE);
      IovIter from =
          ListIter.of(
              IovIter.source(List.of(page)), KvecIter.of(Direction.SOURCE, arena.allocate(9)));
      List<PageRef> pages = new ArrayList<>();
      assertThat(from.getPages(lab.pool, pages, Long.MAX_VALUE, 8, new Tally())).isEqualTo(PAGE);
      assertThat(pages).hasSize(1);
      assertThat(from.position()).isEqualTo(PAGE);
      assertThatThrownBy(() -> from.getPages(lab.pool, pages, 1, 8, new Tally()))
          .isInstanceOf(UnsupportedOperationException.class);
      pages.forEach(PageRef::close);
      from.revert(PAGE);
      assertThatThrownBy(() -> batch.decant(from, Long.MAX_VALUE))
          .isInstanceOf(UnsupportedOperationException.class);
      assertThat(from.position()).as("nothing was lent, nothing has gone").isZero();
    }
    page.close();
  }

  @Test
  @DisplayName(
      "R-41 (9): whole pages on request: only the first starts within one, only the last ends")
  void wholePages() throws IOException {
    PageRef a = published(10, 2 * PAGE - 10, 0); // ends at an edge
    PageRef b = published(0, PAGE, 2 * PAGE - 10);
    PageRef c = published(0, 100, 3 * PAGE - 10); // ends within
    PageRef d = published(0, PAGE, 3 * PAGE + 90);
    PageRef e = published(1, 5, 4 * PAGE + 90); // starts within
    List<PageRef> all = List.of(a, b, c, d, e);
    IovIter iter = IovIter.source(all);
    try (Extraction batch = new Extraction(lab.pool, 16, new Tally()).wholePages(true)) {
      List<Long> taken = new ArrayList<>();
      long place = 0;
      while (iter.count() > 0) {
        taken.add(iter.extract(batch, Long.MAX_VALUE));
        for (int i = 0; i < batch.size(); i++) {
          assertThat(i == 0 || batch.offset(i) == 0).isTrue();
          long end = batch.offset(i) + batch.length(i);
          assertThat(i == batch.size() - 1 || end % PAGE == 0).isTrue();
          Pattern.verify(Memory.segment(batch.address(i), batch.length(i)), place);
          place += batch.length(i);
        }
        batch.release();
      }
      assertThat(taken).containsExactly(3L * PAGE - 10 + 100, (long) PAGE, 5L);
      // Many small segments of the caller become whole pages by themselves.
      MemorySegment[] small = new MemorySegment[1000];
      for (int i = 0; i < small.length; i++) {
        small[i] = MemorySegment.ofArray(Pattern.bytes(i * 13L, 13));
      }
      assertThat(IovIter.source(small).extract(batch, Long.MAX_VALUE)).isEqualTo(13_000);
      assertThat(batch.size()).isLessThanOrEqualTo(4);
    }
    all.forEach(PageRef::close);
  }

  @Test
  @DisplayName("R-41 (20): a thousand small segments are one call and few ranges, each seen once")
  void manySmallSegments() throws IOException {
    MemorySegment[] small = new MemorySegment[1024];
    byte[] flat = new byte[1024 * 7];
    for (int i = 0; i < small.length; i++) {
      small[i] = MemorySegment.ofArray(flat).asSlice(i * 7L, 7);
    }
    Pattern.fill(flat, 0);
    Tally tally = new Tally();
    try (Extraction batch = new Extraction(lab.pool, 2, tally)) {
      BvecIter ranges = batch.decant(IovIter.source(small), Long.MAX_VALUE);
      assertThat(ranges.count()).isEqualTo(flat.length);
      assertThat(ranges.ranges()).isLessThanOrEqualTo(2);
      assertThat(tally.copiedUser()).as("each byte once").isEqualTo(flat.length);
      byte[] out = new byte[flat.length];
      Copy.outOf(ranges, MemorySegment.ofArray(out), 0, out.length, new Tally());
      Pattern.verify(out, 0);
      batch.release();
      // and back: what a device wrote comes to where it belongs, as far as it arrived
      BvecIter room = batch.decant(IovIter.target(small), Long.MAX_VALUE);
      Copy.into(room, MemorySegment.ofArray(Pattern.bytes(99, 5000)), 0, 5000, new Tally());
      batch.settle(5000);
      Pattern.verify(MemorySegment.ofArray(flat).asSlice(0, 5000), 99);
      Pattern.verify(MemorySegment.ofArray(flat).asSlice(5000), 5000);
      assertThat(tally.copiedUser()).isEqualTo(flat.length + 5000);
    }
  }

  @Test
  @DisplayName(
      "R-41: pool memory that comes back as a segment is pinned where it is, while it is kept")
  void poolMemoryIsRecognised() throws IOException {
    PageRef ours = published(100, PAGE, 0);
    MemorySegment view = Memory.segment(ours.address(), PAGE);
    Tally tally = new Tally();
    try (Arena arena = Arena.ofConfined();
        Extraction batch = new Extraction(lab.pool, 8, tally)) {
      MemorySegment header = arena.allocate(20);
      Pattern.fill(header, 50);
      IovIter iter = IovIter.source(header, view, header);
      assertThat(iter.extract(batch, Long.MAX_VALUE)).isEqualTo(40 + PAGE);
      assertThat(batch.size()).isEqualTo(3);
      assertThat(batch.folio(1)).isSameAs(ours.folio());
      assertThat(batch.address(1)).isEqualTo(ours.address());
      assertThat(tally.copiedUser()).as("the two headers").isEqualTo(40);
      assertThat(ours.folio().isPinned()).isTrue();
      batch.release();
      assertThat(ours.folio().isPinned()).isFalse();
      // Frozen bytes are no target: what arrives is copied, or refused, but not written there by
      // I/O.
      IovIter.target(view).extract(batch, Long.MAX_VALUE);
      assertThat(batch.folio(0)).isNotSameAs(ours.folio());
      batch.release();
    }
    ours.close();
    try (Extraction batch = new Extraction(lab.pool, 8, tally)) {
      IovIter nobodys = IovIter.source(view.asSlice(0, 10));
      assertThat(nobodys.extract(batch, 10)).as("nobody keeps it: copied").isEqualTo(10);
      assertThat(tally.copiedUser()).isEqualTo(50);
    }
  }

  @Test
  void anExtractionIsReleasedBeforeItIsUsedAgain() throws IOException {
    PageRef page = published(0, PAGE, 0);
    IovIter iter = IovIter.source(List.of(page));
    try (Extraction batch = new Extraction(lab.pool, 4, new Tally())) {
      iter.extract(batch, 10);
      assertThatThrownBy(() -> iter.extract(batch, 10)).hasMessageContaining("not released");
      assertThat(iter.position()).isEqualTo(10);
      assertThatThrownBy(() -> batch.folio(1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> batch.length(-1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> batch.settle(11)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> batch.settle(-1)).isInstanceOf(IllegalArgumentException.class);
      batch.release();
      batch.release();
      assertThatThrownBy(() -> batch.address(0)).isInstanceOf(IndexOutOfBoundsException.class);
    }
    try (Extraction none = new Extraction(lab.pool, 0, new Tally())) {
      assertThat(iter.extract(none, 10)).as("no page was asked for").isZero();
    }
    assertThatThrownBy(() -> new Extraction(lab.pool, -1, new Tally()))
        .isInstanceOf(IllegalArgumentException.class);
    page.close();
  }

  private PageRef published(int skew, int length, long from) {
    PageRef ref = lab.folioRun(skew, length);
    for (int i = 0; i < length; i++) {
      ref.target().set(ValueLayout.JAVA_BYTE, i, Pattern.at(from + i));
    }
    ref.publish(length);
    return ref;
  }
}
