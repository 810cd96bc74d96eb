package ropewalk.iov;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import ropewalk.linux.Memory;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;

/// How a subject of each shape is made: memory by a [Layout], the bytes that belong there, the
/// iterator over it by the shape's own factory.
final class Subjects {

  private Subjects() {}

  static Subject ubuf(Form form, Layout layout, List<Integer> cuts) {
    Arena arena = Arena.ofConfined();
    List<MemorySegment> runs = Lab.nativeRuns(arena, layout, List.of(Cuts.sum(cuts)));
    Subject.prepare(runs, form.direction);
    return new Subject(form, UbufIter.of(form.direction, runs.getFirst()), runs, arena::close);
  }

  static Subject heap(Form form, List<Integer> cuts) {
    List<MemorySegment> runs =
        cuts.stream().map(cut -> MemorySegment.ofArray(new byte[cut])).toList();
    Subject.prepare(runs, form.direction);
    return new Subject(form, IovecIter.of(form.direction, array(runs)), runs, () -> {});
  }

  static Subject iovec(Form form, Layout layout, List<Integer> cuts) {
    Arena arena = Arena.ofConfined();
    List<MemorySegment> runs = Lab.nativeRuns(arena, layout, cuts);
    Subject.prepare(runs, form.direction);
    return new Subject(form, IovecIter.of(form.direction, array(runs)), runs, arena::close);
  }

  static Subject kvec(Form form, Layout layout, List<Integer> cuts) {
    Arena arena = Arena.ofConfined();
    List<MemorySegment> runs = Lab.nativeRuns(arena, layout, cuts);
    Subject.prepare(runs, form.direction);
    return new Subject(form, KvecIter.of(form.direction, array(runs)), runs, arena::close);
  }

  static Subject bvec(Form form, Lab lab, Layout layout, List<Integer> cuts) {
    List<PageRef> refs = lab.folioRuns(layout, cuts);
    List<MemorySegment> runs = fill(form, refs);
    IovIter iter = form.isSource() ? IovIter.source(refs) : IovIter.target(refs);
    return new Subject(form, iter, runs, () -> refs.forEach(PageRef::close));
  }

  static Subject folioq(Form form, Lab lab, Layout layout, List<Integer> cuts) {
    List<PageRef> refs = lab.folioRuns(layout, cuts);
    List<MemorySegment> runs = fill(form, refs);
    FolioQueue queue = new FolioQueue();
    refs.forEach(queue::append);
    return new Subject(form, FolioqIter.of(form.direction, queue), runs, queue::close);
  }

  /// Ranges at the positions where the layout's start puts them, each on pages of its own; those of
  /// no length can't be in an index.
  static Subject xarray(Form form, Lab lab, Layout layout, List<Integer> cuts) {
    long start = xarrayStart(layout);
    IndexDouble index = new IndexDouble();
    List<MemorySegment> runs = new ArrayList<>();
    List<PageRef> refs = new ArrayList<>();
    long at = start;
    for (int cut : cuts) {
      if (cut > 0) {
        PageRef ref = lab.folioRun((int) (at % Lab.PAGE), cut);
        refs.add(ref);
        index.put(at, ref);
        at += cut;
      }
    }
    runs.addAll(fill(form, refs));
    return new Subject(
        form, XarrayIter.of(form.direction, index, start, at - start), runs, index::close);
  }

  /// Where in the index the stream starts: at an edge, within a page, or within the first page.
  static long xarrayStart(Layout layout) {
    return switch (layout) {
      case ALIGNED -> 0;
      case SKEWED -> 3L * Lab.PAGE + 7;
      case PACKED -> 5;
    };
  }

  static Subject pipeSource(Form form, Lab lab, Layout layout, List<Integer> cuts) {
    List<PageRef> refs = lab.folioRuns(layout, cuts);
    List<MemorySegment> runs = fill(form, refs);
    RingDouble ring = new RingDouble(cuts.size());
    refs.forEach(ring::append);
    return new Subject(form, PipeSourceIter.of(ring), runs, ring::close);
  }

  static Subject pipeTarget(Form form, Lab lab, List<Integer> cuts) {
    int total = Cuts.sum(cuts);
    RingDouble ring = new RingDouble((total + Lab.PAGE - 1) / Lab.PAGE + 1);
    PipeTargetIter iter = PipeTargetIter.of(ring, lab.pool, FolioClass.RING, total);
    return new PipeTargetSubject(form, iter, ring, total);
  }

  /// A header of the caller's, pages, a trailer of the house's: a third of the runs each.
  static Subject list(Form form, Lab lab, Layout layout, List<Integer> cuts) {
    int third = cuts.size() / 3;
    Arena arena = Arena.ofConfined();
    List<MemorySegment> header = Lab.nativeRuns(arena, layout, cuts.subList(0, third));
    List<PageRef> refs = lab.folioRuns(layout, cuts.subList(third, 2 * third));
    List<MemorySegment> middle = refs.stream().map(PageRef::target).toList();
    List<MemorySegment> trailer =
        Lab.nativeRuns(arena, layout, cuts.subList(2 * third, cuts.size()));
    List<MemorySegment> runs = new ArrayList<>(header);
    runs.addAll(middle);
    runs.addAll(trailer);
    Subject.prepare(runs, form.direction);
    if (form.isSource()) {
      refs.forEach(ref -> ref.publish(ref.length()));
    }
    IovIter list =
        ListIter.of(
            IovecIter.of(form.direction, array(header)),
            form.isSource() ? IovIter.source(refs) : IovIter.target(refs),
            KvecIter.of(form.direction, array(trailer)));
    Runnable end =
        () -> {
          refs.forEach(PageRef::close);
          arena.close();
        };
    return new ListSubject(form, list, runs, Cuts.sum(cuts.subList(0, 2 * third)), end);
  }

  static Subject discard(Form form, List<Integer> cuts) {
    return new DiscardSubject(
        form, IovIter.discard(Cuts.sum(cuts)), Model.ofOneRun(Cuts.sum(cuts)));
  }

  /// Fills ranges as the form has them at the start, freezes those of a source, and answers their
  /// memory.
  private static List<MemorySegment> fill(Form form, List<PageRef> refs) {
    List<MemorySegment> runs =
        refs.stream().map(ref -> Memory.segment(ref.address(), ref.length())).toList();
    Subject.prepare(runs, form.direction);
    if (form.isSource()) {
      refs.forEach(ref -> ref.publish(ref.length()));
    }
    return runs;
  }

  private static MemorySegment[] array(List<MemorySegment> runs) {
    return runs.toArray(MemorySegment[]::new);
  }

  /// What goes into a pipe is seen once it is committed, and what was only passed over is zero.
  private static final class PipeTargetSubject extends Subject {

    private final RingDouble ring;

    PipeTargetSubject(Form form, PipeTargetIter iter, RingDouble ring, int total) {
      super(
          form,
          iter,
          Model.ofPages(total),
          List.of(),
          () -> {
            iter.close();
            ring.close();
          });
      this.ring = ring;
    }

    /// Commits what was filled, and looks at it in the ring.
    @Override
    void wroteOnly(long start, long end, LongToByte written) {
      iter.commit();
      long place = 0;
      for (PageRef slot : ring.slots) {
        for (int i = 0; i < slot.length(); i++, place++) {
          byte wanted = place >= start && place < end ? written.at(place) : 0;
          demand(place, slot.bytes().get(ValueLayout.JAVA_BYTE, i), wanted);
        }
      }
      if (place != iter.position()) {
        throw new AssertionError(place + " bytes are in the ring of " + this);
      }
    }
  }

  /// Knows where what is no folio begins.
  private static final class ListSubject extends Subject {

    private final long trailer;

    ListSubject(Form form, IovIter iter, List<MemorySegment> runs, long trailer, Runnable end) {
      super(form, iter, runs, end);
      this.trailer = trailer;
    }

    @Override
    long trailer() {
      return trailer;
    }
  }

  /// Nothing is kept, so nothing is looked at.
  private static final class DiscardSubject extends Subject {

    DiscardSubject(Form form, IovIter iter, Model model) {
      super(form, iter, model, List.of(), () -> {});
    }

    @Override
    Subject with(IovIter other) {
      return new DiscardSubject(form, other, model);
    }

    @Override
    boolean copies() {
      return false;
    }

    @Override
    void wroteOnly(long start, long end, LongToByte written) {}
  }
}
