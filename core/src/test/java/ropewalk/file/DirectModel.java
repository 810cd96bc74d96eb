package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import ropewalk.bio.BioLimits;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Open;
import ropewalk.linux.Syscalls;
import ropewalk.splice.Verbs;
import ropewalk.testkit.Gen;

/// A direct file, the array of bytes that it should be, and what is compared: every count, every
/// byte that is read, and now and then all of it, as we read it and as the kernel's cache has it.
abstract class DirectModel implements AutoCloseable {
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

  /// Where the file ends at most.
  static final int SIZE_MAX = 1 << 20;

  /// Bytes of a workbench.
  static final int WORKBENCH = 1 << 20;

  static final int BLOCK = 4096;
  static final Syscalls HOST = HostSyscalls.host();

  /// The longest read or write.
  private static final int LENGTH_MAX = 150_000;

  private static final int SHOWN = 25;

  final Gen gen;
  final FileRoom room;
  final MemorySegment workbench;
  final Verbs verbs;

  /// A descriptor of its own, that goes through the kernel's page cache.
  final int stranger;

  final ArrayDeque<String> log = new ArrayDeque<>();
  final byte[] model = new byte[SIZE_MAX];
  final Map<Act, Long> acts;
  DirectFile file;
  int size;

  /// Whether what does not fit the file's alignment is refused.
  boolean isRefusing;

  private final Path path;

  /// On a file that does not exist yet. `workbench` is memory of [#WORKBENCH] bytes to use; `acts`
  /// counts what is done.
  DirectModel(Gen gen, FileRoom room, Path path, MemorySegment workbench, EnumMap<Act, Long> acts)
      throws IOException {
    this.gen = gen;
    this.room = room;
    this.path = path;
    this.workbench = workbench;
    this.acts = acts;
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
    if (n > 0) {
      System.arraycopy(bytes, 0, model, at, (int) n);
      size = Math.max(size, at + (int) n);
    }
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

  static void compare(byte[] got, byte[] wanted, int at) {
    int differs = Arrays.mismatch(got, wanted);
    if (differs >= 0) {
      throw new AssertionError(
          "byte %d of %d (at %d, in block %d at %d) is %s and should be %s"
              .formatted(
                  differs,
                  wanted.length,
                  at + differs,
                  (at + differs) / BLOCK,
                  (at + differs) % BLOCK,
                  differs < got.length ? got[differs] : "missing",
                  differs < wanted.length ? wanted[differs] : "missing"));
    }
  }

  byte[] part(int at, int length) {
    int end = Math.min(size, at + length);
    return at >= end ? new byte[0] : Arrays.copyOfRange(model, at, end);
  }

  /// Anywhere; at blocks, near the end, and before it more often.
  int offset() {
    return switch (gen.in(0, 5)) {
      case 0 -> (int) gen.edgy(0, SIZE_MAX - 1);
      case 1 -> gen.in(0, SIZE_MAX - 1) & -BLOCK;
      case 2 -> Math.min(SIZE_MAX - 1, Math.max(0, size + gen.in(-5000, 5000)));
      case 3 -> gen.in(0, SIZE_MAX - 1) & -512;
      case 4 -> size == 0 ? 0 : gen.in(0, size - 1) & -BLOCK;
      default -> size == 0 ? 0 : gen.in(0, size - 1);
    };
  }

  /// That still fits behind `at`; often whole blocks.
  int length(int at) {
    int length =
        switch (gen.in(0, 6)) {
          case 0 -> gen.in(0, 10);
          case 1, 2 -> gen.in(0, 3 * BLOCK);
          case 3 -> gen.in(1, 4) * BLOCK;
          case 4 -> gen.in(1, 20) * 512;
          case 5 -> gen.in(0, 40_000);
          default -> gen.in(0, LENGTH_MAX);
        };
    return Math.min(length, SIZE_MAX - at);
  }

  /// Bytes that are nowhere yet, so that a mistake shows.
  byte[] fresh(int length) {
    byte[] bytes = new byte[length];
    long state = gen.below(Long.MAX_VALUE);
    for (int i = 0; i < length; i++) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      bytes[i] = (byte) (state >>> 56);
    }
    return bytes;
  }

  void note(Act act, String what) {
    acts.merge(act, 1L, Long::sum);
    if (log.size() == SHOWN) {
      log.removeFirst();
    }
    log.addLast(what);
  }

  @Override
  public void close() throws IOException {
    HOST.close(stranger);
    verbs.close();
    file.close();
  }
}
