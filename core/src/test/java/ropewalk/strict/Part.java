package ropewalk.strict;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import ropewalk.page.PageRef;
import ropewalk.page.Provenance;
import ropewalk.testkit.Gen;

/// A range in hand, and what it should be: one operation on fragments each, done to both.
///
/// After whatever was done, [#tryDoors] asks to write it. Used by one thread.
final class Part {
  /// A pinned range of a request in flight, and what it should be until its end.
  static final class Flight {
    final PageRef pinned;
    final byte[] bytes;

    Flight(PageRef pinned, byte[] bytes) {
      this.pinned = pinned;
      this.bytes = bytes;
    }
  }

  private final Gen gen;
  private final Ropery.Counts counts;
  final PageRef ref;
  byte[] bytes;
  Provenance provenance;

  /// *Takes* `ref`, whose bytes have been compared.
  Part(Gen gen, Ropery.Counts counts, PageRef ref) {
    this.gen = gen;
    this.counts = counts;
    this.ref = ref;
    this.bytes = ref.bytes().toArray(ValueLayout.JAVA_BYTE);
    this.provenance = ref.provenance();
  }

  /// *Takes* `twin`, a second one of the whole.
  void pushTo(Strand other, @Nullable PageRef twin) throws IOException {
    if (twin != null) {
      other.push(twin, bytes, provenance);
    }
  }

  void slice(Strand other, boolean isLoan) throws IOException {
    int offset = gen.in(0, bytes.length - 1);
    int length = gen.in(1, bytes.length - offset);
    PageRef part = isLoan ? ref.tryLend(offset, length) : ref.tryShare(offset, length);
    if (part != null) {
      byte[] its = Arrays.copyOfRange(bytes, offset, offset + length);
      other.push(part, its, isLoan ? lent() : provenance);
    }
  }

  /// What a loan of it says.
  private Provenance lent() {
    return provenance == Provenance.GIVEN ? Provenance.GIVEN : Provenance.LENT;
  }

  /// Puts a loan of it on a strand, and lets go of it.
  void lendOn(Strand to) throws IOException {
    PageRef loan = ref.tryLend(0, bytes.length);
    ref.close();
    if (loan != null) {
      to.push(loan, bytes, lent());
    }
  }

  /// From now on the kernel may have it.
  void give() {
    if (ref.tryGive()) {
      provenance = Provenance.GIVEN;
    }
  }

  /// Pins the end of it for a request.
  @Nullable Flight pin() {
    int offset = gen.in(0, bytes.length - 1);
    PageRef pinned = ref.tryPinned(offset, bytes.length - offset);
    return pinned == null
        ? null
        : new Flight(pinned, Arrays.copyOfRange(bytes, offset, bytes.length));
  }

  void split(Strand other) throws IOException {
    if (bytes.length > 1) {
      int length = gen.in(1, bytes.length - 1);
      other.push(ref.splitHead(length), Arrays.copyOf(bytes, length), provenance);
      bytes = Arrays.copyOfRange(bytes, length, bytes.length);
      counts.splits++;
    }
  }

  /// Joins the next range if it may be joined; else that one goes to the end of its strand.
  void join(Strand from) throws IOException {
    if (from.pipe.bytes() == 0) {
      return;
    }
    PageRef next = from.poll();
    Provenance its = next.provenance();
    byte[] more = next.bytes().toArray(ValueLayout.JAVA_BYTE);
    if (ref.tryJoin(next)) {
      assertThat(its).as("provenance of what was joined").isEqualTo(provenance);
      byte[] both = Arrays.copyOf(bytes, bytes.length + more.length);
      System.arraycopy(more, 0, both, bytes.length, more.length);
      bytes = both;
      counts.joins++;
    } else {
      from.push(next, more, its);
    }
  }

  void shorten() {
    int bytesOff = gen.in(0, bytes.length - 1);
    if (gen.bool()) {
      ref.skip(bytesOff);
      bytes = Arrays.copyOfRange(bytes, bytesOff, bytes.length);
    } else {
      ref.trim(bytes.length - bytesOff);
      bytes = Arrays.copyOf(bytes, bytes.length - bytesOff);
    }
  }

  /// The doors of the page: claim and steal. Whoever is let in writes what `fresh` makes.
  void tryDoors(IntFunction<byte[]> fresh) {
    assertThat(ref.isWritable()).isFalse();
    assertThat(ref.provenance()).as("provenance of %s", ref).isEqualTo(provenance);
    boolean isToSteal = gen.bool();
    boolean isStolen = isToSteal && ref.trySteal();
    boolean isClaimed = !isToSteal && ref.tryClaim();
    if (!isClaimed && !isStolen) {
      counts.refusals++;
      return;
    }
    assertThat(provenance).as("who writes %s", ref).isEqualTo(Provenance.OWNED);
    counts.claims += isClaimed ? 1 : 0;
    counts.steals += isStolen ? 1 : 0;
    bytes = fresh.apply(bytes.length);
    MemorySegment target = ref.target();
    MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, 0, bytes.length);
    ref.publish(bytes.length);
  }
}
