package ropewalk.cache;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Copy;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.page.PageRef;

/// One run of a write, between its claim and its end: where the new version comes from, and what
/// becomes of it.
///
/// ```
///   claim ──► begin ──────────────► fill ──────────► end ─────────► settle: the version is there
///             in place                source copied    through        │
///             a fresh folio           over it                         └ close: it never was
/// ```
///
/// The run is BUSY and ours from the claim to [#settle] or [#close], one of which ends it, always.
/// A step that fails leaves the rest to [#close]: the run is abandoned and the file says what is in
/// it.
final class WriteBegin implements AutoCloseable {
  private final FileMap map;
  private final Tally tally;
  final Run run;

  /// The bytes that are written, within the run.
  final int from;

  final int count;

  /// How many bytes of the file the run will have.
  private final int filled;

  private @Nullable PageRef target;
  private boolean isSettled;

  /// Takes over `run`, which the caller has made busy.
  WriteBegin(FileMap map, Run run, int from, int count, Tally tally) {
    this.map = map;
    this.run = run;
    this.from = from;
    this.count = count;
    this.filled = Math.max(run.filled, from + count);
    this.tally = tally;
  }

  /// Decides where the version comes from, and brings what the write leaves of the run into it.
  void begin(Backing backing) throws IOException {
    PageRef cached = run.pages;
    boolean isRoomy = cached != null && cached.length() >= filled;
    if (cached != null && isRoomy && cached.claimOrVersion()) {
      target = cached;
      map.cache.inPlace.increment();
    } else {
      if (isRoomy) {
        map.cache.versions.increment();
      }
      PageRef fresh = map.cache.takeVersion(Fetch.folioBytes(filled));
      target = fresh;
      keepRest(backing, fresh);
    }
    if (from > run.filled) {
      target().target().asSlice(run.filled, from - run.filled).fill((byte) 0);
    }
  }

  /// Brings what the write leaves of the run into a fresh folio: copied from the old version, or
  /// read.
  private void keepRest(Backing backing, PageRef fresh) throws IOException {
    PageRef cached = run.pages;
    int end = from + count;
    if (cached != null) {
      Copy.bytes(cached.address(), fresh.address(), Math.min(from, run.filled), tally);
      if (end < run.filled) {
        Copy.bytes(cached.address() + end, fresh.address() + end, run.filled - end, tally);
      }
    } else if (run.filled > 0 && (from > 0 || end < run.filled)) {
      long got = Fetch.read(map, backing, run.start(), List.of(fresh), run.filled, tally);
      fresh.target().asSlice(got, run.filled - got).fill((byte) 0);
    }
  }

  /// Copies the bytes in, and freezes the version. `source` moves by as many.
  void fill(IovIter source) {
    PageRef version = target();
    Copy.outOf(source, version.target(), from, count, tally);
    version.publish(version.length());
  }

  /// Where the written bytes are, once they are filled.
  long address() {
    return target().address() + from;
  }

  /// Where in the file they are.
  long start() {
    return run.start() + from;
  }

  /// The version is the run's: readers see it from now on.
  void settle() {
    isSettled = true;
    map.runs.settle(run, target(), filled);
  }

  private PageRef target() {
    PageRef version = target;
    if (version == null) {
      throw new IllegalStateException("no version was begun: " + run);
    }
    return version;
  }

  /// Undoes what was not settled.
  @Override
  public void close() {
    if (isSettled) {
      return;
    }
    PageRef cached = run.pages;
    map.runs.abandon(run);
    PageRef version = target;
    if (version != null && version != cached) {
      version.close();
    }
  }
}
