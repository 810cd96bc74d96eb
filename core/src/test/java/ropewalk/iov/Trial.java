package ropewalk.iov;

import java.util.Arrays;
import java.util.List;
import ropewalk.testkit.Gen;

/// One cell under one of three regimes. Whatever a case chooses it asks here, so that the same case
/// is run over the table, over every small space, and by seed.
/// - *Table*: each row of [Cuts#TABLE], at places and lengths chosen to hurt; in each layout where
///   the operation minds, else in one.
/// - *Small*: every way to cut a few bytes into a few runs, at every place, for every length.
/// - *Random*: by [Gen]'s seed, which a failure prints.
final class Trial {

  /// For what only moves: one more of either multiplies the runs by three.
  private static final int MOVE_BYTES = 6;

  private static final int MOVE_RUNS = 4;

  /// For all else: an empty run, one in front, one behind and one between are among them.
  private static final int SMALL_BYTES = 3;

  private static final int SMALL_RUNS = 3;

  private static final List<Integer> OTHER = List.of(2, 0, Lab.PAGE + 1, 1);

  private static final int RANDOM_RUNS = 60;

  /// A case: opens a subject, does one thing to it and to its model, compares.
  @FunctionalInterface
  interface Case {
    void run(Trial trial, Gen gen) throws Throwable;
  }

  private enum Regime {
    TABLE,
    MOVE,
    SMALL,
    RANDOM
  }

  final Lab lab;
  final Form form;
  private final Op op;
  private final Regime regime;

  private Trial(Lab lab, Form form, Op op, Regime regime) {
    this.lab = lab;
    this.form = form;
    this.op = op;
    this.regime = regime;
  }

  /// Runs `one` under each regime.
  static void all(Lab lab, Form form, Op op, Case one) {
    Regime small = op.moves() ? Regime.MOVE : Regime.SMALL;
    Gen.exhaust(gen -> one.run(new Trial(lab, form, op, Regime.TABLE), gen));
    Gen.exhaust(gen -> one.run(new Trial(lab, form, op, small), gen));
    Gen.check(RANDOM_RUNS, gen -> one.run(new Trial(lab, form, op, Regime.RANDOM), gen));
  }

  /// Runs `one` over the table only: for refusals, which don't depend on much.
  static void table(Lab lab, Form form, Op op, Case one) {
    Gen.exhaust(gen -> one.run(new Trial(lab, form, op, Regime.TABLE), gen));
  }

  /// *Gives* a subject at its start.
  Subject open(Gen gen) {
    return switch (regime) {
      case TABLE -> form.open(lab, layout(gen), gen.pick(Cuts.TABLE));
      case MOVE -> form.open(lab, Layout.PACKED, Cuts.small(gen, MOVE_BYTES, MOVE_RUNS));
      case SMALL -> form.open(lab, Layout.PACKED, Cuts.small(gen, SMALL_BYTES, SMALL_RUNS));
      case RANDOM -> form.open(lab, gen.pick(Layout.values()), Cuts.random(gen));
    };
  }

  private Layout layout(Gen gen) {
    return op.places && !form.isHeap() ? gen.pick(Layout.values()) : Layout.SKEWED;
  }

  /// *Gives* a subject that has already gone some way.
  Subject openWithin(Gen gen) {
    Subject subject = open(gen);
    long start = upTo(gen, subject, subject.model.total);
    subject.iter.advance(start);
    subject.model.advance(start);
    return subject;
  }

  /// *Gives* a subject of the other direction at its start: any, or in an exhaustive regime one
  /// that is cut at other places than the table.
  Subject openOther(Gen gen) {
    boolean source = form.isSource();
    if (regime == Regime.RANDOM) {
      List<Form> others =
          Arrays.stream(Form.values()).filter(other -> other.isSource() != source).toList();
      return gen.pick(others).open(lab, gen.pick(Layout.values()), Cuts.random(gen));
    }
    Form other = source ? Form.BVEC_TARGET : Form.BVEC_SOURCE;
    return other.open(lab, Layout.SKEWED, OTHER);
  }

  /// A length to ask of what remains; perhaps more than that.
  long length(Gen gen, Subject subject) {
    Model model = subject.model;
    return switch (regime) {
      case TABLE -> {
        long edge = model.single();
        yield pick(gen, 0, 1, edge, Math.min(edge + 1, model.count), model.count + 5);
      }
      case MOVE, SMALL -> gen.in(0, model.count + 1);
      case RANDOM -> gen.edgy(0, model.count + 3);
    };
  }

  /// A number of bytes from 0 to `most`.
  long upTo(Gen gen, Subject subject, long most) {
    return switch (regime) {
      case TABLE -> {
        List<Model.Run> runs = subject.model.runs;
        long first = runs.isEmpty() ? 0 : runs.getFirst().length();
        yield pick(gen, 0, Math.min(first + 1, most), Math.max(0, most - 1), most);
      }
      case MOVE, SMALL -> gen.in(0, most);
      case RANDOM -> gen.edgy(0, most);
    };
  }

  private static long pick(Gen gen, long... among) {
    long[] distinct = Arrays.stream(among).distinct().toArray();
    return distinct[gen.in(0, distinct.length - 1)];
  }
}
