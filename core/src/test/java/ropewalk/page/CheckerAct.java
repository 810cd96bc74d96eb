package ropewalk.page;

import static ropewalk.page.CheckerState.*;

/// What a thread of the [Checker] may try, and when: the discipline that [PageRef] enforces, and
/// that the table may rely on. Everything else the word itself must refuse.
///
/// A thread without a handle stands for whoever meets the folio by an index, an address or a queue:
/// it may try to get, lend, read or pin at any moment, also while the folio goes home. Writeback is
/// started by such a one too, on behalf of an owner (a cache), whose lock keeps the owner from
/// leaving until it has ended.
@SuppressWarnings({"ImmutableEnumChecker", "EnumOrdinal"}) // rows never change; states are numbers
enum CheckerAct {
  TAKE(Transition.TAKE),
  GET(Transition.GET),
  PUT(Transition.PUT),
  LEND(Transition.LEND),
  END_LOAN(Transition.END_LOAN),
  BEGIN_READ(Transition.READ),
  END_READ(Transition.END_READ),
  PIN_FOR_READ(Transition.PIN_FOR_READ),
  ADD_PIN(Transition.ADD_PIN),
  UNPIN_READ(Transition.UNPIN),
  PIN_FOR_WRITE(Transition.PIN_FOR_WRITE),
  UNPIN_WRITE(Transition.UNPIN),
  CLAIM(Transition.CLAIM),
  PUBLISH(Transition.PUBLISH),
  STEAL(Transition.STEAL),
  GIVE(Transition.GIVE),
  POISON(Transition.POISON),
  DIRTY(Transition.DIRTY),
  START_WRITEBACK(Transition.START_WRITEBACK),
  END_WRITEBACK(Transition.END_WRITEBACK);

  final Transition row;

  CheckerAct(Transition row) {
    this.row = row;
  }

  /// Whether the code that calls it would throw if it were refused.
  boolean isDemanded(long local) {
    return switch (this) {
      case TAKE, PUT, END_LOAN, END_READ, UNPIN_READ, UNPIN_WRITE, ADD_PIN, END_WRITEBACK -> true;
      case PUBLISH -> (local & WRITE_PIN) == 0;
      default -> false;
    };
  }

  /// Whether it steps down, and whoever takes the last reference carries the folio home.
  boolean isRelease() {
    return switch (this) {
      case PUT, END_LOAN, END_READ, UNPIN_READ, UNPIN_WRITE -> true;
      default -> false;
    };
  }

  /// Whether `thread` may try it; with at most `most` loans, reads and pins at a time.
  boolean may(long[] state, int thread, int most) {
    long local = state[local(thread)];
    long ghost = state[GHOST];
    long right = local & RIGHT;
    boolean room = borrowed(local) < most;
    boolean published = (ghost & (PUBLISHED << range(local))) != 0;
    // Nobody borrows from a range that he knows to be unfinished beside a finished one.
    boolean known = published || (ghost & (PUBLISHED << (1 - range(local)))) == 0;
    boolean looks = right <= READ && known && room;
    return switch (this) {
      case TAKE -> right == NONE && borrowed(local) == 0 && (ghost & IN_POOL) != 0;
      case GET -> right == NONE || (right == READ && (local & TWIN) == 0);
      case PUT -> right != NONE && (ghost & SAVING) == 0 && !isUnderWay(START_WRITEBACK, state);
      case LEND -> looks && (local & LOAN) == 0;
      case END_LOAN -> (local & LOAN) != 0;
      case BEGIN_READ -> looks && (local & READING) == 0;
      case END_READ -> (local & READING) != 0;
      case PIN_FOR_READ -> looks && readPins(local) == 0;
      case ADD_PIN -> readPins(local) == 1 && room;
      case UNPIN_READ -> readPins(local) > 0;
      case PIN_FOR_WRITE -> right >= FILL && (local & WRITE_PIN) == 0 && room;
      case UNPIN_WRITE -> (local & WRITE_PIN) != 0;
      case CLAIM, STEAL -> right == READ && (local & SAVES) == 0;
      case PUBLISH -> right == REWRITE || (right == FILL && (local & WRITE_PIN) == 0);
      case GIVE -> right == READ && known;
      case POISON -> right == NONE && borrowed(local) == 0;
      case DIRTY -> published && (right == READ || right == REWRITE);
      case START_WRITEBACK ->
          published
              && right <= READ
              && (local & SAVES) == 0
              && hasOwner(state)
              && !isUnderWay(PUT, state);
      case END_WRITEBACK -> (local & SAVES) != 0;
    };
  }

  /// Whether some thread is between the load and the compare-and-set of this.
  private static boolean isUnderWay(CheckerAct act, long[] state) {
    for (int thread = 0; thread < threads(state); thread++) {
      long local = state[local(thread)];
      if ((local & LOADED) != 0 && (local & ACT) >> ACT_SHIFT == act.ordinal()) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasOwner(long[] state) {
    boolean found = false;
    for (int thread = 0; thread < threads(state); thread++) {
      found |= (state[local(thread)] & RIGHT) != NONE;
    }
    return found;
  }
}
