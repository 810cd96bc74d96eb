package ropewalk.page;

import java.util.Locale;

/// How closely the pool remembers who took what: `-Dropewalk.leaks=off|sampled|all`.
public enum Leaks {
  /// Nothing is remembered; complaints name folios and counts only. The default.
  OFF,
  /// One PageRef in 128 remembers the stack that made it: cheap enough for a running server, and a
  /// leak that repeats is soon among them.
  SAMPLED,
  /// Each PageRef remembers its stack, and no handle is ever used again, so that every second
  /// release is caught however late it comes. For tests.
  ALL;

  /// One in so many, if [#SAMPLED].
  static final int SAMPLE_EVERY = 128;

  /// What the system property asks for; an unknown word is refused rather than taken for `off`.
  static Leaks configured() {
    return of(System.getProperty("ropewalk.leaks", "off"));
  }

  static Leaks of(String word) {
    try {
      return valueOf(word.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("ropewalk.leaks must be off, sampled or all: " + word, e);
    }
  }
}
