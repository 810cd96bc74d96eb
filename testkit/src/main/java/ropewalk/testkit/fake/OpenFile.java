package ropewalk.testkit.fake;

import java.lang.foreign.MemorySegment;
import java.util.List;
import ropewalk.linux.Errno;
import ropewalk.linux.Fcntl;
import ropewalk.linux.Open;
import ropewalk.linux.Poll;
import ropewalk.linux.Statx;

/// A file that is open: a position, and the path it was opened by.
final class OpenFile extends Description {
  final FakeFile file;
  final String path;
  long position;

  /// `F_RDLCK`, `F_WRLCK` or `F_UNLCK`.
  int lease = Fcntl.F_UNLCK;

  OpenFile(FakeFile file, String path, int flags) {
    super(flags);
    this.file = file;
    this.path = path;
    if (canWrite()) {
      file.writers++;
    }
  }

  @Override
  boolean seekable() {
    return true;
  }

  @Override
  List<MemorySegment> peek(long from, long max) {
    return file.runs(from == HERE ? position : from, max);
  }

  @Override
  long emptyAnswer() {
    return file.directory ? -Errno.EISDIR : 0;
  }

  @Override
  void consume(long count) {
    position += count;
  }

  /// Copies: a file's pages are its own.
  @Override
  long accept(long to, List<MemorySegment> runs) {
    if ((file.seals & (Fcntl.F_SEAL_WRITE | Fcntl.F_SEAL_FUTURE_WRITE)) != 0) {
      return -Errno.EPERM;
    }
    boolean append = (flags & Open.O_APPEND) != 0;
    long start = append ? file.size() : to == HERE ? position : to;
    long count = bytes(runs);
    if ((file.seals & Fcntl.F_SEAL_GROW) != 0) {
      count = Math.min(count, file.size() - start);
      if (count <= 0) {
        return -Errno.EPERM;
      }
    }
    long at = start;
    for (MemorySegment run : head(runs, count)) {
      file.write(at, run);
      at += run.byteSize();
    }
    if (to == HERE) {
      position = at;
    }
    if ((flags & Open.O_DSYNC) != 0) {
      file.sync();
    }
    return count;
  }

  @Override
  int ready() {
    return Poll.POLLIN | Poll.POLLOUT;
  }

  @Override
  void close() {
    if (canWrite()) {
      file.writers--;
    }
  }

  @Override
  int type() {
    return file.directory ? Statx.S_IFDIR : Statx.S_IFREG;
  }

  @Override
  long waiting() {
    return Math.max(0, file.size() - position);
  }
}
