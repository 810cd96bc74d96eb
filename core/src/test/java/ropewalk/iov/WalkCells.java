package ropewalk.iov;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ropewalk.testkit.Gen;

/// The cells of operations that move an iterator and touch no byte.
final class WalkCells {

  private WalkCells() {}

  static void advance(Trial trial, Gen gen) {
    try (Subject subject = trial.openWithin(gen)) {
      long n = trial.length(gen, subject);
      subject.iter.advance(n);
      subject.model.advance(n);
      subject.agree();
      assertThat(subject.iter.single() > 0).isEqualTo(subject.model.count > 0);
    }
  }

  static void revert(Trial trial, Gen gen) {
    try (Subject subject = trial.openWithin(gen)) {
      assertThatThrownBy(() -> subject.iter.revert(subject.model.position + 1))
          .isInstanceOf(IllegalArgumentException.class);
      subject.agree();
      long n = trial.upTo(gen, subject, subject.model.position);
      subject.iter.revert(n);
      subject.model.revert(n);
      subject.agree();
      subject.readsOn();
    }
  }

  static void truncate(Trial trial, Gen gen) {
    try (Subject subject = trial.openWithin(gen)) {
      long n = trial.length(gen, subject);
      subject.iter.truncate(n);
      subject.model.truncate(n);
      subject.agree();
      subject.readsOn();
    }
  }

  static void reexpand(Trial trial, Gen gen) {
    try (Subject subject = trial.openWithin(gen)) {
      long whole = subject.model.count;
      subject.iter.truncate(whole / 2);
      long n = trial.upTo(gen, subject, whole);
      subject.iter.reexpand(n);
      subject.model.count = n;
      subject.agree();
      assertThatThrownBy(() -> subject.iter.reexpand(whole + 1))
          .isInstanceOf(IllegalArgumentException.class);
      subject.agree();
      subject.readsOn();
    }
  }

  static void single(Trial trial, Gen gen) {
    try (Subject subject = trial.openWithin(gen)) {
      long n = trial.length(gen, subject);
      subject.iter.truncate(n);
      subject.model.truncate(n);
      assertThat(subject.iter.single()).as("%s", subject).isEqualTo(subject.model.single());
    }
  }
}
