package ropewalk.iov;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import ropewalk.linux.HostSyscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;

/// The memory that subjects are made of: a pool, and native memory that is not the pool's. Opened
/// once for many subjects.
final class Lab implements AutoCloseable {

  static final int PAGE = 4096;

  final FolioPool pool;

  Lab() {
    try {
      pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(8 << 20, 2 << 20));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Native memory for `cuts`, a segment each, placed by `layout`, nothing in it.
  static List<MemorySegment> nativeRuns(Arena arena, Layout layout, List<Integer> cuts) {
    List<MemorySegment> runs = new ArrayList<>();
    MemorySegment shared = arena.allocate(Math.max(1, Cuts.sum(cuts)), PAGE);
    long at = 0;
    for (int i = 0; i < cuts.size(); i++) {
      int cut = cuts.get(i);
      int skew = layout.skew(i);
      runs.add(
          layout == Layout.PACKED
              ? shared.asSlice(at, cut)
              : arena.allocate(Math.max(1, skew + cut), PAGE).asSlice(skew, cut));
      at += cut;
    }
    return runs;
  }

  /// *Gives* writable ranges of folios for `cuts`, placed by `layout`: packed ones are parts of one
  /// folio, if there is one so large.
  List<PageRef> folioRuns(Layout layout, List<Integer> cuts) {
    List<PageRef> runs = new ArrayList<>();
    try {
      if (layout == Layout.PACKED && !cuts.isEmpty()) {
        PageRef rest = pool.take(Math.max(1, Cuts.sum(cuts)), FolioClass.RING);
        for (int cut : cuts) {
          runs.add(rest.splitHead(cut));
        }
        rest.close();
        return runs;
      }
      for (int i = 0; i < cuts.size(); i++) {
        runs.add(folioRun(layout.skew(i), cuts.get(i)));
      }
      return runs;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// *Gives* a writable range of `length` bytes that starts at `skew` of a folio of its own.
  PageRef folioRun(int skew, int length) {
    try {
      PageRef run = pool.take(Math.max(1, skew + length), FolioClass.RING);
      run.skip(skew);
      run.trim(length);
      return run;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
