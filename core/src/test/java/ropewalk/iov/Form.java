package ropewalk.iov;

import static ropewalk.iov.Direction.SOURCE;
import static ropewalk.iov.Direction.TARGET;

import java.util.List;

/// The columns of the table of cells: each shape, as a source and as a target where it can be both.
/// Memory on the heap is a column of its own, because it has no address.
enum Form {
  UBUF_SOURCE("ubuf>", Shape.UBUF, SOURCE),
  UBUF_TARGET(">ubuf", Shape.UBUF, TARGET),
  HEAP_SOURCE("heap>", Shape.IOVEC, SOURCE),
  HEAP_TARGET(">heap", Shape.IOVEC, TARGET),
  IOVEC_SOURCE("iovec>", Shape.IOVEC, SOURCE),
  IOVEC_TARGET(">iovec", Shape.IOVEC, TARGET),
  KVEC_SOURCE("kvec>", Shape.KVEC, SOURCE),
  KVEC_TARGET(">kvec", Shape.KVEC, TARGET),
  BVEC_SOURCE("bvec>", Shape.BVEC, SOURCE),
  BVEC_TARGET(">bvec", Shape.BVEC, TARGET),
  FOLIOQ_SOURCE("folioq>", Shape.FOLIOQ, SOURCE),
  FOLIOQ_TARGET(">folioq", Shape.FOLIOQ, TARGET),
  XARRAY_SOURCE("xarray>", Shape.XARRAY, SOURCE),
  XARRAY_TARGET(">xarray", Shape.XARRAY, TARGET),
  PIPE_SOURCE("pipe>", Shape.PIPE_SOURCE, SOURCE),
  PIPE_TARGET(">pipe", Shape.PIPE_TARGET, TARGET),
  LIST_SOURCE("list>", Shape.LIST, SOURCE),
  LIST_TARGET(">list", Shape.LIST, TARGET),
  DISCARD_TARGET(">discard", Shape.DISCARD, TARGET);

  /// As it stands in the printed table: an arrow out of a source and into a target.
  final String title;

  final Shape shape;
  final Direction direction;

  Form(String title, Shape shape, Direction direction) {
    this.title = title;
    this.shape = shape;
    this.direction = direction;
  }

  /// *Gives* a subject at its start, whose runs have the lengths of `cuts` as nearly as the shape
  /// can.
  Subject open(Lab lab, Layout layout, List<Integer> cuts) {
    return isHeap()
        ? Subjects.heap(this, cuts)
        : switch (shape) {
          case UBUF -> Subjects.ubuf(this, layout, cuts);
          case IOVEC -> Subjects.iovec(this, layout, cuts);
          case KVEC -> Subjects.kvec(this, layout, cuts);
          case BVEC -> Subjects.bvec(this, lab, layout, cuts);
          case FOLIOQ -> Subjects.folioq(this, lab, layout, cuts);
          case XARRAY -> Subjects.xarray(this, lab, layout, cuts);
          case PIPE_SOURCE -> Subjects.pipeSource(this, lab, layout, cuts);
          case PIPE_TARGET -> Subjects.pipeTarget(this, lab, cuts);
          case LIST -> Subjects.list(this, lab, layout, cuts);
          case DISCARD -> Subjects.discard(this, cuts);
        };
  }

  /// Whether it is one of these shapes.
  boolean is(Shape... shapes) {
    return List.of(shapes).contains(shape);
  }

  /// Whether its memory is on the heap, and so has no address.
  boolean isHeap() {
    return this == HEAP_SOURCE || this == HEAP_TARGET;
  }

  /// Whether its memory is the caller's: copied, never attached.
  boolean isCallers() {
    return is(Shape.UBUF, Shape.IOVEC);
  }

  boolean isSource() {
    return direction == SOURCE;
  }
}
