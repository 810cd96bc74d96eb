package ropewalk.iov;

import static org.assertj.core.api.Assertions.assertThat;

import ropewalk.testkit.Gen;

/// The cells of operations that only look: alignment, gaps, pages, what is there. None of them
/// moves the iterator. Addresses are compared within a page, which is all that alignment is about.
final class LookCells {

  private static final long WITHIN = Lab.PAGE - 1L;

  private LookCells() {}

  static void alignment(Trial trial, Gen gen) {
    try (Subject subject = cutShort(trial, gen)) {
      Model model = subject.model;
      long wanted =
          switch (subject.form) {
            case DISCARD_TARGET -> 0;
            case HEAP_SOURCE, HEAP_TARGET -> model.count == 0 ? 0 : 1; // no address: odd
            case PIPE_TARGET -> model.count == 0 ? 0 : model.position | model.count;
            case FOLIOQ_SOURCE, FOLIOQ_TARGET, XARRAY_SOURCE, XARRAY_TARGET ->
                model.count == 0 ? 0 : model.address(model.position) | model.count;
            default -> model.alignment();
          };
      long bits = subject.form.isHeap() ? 1 : WITHIN;
      assertThat(subject.iter.alignment() & bits).as("%s", subject).isEqualTo(wanted & bits);
      subject.agree();
      subject.readsOn();
    }
  }

  static void gapAlignment(Trial trial, Gen gen) {
    try (Subject subject = cutShort(trial, gen)) {
      Model model = subject.model;
      long wanted =
          switch (subject.form) {
            case DISCARD_TARGET, PIPE_TARGET -> 0;
            case HEAP_SOURCE, HEAP_TARGET -> model.pieces().size() < 2 ? 0 : 1;
            default -> model.gapAlignment();
          };
      long bits = subject.form.isHeap() ? 1 : WITHIN;
      assertThat(subject.iter.gapAlignment() & bits).as("%s", subject).isEqualTo(wanted & bits);
      subject.agree();
      subject.readsOn();
    }
  }

  static void pages(Trial trial, Gen gen) {
    try (Subject subject = cutShort(trial, gen)) {
      Model model = subject.model;
      int wanted =
          switch (subject.form) {
            case DISCARD_TARGET -> 0;
            case HEAP_SOURCE, HEAP_TARGET ->
                model.pieces().stream()
                    .mapToInt(piece -> (int) (piece.length() + WITHIN) / Lab.PAGE)
                    .sum();
            default -> model.pages();
          };
      assertThat(subject.iter.pages(Integer.MAX_VALUE)).as("%s", subject).isEqualTo(wanted);
      for (int max = 0; max <= Math.min(3, wanted + 1); max++) {
        assertThat(subject.iter.pages(max)).isEqualTo(Math.min(wanted, max));
      }
      subject.agree();
      subject.readsOn();
    }
  }

  /// Memory that is there is ready, as far as the count goes. What is not there: [PrefaultTest].
  static void prefault(Trial trial, Gen gen) {
    try (Subject subject = trial.openWithin(gen)) {
      long n = trial.length(gen, subject);
      assertThat(subject.iter.prefault(n)).isEqualTo(Prefault.READY);
      assertThat(subject.iter.prefault(n, 1)).as("no whole page").isEqualTo(Prefault.READY);
      subject.agree();
      subject.readsOn();
    }
  }

  /// A subject somewhere, that may not go to its end.
  private static Subject cutShort(Trial trial, Gen gen) {
    Subject subject = trial.openWithin(gen);
    long n = trial.length(gen, subject);
    subject.iter.truncate(n);
    subject.model.truncate(n);
    return subject;
  }
}
