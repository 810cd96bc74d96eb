package ropewalk.bio;

import java.io.IOException;
import ropewalk.iov.Direction;
import ropewalk.iov.IovIter;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;
import ropewalk.linux.Scratch;
import ropewalk.linux.Statx;

/// What a file demands of direct I/O: powers of two, in bytes.
///
/// ```
///   memory     |<- memory ->|        each range begins at a multiple of it
///   file       |<------ block ------>|<------ block ------>|    offsets and lengths are multiples
/// ```
///
/// Asked of the file by statx(2) (STATX_DIOALIGN, Linux 6.1). A file system that doesn't say gets
/// [#ASSUMED]: no disk demands more, and more than needed is never wrong.
///
/// @param memory what addresses are multiples of
/// @param block what offsets and lengths of writes are multiples of
/// @param readBlock the same for reads; never more than `block`
/// @param isAsked whether the file said so itself
public record Alignment(int memory, int block, int readBlock, boolean isAsked) {

  /// For files that don't say: the sector of a 4Kn disk, and a page at the least.
  public static final Alignment ASSUMED = new Alignment(4096, 4096, 4096, false);

  /// Checks that these are powers of two.
  public Alignment {
    demandPower("memory", memory);
    demandPower("block", block);
    demandPower("readBlock", readBlock);
    if (readBlock > block) {
      throw new IllegalArgumentException("readBlock=" + readBlock + " above block=" + block);
    }
  }

  /// Asks an open file.
  ///
  /// @throws IOException if the file says that direct I/O is not possible on it
  public static Alignment of(Fd fd) throws IOException {
    int wanted = Statx.STATX_BASIC_STATS | Statx.STATX_DIOALIGN | Statx.STATX_DIO_READ_ALIGN;
    int number = fd.enter();
    try (Scratch scratch = new Scratch(Statx.SIZE)) {
      long at = scratch.address();
      int result = fd.syscalls().statx(number, "", Open.AT_EMPTY_PATH, wanted, at);
      LinuxException.check(result, "statx", "fd", fd);
      if ((Statx.mask(at) & Statx.STATX_DIOALIGN) == 0) {
        return ASSUMED;
      }
      int memory = Statx.dioMemAlign(at);
      int block = Statx.dioOffsetAlign(at);
      if (memory == 0 || block == 0) {
        throw new IOException(fd + ": no direct I/O on this file, says statx (alignment 0)");
      }
      boolean saysReads = (Statx.mask(at) & Statx.STATX_DIO_READ_ALIGN) != 0;
      int reads = saysReads ? Statx.dioReadOffsetAlign(at) : 0;
      return new Alignment(memory, block, reads == 0 ? block : Math.min(reads, block), true);
    } finally {
      fd.exit();
    }
  }

  /// The block of one direction: that of reads fills memory, a TARGET.
  public int block(Direction direction) {
    return direction == Direction.TARGET ? readBlock : block;
  }

  /// `n` down to a multiple of `unit`, a power of two.
  public static long down(long n, int unit) {
    return n & -(long) unit;
  }

  /// `n` up to a multiple of `unit`, a power of two.
  public static long up(long n, int unit) {
    return Math.addExact(n, unit - 1) & -(long) unit;
  }

  /// Whether `n` is a multiple of `unit`, a power of two.
  public static boolean isMultiple(long n, int unit) {
    return (n & (unit - 1)) == 0;
  }

  /// The error for what is askew and not to be bounced: what was asked, and what the file demands.
  IOException refusal(IovIter iter, long offset, long length) {
    return new IOException(
        """
        %s(offset=%d, length=%d, memory alignment=%#x): this file demands offsets and lengths in \
        multiples of %d, memory at multiples of %d%s"""
            .formatted(
                verb(iter.direction()),
                offset,
                length,
                iter.alignment(),
                block(iter.direction()),
                memory,
                isAsked ? "" : " (assumed: the file doesn't say)"));
  }

  /// What is done to a file in this direction, for errors.
  static String verb(Direction direction) {
    return direction == Direction.SOURCE ? "write" : "read";
  }

  private static void demandPower(String what, int n) {
    if (Integer.bitCount(n) != 1) {
      throw new IllegalArgumentException(what + "=" + n + " is no power of two");
    }
  }
}
