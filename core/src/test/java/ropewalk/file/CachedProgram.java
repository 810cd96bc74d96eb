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
import ropewalk.page.FolioClass;
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
final class CachedProgram extends CachedVerbs {
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
    switch (gen.in(0, isMemory ? 31 : 45)) {
      case 0, 1, 2, 3 -> read();
      case 4 -> discard();
      case 5, 6, 7, 8 -> lend();
      case 9, 10 -> spliceOut();
      case 11, 12 -> judgeOne();
      case 13, 14, 15, 16, 17 -> write();
      case 18, 19 -> drain();
      case 20, 21 -> spliceIn();
      case 22 -> copy();
      case 23 -> truncate();
      case 24 -> copyRange();
      case 25, 26 -> view();
      case 27, 28 -> punch();
      case 29, 30, 31 -> give();
      case 32 -> openOneMore();
      case 33 -> closeOne();
      case 34 -> reopen();
      case 35 -> revalidate();
      case 36 -> strange();
      case 37 -> drop();
      case 38, 39 -> flush();
      case 40 -> preallocate();
      case 41, 42 -> readDirect();
      case 43, 44 -> writeDirect();
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
      keep(pipe, at, lent);
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
      keep(pipe, at, n);
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

  /// Pages as gifts in a pipe, or one by hand, most of them whole runs at the start of one: those
  /// that nobody else knows are taken over, the rest is copied.
  private void give() throws IOException {
    int at = gen.oneIn(6) ? offset() : gen.in(0, SIZE_MAX / RUN - 1) * RUN;
    int length = gen.oneIn(3) ? gen.in(1, 3 * RUN) : gen.in(1, 3) * RUN;
    byte[] bytes = fresh(Math.min(length, SIZE_MAX - at));
    note(Act.GIVE, "give(%d @%d)".formatted(bytes.length, at));
    long stolen = room.tally.stolen();
    List<PageRef> borrowed = new ArrayList<>();
    PagedFile file = writer();
    if (gen.oneIn(3)) {
      assertThat(file.give(gift(bytes, borrowed), at, room.tally)).isEqualTo(bytes.length);
    } else {
      try (Pipe pipe = Pipe.open(16);
          Sink sink = file.to(at)) {
        for (int from = 0; from < bytes.length; ) {
          int to = Math.min(from + gen.in(1, 2) * RUN, bytes.length);
          pipe.push(gift(Arrays.copyOfRange(bytes, from, to), borrowed), Pipe.GIFT, Pipe.FOREVER);
          from = to;
        }
        while (pipe.bytes() > 0) {
          long limit = gen.oneIn(4) ? gen.in(1, 100_000) : pipe.bytes();
          assertThat(sink.drain(pipe, limit, gen.bool(), room.tally)).isPositive();
        }
        sink.finish();
      }
    }
    wrote(at, bytes);
    if (room.tally.stolen() > stolen) {
      note(Act.STOLEN, "of these %d stolen".formatted(room.tally.stolen() - stolen));
    }
    borrowed.forEach(PageRef::close);
  }

  /// Now and then on loan to somebody besides, which is nothing to be taken over.
  private PageRef gift(byte[] bytes, List<PageRef> borrowed) throws IOException {
    PageRef page = room.page(bytes, gen.pick(FolioClass.values()));
    if (gen.oneIn(4)) {
      borrowed.add(page.lend(0, bytes.length));
    }
    return page;
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
}
