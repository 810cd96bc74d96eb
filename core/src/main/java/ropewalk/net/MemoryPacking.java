package ropewalk.net;

import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ropewalk.engine.Engine;
import ropewalk.iov.Tally;
import ropewalk.linux.Fcntl;
import ropewalk.linux.Fd;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Maps;
import ropewalk.linux.Scratch;
import ropewalk.page.FolioPool;
import ropewalk.pipe.Hold;
import ropewalk.pipe.Pipe;
import ropewalk.splice.End;
import ropewalk.splice.Sink;

/// A memfd that is being filled: a sink until it is [sealed][#seal], a [MemoryParcel] after that.
///
/// ```java
/// try (var packing = MemoryPacking.open(walk.engine(), walk.pool())) {
///   walk.move(file, packing);
///   try (MemoryParcel parcel = packing.seal()) {
///     peer.sendDescriptors(note, parcel.fd());
///   }
/// }
/// ```
///
/// To routes it is a file, so what comes out of a file or socket is copied by the kernel alone.
/// Closed without a seal, its bytes are gone. Used by one thread at a time.
public final class MemoryPacking implements Sink, End {
  private static final int PIECES = 64;

  private final Engine engine;
  private final FolioPool pool;
  private final Hold hold = new Hold(PIECES);
  private @Nullable Fd fd;
  private long size;

  private MemoryPacking(Engine engine, FolioPool pool, Fd fd) {
    this.engine = engine;
    this.pool = pool;
    this.fd = fd;
  }

  /// Opens an empty one.
  public static MemoryPacking open(Engine engine, FolioPool pool) throws IOException {
    int flags = Maps.MFD_CLOEXEC | Maps.MFD_ALLOW_SEALING;
    int number = engine.syscalls().memfdCreate("ropewalk-parcel", flags);
    Fd fd = Fd.of(engine.syscalls(), number, "parcel", "memfd_create", "flags", flags);
    return new MemoryPacking(engine, pool, fd);
  }

  @Override
  public long drain(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
    Fd to = fd();
    long inHand = hold.take(pipe, limit);
    if (inHand == 0) {
      return 0;
    }
    try (Scratch iov = new Scratch((long) PIECES * Iovec.SIZE)) {
      int count = hold.pipe().gather(iov.address(), PIECES, inHand);
      long written = engine.pwritev(to, iov.address(), count, size);
      hold.pipe().consume(written);
      tally.addKernel(written);
      size += written;
      return written;
    } finally {
      hold.giveBack();
    }
  }

  /// *Gives* the parcel: from now on nobody can change a byte, this process no more than others.
  ///
  /// @throws IOException if a seal is refused, as while somebody has it mapped for writing; it can
  ///   be asked again
  public MemoryParcel seal() throws IOException {
    Fd full = fd();
    int number = full.enter();
    try {
      int result = full.syscalls().fcntl(number, Fcntl.F_ADD_SEALS, MemoryParcel.SEALS);
      LinuxException.check(result, "fcntl", "fd", full, "command", "F_ADD_SEALS");
    } finally {
      full.exit();
    }
    MemoryParcel parcel = MemoryParcel.checked(engine, pool, full);
    fd = null;
    return parcel;
  }

  @Override
  public End sinkEnd() {
    return this;
  }

  @Override
  public String wayOut() {
    return "write";
  }

  /// The descriptor, lent, until the seal.
  @Override
  public Fd fd() {
    return Objects.requireNonNull(fd, "it is sealed already");
  }

  @Override
  public Kind kind() {
    return Kind.FILE;
  }

  /// Bytes that are in it, which is where the next one goes.
  @Override
  public long position() {
    return size;
  }

  @Override
  public void advance(long bytes) {
    size += bytes;
  }

  @Override
  public boolean isNonBlocking() {
    return false;
  }

  @Override
  public void close() {
    Fd unsealed = fd;
    if (unsealed != null) {
      unsealed.close();
    }
  }

  @Override
  public String toString() {
    return "MemoryPacking[" + fd + ", " + size + " bytes]";
  }
}
