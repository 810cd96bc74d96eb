package ropewalk.net;

import static java.lang.Math.min;

import java.io.IOException;
import ropewalk.engine.Engine;
import ropewalk.iov.Tally;
import ropewalk.linux.Fcntl;
import ropewalk.linux.Fd;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;
import ropewalk.linux.Scratch;
import ropewalk.linux.Statx;
import ropewalk.linux.Syscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.splice.End;
import ropewalk.splice.Source;

/// A parcel that nobody can change any more: a memfd of its own, sealed against writing, growing,
/// shrinking and further seals. Whoever receives it needs to trust nobody; it is checked here
/// before a byte is believed.
///
/// It is read by explicit offsets. The descriptor's own position is shared with the sender and
/// whoever else has it, and never used. To a route it is a regular file that can't change
/// ([End#isImmutable]): `sendfile` and `splice` out of it share its pages with a socket or pipe and
/// are as strict as a copy. Read into pages of ours, the kernel copies each byte once.
public final class MemoryParcel implements Parcel {
  /// What makes it trustworthy. F_SEAL_FUTURE_WRITE is not enough: a mapping that exists could
  /// still write.
  static final int SEALS =
      Fcntl.F_SEAL_SEAL | Fcntl.F_SEAL_SHRINK | Fcntl.F_SEAL_GROW | Fcntl.F_SEAL_WRITE;

  private static final int CHUNK = 256 << 10;

  private final Engine engine;
  private final FolioPool pool;
  private final Fd fd;
  private final long size;
  private final Place place = new Place();

  private MemoryParcel(Engine engine, FolioPool pool, Fd fd, long size) {
    this.engine = engine;
    this.pool = pool;
    this.fd = fd;
    this.size = size;
  }

  /// Takes `fd` if it has all the seals; it stays the caller's if this throws.
  static MemoryParcel checked(Engine engine, FolioPool pool, Fd fd) throws IOException {
    int number = fd.enter();
    try (Scratch scratch = new Scratch(Statx.SIZE)) {
      Syscalls syscalls = fd.syscalls();
      int seals = syscalls.fcntl(number, Fcntl.F_GET_SEALS, 0);
      if (seals < 0 || (seals & SEALS) != SEALS) {
        throw new IOException(
            seals < 0
                ? fd + " is no parcel: a file that can't be sealed"
                : "%s is no parcel: it lacks seals, 0x%x of 0x%x are set"
                    .formatted(fd, seals & SEALS, SEALS));
      }
      // The size after the seals: now it can't change.
      int result =
          syscalls.statx(number, "", Open.AT_EMPTY_PATH, Statx.STATX_SIZE, scratch.address());
      LinuxException.check(result, "statx", "fd", fd);
      return new MemoryParcel(engine, pool, fd, Statx.size(scratch.address()));
    } finally {
      fd.exit();
    }
  }

  /// How many bytes it has, read or not.
  public long size() {
    return size;
  }

  /// The same bytes from the start again.
  public void rewind() {
    place.at = 0;
  }

  @Override
  public long fill(Pipe pipe, long limit, Tally tally) throws IOException {
    Source.demandLimit(limit);
    if (limit == 0 || pipe.free() == 0) {
      return 0;
    }
    long wanted = min(min(limit, size - place.at), CHUNK);
    if (wanted == 0) {
      return END;
    }
    PageRef folio = pool.take((int) wanted, FolioClass.RING);
    boolean isTaken = false;
    try {
      long got = engine.pread(fd, folio.address(), wanted, place.at);
      if (got == 0) {
        throw new IOException(
            "pread(fd=%s, offset=%d): the end, of %d sealed bytes".formatted(fd, place.at, size));
      }
      folio.publish((int) got);
      isTaken = pipe.offer(folio);
      if (!isTaken) {
        return 0;
      }
      tally.addKernel(got);
      place.at += got;
      return got;
    } finally {
      if (!isTaken) {
        folio.close();
      }
    }
  }

  @Override
  public boolean canUnread() {
    return true;
  }

  @Override
  public void unread(long bytes) {
    if (bytes < 0 || bytes > place.at) {
      throw new IllegalArgumentException("unread(" + bytes + ") of " + place.at + " of " + this);
    }
    place.at -= bytes;
  }

  @Override
  public long remaining() {
    return size - place.at;
  }

  @Override
  public End sourceEnd() {
    return place;
  }

  @Override
  public String wayIn() {
    return "read";
  }

  @Override
  public String assurance() {
    return "sealed";
  }

  @Override
  public Fd fd() {
    return fd;
  }

  @Override
  public void close() {
    fd.close();
  }

  @Override
  public String toString() {
    return "MemoryParcel[" + fd + ", " + size + " bytes]";
  }

  /// Where the next byte is read.
  private final class Place implements End {
    private long at;

    @Override
    public Fd fd() {
      return fd;
    }

    @Override
    public Kind kind() {
      return Kind.FILE;
    }

    @Override
    public long position() {
      return at;
    }

    @Override
    public void advance(long bytes) {
      at += bytes;
    }

    @Override
    public long bound() {
      return size - at;
    }

    @Override
    public boolean isNonBlocking() {
      return false;
    }

    @Override
    public boolean isImmutable() {
      return true;
    }
  }
}
