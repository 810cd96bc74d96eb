package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import ropewalk.cache.Writing;
import ropewalk.linux.FileFlags;
import ropewalk.linux.Open;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Verbs;
import ropewalk.testkit.Gen;

/// A cached file (or one in memory), the array of bytes that it should be, and a real file to which
/// the kernel does the same.
///
/// ```
///   step --+--> CachedFile, opened one or more times --> its file: what strangers see
///          +--> model: an array                              |
///          '--> twin:  a file, by plain calls                v
///                 '-------------- all three equal ----------'
/// ```
///
/// The openings write in any of the modes of [Writing]; what was written [Writing#BACK] reaches the
/// file with a flush, a sync or the last close, and is looked for there after one of these.
///
/// What was lent is kept in pipes and views, with the bytes that it was when it was lent, until a
/// later step looks whether it still is.
abstract class CachedModel extends FileModel<CachedModel.Act> implements AutoCloseable {
  /// What steps are, for the table.
  enum Act {
    READ,
    READ_DISCARDED,
    LEND,
    SPLICE_OUT,
    VIEW,
    JUDGE,
    WRITE,
    DRAIN,
    SPLICE_IN,
    GIVE,
    STOLEN,
    COPY,
    COPY_RANGE,
    TRUNCATE,
    PUNCH,
    PREALLOCATE,
    OPEN,
    CLOSE,
    REOPEN,
    REVALIDATE,
    STRANGER,
    STRANGE_SIZE,
    STRANGE_HOLE,
    DIRECT_READ,
    DIRECT_WRITE,
    DROP,
    FLUSH,
    SYNC
  }

  /// Bytes of a workbench.
  static final int WORKBENCH = 1 << 20;

  private static final long MEMORY_MAX = 8 << 20;
  private static final int HELD_MAX = 10;
  private static final int OPEN_MAX = 3;

  /// What waits in a pipe or is looked at, and what it was when it was lent.
  private static final class Held {
    final AutoCloseable owner;
    final Supplier<byte[]> got;
    final byte[] bytes;
    final int at;

    Held(AutoCloseable owner, Supplier<byte[]> got, byte[] bytes, int at) {
      this.owner = owner;
      this.got = got;
      this.bytes = bytes;
      this.at = at;
    }
  }

  final FileRoom room;
  final MemorySegment workbench;
  final Verbs verbs;
  final List<PagedFile> files = new ArrayList<>();

  /// Whether it is a [MemFile], which is opened once, and has no file that strangers see.
  final boolean isMemory;

  /// A descriptor that goes around the object under test; the twin's, if there is nothing to go
  /// around to.
  final int stranger;

  /// The file that the kernel keeps.
  final int twin;

  /// The same file past the kernel's cache, beside ours; null where the file system refuses it, and
  /// where there is no file.
  final @Nullable DirectFile direct;

  private final List<Held> held = new ArrayList<>();
  private final Path path;

  /// Whether the file may lack what was written, because it waits in the cache.
  private boolean isBehind;

  /// On a file that does not exist yet; beside it a twin is made. `workbench` is memory of
  /// [#WORKBENCH] bytes to use; `acts` counts what is done.
  CachedModel(Gen gen, FileRoom room, Path path, MemorySegment workbench, EnumMap<Act, Long> acts)
      throws IOException {
    super(gen, acts);
    this.room = room;
    this.path = path;
    this.workbench = workbench;
    isMemory = gen.oneIn(8);
    files.add(isMemory ? MemFile.open(room.cache, MEMORY_MAX) : open(StandardOpenOption.CREATE));
    direct = isMemory ? null : direct();
    verbs = new Verbs(room.pool);
    twin = opened(twin(path).toString(), Open.O_CREAT | Open.O_TRUNC);
    stranger = opened((isMemory ? twin(path) : path).toString(), 0);
  }

  /// Where the twin is.
  static Path twin(Path path) {
    return path.resolveSibling(path.getFileName() + "-twin");
  }

  private static int opened(String path, int flags) {
    int how = Open.O_RDWR | Open.O_CLOEXEC | flags;
    int mode = (flags & Open.O_CREAT) == 0 ? 0 : 0600;
    int fd = HOST.openat2(Open.AT_FDCWD, path, how, mode, 0);
    assertThat(fd).isNotNegative();
    return fd;
  }

  private @Nullable DirectFile direct() throws IOException {
    try {
      return DirectFile.open(
          room.engine,
          room.cache,
          path,
          DirectOptions.DEFAULT,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE);
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("refuses direct I/O");
      return null;
    }
  }

  /// In any mode of writing.
  private CachedFile open(StandardOpenOption... more) throws IOException {
    Writing writing =
        gen.oneIn(8) ? Writing.SYNC : gen.pick(Writing.THROUGH, Writing.BACK, Writing.BACK);
    List<StandardOpenOption> how = new ArrayList<>(List.of(more));
    how.add(StandardOpenOption.READ);
    how.add(StandardOpenOption.WRITE);
    return CachedFile.open(
        room.engine, room.cache, path, writing, how.toArray(StandardOpenOption[]::new));
  }

  /// Any of the openings.
  PagedFile file() {
    return gen.pick(files);
  }

  /// Any of the openings, of a file that is no [MemFile].
  CachedFile cached() {
    return (CachedFile) file();
  }

  /// Any of the openings, to change the file by.
  PagedFile writer() {
    PagedFile file = file();
    isBehind |= file instanceof CachedFile cached && cached.writing() == Writing.BACK;
    return file;
  }

  /// Brings the file up to date, if it may not be.
  void catchUp() throws IOException {
    if (isBehind) {
      cached().flush();
      isBehind = false;
    }
  }

  void openOneMore() throws IOException {
    if (files.size() < OPEN_MAX) {
      CachedFile one = open();
      files.add(one);
      note(Act.OPEN, "open one more, " + one.writing());
    }
  }

  void closeOne() throws IOException {
    if (files.size() > 1) {
      note(Act.CLOSE, "close one");
      files.remove(gen.in(0, files.size() - 1)).close();
    }
  }

  /// Closes all. The last one to be closed has brought the file up to date.
  void reopen() throws IOException {
    for (PagedFile each : files) {
      each.close();
    }
    files.clear();
    isBehind = false;
    compare(contents(stranger), part(0, SIZE_MAX), 0);
    CachedFile one = open();
    files.add(one);
    note(Act.REOPEN, "close all, open " + one.writing());
  }

  // ---- what is the same everywhere

  /// These bytes are written: to the model, and to the twin as the kernel does it.
  void wrote(int at, byte[] bytes) {
    put(at, bytes, bytes.length);
    pwrite(twin, at, bytes);
  }

  /// The size is set.
  void truncated(int to) {
    cutTo(to);
    assertThat(HOST.ftruncate(twin, to)).isZero();
  }

  void pwrite(int fd, int at, byte[] bytes) {
    if (bytes.length > 0) {
      MemorySegment memory = workbench.asSlice(0, bytes.length);
      memory.copyFrom(MemorySegment.ofArray(bytes));
      assertThat(HOST.pwrite(fd, memory.address(), bytes.length, at)).isEqualTo(bytes.length);
    }
  }

  // ---- what is compared

  /// Everything, as all sides have it.
  void compareAll() throws IOException {
    byte[] wanted = part(0, SIZE_MAX);
    catchUp();
    compare(room.drained(file().from(0, Long.MAX_VALUE), Long.MAX_VALUE), wanted, 0);
    compare(contents(stranger), wanted, 0);
    compare(contents(twin), wanted, 0);
  }

  private byte[] contents(int fd) {
    long n = HOST.pread(fd, workbench.address(), WORKBENCH, 0);
    assertThat(n).as("pread").isNotNegative();
    assertThat(HOST.lseek(fd, 0, FileFlags.SEEK_END)).as("size").isEqualTo(n);
    return workbench.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE);
  }

  // ---- what is held

  /// Keeps `pipe` with what came into it: the first `bytes` of what is at `at` now.
  void keep(Pipe pipe, int at, long bytes) {
    assertThat(pipe.bytes()).isEqualTo(bytes);
    keep(pipe, () -> drained(pipe), at, bytes);
  }

  /// Keeps `owner`, which shows, when it is asked, the first `bytes` of what is at `at` now.
  void keep(AutoCloseable owner, Supplier<byte[]> got, int at, long bytes) {
    held.add(new Held(owner, got, part(at, (int) bytes), at));
    if (held.size() > HELD_MAX) {
      judgeOne();
    }
  }

  /// Looks at something that was lent a while ago.
  void judgeOne() {
    if (!held.isEmpty()) {
      note(Act.JUDGE, "look at one of " + held.size());
      judge(held.remove(gen.oneIn(3) ? 0 : gen.in(0, held.size() - 1)));
    }
  }

  void judgeAll() {
    while (!held.isEmpty()) {
      judge(held.removeLast());
    }
  }

  private static void judge(Held one) {
    compare(one.got.get(), one.bytes, one.at);
    end(one);
  }

  private static void end(Held one) {
    try {
      one.owner.close();
    } catch (Exception e) {
      throw new AssertionError("can't be closed: " + one.owner, e);
    }
  }

  private static byte[] drained(Pipe pipe) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (PageRef ref = pipe.poll(); ref != null; ref = pipe.poll()) {
      try (PageRef each = ref) {
        all.writeBytes(each.bytes().toArray(ValueLayout.JAVA_BYTE));
      }
    }
    return all.toByteArray();
  }

  @Override
  public void close() throws IOException {
    if (direct != null) {
      direct.close();
    }
    HOST.close(stranger);
    HOST.close(twin);
    verbs.close();
    held.forEach(CachedModel::end);
    for (PagedFile each : files) {
      each.close();
    }
  }
}
