package ropewalk.strict;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import ropewalk.file.CachedFile;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.Provenance;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Source;
import ropewalk.testkit.Gen;

/// Ranges of one cached file and of written pages on their way through pipes and sockets, by every
/// operation on fragments; and after each of them somebody tries to write, through every door.
///
/// ```
///   cached file ──lend──► strands: slice, clone, join, split, tee, move ──send──► wires ──► compared
///        ▲                   ▲ ▲                                                    │
///      write, pwrite         │ └── write: into the rest of the last page            │
///                            └──── claim, steal: in place          receive ◄────────┘
/// ```
///
/// The model is bytes alone: what was handed over is what arrives, whatever was written since. A
/// write that is granted changes the model of the one range that it was granted for. No two writes
/// write the same bytes, so whoever sees those of another is found out. Used by one thread.
final class Ropery implements AutoCloseable {
  private static final int FILE = 96 << 10;
  private static final int STRANDS = 3;
  private static final int LENGTH_MAX = 20 << 10;

  private final Gen gen;
  private final CachedFile file;
  private final byte[] fileModel;
  private final List<Strand> strands = new ArrayList<>();
  private final List<Wire> wires;
  private final List<Part.Flight> flights = new ArrayList<>();
  private final Tally tally = new Tally();
  private int marks;

  /// How often each operation had something to do.
  final Counts counts;

  /// What was done, in all runs.
  static final class Counts {
    int joins;
    int splits;
    int tees;
    int claims;
    int steals;
    int refusals;
    int merges;
    long given;
    long sends;

    @Override
    public String toString() {
      return "joins %d, splits %d, tees %d, claims %d, steals %d, refused %d, merges %d, sends %d, given %,d"
          .formatted(joins, splits, tees, claims, steals, refusals, merges, sends, given);
    }
  }

  /// @param wires stay the caller's
  Ropery(Gen gen, FolioPool pool, CachedFile file, List<Wire> wires, Counts counts)
      throws IOException {
    this.gen = gen;
    this.file = file;
    this.wires = wires;
    this.counts = counts;
    fileModel = fresh(FILE);
    file.write(ByteBuffer.wrap(fileModel.clone()), 0);
    for (int i = 0; i < STRANDS; i++) {
      strands.add(new Strand(pool));
    }
  }

  /// Bytes that nobody else has written.
  private byte[] fresh(int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(gen.seed() + (long) ++marks * 0x9e37_79b9_7f4aL).nextBytes(bytes);
    return bytes;
  }

  /// Does one thing.
  void step() throws IOException {
    Strand from = gen.pick(strands);
    Strand to = gen.pick(strands);
    switch (gen.in(0, 15)) {
      case 0, 1 -> lend(to);
      case 2 -> writeFile();
      case 3, 4 -> write(to);
      case 5, 6 -> teeOrMove(from, to);
      case 7, 8, 9, 10 -> rework(from, to, gen.pick(strands));
      case 11 -> land();
      case 12, 13, 14 -> send(from, gen.pick(wires));
      default -> receive(gen.pick(wires), to);
    }
  }

  private int length() {
    return (int) gen.edgy(1, gen.bool() ? LENGTH_MAX : 5000);
  }

  private void lend(Strand to) throws IOException {
    if (!to.hasRoom()) {
      return;
    }
    int offset = gen.in(0, FILE - 1) & (gen.bool() ? -4096 : -1);
    int length = Math.min(length(), FILE - offset);
    long got = file.from(offset, length).fill(to.pipe, length, tally);
    to.added(Arrays.copyOfRange(fileModel, offset, offset + (int) got), Provenance.LENT);
  }

  /// The door of the cache: a new version, or in place.
  private void writeFile() throws IOException {
    int offset = gen.in(0, FILE - 1);
    byte[] bytes = fresh(Math.min(length(), FILE - offset));
    assertThat(file.write(ByteBuffer.wrap(bytes.clone()), offset)).isEqualTo(bytes.length);
    System.arraycopy(bytes, 0, fileModel, offset, bytes.length);
  }

  /// The door of the pipe: into the rest of the last page, where there is one.
  private void write(Strand to) throws IOException {
    if (!to.hasRoom()) {
      return;
    }
    byte[] bytes = fresh(gen.in(1, gen.bool() ? 300 : 9000));
    int used = to.pipe.used();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(bytes.length);
      MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
      long done = to.pipe.write(IovIter.source(memory), Pipe.NONBLOCK, Pipe.FOREVER, tally);
      assertThat(done).isEqualTo(bytes.length);
    }
    counts.merges += used == to.pipe.used() ? 1 : 0;
    to.added(bytes, Provenance.OWNED);
  }

  private void teeOrMove(Strand from, Strand to) throws IOException {
    if (from == to || !to.hasRoom()) {
      return;
    }
    int limit = length();
    if (gen.bool()) {
      long moved = from.pipe.moveTo(to.pipe, limit, Pipe.NONBLOCK, Pipe.FOREVER);
      if (moved > 0) {
        from.left(moved).forEach(it -> to.added(it.bytes, it.provenance));
      }
    } else {
      long shared = from.pipe.tee(to.pipe, limit, Pipe.NONBLOCK, Pipe.FOREVER);
      if (shared > 0) {
        counts.tees++;
        from.first(shared).forEach(it -> to.added(it.bytes, it.provenance));
      }
    }
  }

  /// Takes the first range off one strand, does something to it, and puts what came of it on
  /// others.
  private void rework(Strand from, Strand to, Strand other) throws IOException {
    if (from.pipe.bytes() == 0 || !to.hasRoom() || !other.hasRoom()) {
      return;
    }
    Part one = new Part(gen, counts, from.poll());
    switch (gen.in(0, 12)) {
      case 0 -> one.pushTo(other, one.ref.tryShare());
      case 1 -> one.slice(other, false);
      case 2 -> one.slice(other, true);
      case 3 -> {
        Part.Flight flight = one.pin();
        if (flight != null) {
          flights.add(flight);
        }
      }
      case 4 -> one.split(other);
      case 5, 6 -> one.split(to); // two in a row, that may be joined again
      case 7, 8, 9 -> {
        for (int i = from.pipe.used(); i > 0; i--) {
          one.join(from);
        }
      }
      case 10 -> one.shorten();
      case 11 -> one.give();
      default -> {}
    }
    one.tryDoors(this::fresh);
    if (gen.oneIn(8)) {
      one.ref.close();
    } else if (gen.oneIn(4)) {
      one.lendOn(to);
    } else {
      to.push(one.ref, one.bytes, one.provenance);
    }
  }

  /// Ends a flight.
  private void land() {
    if (flights.isEmpty()) {
      return;
    }
    Part.Flight flight = flights.remove(gen.in(0, flights.size() - 1));
    byte[] now = flight.pinned.bytes().toArray(ValueLayout.JAVA_BYTE);
    flight.pinned.close();
    assertThat(Arrays.equals(now, flight.bytes)).as("pinned bytes stayed").isTrue();
  }

  private void send(Strand from, Wire wire) throws IOException {
    long limit = Math.min(length(), from.pipe.bytes());
    if (limit == 0) {
      return;
    }
    if (!wire.hasRoom(limit)) {
      settle(wire);
    }
    if (gen.oneIn(3)) {
      sendOnce(from, wire, limit);
      return;
    }
    long given = tally.given();
    long sent;
    if (gen.bool()) {
      from.maybeGiven();
      sent = wire.sink().give(from.pipe, limit, gen.oneIn(12), tally);
    } else {
      sent = wire.sink().drain(from.pipe, limit, gen.oneIn(12), tally);
      assertThat(sent).isPositive();
    }
    counts.given += tally.given() - given;
    counts.sends++;
    wire.added(Strand.bytes(from.left(sent)));
  }

  /// Sends the first ranges by one call with an iterator over them: they are let go right after.
  private void sendOnce(Strand from, Wire wire, long limit) throws IOException {
    List<PageRef> pages = new ArrayList<>();
    try {
      long bytes = 0;
      for (PageRef next = from.pipe.peek();
          next != null && bytes < limit && bytes + next.length() <= wire.sendMax();
          next = from.pipe.peek()) {
        bytes += next.length();
        pages.add(from.poll());
      }
      byte[] all = new byte[(int) bytes];
      int at = 0;
      for (PageRef page : pages) {
        byte[] its = page.bytes().toArray(ValueLayout.JAVA_BYTE);
        System.arraycopy(its, 0, all, at, its.length);
        at += its.length;
      }
      if (!wire.hasRoom(bytes)) {
        settle(wire);
      }
      IovIter iter = IovIter.source(pages);
      long sent = wire.send(iter);
      assertThat(iter.position()).as("the iterator stands behind what was sent").isEqualTo(sent);
      wire.added(Arrays.copyOf(all, (int) sent));
      counts.sends++;
    } finally {
      pages.forEach(PageRef::close);
    }
  }

  /// What arrives is compared, or goes on its way again.
  private void receive(Wire wire, Strand to) throws IOException {
    Source source = wire.source();
    if (source == null || wire.out() == 0 || !to.hasRoom()) {
      return;
    }
    if (gen.bool()) {
      byte[] _ = wire.arrive(gen.in(1, wire.out()));
    } else {
      long got = source.fill(to.pipe, gen.in(1, wire.out()), tally);
      to.added(wire.passedOn((int) got), Provenance.OWNED);
    }
  }

  /// Has all arrive that is on its way.
  private void settle(Wire wire) throws IOException {
    if (wire.out() > 0) {
      byte[] _ = wire.arrive(wire.out());
    }
  }

  /// Looks at all that is left, wherever it is.
  @Override
  public void close() throws IOException {
    try {
      for (Wire wire : wires) {
        settle(wire);
      }
      while (!flights.isEmpty()) {
        land();
      }
      for (Strand strand : strands) {
        while (strand.pipe.bytes() > 0) {
          strand.poll().close();
        }
        assertThat(strand.size()).isZero();
      }
      byte[] now = new byte[FILE];
      assertThat(file.read(ByteBuffer.wrap(now), 0)).isEqualTo(FILE);
      assertThat(Arrays.mismatch(now, fileModel)).as("the file itself").isEqualTo(-1);
    } finally {
      flights.forEach(it -> it.pinned.close());
      strands.forEach(Strand::close);
    }
  }
}
