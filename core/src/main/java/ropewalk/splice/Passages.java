package ropewalk.splice;

import static java.lang.Math.min;

import java.io.IOException;
import ropewalk.iov.Tally;
import ropewalk.linux.Abi;
import ropewalk.linux.Splices;
import ropewalk.page.PageRef;
import ropewalk.pipe.Hold;
import ropewalk.pipe.Pipe;

/// A file's bytes on their way into a pipe of ours and out of it, step by step as the kernel does
/// it.
///
/// ```
///   fill:   file --fill--> staging --a slot for each page--> pipe     no lock while the file is read
///   drain:  pipe --in hand--> Hold --drain--> file                    none while it is written
///   through: file --fill--> staging --drain--> file
/// ```
///
/// A file fills a slot per page of the file, so that a pipe of 16 slots takes 64 KiB at an even
/// offset and less at an odd one, as the kernel's. What was read and has no place in the pipe any
/// more, because somebody else filled it meanwhile, is released: the file still has it.
final class Passages implements AutoCloseable {

  private static final int PAGE = Abi.pageSize();

  /// The kernel's internal pipe has as many.
  private static final int SLOTS = 16;

  /// What one drain has in hand: as many ranges as one gathered write takes.
  private static final int HELD = 64;

  private final Tally tally;
  private final Pipe staging = Pipe.open(SLOTS);
  private final Hold hold = new Hold(HELD);

  Passages(Tally tally) {
    this.tally = tally;
  }

  /// `file` into `pipe`: waits for a slot (`until` as for [Lender#hasRoom]), then never. If
  /// somebody else filled the slot meanwhile, it waits for another: 0 would mean that the file ends
  /// here.
  long fill(Positional file, long offset, Pipe pipe, long length, long until) throws IOException {
    while (Lender.hasRoom(pipe, until)) {
      if (length == 0) {
        return 0;
      }
      long wanted = min(min(length, Splices.MOVE_MAX), (long) pipe.free() * PAGE);
      try {
        if (wanted > 0) {
          long read = stage(file.from(offset, wanted), wanted);
          long passed = read == 0 ? 0 : pass(offset, pipe);
          if (read == 0 || passed > 0) {
            return passed;
          }
        }
      } finally {
        release();
      }
    }
    return Pipe.NOT_NOW;
  }

  /// Moves what is staged into `pipe`, cut at the pages of the file, as far as there are slots.
  private long pass(long offset, Pipe pipe) throws IOException {
    long passed = 0;
    for (PageRef rest = staging.poll(); rest != null; rest = staging.poll()) {
      try {
        while (rest.length() > 0) {
          int page = (int) (PAGE - (offset + passed) % PAGE);
          PageRef piece = rest.splitHead(min(page, rest.length()));
          int length = piece.length();
          if (!offer(pipe, piece, passed > 0)) {
            return passed;
          }
          passed += length;
        }
      } finally {
        rest.close();
      }
    }
    return passed;
  }

  /// *Takes* `piece`, always. False if there is no slot, or nobody drains the pipe any more and the
  /// call has moved a byte.
  private static boolean offer(Pipe pipe, PageRef piece, boolean hasMoved) throws IOException {
    boolean isTaken = false;
    try {
      isTaken = pipe.offer(piece);
    } catch (IOException e) {
      if (!hasMoved) {
        throw e;
      }
    } finally {
      if (!isTaken) {
        piece.close();
      }
    }
    return isTaken;
  }

  /// `pipe` into `file`: waits for the first byte (`until` as for [#fill]), returns when the pipe
  /// is empty. The file is never told that more follows, whatever the caller said: it might keep
  /// back what doesn't fill a block, and what was counted is to be in it (contract R-17).
  long drain(Pipe pipe, Positional file, long offset, long length, long until) throws IOException {
    long limit = min(length, Splices.MOVE_MAX);
    long drained = 0;
    Sink sink = file.to(offset);
    while (drained < limit) {
      long inHand = hold.take(pipe, limit - drained);
      if (inHand == 0) {
        if (drained > 0 || pipe.isEnded()) {
          break;
        }
        if (until == Lender.AT_ONCE) {
          return Pipe.NOT_NOW;
        }
        if (!pipe.awaitBytes(until)) {
          break;
        }
        continue;
      }
      long written;
      try {
        written = sink.drain(hold.pipe(), inHand, false, tally);
      } catch (IOException e) {
        if (drained > 0) {
          break;
        }
        throw e;
      } finally {
        hold.giveBack();
      }
      drained += written;
      if (written < inHand) {
        break;
      }
    }
    return drained;
  }

  /// `source` into `target`, until either stops. What was read and not written is read again next
  /// time.
  long through(Positional source, long offset, Positional target, long offsetOut, long length)
      throws IOException {
    long limit = min(length, Splices.MOVE_MAX);
    long moved = 0;
    try {
      while (moved < limit) {
        long wanted = min(limit - moved, (long) SLOTS * PAGE);
        long read = stage(source.from(offset + moved, wanted), wanted);
        Sink sink = target.to(offsetOut + moved);
        long end = moved + read;
        while (moved < end) {
          moved += sink.drain(staging, end - moved, false, tally);
        }
        if (read < wanted) {
          break;
        }
      }
    } catch (IOException e) {
      if (moved == 0) {
        throw e;
      }
    } finally {
      release();
    }
    return moved;
  }

  /// Reads `wanted` bytes into the staging pipe; fewer at the end of the file, and before an error.
  private long stage(Source source, long wanted) throws IOException {
    long read = 0;
    try {
      while (read < wanted) {
        long got = source.fill(staging, wanted - read, tally);
        if (got <= 0) {
          break;
        }
        read += got;
      }
    } catch (IOException e) {
      if (read == 0) {
        throw e;
      }
    }
    return read;
  }

  private void release() {
    for (PageRef left = staging.poll(); left != null; left = staging.poll()) {
      left.close();
    }
  }

  @Override
  public void close() {
    hold.close();
    staging.close();
  }
}
