package ropewalk.testkit;

import java.lang.StackWalker.StackFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.opentest4j.TestAbortedException;

/// A source of choices for one run of a property. The property asks, and never knows whether it is
/// answered by a seed or by counting through every possible answer.
/// - [#check] runs a property many times, each run by its own seed. A failure names the seed of its
///   run; `-Dropewalk.seed=<seed>` replays exactly that run. Without the option the seeds follow
///   from the name of the calling test, so that a build is repeatable; `-Dropewalk.seed=fresh`
///   takes new ones.
/// - [#exhaust] runs a property once for every combination of answers. It is an odometer over the
///   choices which the property itself asks for: the last choice with room moves up, those after it
///   are forgotten. Small spaces only: the number of runs is the product of the bounds.
///
/// There is no shrinking. Ask for small things first, and let edges be likely ([#edgy]).
public final class Gen {
  /// Runs beyond this are not a small space, they are a mistake in the property.
  private static final int EXHAUST_MAX = 2_000_000;

  /// A property of the answers it is given. It fails by throwing.
  @FunctionalInterface
  public interface Property {
    /// Runs once.
    void run(Gen gen) throws Throwable;
  }

  private final Choices choices;
  private final long seed;

  private Gen(long seed, Choices choices) {
    this.seed = seed;
    this.choices = choices;
  }

  /// A generator of its own, for code that is not a property (doubles, load).
  public static Gen seeded(long seed) {
    return new Gen(seed, new SplitMix(seed));
  }

  /// Runs `property` `runs` times by as many seeds.
  public static void check(int runs, Property property) {
    String asked = System.getProperty("ropewalk.seed", "");
    if (!asked.isEmpty() && !asked.equals("fresh")) {
      run(seeded(Long.parseLong(asked)), property, () -> "the replayed run");
      return;
    }
    long base = asked.isEmpty() ? caller().hashCode() : System.nanoTime();
    SplitMix seeds = new SplitMix(base);
    for (int i = 1; i <= runs; i++) {
      int nth = i;
      run(seeded(seeds.next()), property, () -> "run " + nth + " of " + runs);
    }
  }

  /// Runs `property` once for every combination of answers it can be given; returns how many.
  public static int exhaust(Property property) {
    Odometer odometer = new Odometer();
    int runs = 0;
    do {
      if (++runs > EXHAUST_MAX) {
        throw new AssertionError("not a small space: more than " + EXHAUST_MAX + " runs");
      }
      run(new Gen(0, odometer), property, () -> "choices " + odometer.values);
    } while (odometer.advance());
    return runs;
  }

  private static void run(Gen gen, Property property, Supplier<String> which) {
    try {
      property.run(gen);
    } catch (TestAbortedException skipped) {
      throw skipped;
    } catch (Throwable failure) {
      String replay = gen.seed == 0 ? "" : "; replay with -Dropewalk.seed=" + gen.seed;
      throw new AssertionError(which.get() + " failed: " + failure + replay, failure);
    }
  }

  private static String caller() {
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames
                    .filter(frame -> !frame.getClassName().startsWith(Gen.class.getName()))
                    .findFirst())
        .map((StackFrame frame) -> frame.getClassName() + "." + frame.getMethodName())
        .orElse("nobody");
  }

  /// The seed of this run, for messages; 0 while counting.
  public long seed() {
    return seed;
  }

  /// One of `0 .. bound-1`: the choice that all others are made of.
  public long below(long bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("bound must be positive: bound=" + bound);
    }
    return choices.below(bound);
  }

  /// One of `first .. last`, both included.
  public int in(int first, int last) {
    return (int) in((long) first, (long) last);
  }

  /// One of `first .. last`, both included.
  public long in(long first, long last) {
    return first + below(last - first + 1);
  }

  /// Like [#in(long, long)], with the two ends and their neighbours as likely as all the rest.
  public long edgy(long first, long last) {
    if (last - first < 4 || bool()) {
      return in(first, last);
    }
    return switch ((int) below(4)) {
      case 0 -> first;
      case 1 -> first + 1;
      case 2 -> last - 1;
      default -> last;
    };
  }

  /// A coin.
  public boolean bool() {
    return below(2) == 1;
  }

  /// True once in `times`.
  public boolean oneIn(int times) {
    return below(times) == 0;
  }

  /// One of these.
  @SafeVarargs
  public final <T> T pick(T... options) {
    return options[(int) below(options.length)];
  }

  /// One of these.
  public <T> T pick(List<T> options) {
    return options.get((int) below(options.size()));
  }

  /// `total` cut into parts of at least one each, at most `parts` of them; empty for a total of 0.
  public List<Integer> cuts(int total, int parts) {
    List<Integer> cut = new ArrayList<>();
    int left = total;
    while (left > 0) {
      int part = cut.size() == parts - 1 ? left : in(1, left);
      cut.add(part);
      left -= part;
    }
    return cut;
  }

  /// Who answers.
  private interface Choices {
    long below(long bound);
  }

  /// Steele, Lea and Flood's SplitMix64: one long of state, every seed as good as any other.
  private static final class SplitMix implements Choices {
    private long state;

    SplitMix(long seed) {
      state = seed;
    }

    long next() {
      state += 0x9e3779b97f4a7c15L;
      long z = state;
      z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
      z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
      return z ^ (z >>> 31);
    }

    @Override
    public long below(long bound) {
      return Long.remainderUnsigned(next(), bound);
    }
  }

  /// The answers of this run, and how many each choice had. Choices after the replayed ones are
  /// answered 0 and remembered.
  private static final class Odometer implements Choices {
    private final List<Long> values = new ArrayList<>();
    private final List<Long> bounds = new ArrayList<>();
    private int asked;

    @Override
    public long below(long bound) {
      if (asked == values.size()) {
        values.add(0L);
        bounds.add(bound);
      } else if (bounds.get(asked) != bound) {
        throw new IllegalStateException(
            "the property is not a function of its choices: choice "
                + asked
                + " had "
                + bounds.get(asked)
                + " answers before and now "
                + bound);
      }
      return values.get(asked++);
    }

    boolean advance() {
      asked = 0;
      while (!values.isEmpty()) {
        int last = values.size() - 1;
        if (values.get(last) + 1 < bounds.get(last)) {
          values.set(last, values.get(last) + 1);
          return true;
        }
        values.remove(last);
        bounds.remove(last);
      }
      return false;
    }
  }
}
