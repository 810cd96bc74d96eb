package ropewalk.iov;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import ropewalk.linux.Memory;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// The cells of eachPage and decant.
final class StepCells {

  /// What a step answers that has had enough; any number below 0 would do.
  private static final int ENOUGH = -11;

  private StepCells() {}

  /// Page by page, none over an edge, in order; and a refusal anywhere ends it exactly there.
  static void eachPage(Trial trial, Gen gen) throws IOException {
    int pagesMax = gen.pick(1, 3);
    try (Subject subject = trial.openWithin(gen);
        Extraction batch = new Extraction(trial.lab.pool, pagesMax, new Tally())) {
      Model model = subject.model;
      long n = trial.length(gen, subject);
      long wanted = Math.min(n, model.count);
      long refuseAt = gen.pick(Long.MAX_VALUE, 0L, wanted / 2);
      long[] done = {0};
      long start = model.position;
      long answer =
          subject.iter.eachPage(
              batch,
              n,
              (folio, page, from, size) -> {
                assertThat(page % Lab.PAGE).isZero();
                assertThat(size).isPositive();
                assertThat(from + size).isLessThanOrEqualTo(Lab.PAGE);
                if (done[0] + size > refuseAt) {
                  return ENOUGH;
                }
                touch(subject, page + from, size, start + done[0]);
                done[0] += size;
                return 0;
              });
      if (refuseAt >= wanted) {
        assertThat(answer).as("%s", subject).isEqualTo(wanted).isEqualTo(done[0]);
      } else {
        assertThat(answer).as("%s", subject).isEqualTo(done[0] == 0 ? ENOUGH : done[0]);
      }
      assertThat(batch.size()).isZero();
      model.advance(done[0]);
      subject.agree();
      if (!subject.form.isSource()) {
        subject.wroteOnly(start, start + done[0], Pattern::at);
      }
    }
  }

  static void refuseEachPage(Trial trial, Gen gen) throws IOException {
    try (Subject subject = trial.open(gen);
        Extraction batch = new Extraction(trial.lab.pool, 4, new Tally())) {
      PageStep none =
          (folio, page, from, size) -> {
            throw new AssertionError("a step over nothing");
          };
      assertThat(subject.iter.eachPage(batch, 0, none)).isZero();
      if (subject.model.count > 0) {
        assertThatThrownBy(() -> subject.iter.eachPage(batch, 1, none))
            .isInstanceOf(UnsupportedOperationException.class);
      }
      subject.agree();
    }
  }

  /// As few ranges of folios, in the same order, with the same bytes.
  static void decant(Trial trial, Gen gen) throws IOException {
    try (Subject subject = trial.openWithin(gen);
        Extraction batch = new Extraction(trial.lab.pool, 64, new Tally())) {
      Model model = subject.model;
      long start = model.position;
      long n = trial.length(gen, subject);
      if (start + Math.min(n, model.count) > subject.trailer()) {
        refuseOrStop(subject, batch, n);
        return;
      }
      BvecIter ranges = batch.decant(subject.iter, n);
      long taken = ranges.count();
      assertThat(ranges.shape()).isEqualTo(Shape.BVEC);
      assertThat(ranges.direction()).isEqualTo(subject.form.direction);
      assertThat(taken).isBetween(Math.min(1, Math.min(n, model.count)), n);
      if (subject.form.shape != Shape.LIST) {
        assertThat(taken).isEqualTo(Math.min(n, model.count));
      }
      model.advance(taken);
      subject.agree();
      if (subject.form.isSource()) {
        byte[] flat = new byte[(int) taken];
        Copy.outOf(ranges, MemorySegment.ofArray(flat), 0, taken, new Tally());
        Pattern.verify(flat, start);
      } else {
        byte[] flat = Pattern.bytes(start, (int) taken);
        Copy.into(ranges, MemorySegment.ofArray(flat), 0, taken, new Tally());
        batch.settle(taken);
        batch.release();
        subject.wroteOnly(start, start + taken, Pattern::at);
      }
    }
  }

  /// A list that ends in memory that is no folio: what comes before may be had, that may not.
  private static void refuseOrStop(Subject subject, Extraction batch, long n) throws IOException {
    try {
      BvecIter ranges = batch.decant(subject.iter, n);
      subject.model.advance(ranges.count());
    } catch (UnsupportedOperationException refused) {
      assertThat(batch.size()).isZero();
    }
    subject.agree();
  }

  static void refuseDecant(Trial trial, Gen gen) throws IOException {
    try (Subject subject = trial.open(gen);
        Extraction batch = new Extraction(trial.lab.pool, 4, new Tally())) {
      if (subject.model.count > 0) {
        assertThatThrownBy(() -> batch.decant(subject.iter, 1))
            .isInstanceOf(UnsupportedOperationException.class);
      } else {
        assertThat(batch.decant(subject.iter, 1).count()).isZero();
      }
      assertThat(batch.size()).isZero();
      subject.agree();
    }
  }

  private static void touch(Subject subject, long address, int size, long place) {
    MemorySegment bytes = Memory.segment(address, size);
    if (subject.form.isSource()) {
      Pattern.verify(bytes, place);
    } else {
      for (int i = 0; i < size; i++) {
        bytes.set(ValueLayout.JAVA_BYTE, i, Pattern.at(place + i));
      }
    }
  }
}
