package ropewalk.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import ropewalk.engine.Engine;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Open;
import ropewalk.linux.Syscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;

/// What our ways of direct reading need: an engine over io_uring, the file, and folios of the pool.
final class DirectMemory implements AutoCloseable {
  private static final Syscalls HOST = HostSyscalls.host();
  private static final long POOL_BYTES = 16 << 20;

  final Engine engine;
  final Fd fd;
  final long fileBytes;
  private final FolioPool pool;
  private final PageRef[] folios = new PageRef[2];

  DirectMemory(Path file) throws IOException {
    engine = Engine.open(HOST, Engine.Choice.IO_URING);
    pool = FolioPool.open(HOST, PoolPlan.of(POOL_BYTES, FolioPool.FOLIO_MAX));
    for (int i = 0; i < folios.length; i++) {
      folios[i] = pool.take(FolioPool.FOLIO_MAX, FolioClass.RING);
    }
    int flags = Open.O_RDONLY | Open.O_DIRECT | Open.O_CLOEXEC;
    fd =
        Fd.of(
            HOST,
            HOST.openat2(Open.AT_FDCWD, file.toString(), flags, 0, 0),
            "file",
            "openat2",
            "path",
            file);
    fileBytes = Files.size(file);
  }

  /// The memory of number `index`, in blocks of `block` bytes over both folios.
  long at(int index, int block) {
    int each = FolioPool.FOLIO_MAX / block;
    return folios[index / each].address() + (long) (index % each) * block;
  }

  @Override
  public void close() {
    fd.close();
    engine.close();
    for (PageRef folio : folios) {
      folio.close();
    }
    pool.close();
  }
}
