package ropewalk.iov;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import ropewalk.linux.Memory;
import ropewalk.page.Cleanup;
import ropewalk.page.Folio;
import ropewalk.page.PageRef;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// The cells of operations that hand out pages. What a device would do with a page is done here by
/// hand: read it, or fill it and say how much arrived.
final class PageCells {

  private PageCells() {}

  /// One extraction after the other until nothing is left, each checked for what it may take and
  /// what it holds; of a target's bytes the last may arrive in part.
  static void extract(Trial trial, Gen gen) throws IOException {
    int pagesMax = gen.pick(1, 2, 64);
    try (Subject subject = trial.openWithin(gen);
        Extraction batch = new Extraction(trial.lab.pool, pagesMax, new Tally())) {
      Model model = subject.model;
      long start = model.position;
      long n = trial.length(gen, subject);
      long end = start + Math.min(n, model.count);
      while (model.position < end) {
        long asked = end - model.position;
        long taken = subject.iter.extract(batch, asked);
        assertThat(taken).as("%s", subject).isBetween(1L, asked);
        if (subject.form.shape != Shape.PIPE_SOURCE && subject.form.shape != Shape.LIST) {
          assertThat(taken).as("%s", subject).isEqualTo(fitting(subject, asked, pagesMax));
        }
        checkParts(batch, taken, pagesMax);
        if (subject.form.isSource()) {
          verify(batch, model.position);
        } else {
          fill(batch, taken, model.position);
          batch.settle(taken);
        }
        model.advance(taken);
        subject.agree();
        batch.release();
      }
      assertThat(subject.iter.extract(batch, 0)).isZero();
      if (!subject.form.isSource()) {
        subject.wroteOnly(start, end, Pattern::at);
      }
    }
  }

  /// Only so much arrived: the rest goes back, and no byte of the memory behind is touched.
  static void extractShort(Trial trial, Gen gen) throws IOException {
    try (Subject subject = trial.openWithin(gen);
        Extraction batch = new Extraction(trial.lab.pool, 64, new Tally())) {
      Model model = subject.model;
      long start = model.position;
      long taken = subject.iter.extract(batch, trial.length(gen, subject));
      long arrived = trial.upTo(gen, subject, taken);
      fill(batch, arrived, start);
      batch.settle(arrived);
      subject.iter.revert(taken - arrived);
      batch.release();
      batch.release();
      assertThat(batch.size()).isZero();
      model.advance(arrived);
      subject.agree();
      subject.wroteOnly(start, start + arrived, Pattern::at);
    }
  }

  static void refuseExtract(Trial trial, Gen gen) throws IOException {
    try (Subject subject = trial.open(gen);
        Extraction batch = new Extraction(trial.lab.pool, 4, new Tally())) {
      if (subject.model.count == 0) {
        assertThat(subject.iter.extract(batch, 10)).isZero();
      } else {
        assertThatThrownBy(() -> subject.iter.extract(batch, 1))
            .isInstanceOf(UnsupportedOperationException.class)
            .hasMessageContaining("extract()");
      }
      assertThat(batch.size()).isZero();
      subject.agree();
    }
  }

  /// The way back is a function of the shape, known before, fixed when the pages are taken, and
  /// nothing but what it says has been taken.
  static void cleanup(Trial trial, Gen gen) throws IOException {
    try (Subject subject = trial.openWithin(gen);
        Extraction batch = new Extraction(trial.lab.pool, 64, new Tally())) {
      if (subject.model.count == 0) {
        return;
      }
      Cleanup way = subject.iter.cleanup();
      if (subject.form.shape != Shape.LIST) {
        assertThat(way).isEqualTo(wayOf(subject.form.shape));
      }
      long taken = subject.iter.extract(batch, Long.MAX_VALUE);
      assertThat(batch.cleanup()).as("%s", subject).isEqualTo(way);
      for (int i = 0; i < batch.size(); i++) {
        Folio folio = batch.folio(i);
        if (folio == null) {
          assertThat(way).isEqualTo(Cleanup.NONE);
        } else {
          assertThat(folio.isPinned()).as("%s", folio).isEqualTo(way == Cleanup.PIN);
          assertThat(folio.isLent()).as("%s", folio).isEqualTo(way == Cleanup.REFERENCE);
        }
      }
      subject.iter.revert(taken);
      subject.iter.truncate(0);
      assertThat(batch.cleanup()).as("whatever becomes of the iterator").isEqualTo(way);
      List<Folio> folios = new ArrayList<>();
      for (int i = 0; i < batch.size(); i++) {
        folios.add(batch.folio(i));
      }
      batch.release();
      for (Folio folio : folios) {
        assertThat(folio != null && (folio.isPinned() || folio.isLent())).isFalse();
      }
    }
  }

  private static Cleanup wayOf(Shape shape) {
    return switch (shape) {
      case UBUF, IOVEC, PIPE_TARGET -> Cleanup.PIN;
      case PIPE_SOURCE -> Cleanup.REFERENCE;
      default -> Cleanup.NONE;
    };
  }

  /// References to what is ahead, kept by themselves when everything else is gone.
  static void getPages(Trial trial, Gen gen) throws IOException {
    int pagesMax = gen.pick(1, 2, 64);
    List<PageRef> pages = new ArrayList<>();
    long start;
    long taken = 0;
    try (Subject subject = trial.openWithin(gen)) {
      Model model = subject.model;
      start = model.position;
      long n = trial.length(gen, subject);
      Tally tally = new Tally();
      taken = takePages(subject, trial, pages, n, pagesMax, tally);
      assertThat(taken).isBetween(Math.min(1, Math.min(n, model.count)), n);
      if (pagesMax == 64 && subject.form.shape != Shape.LIST) {
        assertThat(taken).isEqualTo(Math.min(n, model.count));
      }
      if (subject.form.shape != Shape.LIST) {
        assertThat(tally.copiedUser()).isEqualTo(subject.form.isCallers() ? taken : 0);
      }
      model.advance(taken);
      subject.agree();
    }
    long place = start;
    int touched = 0;
    for (PageRef page : pages) {
      assertThat(page.isWritable()).isFalse();
      Pattern.verify(page.bytes(), place);
      place += page.length();
      touched += (int) ((page.address() % Lab.PAGE + page.length() + Lab.PAGE - 1) / Lab.PAGE);
      page.close();
    }
    assertThat(place - start).isEqualTo(taken);
    assertThat(touched).isLessThanOrEqualTo(pagesMax);
  }

  /// A list ends in memory that is no folio: where only that is left, it is refused like it.
  private static long takePages(
      Subject subject, Trial trial, List<PageRef> pages, long n, int pagesMax, Tally tally)
      throws IOException {
    boolean none = Math.min(n, subject.model.count) == 0;
    if (none || subject.model.position < subject.trailer()) {
      return subject.iter.getPages(trial.lab.pool, pages, n, pagesMax, tally);
    }
    assertThatThrownBy(() -> subject.iter.getPages(trial.lab.pool, pages, n, pagesMax, tally))
        .isInstanceOf(UnsupportedOperationException.class);
    subject.agree();
    subject.iter.truncate(0);
    subject.model.truncate(0);
    return 0;
  }

  /// Writable ranges have one holder, and what is no folio has nothing to refer to.
  static void refuseGetPages(Trial trial, Gen gen) {
    try (Subject subject = trial.open(gen)) {
      List<PageRef> pages = new ArrayList<>();
      if (subject.model.count > 0) {
        assertThatThrownBy(() -> subject.iter.getPages(trial.lab.pool, pages, 1, 1, new Tally()))
            .isInstanceOfAny(IllegalStateException.class, UnsupportedOperationException.class);
      }
      assertThat(pages).isEmpty();
      subject.agree();
    }
  }

  /// What an extraction holds that is not cut short: in the caller's memory as much as is packed
  /// into so many pages, else as much as lies on them.
  private static long fitting(Subject subject, long asked, int pagesMax) {
    long most = Math.min(asked, subject.model.count);
    return subject.form.isCallers()
        ? Math.min(most, (long) pagesMax * Lab.PAGE)
        : subject.model.onPages(most, pagesMax);
  }

  private static void checkParts(Extraction batch, long taken, int pagesMax) {
    long sum = 0;
    int pages = 0;
    for (int i = 0; i < batch.size(); i++) {
      assertThat(batch.length(i)).isPositive();
      assertThat(batch.offset(i)).isEqualTo((int) (batch.address(i) % Lab.PAGE));
      Folio folio = batch.folio(i);
      if (folio != null) {
        assertThat(batch.address(i)).isGreaterThanOrEqualTo(folio.address());
        assertThat(batch.address(i) + batch.length(i))
            .isLessThanOrEqualTo(folio.address() + folio.size());
      }
      sum += batch.length(i);
      pages++;
    }
    assertThat(sum).isEqualTo(taken).isEqualTo(batch.bytes());
    assertThat(pages).isLessThanOrEqualTo(pagesMax);
  }

  private static void verify(Extraction batch, long place) {
    long at = place;
    for (int i = 0; i < batch.size(); i++) {
      Pattern.verify(Memory.segment(batch.address(i), batch.length(i)), at);
      at += batch.length(i);
    }
  }

  /// The first `n` bytes arrive, as the pattern from `place` on.
  private static void fill(Extraction batch, long n, long place) {
    long done = 0;
    for (int i = 0; i < batch.size(); i++) {
      MemorySegment part = Memory.segment(batch.address(i), batch.length(i));
      for (long j = 0; j < part.byteSize() && done < n; j++, done++) {
        part.set(ValueLayout.JAVA_BYTE, j, Pattern.at(place + done));
      }
    }
  }
}
