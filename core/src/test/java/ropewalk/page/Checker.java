package ropewalk.page;

import static ropewalk.page.CheckerState.*;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/// A small exhaustive model checker of the state word: two or three threads, one folio, every
/// program that they may run ([CheckerAct]) from every [CheckerScene], every interleaving.
///
/// ```
///   idle --load, not refused--> loaded --compare-and-set--> idle, or homing --bring back--> idle
///    | ^                         |  ^
///    | +-- refused --------------+  +-- the word has changed: load again
///    +-- writes the byte, or its device does, whenever it has the permission
/// ```
///
/// A program is not fixed in advance: in each state each thread may do whatever it may do, so one
/// search covers all programs of that many changes, and a state that was met before is not searched
/// again. With `changes` 0 the programs are as long as they like: what the threads can hold is
/// bounded, so there is an end to the states.
///
/// The steps run the table's own functions. What must never be is said by [CheckerWorld]; if it
/// happens, the answer shows the interleaving, and as the search is breadth-first it is a shortest.
@SuppressWarnings("EnumOrdinal") // a state is a row of numbers, and so is the step that led to it
final class Checker {

  /// How a change is made.
  enum Atom {
    /// Load, then compare-and-set, which tries again: as [Folio] does.
    SPLIT,
    /// In one step. The same changes with fewer states between them: for programs without bound.
    WHOLE,
    /// Load, then set without comparing: wrong, to see that the checker notices.
    BLIND
  }

  /// What came out.
  ///
  /// @param counterexample the interleaving and what is wrong in the end; null if nothing is
  record Verdict(int states, long steps, @Nullable String counterexample) {}

  private final List<Transition> table;
  private final Atom atom;
  private final int threads;
  private final int changes;
  private final int most;
  private final Met met;
  private final long[] state;
  private final long[] next;
  private long steps;
  private int at;
  private @Nullable String complaint;
  private int lastStep;

  /// @param table the rows, perhaps broken ones
  /// @param changes how many each thread makes at most; 0 for any number
  /// @param most how many loans, reads and pins a thread has at most at a time
  Checker(List<Transition> table, Atom atom, int threads, int changes, int most) {
    this.table = table;
    this.atom = atom;
    this.threads = threads;
    this.changes = changes;
    this.most = most;
    state = new long[2 + 2 * threads];
    next = new long[state.length];
    met = new Met(state.length);
  }

  /// Searches all of it, or up to the first complaint.
  Verdict run() {
    for (CheckerScene scene : CheckerScene.values()) {
      met.add(scene.open(threads, changes), -1, scene.ordinal());
    }
    for (at = 0; at < met.count() && complaint == null; at++) {
      met.load(at, state);
      for (int thread = 0; thread < threads && complaint == null; thread++) {
        step(thread);
      }
    }
    return new Verdict(met.count(), steps, complaint == null ? null : story());
  }

  private void step(int thread) {
    long local = state[local(thread)];
    if ((local & HOMING) != 0) {
      begin();
      end(thread, Kind.HOME, null, CheckerWorld.broughtHome(next, thread));
    } else if ((local & LOADED) != 0) {
      set(thread, ACTS[(int) ((local & ACT) >> ACT_SHIFT)]);
    } else {
      if ((local & RIGHT) >= FILL || (local & WRITE_PIN) != 0) {
        begin();
        end(thread, Kind.WRITE, null, CheckerWorld.written(next, thread));
      }
      boolean mayChange = changes == 0 || (local >> LEFT_SHIFT) > 0;
      for (int i = 0; mayChange && complaint == null && i < ACTS.length; i++) {
        if (ACTS[i].may(state, thread, most)) {
          begin();
          next[local(thread)] -= changes == 0 ? 0 : ONE_LEFT;
          load(thread, ACTS[i]);
        }
      }
    }
  }

  /// The first look at the word. The pool's lock makes a take one step.
  private void load(int thread, CheckerAct act) {
    long word = state[WORD];
    long changed = row(act).after(word);
    if (changed == FolioWord.REFUSED) {
      refused(thread, act);
    } else if (atom == Atom.WHOLE || act == CheckerAct.TAKE) {
      granted(thread, act, word, changed);
    } else {
      next[local(thread)] |= LOADED | ((long) act.ordinal() << ACT_SHIFT);
      next[loaded(thread)] = word;
      end(thread, Kind.LOAD, act, null);
    }
  }

  /// The compare-and-set of what was loaded before.
  private void set(int thread, CheckerAct act) {
    begin();
    long word = state[WORD];
    long expected = state[loaded(thread)];
    next[local(thread)] &= ~(LOADED | ACT);
    next[loaded(thread)] = 0;
    if (word == expected || atom == Atom.BLIND) {
      granted(thread, act, expected, row(act).after(expected));
    } else if (row(act).after(word) == FolioWord.REFUSED) {
      refused(thread, act);
    } else {
      next[local(thread)] = state[local(thread)];
      next[loaded(thread)] = word;
      end(thread, Kind.AGAIN, act, null);
    }
  }

  private void granted(int thread, CheckerAct act, long before, long after) {
    next[WORD] = after;
    String wrong = CheckerWorld.granted(act, next, thread);
    if (act.isRelease() && FolioWord.references(after) == 0) {
      next[local(thread)] |= HOMING | (FolioWord.has(before, FolioWord.GIVEN) ? WAS_GIVEN : 0);
    }
    end(thread, Kind.GRANT, act, wrong);
  }

  private void refused(int thread, CheckerAct act) {
    boolean demanded = act.isDemanded(state[local(thread)]);
    String wrong = demanded ? "what nobody may refuse was refused" : null;
    end(thread, Kind.REFUSE, act, wrong);
  }

  private void begin() {
    System.arraycopy(state, 0, next, 0, state.length);
  }

  private void end(int thread, Kind kind, @Nullable CheckerAct act, @Nullable String wrong) {
    steps++;
    int step = thread << 16 | kind.ordinal() << 8 | (act == null ? 0 : act.ordinal());
    String found = wrong != null ? wrong : CheckerWorld.standing(next);
    if (found == null) {
      met.add(next, at, step);
    } else {
      complaint = found;
      lastStep = step;
    }
  }

  private Transition row(CheckerAct act) {
    return table.get(ROWS[act.ordinal()]);
  }

  private String story() {
    ArrayDeque<String> lines = new ArrayDeque<>();
    lines.addFirst("  " + complaint);
    lines.addFirst(line(lastStep, next[WORD]));
    int index = at - 1;
    long[] seen = new long[state.length];
    for (; met.parent(index) >= 0; index = met.parent(index)) {
      met.load(index, seen);
      lines.addFirst(line(met.step(index), seen[WORD]));
    }
    met.load(index, seen);
    CheckerScene scene = CheckerScene.values()[met.step(index)];
    lines.addFirst("  " + scene + ": " + FolioWord.describe(seen[WORD]));
    return String.join("\n", lines);
  }

  private static String line(int step, long word) {
    Kind kind = Kind.values()[step >> 8 & 0xff];
    CheckerAct act = ACTS[step & 0xff];
    return "  thread %d %s: %s"
        .formatted(step >> 16, kind.words.formatted(act.row.name()), FolioWord.describe(word));
  }

  private enum Kind {
    LOAD("looks, to %s"),
    AGAIN("looks again, to %s"),
    GRANT("is granted %s"),
    REFUSE("is refused %s"),
    HOME("brings it home"),
    WRITE("writes the byte");

    private final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  private static final CheckerAct[] ACTS = CheckerAct.values();

  /// Where each act's row is in the table.
  private static final int[] ROWS = new int[ACTS.length];

  static {
    for (CheckerAct act : ACTS) {
      ROWS[act.ordinal()] = Transition.TABLE.indexOf(act.row);
    }
  }

  /// The table with one row's function replaced.
  static List<Transition> broken(Transition row, LongUnaryOperator function) {
    return Transition.TABLE.stream().map(it -> it.equals(row) ? it.with(function) : it).toList();
  }
}
