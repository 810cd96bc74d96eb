package ropewalk.iov;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// The cells of operations that copy: byte by byte against the model, and the tally against both.
final class CopyCells {

  /// Bytes in front of and behind a flat buffer, which must stay as they are.
  private static final int MARGIN = 3;

  private CopyCells() {}

  /// Into a target: the bytes asked for, no byte beside them.
  static void copyTo(Trial trial, Gen gen) {
    try (Subject subject = trial.openWithin(gen)) {
      Model model = subject.model;
      long n = trial.length(gen, subject);
      byte[] flat = new byte[(int) n + MARGIN];
      Pattern.fill(MemorySegment.ofArray(flat).asSlice(MARGIN), model.position);
      Tally tally = new Tally();
      long copied = Copy.into(subject.iter, MemorySegment.ofArray(flat), MARGIN, n, tally);
      assertThat(copied).isEqualTo(Math.min(n, model.count));
      assertThat(tally.copiedUser()).isEqualTo(subject.copies() ? copied : 0);
      long start = model.position;
      model.advance(n);
      subject.agree();
      subject.wroteOnly(start, start + copied, Pattern::at);
    }
  }

  /// Out of a source: the bytes asked for, in order, and no byte of the buffer beside them.
  static void copyFrom(Trial trial, Gen gen) {
    try (Subject subject = trial.openWithin(gen)) {
      Model model = subject.model;
      long n = trial.length(gen, subject);
      byte[] flat = new byte[(int) n + 2 * MARGIN];
      Tally tally = new Tally();
      long copied = Copy.outOf(subject.iter, MemorySegment.ofArray(flat), MARGIN, n, tally);
      assertThat(copied).isEqualTo(Math.min(n, model.count)).isEqualTo(tally.copiedUser());
      for (int i = 0; i < flat.length; i++) {
        int place = i - MARGIN;
        byte wanted = place < 0 || place >= copied ? 0 : Pattern.at(model.position + place);
        assertThat(flat[i]).as("byte %s", place).isEqualTo(wanted);
      }
      model.advance(n);
      subject.agree();
    }
  }

  /// Between the subject and one of the other direction, of a shape and a cut of its own.
  static void between(Trial trial, Gen gen) {
    try (Subject one = trial.openWithin(gen);
        Subject two = trial.openOther(gen)) {
      Subject source = one.form.isSource() ? one : two;
      Subject target = one.form.isSource() ? two : one;
      long n = trial.length(gen, one);
      long from = source.model.position;
      long to = target.model.position;
      Tally tally = new Tally();
      long copied = Copy.between(source.iter, target.iter, n, tally);
      assertThat(copied).isEqualTo(Math.min(n, Math.min(source.model.count, target.model.count)));
      assertThat(tally.copiedUser()).isEqualTo(target.copies() ? copied : 0);
      source.model.advance(copied);
      target.model.advance(copied);
      source.agree();
      target.agree();
      target.wroteOnly(to, to + copied, place -> Pattern.at(from + place - to));
    }
  }

  static void zeros(Trial trial, Gen gen) {
    try (Subject subject = trial.openWithin(gen)) {
      Model model = subject.model;
      long n = trial.length(gen, subject);
      long start = model.position;
      long done = Copy.zeros(subject.iter, n);
      assertThat(done).isEqualTo(Math.min(n, model.count));
      model.advance(n);
      subject.agree();
      subject.wroteOnly(start, start + done, place -> (byte) 0);
    }
  }

  /// Copying against the direction is an error, and moves nothing.
  static void refuseCopyTo(Trial trial, Gen gen) {
    try (Subject subject = trial.open(gen)) {
      MemorySegment some = MemorySegment.ofArray(new byte[1]);
      assertThatThrownBy(() -> Copy.into(subject.iter, some, 0, 1, new Tally()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("SOURCE");
      subject.agree();
    }
  }

  static void refuseCopyFrom(Trial trial, Gen gen) {
    try (Subject subject = trial.open(gen)) {
      MemorySegment some = MemorySegment.ofArray(new byte[1]);
      assertThatThrownBy(() -> Copy.outOf(subject.iter, some, 0, 1, new Tally()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("TARGET");
      subject.agree();
    }
  }

  static void refuseZeros(Trial trial, Gen gen) {
    try (Subject subject = trial.open(gen)) {
      assertThatThrownBy(() -> Copy.zeros(subject.iter, 1))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("SOURCE");
      subject.agree();
    }
  }
}
