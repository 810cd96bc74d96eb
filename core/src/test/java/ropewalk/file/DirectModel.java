package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import ropewalk.bio.BioLimits;
import ropewalk.linux.Open;
import ropewalk.splice.Verbs;
import ropewalk.testkit.Gen;

/// A direct file, the array of bytes that it should be, and what is compared: every count, every
/// byte that is read, and now and then all of it, as we read it and as the kernel's cache has it.
abstract class DirectModel extends FileModel<DirectModel.Act> implements AutoCloseable {
  /// What steps are, for the table.
  enum Act {
    READ,
    READ_DISCARDED,
    READ_TOGETHER,
    FILL,
    WRITE,
    WRITE_TOGETHER,
    LANE,
    APPEND,
    DRAIN,
    SPLICE,
    COPY,
    TRUNCATE,
    PUNCH,
    ZERO_RANGE,
    ALLOCATE,
    STRANGER,
    REOPEN,
    SYNC,
    REFUSED
  }

  /// Bytes of a workbench.
  static final int WORKBENCH = 1 << 20;

  final FileRoom room;
  final MemorySegment workbench;
  final Verbs verbs;

  /// A descriptor of its own, that goes through the kernel's page cache.
  final int stranger;

  DirectFile file;

  /// Whether what does not fit the file's alignment is refused.
  boolean isRefusing;

  private final Path path;

  /// On a file that does not exist yet. `workbench` is memory of [#WORKBENCH] bytes to use; `acts`
  /// counts what is done.
  DirectModel(Gen gen, FileRoom room, Path path, MemorySegment workbench, EnumMap<Act, Long> acts)
      throws IOException {
    super(gen, acts);
    this.room = room;
    this.path = path;
    this.workbench = workbench;
    file = open(StandardOpenOption.CREATE);
    verbs = new Verbs(room.pool);
    stranger = HOST.openat2(Open.AT_FDCWD, path.toString(), Open.O_RDWR | Open.O_CLOEXEC, 0, 0);
  }

  /// A call of the file under test.
  interface Call {
    long run() throws IOException;
  }

  private DirectFile open(StandardOpenOption... more) throws IOException {
    isRefusing = gen.oneIn(6);
    BioLimits limits =
        new BioLimits(gen.pick(1, 5000, 65_536, 1 << 20), gen.pick(1, 3, 1024), 0)
            .withBoundary(gen.pick(0, 0, 16_384));
    DirectOptions options =
        DirectOptions.DEFAULT.withDepth(gen.pick(1, 3, 1023)).withLimits(limits);
    List<StandardOpenOption> how = new ArrayList<>(List.of(more));
    how.add(StandardOpenOption.READ);
    how.add(StandardOpenOption.WRITE);
    return DirectFile.open(
        room.engine,
        room.pool,
        path,
        isRefusing ? options.refusing() : options,
        how.toArray(StandardOpenOption[]::new));
  }

  void expectRead(ShapedMemory memory, int at, int length, Call call) throws IOException {
    byte[] wanted = part(at, length);
    long n = answer(call, at, length);
    if (n < 0) {
      assertThat(memory.iter().count()).as("left in the iterator").isEqualTo(length);
      return;
    }
    if (!isRefusing) {
      assertThat(n).as("bytes read").isEqualTo(wanted.length);
    }
    assertThat(n).isLessThanOrEqualTo(wanted.length);
    assertThat(memory.iter().count()).as("left in the iterator").isEqualTo(length - n);
    compare(memory.got((int) n), Arrays.copyOf(wanted, (int) n), at);
  }

  /// What a call answered, or -1 if this opening refuses what does not fit, and it did not.
  long answer(Call call, int at, int length) throws IOException {
    try {
      return call.run();
    } catch (IOException e) {
      if (isRefusing && e.getMessage() != null && e.getMessage().contains("this file demands")) {
        acts.merge(Act.REFUSED, 1L, Long::sum);
        return -1;
      }
      throw new IOException("%d @%d: %s".formatted(length, at, e.getMessage()), e);
    }
  }

  void wrote(int at, byte[] bytes, long n) {
    if (!isRefusing) {
      assertThat(n).as("bytes written").isEqualTo(bytes.length);
    }
    put(at, bytes, n);
  }

  void reopen() throws IOException {
    note(Act.REOPEN, "reopen");
    file.close();
    file = open();
  }

  void compareAll() throws IOException {
    expectCached(0, SIZE_MAX);
    if (!isRefusing) {
      byte[] got = room.drained(file.from(0, Long.MAX_VALUE), Long.MAX_VALUE);
      compare(got, part(0, SIZE_MAX), 0);
    }
  }

  /// What the kernel's page cache says.
  void expectCached(int at, int length) {
    byte[] wanted = part(at, length);
    for (int done = 0; done < length; done += WORKBENCH) {
      int step = Math.min(WORKBENCH, length - done);
      long n = HOST.pread(stranger, workbench.address(), step, at + (long) done);
      assertThat(n).as("read through the cache").isEqualTo(wanted.length);
      byte[] got = workbench.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE);
      compare(got, wanted, at);
    }
  }

  @Override
  public void close() throws IOException {
    HOST.close(stranger);
    verbs.close();
    file.close();
  }
}
