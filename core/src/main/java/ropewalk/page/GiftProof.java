package ropewalk.page;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Mapping;
import ropewalk.linux.Maps;
import ropewalk.linux.Memory;
import ropewalk.linux.Scratch;
import ropewalk.linux.Sockets;
import ropewalk.linux.Splices;
import ropewalk.linux.Syscalls;

/// May pages of the gift class be given to this kernel? Nobody takes it on trust: a page is put in
/// flight, its backing dropped, the address refilled, and what arrives is compared (rule 6).
///
/// ```
///   page "old" ──vmsplice──► pipe ──splice──► socket          the page is in the socket's queue
///   MADV_DONTNEED, then "new" at the same address             our side lets go and writes
///   recv: "old"  → given pages stay what they are: proved
///         "new"  → the kernel followed our mapping: giving is off
/// ```
///
/// A kernel whose `vmsplice` copies passes too: then giving is merely not free.
///
/// It is tried on a base page and, for memory that asks for huge ones, on a part of a huge page:
/// what leaves then is 64 KiB out of the middle of 2 MiB, as when one folio of many goes home.
final class GiftProof {
  /// A huge page where base pages have 4 KiB (x86-64, most of aarch64). Elsewhere gift memory is of
  /// base pages.
  static final int HUGE = 2 << 20;

  /// Which base pages go with [#HUGE].
  private static final int BASE_OF_HUGE = 4096;

  /// How much is dropped out of a huge page: the usual folio.
  private static final int PART = 1 << 16;

  private static final long OLD = 0x6f6c64_6f6c64_6f6cL;
  private static final long NEW = 0x6e6577_6e6577_6e65L;

  private GiftProof() {}

  /// Tries it. Leaves nothing behind.
  ///
  /// @return true if what was in flight stayed what it was; false if it changed, or if this kernel
  ///   or this container doesn't let us try
  static boolean holds(Syscalls syscalls, int pageSize) {
    try (Mapping memory = Mapping.anonymous(syscalls, pageSize, 0)) {
      return attempt(syscalls, memory.address(), pageSize, pageSize);
    } catch (IOException e) {
      return false;
    }
  }

  /// The same with a page in the middle of memory that asked for huge pages. Where the kernel has
  /// none to give at the moment it is a proof of base pages only; what it does later is the same
  /// code.
  static boolean holdsInHugePages(Syscalls syscalls, int pageSize) {
    if (pageSize != BASE_OF_HUGE) {
      return false;
    }
    try (Mapping memory = Mapping.anonymous(syscalls, 2L * HUGE, Maps.MAP_NORESERVE)) {
      long start = (memory.address() + HUGE - 1) / HUGE * HUGE;
      int advised = syscalls.madvise(start, HUGE, Maps.MADV_HUGEPAGE);
      return advised >= 0 && attempt(syscalls, start + PART, pageSize, PART);
    } catch (IOException e) {
      return false;
    }
  }

  /// Puts the page at `address` in flight, drops `dropped` bytes from there on, and looks what
  /// arrives.
  private static boolean attempt(Syscalls syscalls, long address, int pageSize, int dropped)
      throws IOException {
    int type = Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC;
    long pair = syscalls.socketpair(Sockets.AF_UNIX, type, 0);
    LinuxException.check(pair, "socketpair", "family", "AF_UNIX");
    try (Fd sender = new Fd(syscalls, Syscalls.first(pair), "proof");
        Fd receiver = new Fd(syscalls, Syscalls.second(pair), "proof")) {
      long pipe = syscalls.pipe2(ropewalk.linux.Open.O_CLOEXEC | ropewalk.linux.Open.O_NONBLOCK);
      LinuxException.check(pipe, "pipe2");
      try (Fd out = new Fd(syscalls, Syscalls.first(pipe), "proof");
          Fd in = new Fd(syscalls, Syscalls.second(pipe), "proof");
          Scratch scratch = new Scratch(Iovec.SIZE + Long.BYTES)) {
        Memory.ALL.set(JAVA_LONG, address, OLD);
        Iovec.set(scratch.address(), 0, address, pageSize);
        send(syscalls, in, out, sender, scratch.address(), pageSize);
        LinuxException.check(
            syscalls.madvise(address, dropped, Maps.MADV_DONTNEED), "madvise", "DONTNEED");
        Memory.ALL.set(JAVA_LONG, address, NEW);
        long arrived = scratch.address() + Iovec.SIZE;
        long got = syscalls.recv(receiver.number(), arrived, Long.BYTES, Sockets.MSG_DONTWAIT);
        return got == Long.BYTES && Memory.ALL.get(JAVA_LONG, arrived) == OLD;
      }
    }
  }

  private static void send(Syscalls syscalls, Fd in, Fd out, Fd socket, long iov, int pageSize)
      throws IOException {
    int flags = Splices.SPLICE_F_NONBLOCK;
    long spliced = syscalls.vmsplice(in.number(), iov, 1, flags);
    LinuxException.check(spliced, "vmsplice", "length", pageSize);
    long sent = syscalls.splice(out.number(), -1, socket.number(), -1, spliced, flags);
    LinuxException.check(sent, "splice", "length", spliced);
    if (spliced != pageSize || sent != pageSize) {
      throw LinuxException.of(-Errno.EAGAIN, "splice", "length", pageSize, "moved", sent);
    }
  }
}
