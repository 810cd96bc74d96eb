package ropewalk.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Direction;
import ropewalk.iov.FolioIndex;
import ropewalk.iov.FolioQueue;
import ropewalk.iov.FolioqIter;
import ropewalk.iov.IovIter;
import ropewalk.iov.KvecIter;
import ropewalk.iov.ListIter;
import ropewalk.iov.PipeSourceIter;
import ropewalk.iov.PipeTargetIter;
import ropewalk.iov.XarrayIter;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.testkit.Gen;

/// Memory for one read or write, in any shape that an iterator has, cut anywhere and askew.
///
/// ```
///   HEAP    one array                      KVEC     native ranges, some empty
///   NATIVE  one native range               FOLIOQ   a queue of folios
///   IOVEC   of both, some empty            XARRAY   an index of folios, from the middle of a page on
///   BVEC    ranges of folios, of a page    PIPE     the slots of a pipe, filled or free
///           or many, at any offset         LIST     two or three of these, one after the other
/// ```
///
/// Native memory comes out of a workbench that the caller lends for the call. Closing it releases
/// all pages.
final class ShapedMemory implements AutoCloseable {
  private static final int PAGE = 4096;

  /// What a folio of ours holds at most here.
  private static final int FOLIO_MAX = 64 << 10;

  /// The shapes.
  enum Form {
    HEAP,
    NATIVE,
    IOVEC,
    BVEC,
    KVEC,
    FOLIOQ,
    XARRAY,
    PIPE,
    LIST
  }

  private final Gen gen;
  private final FolioPool pool;
  private final MemorySegment workbench;
  private final Direction direction;
  private final byte @Nullable [] bytes;
  private final List<AutoCloseable> owned = new ArrayList<>();

  /// Where the bytes of a target are, in order; of a pipe's target only after the commit.
  private final List<MemorySegment> places = new ArrayList<>();

  private final List<Pipe> pipes = new ArrayList<>();
  private final Form form;
  private final IovIter iter;
  private int benchUsed;
  private int sourceUsed;

  private ShapedMemory(
      Gen gen,
      FolioPool pool,
      MemorySegment workbench,
      Direction direction,
      byte @Nullable [] bytes,
      int length,
      Form form)
      throws IOException {
    this.gen = gen;
    this.pool = pool;
    this.workbench = workbench;
    this.direction = direction;
    this.bytes = bytes;
    this.form = form;
    boolean isMade = false;
    try {
      iter = make(form, length);
      isMade = true;
    } finally {
      if (!isMade) {
        close();
      }
    }
  }

  /// A source of these bytes.
  static ShapedMemory source(
      Gen gen, FolioPool pool, MemorySegment workbench, byte[] bytes, Form form)
      throws IOException {
    return new ShapedMemory(gen, pool, workbench, Direction.SOURCE, bytes, bytes.length, form);
  }

  /// A target of `length` bytes.
  static ShapedMemory target(
      Gen gen, FolioPool pool, MemorySegment workbench, int length, Form form) throws IOException {
    return new ShapedMemory(gen, pool, workbench, Direction.TARGET, null, length, form);
  }

  IovIter iter() {
    return iter;
  }

  Form form() {
    return form;
  }

  private boolean isSource() {
    return direction == Direction.SOURCE;
  }

  private IovIter make(Form form, int length) throws IOException {
    return switch (form) {
      case HEAP -> callers(place(MemorySegment.ofArray(new byte[length])));
      case NATIVE -> callers(place(bench(length)));
      case IOVEC -> callers(segments(length, true));
      case KVEC -> KvecIter.of(direction, segments(length, false));
      case BVEC -> bvec(length);
      case FOLIOQ -> queue(length);
      case XARRAY -> index(length);
      case PIPE -> isSource() ? pipeSource(length) : pipeTarget(length);
      case LIST -> list(length);
    };
  }

  private IovIter callers(MemorySegment... segments) {
    return isSource() ? IovIter.source(segments) : IovIter.target(segments);
  }

  private MemorySegment bench(int length) {
    int skew = gen.pick(0, 0, 512, 1, 8);
    MemorySegment part = workbench.asSlice(benchUsed + skew, length);
    benchUsed += skew + length;
    benchUsed = (benchUsed + PAGE - 1) & -PAGE;
    return part;
  }

  /// Notes where bytes are, and puts a source's there.
  private MemorySegment place(MemorySegment segment) {
    if (bytes == null) {
      places.add(segment);
    } else {
      MemorySegment.copy(MemorySegment.ofArray(bytes), sourceUsed, segment, 0, segment.byteSize());
      sourceUsed += (int) segment.byteSize();
    }
    return segment;
  }

  private MemorySegment[] segments(int length, boolean mayBeHeap) {
    List<MemorySegment> segments = new ArrayList<>();
    for (int part : cuts(length, gen.in(1, 6))) {
      if (gen.oneIn(5)) {
        segments.add(bench(0));
      }
      boolean isHeap = mayBeHeap && gen.bool();
      segments.add(place(isHeap ? MemorySegment.ofArray(new byte[part]) : bench(part)));
    }
    return segments.toArray(MemorySegment[]::new);
  }

  /// Cuts a length, at blocks as often as anywhere.
  private List<Integer> cuts(int length, int parts) {
    List<Integer> anywhere = gen.cuts(length, parts);
    if (gen.bool()) {
      return anywhere;
    }
    List<Integer> blocks = new ArrayList<>();
    int rest = 0;
    for (int part : anywhere) {
      rest += part;
      blocks.add(rest & -PAGE);
      rest -= rest & -PAGE;
    }
    blocks.add(rest);
    blocks.removeIf(part -> part == 0);
    return blocks;
  }

  /// Ranges of folios of `length` bytes in all; a source's are full and frozen. Released with this.
  private List<PageRef> pages(int length) throws IOException {
    List<PageRef> pages = new ArrayList<>();
    for (int part : cuts(length, gen.in(1, 5))) {
      int skew = gen.pick(0, 0, 0, 512, 7);
      for (int left = part; left > 0; skew = 0) {
        PageRef page = pool.take(Math.min(left + skew, FOLIO_MAX), FolioClass.RING);
        page.skip(skew);
        page.trim(Math.min(page.length(), left));
        left -= page.length();
        pages.add(filled(page));
      }
    }
    return pages;
  }

  private PageRef filled(PageRef page) {
    place(page.target());
    if (isSource()) {
      page.publish(page.length());
    }
    return page;
  }

  private IovIter bvec(int length) throws IOException {
    List<PageRef> pages = pages(length);
    owned.addAll(pages);
    return isSource() ? IovIter.source(pages) : IovIter.target(pages);
  }

  private IovIter queue(int length) throws IOException {
    FolioQueue queue = new FolioQueue();
    owned.add(queue);
    pages(length).forEach(queue::append);
    return FolioqIter.of(direction, queue);
  }

  /// Ranges by the position of their first byte.
  private static final class Index implements FolioIndex {
    private final TreeMap<Long, PageRef> ranges = new TreeMap<>();

    @Override
    public @Nullable PageRef find(long position) {
      var before = ranges.floorEntry(position);
      return before == null ? null : before.getValue();
    }

    @Override
    public long start(long position) {
      return ranges.floorKey(position);
    }
  }

  private IovIter index(int length) throws IOException {
    Index index = new Index();
    long start = gen.pick(0L, 0L, 512L, gen.in(0L, 9000L));
    for (long at = start; at < start + length; ) {
      int skew = (int) (at % PAGE);
      int wanted = (int) Math.min(start + length - at, gen.in(1, 8) * PAGE - skew);
      PageRef page = pool.take(wanted + skew, FolioClass.RING);
      owned.add(page);
      page.skip(skew);
      page.trim(wanted);
      index.ranges.put(at, filled(page));
      at += wanted;
    }
    return XarrayIter.of(direction, index, start, length);
  }

  private IovIter pipeSource(int length) throws IOException {
    Pipe pipe = Pipe.open(64);
    owned.add(pipe);
    pipes.add(pipe);
    for (PageRef page : pages(length)) {
      pipe.push(page);
    }
    return PipeSourceIter.of(pipe.slotRing());
  }

  private IovIter pipeTarget(int length) {
    Pipe pipe = Pipe.open(Math.max(1, (length + PAGE - 1) / PAGE));
    PipeTargetIter target = PipeTargetIter.of(pipe.slotRing(), pool, FolioClass.RING, length);
    owned.add(target);
    owned.add(pipe);
    pipes.add(pipe);
    return target;
  }

  private IovIter list(int length) throws IOException {
    List<Integer> parts = cuts(length, gen.in(1, 3));
    IovIter[] iters = new IovIter[parts.size()];
    for (int i = 0; i < iters.length; i++) {
      Form part = gen.pick(Form.HEAP, Form.NATIVE, Form.BVEC, Form.KVEC, Form.FOLIOQ, Form.XARRAY);
      iters[i] = make(part, parts.get(i));
    }
    return ListIter.of(iters);
  }

  /// The first `n` bytes of a target.
  byte[] got(int n) throws IOException {
    byte[] got = new byte[n];
    if (form == Form.PIPE) {
      iter.commit();
      for (PageRef ref = pipes.getFirst().poll(); ref != null; ref = pipes.getFirst().poll()) {
        places.add(MemorySegment.ofArray(ref.bytes().toArray(ValueLayout.JAVA_BYTE)));
        ref.close();
      }
    }
    int at = 0;
    for (MemorySegment place : places) {
      int length = (int) Math.min(place.byteSize(), n - at);
      MemorySegment.copy(place, 0, MemorySegment.ofArray(got), at, length);
      at += length;
    }
    if (at < n) {
      throw new AssertionError("only " + at + " of " + n + " bytes are in " + iter);
    }
    return got;
  }

  /// What a pipe has left after a write of it, and forgets what was written.
  long left() {
    if (form != Form.PIPE || !isSource()) {
      return iter.count();
    }
    iter.commit();
    return pipes.getFirst().bytes();
  }

  @Override
  public void close() {
    try {
      for (AutoCloseable each : owned) {
        each.close();
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
