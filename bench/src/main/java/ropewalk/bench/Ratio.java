package ropewalk.bench;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// How two subjects compare: the median of their ratio, round by round, with an interval that holds
/// the true median in at least 95 of 100 runs.
///
/// # Why the sign interval
///
/// The interval runs from the k-th smallest to the k-th largest ratio, where k comes from the
/// binomial distribution of coin tosses (Conover, Practical Nonparametric Statistics, on
/// quantiles). It needs nothing but rounds that don't depend on each other: no normal distribution,
/// as a t-interval would, and here single rounds are off by a factor of two when somebody else's
/// process woke up. Nor does it draw random numbers, as a bootstrap does, so that whoever has the
/// JSON gets the same figures. With 15 rounds k is 4 and the interval covers 96.5 %; logarithms
/// would change nothing, as they keep the order.
///
/// @param median the ratio in the middle
/// @param low lower end of the interval
/// @param high upper end of the interval
/// @param coverage how surely the interval holds the true median; below 0.95 when there were too
///   few rounds
public record Ratio(double median, double low, double high, double coverage) {

  /// How surely an interval has to hold the true median.
  public static final double WANTED = 0.95;

  /// Of `left` to `right`, round by round. Both are in order of rounds.
  static Ratio of(List<Sample> left, List<Sample> right, ToDoubleFunction<Sample> figure) {
    if (left.size() != right.size()) {
      throw new IllegalArgumentException(
          "rounds differ: left=%d, right=%d".formatted(left.size(), right.size()));
    }
    double[] ratios = new double[left.size()];
    for (int i = 0; i < ratios.length; i++) {
      if (left.get(i).round() != right.get(i).round()) {
        throw new IllegalArgumentException("not the same round at " + i);
      }
      ratios[i] = figure.applyAsDouble(left.get(i)) / figure.applyAsDouble(right.get(i));
    }
    return of(ratios);
  }

  /// Of ratios that were formed already, round by round.
  public static Ratio of(double[] ratios) {
    double[] sorted = ratios.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    int out = leftOut(n);
    return new Ratio(median(sorted), sorted[out], sorted[n - 1 - out], coverage(n, out));
  }

  /// How many of `n` may be left out at either end.
  static int leftOut(int n) {
    int out = 0;
    while (out + 1 < (n + 1) / 2 && coverage(n, out + 1) >= WANTED) {
      out++;
    }
    return out;
  }

  /// The chance that the true median is between the values that remain when `out` are left out at
  /// either end: that at least out + 1 of n tosses come up heads, and as many tails.
  static double coverage(int n, int out) {
    double term = Math.pow(0.5, n);
    double tail = 0;
    for (int i = 0; i <= out; i++) {
      tail += term;
      term = term * (n - i) / (i + 1);
    }
    return 1 - 2 * tail;
  }

  /// The value in the middle of `sorted`, or between the two that are.
  public static double median(double[] sorted) {
    int n = sorted.length;
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
  }

  static double median(List<Sample> samples, ToDoubleFunction<Sample> figure) {
    return median(samples.stream().mapToDouble(figure).sorted().toArray());
  }

  /// Is the whole interval below one, above one, or is nothing proved?
  String verdict() {
    return coverage < WANTED ? "too few rounds" : high < 1 ? "less" : low > 1 ? "more" : "even";
  }
}
