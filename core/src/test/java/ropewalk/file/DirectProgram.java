package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import ropewalk.iov.IovIter;
import ropewalk.linux.Errno;
import ropewalk.linux.FileFlags;
import ropewalk.linux.Open;
import ropewalk.linux.Splices;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.pipe.PipeEnd;
import ropewalk.splice.Operand;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;
import ropewalk.testkit.Gen;

/// A random program on one direct file, and the same on an array of bytes.
///
/// ```
///   Gen --> step --> DirectFile: count, bytes --.
///            |                                  == ?    then the size; now and then every byte, as
///            `-----> model:      count, bytes --'       we read it and as the kernel's cache has it
/// ```
///
/// Half of the steps that change the file go around the object under test: a hole is punched, space
/// is allocated, a stranger writes through the page cache. No step is concurrent with such a one.
final class DirectProgram extends DirectTogether {
  /// See [DirectModel].
  DirectProgram(Gen gen, FileRoom room, Path path, MemorySegment workbench, EnumMap<Act, Long> acts)
      throws IOException {
    super(gen, room, path, workbench, acts);
  }

  /// Plays `steps` steps.
  void run(int steps) throws IOException {
    for (int i = 0; i < steps; i++) {
      try {
        step();
        assertThat(file.size()).as("size").isEqualTo(size);
        assertThat(room.pool.stats().inUse()).as("memory that is held").isZero();
        if (gen.oneIn(40)) {
          compareAll();
        }
      } catch (AssertionError | RuntimeException | IOException e) {
        throw told(e);
      }
    }
    compareAll();
    assertThat(file.stats().inFlight()).isZero();
  }

  private void step() throws IOException {
    switch (gen.in(0, 32)) {
      case 0, 1, 2, 3 -> read();
      case 4 -> discard();
      case 5, 6 -> readTogether();
      case 7, 8 -> fill();
      case 9, 10, 11, 12, 13 -> write();
      case 14, 15 -> writeTogether();
      case 16, 17 -> append();
      case 18, 19 -> drain();
      case 20, 21 -> splice();
      case 22 -> copy();
      case 23, 24 -> truncate();
      case 25, 26 -> punch();
      case 27 -> zeroRange();
      case 28 -> allocate();
      case 29 -> strange();
      case 30 -> reopen();
      case 31 -> lane();
      default -> sync();
    }
  }

  // ---- reading

  private void read() throws IOException {
    int at = offset();
    int length = length(at);
    try (ShapedMemory memory =
        ShapedMemory.target(
            gen, room.pool, workbench, length, gen.pick(ShapedMemory.Form.values()))) {
      note(Act.READ, "read(%s, %d @%d)".formatted(memory.form(), length, at));
      expectRead(memory, at, length, () -> file.read(memory.iter(), at, room.tally));
    }
  }

  private void discard() throws IOException {
    int at = offset();
    int length = length(at);
    note(Act.READ_DISCARDED, "read(DISCARD, %d @%d)".formatted(length, at));
    long n = answer(() -> file.read(IovIter.discard(length), at, room.tally), at, length);
    if (!isRefusing) {
      assertThat(n).isEqualTo(part(at, length).length);
    }
  }

  private void fill() throws IOException {
    int at = offset();
    int length = length(at);
    if (isRefusing) {
      return; // a fill asks for whole blocks, but for the last of a file
    }
    note(Act.FILL, "fill(%d @%d)".formatted(length, at));
    byte[] got = room.drained(file.from(at, length), gen.in(1, 200_000));
    compare(got, part(at, length), at);
  }

  // ---- writing

  private void write() throws IOException {
    int at = offset();
    byte[] bytes = fresh(length(at));
    try (ShapedMemory memory =
        ShapedMemory.source(
            gen, room.pool, workbench, bytes, gen.pick(ShapedMemory.Form.values()))) {
      note(Act.WRITE, "write(%s, %d @%d)".formatted(memory.form(), bytes.length, at));
      long n = answer(() -> file.write(memory.iter(), at, room.tally), at, bytes.length);
      wrote(at, bytes, n);
      assertThat(memory.left()).as("left in the iterator").isEqualTo(bytes.length - Math.max(n, 0));
    }
  }

  private void append() throws IOException {
    byte[] bytes = fresh(Math.min(length(0), SIZE_MAX - size));
    try (ShapedMemory memory =
        ShapedMemory.source(
            gen, room.pool, workbench, bytes, gen.pick(ShapedMemory.Form.values()))) {
      note(Act.APPEND, "append(%s, %d) at %d".formatted(memory.form(), bytes.length, size));
      int end = size;
      long n =
          answer(
              () -> {
                Appended appended = file.append(memory.iter());
                assertThat(appended.offset()).isEqualTo(end);
                return appended.bytes();
              },
              end,
              bytes.length);
      wrote(end, bytes, n);
    }
  }

  /// A pipe with these bytes in slots of any kind: owned, on loan, small.
  private Pipe piped(byte[] bytes, List<PageRef> owners) throws IOException {
    Pipe pipe = Pipe.open(16);
    int from = 0;
    for (int part : gen.cuts(bytes.length, gen.in(1, 14))) {
      PageRef page = room.page(Arrays.copyOfRange(bytes, from, from + part));
      from += part;
      if (gen.bool()) {
        pipe.push(page);
      } else {
        pipe.push(page.lend(0, part));
        owners.add(page);
      }
    }
    return pipe;
  }

  private void drain() throws IOException {
    int at = offset();
    byte[] bytes = fresh(length(at));
    if (isRefusing) {
      return; // what is kept for the next block is as long as it is
    }
    note(Act.DRAIN, "drain(%d @%d)".formatted(bytes.length, at));
    List<PageRef> owners = new ArrayList<>();
    try (Pipe pipe = piped(bytes, owners);
        Sink sink = file.to(at)) {
      long drained = 0;
      while (pipe.bytes() > 0) {
        long limit = gen.in(1, 100_000);
        long n = sink.drain(pipe, limit, gen.bool(), room.tally);
        assertThat(n).isPositive().isLessThanOrEqualTo(limit);
        drained += n;
        assertThat(pipe.bytes()).isEqualTo(bytes.length - drained);
      }
      sink.finish();
    }
    owners.forEach(PageRef::close);
    wrote(at, bytes, bytes.length);
  }

  /// `splice(2)`, as often as it is short.
  private void splice() throws IOException {
    int at = offset();
    byte[] bytes = fresh(length(at));
    int flags = gen.pick(0, Splices.SPLICE_F_MORE) | Splices.SPLICE_F_NONBLOCK;
    if (isRefusing) {
      return;
    }
    note(Act.SPLICE, "splice(%d @%d, 0x%x)".formatted(bytes.length, at, flags));
    List<PageRef> owners = new ArrayList<>();
    Operand disk = Operand.of(file, Open.O_RDWR);
    try (Pipe pipe = piped(bytes, owners)) {
      Operand sink = Operand.of(PipeEnd.ofSink(pipe, 0));
      long spliced = 0;
      while (spliced < bytes.length) {
        long n = verbs.splice(sink, -1, disk, at + spliced, gen.in(1, bytes.length), flags);
        assertThat(n).isPositive();
        spliced += n;
        assertThat(pipe.bytes()).isEqualTo(bytes.length - spliced);
      }
    }
    owners.forEach(PageRef::close);
    wrote(at, bytes, bytes.length);
  }

  /// From one place of the file to another, which does not overlap, by way of a pipe.
  private void copy() throws IOException {
    int half = SIZE_MAX / 2;
    int from = gen.in(0, half - 1);
    int length = Math.min(length(from), half - from);
    int to = half + gen.in(0, half - length);
    byte[] bytes = part(from, length);
    if (isRefusing) {
      return;
    }
    note(Act.COPY, "copy(%d @%d to %d)".formatted(length, from, to));
    try (Source source = file.from(from, bytes.length);
        Sink sink = file.to(to)) {
      assertThat(room.move(source, sink)).isEqualTo(bytes.length);
    }
    wrote(to, bytes, bytes.length);
  }

  // ---- sizes and holes

  private void truncate() throws IOException {
    int to = gen.oneIn(3) ? offset() : gen.in(0, Math.min(SIZE_MAX, size + 50_000));
    note(Act.TRUNCATE, "truncate(%d)".formatted(to));
    file.truncate(to);
    cutTo(to);
  }

  private void punch() {
    int at = offset();
    int length = Math.max(1, length(at));
    note(Act.PUNCH, "punch(%d @%d)".formatted(length, at));
    int mode = FileFlags.FALLOC_FL_PUNCH_HOLE | FileFlags.FALLOC_FL_KEEP_SIZE;
    if (allocated(mode, at, length)) {
      clear(at, length);
    }
  }

  private void zeroRange() {
    int at = offset();
    int length = Math.min(Math.max(1, length(at)), SIZE_MAX - at);
    if (length <= 0) {
      return;
    }
    note(Act.ZERO_RANGE, "zero range(%d @%d)".formatted(length, at));
    if (allocated(FileFlags.FALLOC_FL_ZERO_RANGE, at, length)) {
      Arrays.fill(model, at, at + length, (byte) 0);
      size = Math.max(size, at + length);
    }
  }

  private void allocate() {
    int at = offset();
    int length = Math.min(Math.max(1, length(at)), SIZE_MAX - at);
    boolean keeps = gen.bool();
    if (length <= 0) {
      return;
    }
    note(
        Act.ALLOCATE,
        "allocate(%d @%d%s)".formatted(length, at, keeps ? ", keeping the size" : ""));
    if (allocated(keeps ? FileFlags.FALLOC_FL_KEEP_SIZE : 0, at, length) && !keeps) {
      size = Math.max(size, at + length);
    }
  }

  /// False if this file system doesn't know the mode.
  private boolean allocated(int mode, int at, int length) {
    int result = HOST.fallocate(stranger, mode, at, length);
    if (result != -Errno.EOPNOTSUPP) {
      assertThat(result).as("fallocate").isZero();
    }
    return result == 0;
  }

  /// Somebody else reads or writes through the kernel's page cache.
  private void strange() {
    int at = offset();
    byte[] bytes = fresh(Math.min(length(at), 20_000));
    note(Act.STRANGER, "stranger(%d @%d)".formatted(bytes.length, at));
    MemorySegment memory = workbench.asSlice(0, bytes.length);
    if (gen.bool()) {
      MemorySegment.copy(MemorySegment.ofArray(bytes), 0, memory, 0, bytes.length);
      assertThat(HOST.pwrite(stranger, memory.address(), bytes.length, at)).isEqualTo(bytes.length);
      put(at, bytes, bytes.length);
    } else {
      expectCached(at, bytes.length);
    }
  }

  private void sync() throws IOException {
    note(Act.SYNC, "sync");
    file.sync(gen.bool());
  }
}
