package ropewalk.bio;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Direction;
import ropewalk.linux.Iovec;
import ropewalk.linux.Scratch;
import ropewalk.page.Folio;

/// One contiguous range of a file and the memory that goes there or comes from there.
///
/// ```
///   file     ......|======================|......       offset, bytes
///                  |          |     |     |
///   memory      folio A    zeros   A'   folio B         segments: ranges of folios, many pages each
///   pins           1         -     1      1             its own, dropped by complete()
/// ```
///
/// A folio is pinned once for each segment of it: by [#add], over a pin that the caller has, and
/// dropped by [#complete], once, from whichever thread completes. Zero folios are in it without a
/// pin (contract 4.2), memory of the house that is no folio (KVEC) likewise: whoever built its
/// iterator keeps it. The caller's own memory is never in a bio (rule 10).
///
/// **Clones.** [#split] gives the front as a bio of its own over the same pages. It has no pins;
/// this one keeps all of them until it and all its clones are complete, so that they are dropped
/// once (contract 4.6). A clone may be completed on another thread than its parent.
///
/// Comes from a [BioPool] and returns there; nothing is allocated in steady state. Belongs to one
/// thread at a time, which hands it over with what it knows; only [#complete] counts down between
/// threads.
public final class Bio {

  private static final int SEGMENTS_FIRST = 16;

  private final BioPool home;

  /// What is still to be completed: itself and its clones.
  private final AtomicInteger pending = new AtomicInteger();

  private @Nullable Folio[] folios = new @Nullable Folio[SEGMENTS_FIRST];
  private Scratch iov = new Scratch((long) SEGMENTS_FIRST * Iovec.SIZE);
  private Direction direction = Direction.SOURCE;
  private long offset;
  private long bytes;

  /// Segments before this one went to clones: their pins are kept, their ranges are not shown.
  private int first;

  private int size;
  private @Nullable Bio parent;

  Bio(BioPool home) {
    this.home = home;
  }

  void begin(Direction direction, long offset) {
    this.direction = direction;
    this.offset = offset;
    bytes = 0;
    first = 0;
    size = 0;
    parent = null;
    pending.set(1);
  }

  /// SOURCE: memory is written to the file. TARGET: the file is read into memory.
  public Direction direction() {
    return direction;
  }

  /// Where in the file it begins.
  public long offset() {
    return offset;
  }

  /// How many bytes it has.
  public long bytes() {
    return bytes;
  }

  /// The first byte of the file behind it.
  public long end() {
    return offset + bytes;
  }

  /// How many ranges of memory it has.
  public int segments() {
    return size - first;
  }

  /// The address of its iovec array, good until [#complete].
  public long iov() {
    return iov.address() + (long) first * Iovec.SIZE;
  }

  /// Whether it is the front of another one.
  public boolean isClone() {
    return parent != null;
  }

  /// Appends `length` bytes at `address`, which lie in `folio` (null: the house's, no folio) and
  /// pins the folio once more. The folio is pinned by the caller, or a zero folio.
  public void add(@Nullable Folio folio, long address, long length) {
    if (length <= 0) {
      throw new IllegalArgumentException("add(" + length + " bytes) to " + this);
    }
    if (size == folios.length) {
      grow();
    }
    if (folio != null && !folio.isZero()) {
      folio.addPin();
    }
    folios[size] = folio;
    Iovec.set(iov.address(), size, address, length);
    size++;
    bytes += length;
  }

  /// *Gives* the first `n` bytes as a bio of its own; this one goes on behind them. Both are to be
  /// completed; the pins are dropped by this one, when both are.
  public Bio split(long n) {
    if (n <= 0 || n >= bytes || isClone()) {
      throw new IllegalArgumentException("split(" + n + ") of " + this);
    }
    Bio front = home.take(direction, offset);
    front.parent = this;
    pending.incrementAndGet();
    for (long left = n; left > 0; ) {
      long at = Iovec.base(iov.address(), first);
      long length = Iovec.length(iov.address(), first);
      long taken = Math.min(left, length);
      front.share(at, taken);
      left -= taken;
      if (taken == length) {
        first++;
      } else {
        Iovec.set(iov.address(), first, at + taken, length - taken);
      }
    }
    offset += n;
    bytes -= n;
    return front;
  }

  /// A range whose pin is the parent's.
  private void share(long address, long length) {
    if (size == folios.length) {
      grow();
    }
    folios[size] = null;
    Iovec.set(iov.address(), size, address, length);
    size++;
    bytes += length;
  }

  /// The request is over, or never was: drops the pins, once, when all its clones are complete too.
  /// *Takes* the bio: it may be another one's from here on.
  public void complete() {
    Bio whole = parent;
    if (whole == null) {
      countDown();
      return;
    }
    pending.set(0);
    home.give(this);
    whole.countDown();
  }

  private void countDown() {
    int left = pending.decrementAndGet();
    if (left < 0) {
      throw new IllegalStateException("complete() of a bio that is complete: " + this);
    }
    if (left == 0) {
      release();
      home.give(this);
    }
  }

  private void release() {
    for (int i = 0; i < size; i++) {
      Folio folio = folios[i];
      folios[i] = null;
      if (folio != null && !folio.isZero()) {
        folio.unpin();
      }
    }
    size = 0;
    first = 0;
  }

  private void grow() {
    int segments = 2 * folios.length;
    Scratch larger = new Scratch((long) segments * Iovec.SIZE);
    for (int i = 0; i < size; i++) {
      long old = iov.address();
      Iovec.set(larger.address(), i, Iovec.base(old, i), Iovec.length(old, i));
    }
    iov.close();
    iov = larger;
    folios = Arrays.copyOf(folios, segments);
  }

  /// Frees the iovec array; the bio is at rest.
  void free() {
    iov.close();
  }

  /// For messages.
  @Override
  public String toString() {
    return "Bio[%s, offset=%d, bytes=%d, segments=%d%s]"
        .formatted(direction, offset, bytes, segments(), isClone() ? ", clone" : "");
  }
}
