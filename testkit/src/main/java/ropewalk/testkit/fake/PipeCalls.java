package ropewalk.testkit.fake;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import ropewalk.linux.Errno;
import ropewalk.linux.Iovec;
import ropewalk.linux.Memory;
import ropewalk.linux.Open;
import ropewalk.linux.Splices;

/// The calls that move bytes between descriptors.
final class PipeCalls {
  private static final int PAGE = Description.PAGE;

  private final World world;
  private boolean copies;

  PipeCalls(World world) {
    this.world = world;
  }

  /// A kernel whose splice no longer shares a file's pages.
  void spliceCopies(boolean newCopies) {
    copies = newCopies;
  }

  public long pipe2(int flags) {
    if ((flags & ~(Open.O_CLOEXEC | Open.O_NONBLOCK)) != 0) {
      return -Errno.EINVAL;
    }
    FakePipe pipe = new FakePipe(flags);
    return world.open(pipe.source, pipe.target);
  }

  public long splice(int fdIn, long offsetIn, int fdOut, long offsetOut, long length, int flags) {
    Description in = world.get(fdIn);
    Description out = world.get(fdOut);
    if (in == null || out == null || !in.canRead() || !out.canWrite()) {
      return -Errno.EBADF;
    }
    boolean pipeIn = FakePipe.isEnd(in);
    boolean pipeOut = FakePipe.isEnd(out);
    if (!pipeIn && !pipeOut) {
      return -Errno.EINVAL;
    }
    if ((offsetIn != -1 && !in.seekable()) || (offsetOut != -1 && !out.seekable())) {
      return -Errno.ESPIPE;
    }
    if (pipeIn && pipeOut && FakePipe.of(in) == FakePipe.of(out)) {
      return -Errno.EINVAL;
    }
    if (out instanceof OpenFile && (out.flags & Open.O_APPEND) != 0) {
      return -Errno.EINVAL;
    }
    if (length == 0) {
      return 0;
    }
    boolean mayDecline =
        (flags & Splices.SPLICE_F_NONBLOCK) != 0
            || (pipeIn && in.nonblocking())
            || (pipeOut && out.nonblocking())
            || (!pipeIn && !in.seekable() && in.nonblocking())
            || (!pipeOut && !out.seekable() && out.nonblocking());
    return world.await(
        mayDecline,
        () ->
            pipeIn && pipeOut
                ? FakePipe.of(in).moveTo(FakePipe.of(out), length)
                : move(in, offsetIn, out, offsetOut, length));
  }

  public long sendfile(int fdOut, int fdIn, long offsetIn, long length) {
    Description in = world.get(fdIn);
    Description out = world.get(fdOut);
    if (in == null || out == null || !in.canRead() || !out.canWrite()) {
      return -Errno.EBADF;
    }
    if (!(in instanceof OpenFile open) || (out.flags & Open.O_APPEND) != 0) {
      return -Errno.EINVAL;
    }
    long done = 0;
    while (done < length) {
      long at = (offsetIn == -1 ? open.position : offsetIn) + (offsetIn == -1 ? 0 : done);
      long left = length - done;
      long part =
          world.await(out.nonblocking(), () -> move(open, offsetIn == -1 ? -1 : at, out, -1, left));
      if (part <= 0) {
        return done > 0 ? done : part;
      }
      done += part;
      world.notifyAll();
    }
    return done;
  }

  public long tee(int fdIn, int fdOut, long length, int flags) {
    Description in = world.get(fdIn);
    Description out = world.get(fdOut);
    if (in == null || out == null || !in.canRead() || !out.canWrite()) {
      return -Errno.EBADF;
    }
    if (!FakePipe.isEnd(in) || !FakePipe.isEnd(out) || FakePipe.of(in) == FakePipe.of(out)) {
      return -Errno.EINVAL;
    }
    boolean mayDecline =
        (flags & Splices.SPLICE_F_NONBLOCK) != 0 || in.nonblocking() || out.nonblocking();
    return length == 0
        ? 0
        : world.await(
            mayDecline,
            () -> {
              List<MemorySegment> runs = in.peek(-1, length);
              return runs.isEmpty() ? in.emptyAnswer() : out.accept(-1, runs);
            });
  }

  public long vmsplice(int fd, long iov, int count, int flags) {
    Description end = world.get(fd);
    if (end == null || !FakePipe.isEnd(end)) {
      return -Errno.EBADF;
    }
    boolean mayDecline = (flags & Splices.SPLICE_F_NONBLOCK) != 0;
    if (end.canRead()) {
      return world.await(mayDecline, () -> readOut(end, iov, count));
    }
    List<MemorySegment> pages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long end1 = Iovec.base(iov, i) + Iovec.length(iov, i);
      for (long at = Iovec.base(iov, i); at < end1; ) {
        long part = Math.min(end1 - at, PAGE - at % PAGE);
        pages.add(Memory.segment(at, part));
        at += part;
      }
    }
    return pages.isEmpty() ? 0 : world.await(mayDecline, () -> end.accept(-1, pages));
  }

  public long copyFileRange(int fdIn, long offsetIn, int fdOut, long offsetOut, long length) {
    if (world.get(fdIn) == null || world.get(fdOut) == null) {
      return -Errno.EBADF;
    }
    if (!(world.get(fdIn) instanceof OpenFile in) || !(world.get(fdOut) instanceof OpenFile out)) {
      return -Errno.EINVAL;
    }
    if (in.file.directory || out.file.directory) {
      return -Errno.EISDIR;
    }
    if (!in.canRead() || !out.canWrite() || (out.flags & Open.O_APPEND) != 0) {
      return -Errno.EBADF;
    }
    long from = offsetIn == -1 ? in.position : offsetIn;
    long to = offsetOut == -1 ? out.position : offsetOut;
    long count = Math.max(0, Math.min(length, in.file.size() - from));
    if (in.file == out.file && from < to + count && to < from + count) {
      return -Errno.EINVAL;
    }
    return count == 0 ? 0 : move(in, offsetIn, out, offsetOut, count);
  }

  /// One attempt: what is there and fits goes over by reference. A file copies what it accepts.
  private long move(Description in, long offsetIn, Description out, long offsetOut, long length) {
    List<MemorySegment> runs = in.peek(offsetIn, length);
    if (runs.isEmpty()) {
      // A full pipe is found out before the end of a file is.
      boolean full = FakePipe.isEnd(out) && FakePipe.of(out).free() == 0;
      return full ? -Errno.EAGAIN : in.emptyAnswer();
    }
    if (copies && in instanceof OpenFile) {
      runs = runs.stream().map(Description::copyOf).toList();
    }
    long moved = out.accept(offsetOut, runs);
    if (moved > 0 && offsetIn == -1) {
      in.consume(moved);
    }
    return moved;
  }

  private static long readOut(Description end, long iov, int count) {
    long done = 0;
    for (int i = 0; i < count; i++) {
      for (MemorySegment run : end.peek(-1, Iovec.length(iov, i))) {
        Memory.segment(Iovec.base(iov, i), Iovec.length(iov, i)).copyFrom(run);
        done += run.byteSize();
        end.consume(run.byteSize());
      }
    }
    return done == 0 ? end.emptyAnswer() : done;
  }
}
