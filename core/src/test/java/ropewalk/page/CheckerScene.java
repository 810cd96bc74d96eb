package ropewalk.page;

import static ropewalk.page.CheckerState.FILL;
import static ropewalk.page.CheckerState.GHOST;
import static ropewalk.page.CheckerState.IN_POOL;
import static ropewalk.page.CheckerState.KEPT;
import static ropewalk.page.CheckerState.LOAN;
import static ropewalk.page.CheckerState.NONE;
import static ropewalk.page.CheckerState.ONE_LEFT;
import static ropewalk.page.CheckerState.PUBLISHED;
import static ropewalk.page.CheckerState.RANGE_1;
import static ropewalk.page.CheckerState.READ;
import static ropewalk.page.CheckerState.READ_PIN;
import static ropewalk.page.CheckerState.UNSAVED;
import static ropewalk.page.CheckerState.WORD;
import static ropewalk.page.CheckerState.local;

import java.util.List;

/// Where the threads of the [Checker] start: what the first two hold; a third holds nothing.
@SuppressWarnings("ImmutableEnumChecker") // rows never change
enum CheckerScene {
  /// In the pool, and nobody has it.
  REST(IN_POOL, NONE, NONE),
  /// Just taken, to be filled by thread 0.
  FRESH(0, FILL, NONE, Transition.TAKE),
  /// Published by thread 0.
  FROZEN(PUBLISHED, READ, NONE, Transition.TAKE, Transition.PUBLISH),
  /// Published, with two owners.
  SHARED(PUBLISHED, READ, READ, Transition.TAKE, Transition.PUBLISH, Transition.GET),
  /// Published by thread 0 and on loan to thread 1.
  LENT(PUBLISHED, READ, LOAN, Transition.TAKE, Transition.PUBLISH, Transition.LEND),
  /// On loan to thread 1, its owner gone.
  ORPHAN(
      PUBLISHED, NONE, LOAN, Transition.TAKE, Transition.PUBLISH, Transition.LEND, Transition.PUT),
  /// Published by thread 0, with a request of thread 1 under way.
  PINNED(PUBLISHED, READ, READ_PIN, Transition.TAKE, Transition.PUBLISH, Transition.PIN_FOR_READ),
  /// Two ranges, each to be filled by its thread.
  SPLIT(0, FILL, FILL | RANGE_1, Transition.TAKE, Transition.GET),
  /// Two ranges, the first published, the second to be filled.
  HALF(PUBLISHED, READ, FILL | RANGE_1, Transition.TAKE, Transition.GET, Transition.PUBLISH),
  /// Published, and newer than the file.
  CHANGED(PUBLISHED | UNSAVED, READ, NONE, Transition.TAKE, Transition.PUBLISH, Transition.DIRTY),
  /// Published, and given to the kernel.
  GIVEN(PUBLISHED | KEPT, READ, NONE, Transition.TAKE, Transition.PUBLISH, Transition.GIVE),
  /// A zero folio.
  ZEROS(PUBLISHED, READ, NONE, Transition.BLANK);

  private final long ghost;
  private final long first;
  private final long second;
  private final List<Transition> past;

  CheckerScene(long ghost, long first, long second, Transition... past) {
    this.ghost = ghost;
    this.first = first;
    this.second = second;
    this.past = List.of(past);
  }

  /// The state in which programs of `left` changes each begin.
  long[] open(int threads, int left) {
    long[] state = new long[2 + 2 * threads];
    for (Transition row : past) {
      state[WORD] = row.after(state[WORD]);
    }
    state[GHOST] = ghost;
    for (int thread = 0; thread < threads; thread++) {
      long holds = thread == 0 ? first : thread == 1 ? second : NONE;
      state[local(thread)] = holds + left * ONE_LEFT;
    }
    return state;
  }
}
