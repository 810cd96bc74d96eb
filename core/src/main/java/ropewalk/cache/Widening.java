package ropewalk.cache;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Copy;
import ropewalk.iov.Tally;
import ropewalk.linux.Iovec;
import ropewalk.linux.Scratch;
import ropewalk.page.PageRef;

/// Brings an unwritten run up to the length that the file has got since.
///
/// ```
///   before   |██████ dirty ██|                  the file ended here
///   after    |██████ dirty ██| read, else zeros |    ... and ends somewhere behind
///            0             filled             bytesAt
/// ```
///
/// A run that is clean and too short is dropped and read again. This one has bytes that the backing
/// has not got, so only what is missing is read. What the backing is short of are zeros: the file
/// has grown in our cache first.
final class Widening {
  private final FileMap map;
  private final Backing backing;
  private final Tally tally;

  Widening(FileMap map, Backing backing, Tally tally) {
    this.map = map;
    this.backing = backing;
    this.tally = tally;
  }

  /// Widens `run`, which the caller has made busy; it is ready afterwards, whatever happened.
  void run(Run run) throws IOException {
    int filled = filled(run);
    PageRef old = run.version();
    @Nullable PageRef wider = null;
    boolean isDone = false;
    try {
      wider = map.cache.takeVersion(Fetch.folioBytes(filled));
      Copy.bytes(old.address(), wider.address(), run.filled, tally);
      int end = read(run, wider.address(), filled);
      wider.target().asSlice(end, filled - end).fill((byte) 0);
      wider.publish(wider.length());
      isDone = true;
    } finally {
      if (isDone && wider != null) {
        map.runs.settle(run, wider, filled);
      } else {
        map.runs.settle(run, old, run.filled);
        if (wider != null) {
          wider.close();
        }
      }
    }
  }

  private int filled(Run run) {
    map.runs.lock.lock();
    try {
      return Math.max(map.runs.bytesAt(run.index), run.filled);
    } finally {
      map.runs.lock.unlock();
    }
  }

  private int read(Run run, long address, int end) throws IOException {
    int at = run.filled;
    try (Scratch iov = new Scratch(Iovec.SIZE)) {
      while (at < end) {
        Iovec.set(iov.address(), 0, address + at, end - at);
        map.cache.reads.increment();
        long n = backing.preadv(iov.address(), 1, run.start() + at);
        if (n <= 0) {
          return at;
        }
        at += (int) n;
        tally.addKernel(n);
      }
    }
    return at;
  }
}
