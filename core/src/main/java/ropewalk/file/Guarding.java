package ropewalk.file;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import ropewalk.cache.Reading;
import ropewalk.linux.Errno;
import ropewalk.linux.Fcntl;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;
import ropewalk.linux.Scratch;
import ropewalk.linux.Statx;

/// Which [Guard] a descriptor has, and its readings. What never changes is asked once, before the
/// first reading: a file that is all cached never asks.
///
/// Shared by all threads; who asks first twice gets the same answer.
final class Guarding {
  /// With these nobody changes bytes that a memfd has. It may still grow.
  private static final int SEALS = Fcntl.F_SEAL_WRITE | Fcntl.F_SEAL_SHRINK;

  private final Fd fd;
  private final Lease lease;

  /// What guards the file whatever happens; LEASE if that has to be seen each time.
  private volatile @Nullable Guard found;

  private volatile String whyNone = "";

  private Guarding(Fd fd, @Nullable Guard known) {
    this.fd = fd;
    this.lease = new Lease(fd);
    this.found = known;
  }

  /// The guard of `fd`, lent, to be found out.
  static Guarding of(Fd fd) {
    return new Guarding(fd, null);
  }

  /// A descriptor whose guard is known.
  static Guarding by(Guard known, Fd fd, String whyNone) {
    Guarding guarding = new Guarding(fd, known);
    guarding.whyNone = whyNone;
    return guarding;
  }

  Reading begin() throws IOException {
    return switch (find()) {
      case SEALED, VERITY, SNAPSHOT -> Reading.IMMUTABLE;
      case LEASE -> lease.begin();
      case NONE -> Reading.UNGUARDED;
    };
  }

  /// What held for all that was read, given that the cache says that it is `isProven`.
  Guard guard(boolean isProven) throws IOException {
    Guard known = find();
    return known == Guard.LEASE && !isProven ? Guard.NONE : known;
  }

  /// Why there was no guard, the last time; empty if nobody has seen a reason.
  String whyNone() {
    return whyNone.isEmpty() ? lease.whyNot() : whyNone;
  }

  /// Whether the descriptor is the only one of its file.
  boolean isPrivate() {
    return found == Guard.SNAPSHOT;
  }

  private Guard find() throws IOException {
    Guard known = found;
    if (known == null) {
      known = ask();
      found = known;
    }
    return known;
  }

  private Guard ask() throws IOException {
    int number = fd.enter();
    try (Scratch scratch = new Scratch(Statx.SIZE)) {
      int seals = fd.syscalls().fcntl(number, Fcntl.F_GET_SEALS, 0);
      if (seals > 0 && (seals & SEALS) == SEALS) {
        return Guard.SEALED;
      }
      long at = scratch.address();
      int told = fd.syscalls().statx(number, "", Open.AT_EMPTY_PATH, Statx.STATX_TYPE, at);
      LinuxException.check(told, "statx", "fd", fd);
      if ((Statx.attributes(at) & Statx.STATX_ATTR_VERITY) != 0) {
        return Guard.VERITY;
      }
      if (!Statx.isRegular(at)) {
        whyNone = "a device has no leases";
        return Guard.NONE;
      }
      int flags = fd.syscalls().fcntl(number, Fcntl.F_GETFL, 0);
      if (flags < 0 && flags != -Errno.EINTR) {
        throw LinuxException.of(flags, "fcntl", "fd", fd, "command", "F_GETFL");
      }
      if ((flags & Open.O_ACCMODE) != Open.O_RDONLY) {
        whyNone = "we have it open for writing ourselves";
        return Guard.NONE;
      }
      return Guard.LEASE;
    } finally {
      fd.exit();
    }
  }
}
