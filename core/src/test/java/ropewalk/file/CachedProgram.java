package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import ropewalk.cache.Readahead;
import ropewalk.iov.IovIter;
import ropewalk.linux.Open;
import ropewalk.linux.Splices;
import ropewalk.page.Account;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.pipe.PipeEnd;
import ropewalk.splice.Operand;
import ropewalk.splice.Sink;
import ropewalk.splice.Source;
import ropewalk.testkit.Gen;

/// A random program on one cached file that is open one to three times.
///
/// Steps come one after the other, so there is one right answer to each. Those of strangers are
/// followed by [CachedFile#revalidate], which is what sees them.
final class CachedProgram extends CachedModel {
  /// See [CachedModel].
  CachedProgram(Gen gen, FileRoom room, Path path, MemorySegment workbench, EnumMap<Act, Long> acts)
      throws IOException {
    super(gen, room, path, workbench, acts);
  }

  /// Plays `steps` steps.
  void run(int steps) throws IOException {
    try {
      for (int i = 0; i < steps; i++) {
        step();
        assertThat(file().size()).as("size").isEqualTo(size);
        if (gen.oneIn(40)) {
          compareAll();
        }
      }
      compareAll();
      judgeAll();
    } catch (AssertionError | RuntimeException | IOException e) {
      throw told(e);
    }
  }

  private void step() throws IOException {
    switch (gen.in(0, 36)) {
      case 0, 1, 2, 3 -> read();
      case 4 -> discard();
      case 5, 6, 7, 8 -> lend();
      case 9, 10 -> spliceOut();
      case 11, 12 -> judgeOne();
      case 13, 14, 15, 16, 17 -> write();
      case 18, 19 -> drain();
      case 20, 21 -> spliceIn();
      case 22 -> copy();
      case 23, 24 -> truncate();
      case 25 -> openOneMore();
      case 26 -> closeOne();
      case 27 -> reopen();
      case 28 -> revalidate();
      case 29 -> strange();
      case 30 -> drop();
      case 31 -> flush();
      case 32, 33 -> readDirect();
      case 34, 35 -> writeDirect();
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
      byte[] wanted = part(at, length);
      long n = file().read(memory.iter(), at, new Readahead(), room.tally);
      if (n < 0) {
        assertThat(n).isEqualTo(-1);
        assertThat(at).as("only the end is no bytes").isGreaterThanOrEqualTo(size);
      }
      int got = (int) Math.max(n, 0);
      assertThat(got).as("bytes read").isEqualTo(wanted.length);
      assertThat(memory.iter().count()).as("left in the iterator").isEqualTo(length - got);
      compare(memory.got(got), wanted, at);
    }
  }

  private void discard() throws IOException {
    int at = offset();
    int length = length(at);
    note(Act.READ_DISCARDED, "read(DISCARD, %d @%d)".formatted(length, at));
    long n = file().read(IovIter.discard(length), at, new Readahead(), room.tally);
    assertThat(Math.max(n, 0)).isEqualTo(part(at, length).length);
  }

  /// Into a pipe that is kept; now and then for a borrower who has no credit, so that it is copied.
  private void lend() throws IOException {
    int at = offset();
    int length = Math.max(1, length(at));
    Account poor = gen.oneIn(6) ? room.pool.account("poor", gen.pick(0, 70_000)) : null;
    Pipe pipe = Pipe.open(gen.in(1, 8));
    note(Act.LEND, "lend(%d @%d%s)".formatted(length, at, poor == null ? "" : ", " + poor));
    Source source = file().from(at, length, poor);
    long lent = source.fill(pipe, gen.in(1, 200_000), room.tally);
    if (at >= size) {
      assertThat(lent).isEqualTo(Source.END);
      pipe.close();
    } else {
      assertThat(lent).isPositive().isLessThanOrEqualTo(length);
      keep(pipe, at, lent, "lend");
    }
  }

  /// `splice(2)`, file to pipe.
  private void spliceOut() throws IOException {
    int at = offset();
    int length = Math.max(1, length(at));
    note(Act.SPLICE_OUT, "splice(%d @%d, out)".formatted(length, at));
    Pipe pipe = Pipe.open(gen.in(1, 32));
    Operand target = Operand.of(PipeEnd.ofSource(pipe, 0));
    long n =
        verbs.splice(
            Operand.of(file(), Open.O_RDWR), at, target, -1, length, Splices.SPLICE_F_NONBLOCK);
    if (at >= size) {
      assertThat(n).isZero();
      pipe.close();
    } else {
      assertThat(n).isPositive().isLessThanOrEqualTo(length);
      keep(pipe, at, n, "splice");
    }
  }

  // ---- writing

  private void write() throws IOException {
    int at = offset();
    byte[] bytes = fresh(length(at));
    try (ShapedMemory memory =
        ShapedMemory.source(
            gen, room.pool, workbench, bytes, gen.pick(ShapedMemory.Form.values()))) {
      note(Act.WRITE, "write(%s, %d @%d)".formatted(memory.form(), bytes.length, at));
      assertThat(writer().write(memory.iter(), at, room.tally)).isEqualTo(bytes.length);
      assertThat(memory.left()).as("left in the iterator").isZero();
    }
    wrote(at, bytes);
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
    note(Act.DRAIN, "drain(%d @%d)".formatted(bytes.length, at));
    List<PageRef> owners = new ArrayList<>();
    try (Pipe pipe = piped(bytes, owners);
        Sink sink = writer().to(at)) {
      while (pipe.bytes() > 0) {
        long limit = gen.in(1, 100_000);
        long before = pipe.bytes();
        long n = sink.drain(pipe, limit, gen.bool(), room.tally);
        assertThat(n).isPositive().isLessThanOrEqualTo(limit);
        assertThat(pipe.bytes()).isEqualTo(before - n);
      }
      sink.finish();
    }
    owners.forEach(PageRef::close);
    wrote(at, bytes);
  }

  /// `splice(2)`, pipe to file, as often as it is short.
  private void spliceIn() throws IOException {
    int at = offset();
    byte[] bytes = fresh(length(at));
    note(Act.SPLICE_IN, "splice(%d @%d, in)".formatted(bytes.length, at));
    List<PageRef> owners = new ArrayList<>();
    Operand target = Operand.of(writer(), Open.O_RDWR);
    try (Pipe pipe = piped(bytes, owners)) {
      Operand source = Operand.of(PipeEnd.ofSink(pipe, 0));
      for (long done = 0; done < bytes.length; ) {
        long n =
            verbs.splice(
                source, -1, target, at + done, gen.in(1, bytes.length), Splices.SPLICE_F_NONBLOCK);
        assertThat(n).isPositive();
        done += n;
        assertThat(pipe.bytes()).isEqualTo(bytes.length - done);
      }
    }
    owners.forEach(PageRef::close);
    wrote(at, bytes);
  }

  /// From one place of the file to another, which does not overlap, by way of a pipe: the slots
  /// that are written are on loan from the same file.
  private void copy() throws IOException {
    int half = SIZE_MAX / 2;
    int from = gen.in(0, half - 1);
    int length = Math.min(length(from), half - from);
    int to = half + gen.in(0, half - length);
    byte[] bytes = part(from, length);
    note(Act.COPY, "copy(%d @%d to %d)".formatted(length, from, to));
    try (Source source = file().from(from, bytes.length);
        Sink sink = writer().to(to)) {
      assertThat(room.move(source, sink)).isEqualTo(bytes.length);
    }
    wrote(to, bytes);
  }

  // ---- the file itself

  private void truncate() throws IOException {
    int to = gen.oneIn(3) ? offset() : gen.in(0, Math.min(SIZE_MAX, size + 50_000));
    note(Act.TRUNCATE, "truncate(%d)".formatted(to));
    writer().truncate(to);
    truncated(to);
  }

  private void revalidate() throws IOException {
    note(Act.REVALIDATE, "revalidate");
    file().revalidate();
  }

  /// Somebody else writes, or sets the size, and we look again.
  private void strange() throws IOException {
    catchUp(); // what is written back later would hide what the stranger wrote
    if (gen.bool()) {
      int at = offset();
      byte[] bytes = fresh(Math.min(length(at), 20_000));
      note(Act.STRANGER, "stranger(%d @%d)".formatted(bytes.length, at));
      pwrite(stranger, at, bytes);
      wrote(at, bytes);
    } else {
      int to = offset();
      note(Act.STRANGE_SIZE, "stranger truncates(%d)".formatted(to));
      assertThat(HOST.ftruncate(stranger, to)).isZero();
      truncated(to);
    }
    file().revalidate();
  }

  /// What the cache has not written back is written back first.
  private void readDirect() throws IOException {
    int at = offset();
    int length = length(at);
    note(Act.DIRECT_READ, "direct read(%d @%d)".formatted(length, at));
    if (direct != null) {
      byte[] got = new byte[length];
      long n = direct.read(IovIter.target(MemorySegment.ofArray(got)), at, room.tally);
      compare(Arrays.copyOf(got, (int) Math.max(n, 0)), part(at, length), at);
    }
  }

  /// What the cache has of it is dropped.
  private void writeDirect() throws IOException {
    int at = offset();
    byte[] bytes = fresh(length(at));
    note(Act.DIRECT_WRITE, "direct write(%d @%d)".formatted(bytes.length, at));
    if (direct != null) {
      long n = direct.write(IovIter.source(MemorySegment.ofArray(bytes)), at, room.tally);
      assertThat(n).isEqualTo(bytes.length);
      wrote(at, bytes);
    }
  }

  private void drop() {
    note(Act.DROP, "drop all that is cached");
    room.cache.drop();
  }

  private void flush() throws IOException {
    if (gen.bool()) {
      note(Act.FLUSH, "flush");
      file().flush();
    } else {
      int at = offset();
      int length = length(at);
      note(Act.FLUSH, "flush(%d @%d)".formatted(length, at));
      file().flush(at, length);
    }
  }

  private void sync() throws IOException {
    note(Act.SYNC, "sync");
    file().sync(gen.bool());
  }
}
