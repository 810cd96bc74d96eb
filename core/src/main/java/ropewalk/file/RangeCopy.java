package ropewalk.file;

import java.io.IOException;
import java.util.List;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Errno;
import ropewalk.linux.LinuxException;
import ropewalk.page.PageRef;

/// Copies a range of one paged file into another, or into itself, through pages on loan: the source
/// is not copied out, and a piece stands still while it is written, whoever writes the source.
///
/// ```
///   to the front:  | 1 | 2 | 3 |        pieces in this order, as memmove does,
///                |<--                   so that no piece is overwritten before it was lent
///   to the back:   | 3 | 2 | 1 |
///                    -->|
/// ```
final class RangeCopy {
  /// Lent at a time, in bytes: what one call writes.
  private static final int PIECE = 1 << 20;

  private final PagedFile source;
  private final PagedFile target;
  private final Tally tally;

  RangeCopy(PagedFile source, PagedFile target, Tally tally) {
    this.source = source;
    this.target = target;
    this.tally = tally;
  }

  /// See [PagedFile#copyRange].
  long run(long sourceOffset, long offset, long length) throws IOException {
    if (sourceOffset < 0 || offset < 0 || length < 0) {
      throw refusal(Errno.EINVAL, sourceOffset, offset, length);
    }
    long wanted = Math.min(length, Math.max(source.size() - sourceOffset, 0));
    if (offset > Long.MAX_VALUE - length || sourceOffset > Long.MAX_VALUE - length) {
      throw refusal(Errno.EFBIG, sourceOffset, offset, length);
    }
    boolean isBackwards =
        source.isSameAs(target) && offset > sourceOffset && offset - sourceOffset < wanted;
    return isBackwards
        ? backwards(sourceOffset, offset, wanted)
        : forwards(sourceOffset, offset, wanted);
  }

  private long forwards(long sourceOffset, long offset, long length) throws IOException {
    long done = 0;
    while (done < length) {
      long count = Math.min(PIECE, length - done);
      long copied;
      try {
        copied = piece(sourceOffset + done, offset + done, count);
      } catch (IOException e) {
        if (done > 0) {
          return done;
        }
        throw e;
      }
      done += copied;
      if (copied < count) {
        return done;
      }
    }
    return done;
  }

  /// The last piece first. A failure can't be told as a short count: it is an error.
  private long backwards(long sourceOffset, long offset, long length) throws IOException {
    long left = length;
    while (left > 0) {
      long count = Math.min(PIECE, left);
      left -= count;
      long copied = piece(sourceOffset + left, offset + left, count);
      if (copied < count) {
        throw new IOException(
            "copyRange(%s at %d, %s at %d, length=%d): the last %d bytes are copied"
                .formatted(source, sourceOffset, target, offset, length, length - left - count));
      }
    }
    return length;
  }

  private long piece(long sourceOffset, long offset, long count) throws IOException {
    List<PageRef> lent = View.lend(source, sourceOffset, count, tally);
    try {
      return target.write(IovIter.source(lent), offset, tally);
    } finally {
      lent.forEach(PageRef::close);
    }
  }

  private LinuxException refusal(int errno, long sourceOffset, long offset, long length) {
    return LinuxException.of(
        -errno,
        "copyRange",
        "source",
        source,
        "at",
        sourceOffset,
        "target",
        target,
        "offset",
        offset,
        "length",
        length);
  }
}
