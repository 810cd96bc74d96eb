package ropewalk.iov;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import ropewalk.page.PageRef;

/// The columns of the table of cells: each shape, as a source and as a target where it can be both;
/// and how a subject of it is made.
enum Form {
  HEAP_SOURCE("heap>", Direction.SOURCE) {
    @Override
    Subject open(Lab lab, Layout layout, List<Integer> cuts) {
      return ofHeap(this, cuts);
    }
  },
  HEAP_TARGET(">heap", Direction.TARGET) {
    @Override
    Subject open(Lab lab, Layout layout, List<Integer> cuts) {
      return ofHeap(this, cuts);
    }
  },
  IOVEC_SOURCE("iovec>", Direction.SOURCE) {
    @Override
    Subject open(Lab lab, Layout layout, List<Integer> cuts) {
      return ofNative(this, layout, cuts);
    }
  },
  IOVEC_TARGET(">iovec", Direction.TARGET) {
    @Override
    Subject open(Lab lab, Layout layout, List<Integer> cuts) {
      return ofNative(this, layout, cuts);
    }
  },
  BVEC_SOURCE("bvec>", Direction.SOURCE) {
    @Override
    Subject open(Lab lab, Layout layout, List<Integer> cuts) {
      return ofFolios(this, lab, layout, cuts);
    }
  },
  BVEC_TARGET(">bvec", Direction.TARGET) {
    @Override
    Subject open(Lab lab, Layout layout, List<Integer> cuts) {
      return ofFolios(this, lab, layout, cuts);
    }
  },
  DISCARD_TARGET(">discard", Direction.TARGET) {
    @Override
    Subject open(Lab lab, Layout layout, List<Integer> cuts) {
      int total = Cuts.sum(cuts);
      MemorySegment nowhere = MemorySegment.ofArray(new byte[total]);
      return new Subject(this, IovIter.discard(total), List.of(nowhere), List.of(), null);
    }

    @Override
    boolean keeps() {
      return false;
    }
  };

  /// As it stands in the printed table: an arrow out of a source and into a target.
  final String title;

  final Direction direction;

  Form(String title, Direction direction) {
    this.title = title;
    this.direction = direction;
  }

  /// *Gives* a subject whose runs have the lengths of `cuts`, as nearly as the shape can.
  abstract Subject open(Lab lab, Layout layout, List<Integer> cuts);

  /// Whether what is written into it can be read from its memory afterwards.
  boolean keeps() {
    return true;
  }

  private static Subject ofHeap(Form form, List<Integer> cuts) {
    List<MemorySegment> runs =
        cuts.stream().map(cut -> MemorySegment.ofArray(new byte[cut])).toList();
    Subject.prepare(runs, form.direction);
    return new Subject(form, caller(form, runs), runs, List.of(), null);
  }

  private static Subject ofNative(Form form, Layout layout, List<Integer> cuts) {
    Arena arena = Arena.ofConfined();
    List<MemorySegment> runs = Lab.nativeRuns(arena, layout, cuts);
    Subject.prepare(runs, form.direction);
    return new Subject(form, caller(form, runs), runs, List.of(), arena);
  }

  private static IovIter caller(Form form, List<MemorySegment> runs) {
    MemorySegment[] memory = runs.toArray(MemorySegment[]::new);
    return form.direction == Direction.SOURCE ? IovIter.source(memory) : IovIter.target(memory);
  }

  private static Subject ofFolios(Form form, Lab lab, Layout layout, List<Integer> cuts) {
    List<PageRef> refs = lab.folioRuns(layout, cuts);
    List<MemorySegment> runs = refs.stream().map(PageRef::target).toList();
    Subject.prepare(runs, form.direction);
    if (form.direction == Direction.SOURCE) {
      refs.forEach(ref -> ref.publish(ref.length()));
      return new Subject(form, IovIter.source(refs), runs, refs, null);
    }
    return new Subject(form, IovIter.target(refs), runs, refs, null);
  }
}
