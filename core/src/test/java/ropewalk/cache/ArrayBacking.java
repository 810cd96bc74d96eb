package ropewalk.cache;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import ropewalk.linux.Iovec;
import ropewalk.linux.Memory;

/// A file in an array, which can be made slow, short, changed behind the cache's back, or broken.
///
/// Its medium is another array. As in the kernel, a sync that fails leaves what it was about clean:
/// no later one brings it to the medium unless it is written again.
final class ArrayBacking implements Backing {
  private static final int PAGE = 4096;

  private byte[] bytes = new byte[0];
  private byte[] medium = new byte[0];
  private final List<long[]> unsynced = new ArrayList<>();
  private long changes;
  int reads;
  int writes;
  int syncs;
  int closes;
  boolean isDurable;

  /// No write brings a byte any more.
  volatile boolean isFull;

  /// What a call that asks for so many bytes may move; the default is all.
  LongUnaryOperator readable = asked -> asked;

  LongUnaryOperator writable = asked -> asked;

  /// The calls from now on that fail: 0 the next one, negative none.
  int readsUntilFailure = -1;

  int writesUntilFailure = -1;
  int truncatesUntilFailure = -1;
  int syncsUntilFailure = -1;

  /// The longest page that it takes over, or 0: a type that ignores offers.
  int offerMax;

  /// Whether pages of zeros are holes.
  boolean isSparse;

  /// Run in the middle of each read, with no lock of ours.
  @Nullable Runnable whileReading;

  /// Run in the middle of each write, with no lock of ours.
  @Nullable Runnable whileWriting;

  /// Run before the file's size changes.
  @Nullable Runnable whileTruncating;

  /// Run after each read, when its bytes are in the caller's memory.
  @Nullable Runnable afterReading;

  /// What the end of a reading answers.
  @Nullable BooleanSupplier readingEnds;

  @Override
  public Reading reading() {
    BooleanSupplier ends = readingEnds;
    return ends == null ? Reading.UNGUARDED : ends::getAsBoolean;
  }

  synchronized byte[] bytes() {
    return bytes.clone();
  }

  /// What a crash would leave.
  synchronized byte[] medium() {
    return Arrays.copyOf(medium, bytes.length);
  }

  /// What a stranger does, and syncs.
  synchronized void become(byte[] other) {
    bytes = other.clone();
    medium = bytes.clone();
    unsynced.clear();
    changes++;
  }

  @Override
  public long preadv(long iov, int count, long offset) throws IOException {
    Runnable hook = whileReading;
    if (hook != null) {
      hook.run();
    }
    try {
      return readNow(iov, count, offset);
    } finally {
      Runnable after = afterReading;
      if (after != null) {
        after.run();
      }
    }
  }

  private long readNow(long iov, int count, long offset) throws IOException {
    synchronized (this) {
      reads++;
      if (readsUntilFailure >= 0 && readsUntilFailure-- == 0) {
        throw new IOException("preadv: EIO");
      }
      long asked = 0;
      for (int i = 0; i < count; i++) {
        asked += Iovec.length(iov, i);
      }
      long left = Math.min(readable.applyAsLong(asked), Math.max(bytes.length - offset, 0));
      long done = 0;
      for (int i = 0; i < count && done < left; i++) {
        long length = Math.min(Iovec.length(iov, i), left - done);
        MemorySegment.copy(
            MemorySegment.ofArray(bytes), offset + done, Memory.ALL, Iovec.base(iov, i), length);
        done += length;
      }
      return done;
    }
  }

  @Override
  public long pwritev(long iov, int count, long offset) throws IOException {
    Runnable hook = whileWriting;
    if (hook != null) {
      hook.run();
    }
    return writeNow(iov, count, offset);
  }

  private synchronized long writeNow(long iov, int count, long offset) throws IOException {
    writes++;
    if (isFull || (writesUntilFailure >= 0 && writesUntilFailure-- == 0)) {
      throw new IOException("pwritev: ENOSPC");
    }
    long done = 0;
    for (int i = 0; i < count; i++) {
      long asked = Iovec.length(iov, i);
      long length = Math.min(asked, writable.applyAsLong(asked));
      grow(offset + done + length);
      MemorySegment.copy(
          Memory.ALL,
          ValueLayout.JAVA_BYTE,
          Iovec.base(iov, i),
          bytes,
          (int) (offset + done),
          (int) length);
      done += length;
      if (length < asked) {
        break;
      }
    }
    changes++;
    unsynced.add(new long[] {offset, offset + done});
    return done;
  }

  private void grow(long size) {
    if (size > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) size);
    }
  }

  @Override
  public void truncate(long size) throws IOException {
    Runnable hook = whileTruncating;
    if (hook != null) {
      hook.run();
    }
    truncateNow(size);
  }

  private synchronized void truncateNow(long size) throws IOException {
    if (truncatesUntilFailure >= 0 && truncatesUntilFailure-- == 0) {
      throw new IOException("ftruncate: EIO");
    }
    bytes = Arrays.copyOf(bytes, (int) size);
    medium = Arrays.copyOf(medium, (int) size);
    changes++;
  }

  @Override
  public synchronized void sync(boolean isDataOnly) throws IOException {
    syncs++;
    if (syncsUntilFailure >= 0 && syncsUntilFailure-- == 0) {
      unsynced.clear();
      throw new IOException("fsync: EIO");
    }
    medium = Arrays.copyOf(medium, bytes.length);
    for (long[] range : unsynced) {
      int from = (int) range[0];
      int to = (int) Math.min(range[1], bytes.length);
      if (from < to) {
        System.arraycopy(bytes, from, medium, from, to - from);
      }
    }
    unsynced.clear();
  }

  @Override
  public boolean isDurable() {
    return isDurable;
  }

  @Override
  public synchronized void close() {
    closes++;
  }

  /// Zeros: an array has no holes to give back.
  @Override
  public synchronized void punch(long offset, long length) {
    long end = Math.min(offset + length, bytes.length);
    if (offset < end) {
      Arrays.fill(bytes, (int) offset, (int) end, (byte) 0);
      medium = Arrays.copyOf(medium, bytes.length);
      Arrays.fill(medium, (int) offset, (int) end, (byte) 0);
    }
    changes++;
  }

  @Override
  public synchronized void preallocate(long offset, long length) {
    grow(offset + length);
    changes++;
  }

  /// As lseek on a file whose holes are its pages of zeros, if it [isSparse].
  @Override
  public synchronized long nextData(long offset) {
    return isSparse ? next(offset, false) : offset;
  }

  @Override
  public synchronized long nextHole(long offset) {
    return isSparse ? next(offset, true) : Long.MAX_VALUE;
  }

  private long next(long offset, boolean hole) {
    for (long at = offset; at < bytes.length; at = (at | (PAGE - 1)) + 1) {
      if (isHole((int) (at / PAGE)) == hole) {
        return at;
      }
    }
    return hole && offset < bytes.length ? bytes.length : Long.MAX_VALUE;
  }

  private boolean isHole(int page) {
    int end = Math.min(bytes.length, (page + 1) * PAGE);
    for (int i = page * PAGE; i < end; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int offerMax() {
    return offerMax;
  }

  @Override
  public synchronized Stamp stamp() {
    return new Stamp(1, 2, bytes.length, changes, changes);
  }
}
