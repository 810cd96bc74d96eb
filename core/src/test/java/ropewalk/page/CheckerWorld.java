package ropewalk.page;

import static ropewalk.page.CheckerState.*;

import org.jspecify.annotations.Nullable;

/// What really happens when a change is granted, and what must never be: the invariants, said of
/// the ghost and the threads, not of the word. Each method answers null, or the complaint.
final class CheckerWorld {

  private CheckerWorld() {}

  /// `thread` was granted `act`, and the word is changed already.
  static @Nullable String granted(CheckerAct act, long[] state, int thread) {
    int at = local(thread);
    long local = state[at];
    long ghost = state[GHOST];
    long range = range(local);
    long held = others(state, thread) + references(local);
    boolean bad = (ghost & BAD) != 0;
    switch (act) {
      case TAKE -> {
        state[at] = with(local, FILL);
        state[GHOST] = ghost & ~(IN_POOL | UNSAVED | 3 * PUBLISHED);
        if (held > 0 || bad) {
          return "invariant 1: taken out of the pool while " + (bad ? "bad" : "held");
        }
      }
      case GET -> state[at] = (local & RIGHT) == NONE ? with(local, READ) : local | TWIN;
      case PUT -> state[at] = (local & TWIN) == 0 ? with(local, NONE) : local & ~TWIN;
      case LEND -> state[at] = local | LOAN;
      case END_LOAN -> state[at] = local & ~LOAN;
      case BEGIN_READ -> state[at] = local | READING;
      case END_READ -> state[at] = local & ~READING;
      case PIN_FOR_READ, ADD_PIN -> state[at] = local + READ_PIN;
      case UNPIN_READ -> state[at] = local - READ_PIN;
      case PIN_FOR_WRITE -> state[at] = local | WRITE_PIN;
      case UNPIN_WRITE -> state[at] = local & ~WRITE_PIN;
      case CLAIM -> state[at] = with(local, REWRITE);
      case PUBLISH -> {
        state[at] = with(local, READ);
        state[GHOST] = ghost | (PUBLISHED << range);
      }
      case STEAL -> {
        state[at] = with(local, FILL);
        state[GHOST] = ghost & ~(3 * PUBLISHED);
        if (held > 1) {
          return "invariant 3: stolen while pinned, lent or shared";
        }
        if ((ghost & (UNSAVED | SAVING)) != 0) {
          return "rule 2: stolen before the file has it";
        }
      }
      case GIVE -> state[GHOST] = ghost | (KEPT << range);
      case POISON -> state[GHOST] = ghost | BAD;
      case DIRTY -> state[GHOST] = ghost | UNSAVED;
      case START_WRITEBACK -> {
        state[at] = local | SAVES;
        state[GHOST] = (ghost & ~UNSAVED) | SAVING;
      }
      case END_WRITEBACK -> {
        state[at] = local & ~SAVES;
        state[GHOST] = ghost & ~SAVING;
      }
    }
    boolean looks =
        switch (act) {
          case LEND, BEGIN_READ, PIN_FOR_READ, PIN_FOR_WRITE, GIVE, CLAIM -> true;
          default -> false;
        };
    return looks && bad ? "poison: somebody new looks at bad memory" : null;
  }

  /// `thread`, whose release was the last, has brought the folio to its pool.
  static @Nullable String broughtHome(long[] state, int thread) {
    int at = local(thread);
    long ghost = state[GHOST];
    boolean dropped = (state[at] & WAS_GIVEN) != 0;
    boolean lost = FolioWord.has(state[WORD], FolioWord.POISONED);
    state[at] &= ~(HOMING | WAS_GIVEN);
    state[GHOST] = (ghost & ~(UNSAVED | 3 * PUBLISHED | 3 * KEPT)) | (lost ? QUARANTINED : IN_POOL);
    boolean kept = (ghost & (3 * KEPT)) != 0;
    return kept && !dropped && !lost ? "rule 6: given pages are used again, not dropped" : null;
  }

  /// `thread` writes the bytes of its range, or the device does that it has pinned them for.
  static @Nullable String written(long[] state, int thread) {
    long range = range(state[local(thread)]);
    long ghost = state[GHOST];
    boolean published = (ghost & (PUBLISHED << range)) != 0;
    if (FolioWord.has(state[WORD], FolioWord.ZERO)) {
      return "invariant 3: zeros are written";
    }
    if ((ghost & (KEPT << range)) != 0) {
      return "rule 6: written while the kernel keeps it";
    }
    if (published && (ghost & SAVING) != 0) {
      return "rule 9: written while the file gets it";
    }
    for (int other = 0; other < threads(state); other++) {
      long local = state[local(other)];
      boolean borrows = (local & (LOAN | READING | READ_PINS)) != 0;
      boolean owns = (local & RIGHT) == READ && published;
      if (range(local) == range && (borrows || owns)) {
        return "invariant 4: bytes change under "
            + (borrows ? "a borrower" : "an owner")
            + ", thread "
            + other;
      }
    }
    return null;
  }

  /// What holds in every state: the word's sums are the threads', and it is zero at home.
  static @Nullable String standing(long[] state) {
    long word = state[WORD];
    int references = 0;
    int loans = 0;
    int reads = 0;
    int pins = 0;
    int carriers = 0;
    for (int thread = 0; thread < threads(state); thread++) {
      long local = state[local(thread)];
      references += references(local);
      loans += bit(local, LOAN);
      reads += bit(local, READING);
      pins += readPins(local) + bit(local, WRITE_PIN);
      carriers += bit(local, HOMING);
    }
    boolean home = (state[GHOST] & (IN_POOL | QUARANTINED)) != 0;
    if (carriers + (home ? 1 : 0) > 1) {
      return "invariant 1: carried home twice";
    }
    if ((FolioWord.references(word) == 0) != (home || carriers == 1)) {
      return "invariant 1: references are "
          + FolioWord.references(word)
          + (home ? " in the pool" : " outside the pool");
    }
    if (FolioWord.has(word, FolioWord.ZERO) && pins > 0) {
      return "invariant 3: zeros are pinned";
    }
    boolean sums =
        FolioWord.references(word) == references
            && FolioWord.loans(word) == loans
            && FolioWord.reads(word) == reads
            && FolioWord.pins(word) == pins;
    return sums
        ? null
        : "invariant 3: held are references=%d loans=%d pins=%d reads=%d"
            .formatted(references, loans, pins, reads);
  }

  private static long others(long[] state, int thread) {
    long held = 0;
    for (int other = 0; other < threads(state); other++) {
      held += other == thread ? 0 : references(state[local(other)]);
    }
    return held;
  }

  private static long with(long local, long right) {
    return (local & ~RIGHT) | right;
  }
}
