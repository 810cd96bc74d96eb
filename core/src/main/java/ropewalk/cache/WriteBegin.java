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
///             in place                source copied    through,      │
///             a fresh folio           over it          or not        └ close: it never was
/// ```
///
/// The run is BUSY and ours from the claim to [#settleThrough], [#settleDirty] or [#close], one of
/// which ends it, always. A step that fails leaves the rest to [#close]:
///
/// | the run was | then |
/// |---|---|
/// | written | it is abandoned, and the file says what is in it |
/// | unwritten, and has a fresh folio now | the old version is back, with what was dirty in it |
/// | unwritten, and was changed in place | some of the new bytes may be in it: it is dirty there too |
///
/// The last is only met where filling fails; a write through to an unwritten run is never in place.
final class WriteBegin implements AutoCloseable {
  private final FileMap map;
  private final Tally tally;
  final Run run;

  /// The bytes that are written, within the run.
  final int from;

  final int count;

  /// How many bytes of the file the run had, and will have.
  private final int filledBefore;

  private final int filled;

  /// Whether the run has bytes that the backing has not got, so that it must not be abandoned.
  private final boolean isUnwritten;

  private @Nullable PageRef target;
  private boolean isSettled;

  /// Nothing was done to version or file: the run can be as it was.
  private boolean isUntouched = true;

  /// Takes over `run`, which the caller has made busy.
  WriteBegin(FileMap map, Run run, int from, int count, Tally tally) {
    this.map = map;
    this.run = run;
    this.from = from;
    this.count = count;
    this.filledBefore = run.filled;
    this.filled = Math.max(run.filled, from + count);
    this.isUnwritten = isUnwritten(map, run);
    this.tally = tally;
  }

  private static boolean isUnwritten(FileMap map, Run run) {
    map.runs.lock.lock();
    try {
      return run.isUnwritten();
    } finally {
      map.runs.lock.unlock();
    }
  }

  /// Says that something will be done to the run, or was done to the file in its place.
  void touch() {
    isUntouched = false;
  }

  /// Whether the run has bytes that the backing has not got.
  boolean isUnwritten() {
    return isUnwritten;
  }

  /// Decides where the version comes from, and brings what the write leaves of the run into it.
  ///
  /// @param isBack the write will end in the cache, so that it can't fail once it is filled
  void begin(Backing backing, boolean isBack) throws IOException {
    touch();
    PageRef cached = run.pages;
    boolean isRoomy = cached != null && cached.length() >= filled;
    boolean mayBeInPlace = isRoomy && (isBack || !isUnwritten);
    if (cached != null && mayBeInPlace && cached.claimOrVersion()) {
      target = cached;
      map.cache.inPlace.increment();
    } else {
      CacheEvents.Version event = null;
      if (isRoomy) {
        map.cache.versions.increment();
        event = CacheEvents.version();
      }
      PageRef fresh = map.cache.takeVersion(Fetch.folioBytes(filled));
      target = fresh;
      map.witness.taken(run, fresh);
      keepRest(backing, fresh);
      if (event != null) {
        event.copied = (long) filled - count;
        event.tell(map, start(), count);
      }
    }
    if (from > filledBefore) {
      target().target().asSlice(filledBefore, from - filledBefore).fill((byte) 0);
    }
  }

  /// Brings what the write leaves of the run into a fresh folio: copied from the old version, or
  /// read.
  private void keepRest(Backing backing, PageRef fresh) throws IOException {
    PageRef cached = run.pages;
    int end = from + count;
    if (cached != null && cached.folio().isZero()) {
      fresh.target().asSlice(0, Math.max(filledBefore, from)).fill((byte) 0);
    } else if (cached != null) {
      Copy.bytes(cached.address(), fresh.address(), Math.min(from, filledBefore), tally);
      if (end < filledBefore) {
        Copy.bytes(cached.address() + end, fresh.address() + end, filledBefore - end, tally);
      }
    } else if (filledBefore > 0 && (from > 0 || end < filledBefore)) {
      long got = Fetch.read(map, backing, run.start(), List.of(fresh), filledBefore, tally);
      fresh.target().asSlice(got, filledBefore - got).fill((byte) 0);
    }
  }

  /// Copies the bytes in. `source` moves by as many.
  void fill(IovIter source) {
    Copy.outOf(source, target().target(), from, count, tally);
  }

  /// Where the written bytes are, once they are filled.
  long address() {
    return target().address() + from;
  }

  /// Where in the file they are.
  long start() {
    return run.start() + from;
  }

  /// The backing took the first `written` bytes. If that is all, the version is the run's. If it is
  /// not, the file is asked next time; but an unwritten run gets a version of those bytes and its
  /// old ones.
  void settleThrough(int written) {
    PageRef version = target();
    int end = from + written;
    if (written < count && !isUnwritten) {
      leave(written);
      return;
    }
    PageRef cached = run.pages;
    int stale = Math.min(from + count, filledBefore) - end;
    if (stale > 0 && cached != null && cached != version) {
      Copy.bytes(cached.address() + end, version.address() + end, stale, tally);
    }
    version.publish(version.length());
    isSettled = true;
    int kept = written == count ? filled : Math.max(filledBefore, end);
    map.runs.settleWritten(run, version, kept, from, end, false);
  }

  /// What the backing took of a run that will be abandoned: a bad fsync can't bring it back.
  void leave(int written) {
    map.runs.lock.lock();
    try {
      map.runs.dirty.left(start(), start() + written);
    } finally {
      map.runs.lock.unlock();
    }
  }

  /// The version is the run's, and the backing has not got it.
  void settleDirty() {
    PageRef version = target();
    version.publish(version.length());
    isSettled = true;
    map.runs.settleWritten(run, version, filled, from, from + count, true);
  }

  /// The version was taken over, a range of `extent` if there is one, and the backing has it, or
  /// has not if it `isDirty`. *Takes* `version`, writable, whose bytes are all that the run will
  /// have.
  void settleStolen(PageRef version, @Nullable Extent extent, boolean isDirty) {
    map.witness.taken(run, version);
    version.publish(count);
    isSettled = true;
    map.runs.settleWritten(run, version, count, 0, count, isDirty, extent);
  }

  private PageRef target() {
    PageRef version = target;
    if (version == null) {
      throw new IllegalStateException("no version was begun: " + run);
    }
    return version;
  }

  /// Undoes what was not settled, as the table says.
  @Override
  public void close() {
    if (isSettled) {
      return;
    }
    if (isUntouched) {
      map.runs.unclaim(run);
      return;
    }
    PageRef cached = run.pages;
    PageRef version = target;
    if (isUnwritten && cached != null) {
      boolean isTorn = version == cached;
      if (isTorn) {
        cached.publish(cached.length());
      }
      int end = isTorn ? Math.min(from + count, filledBefore) : from;
      map.runs.settleWritten(run, cached, filledBefore, from, end, true);
    } else {
      map.runs.abandon(run);
    }
    if (version != null && version != cached) {
      version.close();
    }
  }
}
