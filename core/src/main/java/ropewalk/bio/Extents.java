package ropewalk.bio;

import java.io.IOException;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.FileFlags;
import ropewalk.linux.FileSize;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;
import ropewalk.linux.Scratch;
import ropewalk.linux.Statx;

/// Where a file has bytes and where it has holes, as lseek(2) knows it.
///
/// ```
///   0            dense                                       size
///   |=============|.......?.......|=======|........|==========|
///    known to be   asked each time:  data    hole
///    data
/// ```
///
/// **Stale answers.** Others may write and punch between the answer and its use. That there is
/// *data* may be remembered: if it is a hole by now, a read of it costs an I/O and brings zeros.
/// That there is a *hole* is never remembered, and is asked again under the claim of the file
/// before anybody is told "zeros" (contract R-46); a stranger's write that is under way at that
/// moment may be missed, as any read beside a write may miss it.
///
/// May be used from many threads; `dense` only ever promises too little. It falls under a claim
/// that nobody shares.
public final class Extents {

  private static final int SECTOR = 512; // of stx_blocks, whatever the disk has

  private final Fd fd;

  /// Up to here there was data when we looked.
  private volatile long dense;

  private Extents(Fd fd) {
    this.fd = fd;
  }

  /// Looks at an open file. A file with as many blocks as bytes has no holes worth asking for.
  public static Extents of(Fd fd) throws IOException {
    Extents extents = new Extents(fd);
    extents.look();
    return extents;
  }

  /// How long the file is, now.
  public long size() throws IOException {
    try (Scratch scratch = new Scratch(Statx.SIZE)) {
      return status(scratch);
    }
  }

  private void look() throws IOException {
    try (Scratch scratch = new Scratch(Statx.SIZE)) {
      long size = status(scratch);
      dense = Statx.blocks(scratch.address()) * SECTOR >= size ? size : 0;
    }
  }

  private long status(Scratch scratch) throws IOException {
    int number = fd.enter();
    try {
      int result =
          fd.syscalls()
              .statx(number, "", Open.AT_EMPTY_PATH, Statx.STATX_BASIC_STATS, scratch.address());
      LinuxException.check(result, "statx", "fd", fd);
      return LinuxException.check(
          FileSize.of(fd.syscalls(), number, scratch.address()), "ioctl", "fd", fd, "ask", "size");
    } finally {
      fd.exit();
    }
  }

  /// Up to here nobody needs to ask: the file had no hole before.
  public long dense() {
    return dense;
  }

  /// Bytes were written from `from` to `end`, under the claim: there is data, and perhaps no hole
  /// before it any more.
  void wrote(long from, long end) {
    long known = dense;
    if (from <= known && end > known) {
      dense = end; // who is overtaken here promises too little
    }
  }

  /// The file was cut, or punched, from `offset` on.
  public void forget(long offset) {
    dense = Math.min(dense, offset);
  }

  /// The first byte of data at or behind `offset`; [Long#MAX_VALUE] if there is none to the end of
  /// the file. A file system that can't say has data everywhere.
  public long data(long offset) throws IOException {
    long at = seek(offset, FileFlags.SEEK_DATA);
    return at == -Errno.ENXIO ? Long.MAX_VALUE : at < 0 ? offset : at;
  }

  /// Where the data at `offset` ends: the next hole, or the end of the file.
  public long hole(long offset) throws IOException {
    long at = seek(offset, FileFlags.SEEK_HOLE);
    return at < 0 ? Long.MAX_VALUE : at;
  }

  /// How many of `length` bytes at `offset` are worth reading, up to the next hole, in whole
  /// blocks; 0 if there is a hole. Good until somebody else writes.
  public long run(long offset, long length, int block) throws IOException {
    long end = dense;
    if (offset >= end) {
      if (data(offset) > offset) {
        return 0;
      }
      end = hole(offset);
    }
    return end == Long.MAX_VALUE ? length : Math.min(length, Alignment.up(end, block) - offset);
  }

  /// The descriptor's own position moves; nobody uses it.
  private long seek(long offset, int whence) throws IOException {
    int number = fd.enter();
    try {
      return fd.syscalls().lseek(number, offset, whence);
    } finally {
      fd.exit();
    }
  }
}
