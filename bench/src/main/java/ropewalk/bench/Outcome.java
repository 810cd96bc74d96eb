package ropewalk.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;

/// A cell with the samples of everybody who took part, and the comparisons that follow from them.
///
/// @param samples in order of rounds, one list for each subject
record Outcome(Cell cell, Map<Subject, List<Sample>> samples) {

  /// A figure that is compared, and which way is better.
  record Figure(String words, String better, ToDoubleFunction<Sample> of) {
    static final Figure SENDER_CPU =
        new Figure("sender CPU-s/GB", "less is better", Sample::senderCpuPerGigabyte);
    static final Figure THROUGHPUT =
        new Figure("GB/s", "more is better", Sample::gigabytesPerSecond);
    static final Figure WAITING =
        new Figure("sender CPU-s per 2 s", "less is better", Sample::senderCpuPerTwoSeconds);
  }

  /// `left` as a multiple of `right`.
  record Comparison(Subject left, Subject right, Figure figure, Ratio ratio) {}

  List<Figure> figures() {
    return cell.isSlow() ? List.of(Figure.WAITING) : List.of(Figure.SENDER_CPU, Figure.THROUGHPUT);
  }

  /// Ours against everybody else; without ours, the JVM's against C.
  List<Subject> left() {
    List<Subject> ours = of(Subject.Family.OURS);
    return ours.isEmpty() ? of(Subject.Family.JVM) : ours;
  }

  List<Subject> right() {
    return samples.keySet().stream().filter(subject -> !left().contains(subject)).toList();
  }

  private List<Subject> of(Subject.Family family) {
    return samples.keySet().stream().filter(subject -> subject.family() == family).toList();
  }

  List<Comparison> comparisons(Figure figure) {
    List<Comparison> all = new ArrayList<>();
    for (Subject left : left()) {
      for (Subject right : right()) {
        all.add(new Comparison(left, right, figure, ratio(left, right, figure)));
      }
    }
    return all;
  }

  Ratio ratio(Subject left, Subject right, Figure figure) {
    return Ratio.of(of(left), of(right), figure.of);
  }

  List<Sample> of(Subject subject) {
    return Objects.requireNonNull(samples.get(subject), subject.name());
  }

  double median(Subject subject, ToDoubleFunction<Sample> figure) {
    return Ratio.median(of(subject), figure);
  }

  /// Heap bytes of one transfer.
  double heapPerTransfer(Subject subject) {
    return median(subject, sample -> (double) sample.heapBytes() / cell.count());
  }
}
