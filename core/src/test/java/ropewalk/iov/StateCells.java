package ropewalk.iov;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ropewalk.testkit.Gen;

/// The cells of save, restore and dup.
final class StateCells {

  private StateCells() {}

  /// Saved, moved anywhere, restored; and the other way, saved further on.
  static void saveRestore(Trial trial, Gen gen) {
    try (Subject subject = trial.openWithin(gen)) {
      Model model = subject.model;
      IovState state = new IovState();
      subject.iter.save(state);
      long n = trial.length(gen, subject);
      long gone = Math.min(n, model.count);
      subject.iter.advance(n);
      subject.iter.truncate(model.count / 2);
      IovState further = new IovState();
      subject.iter.save(further);
      long count = subject.iter.count();
      subject.iter.restore(state);
      subject.agree();
      if (subject.form.shape == Shape.PIPE_TARGET && gone > 0) {
        assertThatThrownBy(() -> subject.iter.restore(further)).hasMessageContaining("is gone");
      } else {
        subject.iter.restore(further);
        assertThat(subject.iter.position()).isEqualTo(model.position + gone);
        assertThat(subject.iter.count()).isEqualTo(count);
        subject.iter.restore(state);
      }
      assertThatThrownBy(() -> IovIter.discard(1).restore(state)).hasMessageContaining("another");
      subject.agree();
      subject.readsOn();
    }
  }

  /// The twin moves by itself, and so does the one it is of.
  static void dup(Trial trial, Gen gen) {
    try (Subject subject = trial.openWithin(gen)) {
      IovIter twin = subject.iter.dup();
      assertThat(twin.shape()).isEqualTo(subject.form.shape);
      assertThat(twin.direction()).isEqualTo(subject.form.direction);
      assertThat(twin.count()).isEqualTo(subject.model.count);
      assertThat(twin.position()).isEqualTo(subject.model.position);
      long n = trial.length(gen, subject);
      subject.iter.advance(n);
      long rest = subject.iter.count();
      subject.with(twin).readsOn();
      assertThat(subject.iter.count()).as("what the twin did is the twin's").isEqualTo(rest);
      subject.iter.revert(subject.iter.position());
      assertThat(twin.count()).isZero();
    }
  }

  /// What goes through a pipe can go only once.
  static void refuseDup(Trial trial, Gen gen) {
    try (Subject subject = trial.open(gen)) {
      assertThatThrownBy(subject.iter::dup)
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("dup()");
      subject.agree();
    }
  }
}
