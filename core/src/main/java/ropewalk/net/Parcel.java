package ropewalk.net;

import java.io.IOException;
import ropewalk.engine.Engine;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;
import ropewalk.linux.Scratch;
import ropewalk.linux.Statx;
import ropewalk.page.FolioPool;
import ropewalk.splice.Source;

/// Bytes that go to another process of this host as one descriptor, instead of through a socket.
///
/// ```
///   one process                                   another process
///   pack ──► Parcel ──sendDescriptors(fd)──► receiveDescriptors ──► Parcel.of(fd) ──► move
///              │                                                        │
///              `──────────── the same pages, in the kernel ─────────────┘
/// ```
///
/// | | [MemoryParcel]: a sealed memfd | [PipeParcel]: a whole pipe |
/// |---|---|---|
/// | packing | the kernel copies once | pages are given, not copied |
/// | size | any | what a pipe holds: a megabyte |
/// | reading | as often as you like, at any position | once |
/// | trust | none needed: the seals say it can't change | the sender: it may still write its pages |
///
/// A descriptor that is passed is dedicated to that (rule 13): the pool's memory never is.
/// *Ownership*: a parcel owns its descriptor; sending it lends it for the call, so whoever packed a
/// parcel closes it, sent or not. A parcel is a source, used by one thread at a time; it shows its
/// end, so that a move from it stays inside the kernel where a route can.
public sealed interface Parcel extends Source permits MemoryParcel, PipeParcel {

  /// The descriptor, lent.
  Fd fd();

  /// Takes `fd`, which came from another process, and looks at what it is: a memfd with all its
  /// seals, or a pipe to read from. Anything else is refused, and closed.
  ///
  /// @throws IOException saying what it is instead, or which seals are missing
  static Parcel of(Engine engine, FolioPool pool, Fd fd) throws IOException {
    boolean isTaken = false;
    try {
      Parcel parcel =
          switch (type(fd)) {
            case Statx.S_IFREG -> MemoryParcel.checked(engine, pool, fd);
            case Statx.S_IFIFO -> PipeParcel.checked(engine, pool, fd);
            default -> throw new IOException(fd + " is no parcel: neither a memfd nor a pipe");
          };
      isTaken = true;
      return parcel;
    } finally {
      if (!isTaken) {
        fd.close();
      }
    }
  }

  private static int type(Fd fd) throws IOException {
    int number = fd.enter();
    try (Scratch scratch = new Scratch(Statx.SIZE)) {
      long address = scratch.address();
      int result = fd.syscalls().statx(number, "", Open.AT_EMPTY_PATH, Statx.STATX_TYPE, address);
      LinuxException.check(result, "statx", "fd", fd);
      return Statx.mode(address) & Statx.S_IFMT;
    } finally {
      fd.exit();
    }
  }

  @Override
  void close();
}
