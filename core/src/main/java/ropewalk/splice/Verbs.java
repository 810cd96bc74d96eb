package ropewalk.splice;

import static java.lang.Math.min;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.iov.Imports;
import ropewalk.iov.IovIter;
import ropewalk.iov.IovecIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Splices;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.pipe.PipeEnd;

/// The kernel's own verbs over pipes of ours: splice, tee, vmsplice and sendfile, with its results,
/// its errors and its order of asking.
///
/// ```
///   file ---splice---> pipe ---splice---> pipe ---splice---> file
///                       ^ ^                 |
///   memory --vmsplice---' `------tee--------+--vmsplice--> memory
///   file ------------------- sendfile -----------------> file, pipe
/// ```
///
/// Where [Splice] moves all of it by the best route, these do one step as the man pages say, and a
/// short count is a result:
/// - a call waits, if it may, before its first byte and never after it, and for pipes at most until
///   [#deadline]: the kernel has no such limit, callers of ours need one;
/// - whatever has moved a byte answers how many; the next call meets the error;
/// - 0 is the end (or a length of 0), [Pipe#NOT_NOW] is EAGAIN, all else a [LinuxException].
///
/// What differs from the kernel, and is meant, stands in docs/decisions.md: above all that bytes in
/// a pipe of ours don't change when the file they came from is written.
///
/// One thread at a time, like the task whose internal pipe sendfile uses: it keeps a pipe and a
/// tally of its own.
public final class Verbs implements AutoCloseable {

  /// In the place of an offset: the file's own position is used, and moved.
  public static final long NO_OFFSET = -1;

  private static final int FLAGS =
      Splices.SPLICE_F_MOVE
          | Splices.SPLICE_F_NONBLOCK
          | Splices.SPLICE_F_MORE
          | Splices.SPLICE_F_GIFT;

  private final Tally tally = new Tally();
  private final Passages passages;
  private final Lender lender;
  private long deadlineNanos = Pipe.FOREVER;

  /// Verbs that take pages from `pool` where bytes have to be copied.
  public Verbs(FolioPool pool) {
    passages = new Passages(tally);
    lender = new Lender(pool, tally);
  }

  /// What these calls have copied so far.
  public Tally tally() {
    return tally;
  }

  /// Calls from now on wait until `deadlineNanos` of `System.nanoTime()` at most, and then throw
  /// [java.net.SocketTimeoutException] with nothing moved; [Pipe#FOREVER] is what they begin with.
  /// Only waiting for a pipe ends so: a disk answers when it answers.
  public void deadline(long deadlineNanos) {
    this.deadlineNanos = deadlineNanos;
  }

  private long until(boolean mayWait) {
    return mayWait ? deadlineNanos : Lender.AT_ONCE;
  }

  /// `splice(2)`: moves at most `length` bytes between two ends of which one is a pipe. Whole slots
  /// move from pipe to pipe, the head of one that is too long is shared; a file's pages fill a slot
  /// each. Offsets are for files only; [#NO_OFFSET] uses and moves the file's own position.
  public long splice(Operand in, long offIn, Operand out, long offOut, long length, int flags)
      throws IOException {
    if (length == 0) {
      return 0;
    }
    demandFlags("splice", flags);
    demandNatural("splice", length);
    in.demandOpen("splice");
    out.demandOpen("splice");
    in.demandOffset("splice", offIn);
    out.demandOffset("splice", offOut);
    in.demandReadable("splice");
    out.demandWritable("splice");
    PipeEnd from = in.pipe();
    PipeEnd to = out.pipe();
    boolean mayWait = (flags & Splices.SPLICE_F_NONBLOCK) == 0;
    if (from != null && to != null) {
      demandTwo("splice", from, to);
      long moved = from.pipe().moveTo(to.pipe(), length, waiting(mayWait, from, to), deadlineNanos);
      return moved == Source.END ? 0 : moved;
    }
    if (from != null) {
      Positional file = file(out);
      long offset = offset("splice", out, file, offOut, length);
      if (out.isAppending()) {
        throw out.refuse(Errno.EINVAL, "splice");
      }
      long moved =
          passages.drain(
              from.pipe(), file, offset, length, until(mayWait && !from.isNonBlocking()));
      return advanced(file, offOut, moved);
    }
    if (to != null) {
      Positional file = file(in);
      long offset = offset("splice", in, file, offIn, length);
      long moved =
          passages.fill(file, offset, to.pipe(), length, until(mayWait && !to.isNonBlocking()));
      return advanced(file, offIn, moved);
    }
    throw in.refuse(Errno.EINVAL, "splice");
  }

  /// `tee(2)`: doubles at most `length` bytes of one pipe into another, and consumes none.
  public long tee(Operand in, Operand out, long length, int flags) throws IOException {
    demandFlags("tee", flags);
    if (length == 0) {
      return 0;
    }
    demandNatural("tee", length);
    in.demandReadable("tee");
    out.demandWritable("tee");
    PipeEnd from = in.pipe();
    PipeEnd to = out.pipe();
    if (from == null || to == null) {
      throw in.refuse(Errno.EINVAL, "tee");
    }
    demandTwo("tee", from, to);
    boolean mayWait = (flags & Splices.SPLICE_F_NONBLOCK) == 0;
    long shared = from.pipe().tee(to.pipe(), length, waiting(mayWait, from, to), deadlineNanos);
    return shared == Source.END ? 0 : shared;
  }

  /// `vmsplice(2)` with the caller's memory. Into a pipe (`end` is its source, `memory` a source)
  /// the bytes are copied at the call, a slot for each page that they touch: nobody can freeze the
  /// caller's memory. Out of a pipe they are copied into `memory`. As the kernel's it waits unless
  /// the flag says no; the end's own O_NONBLOCK is not asked.
  public long vmsplice(Operand end, IovIter memory, int flags) throws IOException {
    demandVmsplice(end, flags);
    if (memory instanceof IovecIter vector) {
      demandFew(vector.segments());
    }
    if (memory.count() == 0) {
      return 0; // whatever it is that is open there
    }
    PipeEnd pipe = pipe(end);
    boolean mayWait = (flags & Splices.SPLICE_F_NONBLOCK) == 0;
    if (pipe.isSource()) {
      return lender.copy(memory, pipe.pipe(), until(mayWait));
    }
    int how = Pipe.STREAM | (mayWait ? Pipe.PLAIN : Pipe.NONBLOCK);
    return pipe.pipe().read(memory, how, deadlineNanos, tally);
  }

  /// `vmsplice(2)` with pages of the pool: no byte is copied. Each page is *lent* to the pipe,
  /// which holds it until it is drained; with GIFT a whole page that the caller owns is *given*:
  /// the caller lets go of its reference, and whoever drains it may steal it. Where a gift can't
  /// hold (a part of a page, a page that is itself on loan) it is a loan, without a word. The
  /// references in `pages` stay the caller's.
  public long vmsplice(Operand end, List<PageRef> pages, int flags) throws IOException {
    demandVmsplice(end, flags);
    demandFew(pages.size());
    PipeEnd pipe = pipe(end);
    if (!pipe.isSource()) {
      throw end.refuse(Errno.EBADF, "vmsplice");
    }
    boolean gift = (flags & Splices.SPLICE_F_GIFT) != 0;
    return lender.lend(pages, pipe.pipe(), gift, until((flags & Splices.SPLICE_F_NONBLOCK) == 0));
  }

  /// `sendfile(2)`: moves at most `count` bytes of a file into another or into a pipe; out of a
  /// file into a file through the pipe of this object. The input's position, or none if `offIn` is
  /// given, moves by what the output took; so does the output's.
  public long sendfile(Operand out, Operand in, long offIn, long count) throws IOException {
    in.demandReadable("sendfile");
    in.demandOffset("sendfile", offIn);
    demandNatural("sendfile", count);
    Positional source = in.file();
    long offset = source == null ? 0 : offset("sendfile", in, source, offIn, count);
    out.demandWritable("sendfile");
    PipeEnd pipe = out.pipe();
    if (pipe != null) {
      return advanced(source, offIn, intoPipe(in, source, offset, pipe, count));
    }
    if (source == null || out.isAppending()) {
      throw out.refuse(Errno.EINVAL, "sendfile");
    }
    Positional target = file(out);
    long moved = passages.through(source, offset, target, target.position(), count);
    target.advance(moved);
    return advanced(source, offIn, moved);
  }

  private long intoPipe(
      Operand in, @Nullable Positional source, long offset, PipeEnd pipe, long count)
      throws IOException {
    long until = until(!pipe.isNonBlocking());
    if (source != null) {
      return passages.fill(source, offset, pipe.pipe(), count, until);
    }
    if (!Lender.hasRoom(pipe.pipe(), until)) {
      return Pipe.NOT_NOW;
    }
    if (count == 0) {
      return 0;
    }
    throw in.refuse(Errno.EINVAL, "sendfile");
  }

  private static void demandVmsplice(Operand end, int flags) throws IOException {
    demandFlags("vmsplice", flags);
    end.demandOpen("vmsplice");
  }

  /// Throws EINVAL for more segments than a call of the kernel's may have (IOV_MAX).
  private static void demandFew(int segments) throws IOException {
    if (segments > Imports.SEGMENTS_MAX) {
      throw LinuxException.of(-Errno.EINVAL, "vmsplice", "segments", segments);
    }
  }

  private static PipeEnd pipe(Operand end) throws IOException {
    PipeEnd pipe = end.pipe();
    if (pipe == null) {
      throw end.refuse(Errno.EBADF, "vmsplice");
    }
    return pipe;
  }

  private static void demandFlags(String call, int flags) throws IOException {
    if ((flags & ~FLAGS) != 0) {
      throw LinuxException.of(-Errno.EINVAL, call, "flags", "0x" + Integer.toHexString(flags));
    }
  }

  private static void demandNatural(String call, long length) throws IOException {
    if (length < 0) {
      throw LinuxException.of(-Errno.EINVAL, call, "length", length);
    }
  }

  private static void demandTwo(String call, PipeEnd from, PipeEnd to) throws IOException {
    if (from.pipe() == to.pipe()) {
      throw LinuxException.of(-Errno.EINVAL, call, "in", from, "out", to);
    }
  }

  private static int waiting(boolean mayWait, PipeEnd from, PipeEnd to) {
    boolean waits = mayWait && !from.isNonBlocking() && !to.isNonBlocking();
    return waits ? Pipe.PLAIN : Pipe.NONBLOCK;
  }

  private static Positional file(Operand operand) throws IOException {
    Positional file = operand.file();
    if (file == null) {
      throw operand.refuse(Errno.EINVAL, "splice");
    }
    return file;
  }

  /// Where in the file the call begins; throws EINVAL before the start and beyond the largest.
  private static long offset(
      String call, Operand operand, Positional file, long offset, long length) throws IOException {
    long begins = offset == NO_OFFSET ? file.position() : offset;
    if (begins < 0 || begins > Long.MAX_VALUE - min(length, Splices.MOVE_MAX)) {
      throw operand.refuse(Errno.EINVAL, call);
    }
    return begins;
  }

  private static long advanced(@Nullable Positional file, long offset, long moved) {
    if (file != null && offset == NO_OFFSET && moved > 0) {
      file.advance(moved);
    }
    return moved;
  }

  /// Releases the pipe of its own, which is empty.
  @Override
  public void close() {
    passages.close();
  }
}
