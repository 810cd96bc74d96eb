package ropewalk.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// Fragments of one folio, and beside each what it should carry: slices, splits, joins, clones,
/// loans, pins, skips, trims and tees are done to both.
///
/// Bytes that are not published yet are `0xee`, published ones are the pattern of their place. So a
/// frozen range that shows the former was read too early, and one that shows neither was written.
final class FragmentLedger {

  private static final int SIZE = 16 << 10;
  private static final int HELD_MAX = 40;

  private record Held(
      PageRef ref,
      int from,
      int length,
      Provenance provenance,
      Hold hold,
      boolean writable,
      @Nullable Account account) {

    Held as(PageRef ref, int from, int length) {
      return new Held(ref, from, length, provenance, hold, writable, account);
    }

    Held borrowed(PageRef ref, int from, int length, Hold hold, @Nullable Account account) {
      Provenance carried = provenance == Provenance.GIVEN ? Provenance.GIVEN : Provenance.LENT;
      return new Held(ref, from, length, carried, hold, false, account);
    }

    boolean isLike(Held other) {
      return provenance == other.provenance
          && hold == other.hold
          && writable == other.writable
          && account == other.account;
    }
  }

  private final Gen gen;
  private final Folio folio;
  private final Account account;
  private final List<Held> held = new ArrayList<>();
  private int pins;
  private int joins;

  FragmentLedger(Gen gen, FolioPool pool) throws IOException {
    this.gen = gen;
    account = pool.account("anybody", gen.edgy(0, 4 * SIZE));
    PageRef all = pool.take(SIZE, FolioClass.GIFT);
    folio = all.folio();
    all.target().fill((byte) 0xee);
    held.add(new Held(all, 0, SIZE, Provenance.OWNED, Hold.OWNER, true, null));
  }

  boolean isEmpty() {
    return held.isEmpty();
  }

  int joins() {
    return joins;
  }

  /// Does one thing to one fragment.
  void step() {
    int at = gen.in(0, held.size() - 1);
    Held one = held.get(at);
    int offset = (int) gen.edgy(0, one.length);
    int length = (int) gen.edgy(0, one.length - offset);
    boolean mayGrow = held.size() < HELD_MAX;
    switch (gen.in(0, 12)) {
      case 0 -> keep(mayGrow ? one.ref.tryShare() : null, one, 0, one.length);
      case 1 -> keep(mayGrow ? one.ref.tryShare(offset, length) : null, one, offset, length);
      case 2, 3 -> lend(one, offset, length, mayGrow);
      case 4 -> pinned(one, offset, length, mayGrow);
      case 5, 6 -> split(at, one, offset, mayGrow);
      case 7, 8, 9 -> join(at, gen.in(0, held.size() - 1));
      case 10 -> shorten(at, one, offset);
      case 11 -> changePermission(at, one);
      default -> {
        one.ref.close();
        held.remove(at);
      }
    }
  }

  private void keep(@Nullable PageRef twin, Held one, int offset, int length) {
    if (twin != null) {
      assertThat(one.writable).as("a writable range has one holder").isFalse();
      held.add(one.as(twin, one.from + offset, length));
    }
  }

  private void lend(Held one, int offset, int length, boolean mayGrow) {
    Account borrower = gen.bool() ? account : null;
    PageRef lent = mayGrow ? one.ref.tryLend(offset, length, borrower) : null;
    if (lent != null) {
      assertThat(one.writable).as("lent before it was published").isFalse();
      held.add(one.borrowed(lent, one.from + offset, length, Hold.LOAN, borrower));
    }
  }

  private void pinned(Held one, int offset, int length, boolean mayGrow) {
    PageRef pinned = mayGrow ? one.ref.tryPinned(offset, length) : null;
    if (pinned != null) {
      assertThat(one.writable).as("sent before it was published").isFalse();
      held.add(one.borrowed(pinned, one.from + offset, length, Hold.PIN, null));
    } else if (gen.bool()) {
      // No device starts to write into pages that were given, not even beside the given range.
      assertThat(one.ref.tryPin()).as("pin %s", one).isEqualTo(!(one.writable && folio.isGiven()));
      pins += one.writable && folio.isGiven() ? 0 : 1;
    } else if (pins > 0) {
      folio.unpin();
      pins--;
    }
  }

  private void split(int at, Held one, int length, boolean mayGrow) {
    if (mayGrow) {
      PageRef head = one.ref.splitHead(length);
      held.set(at, one.as(one.ref, one.from + length, one.length - length));
      held.add(one.as(head, one.from, length));
    }
  }

  /// Joins two where the list says that they may be joined, and tries to in any case.
  private void join(int at, int other) {
    Held one = held.get(at);
    Held next = held.get(other);
    boolean fits = at != other && one.from + one.length == next.from && one.isLike(next);
    assertThat(one.ref.tryJoin(next.ref)).as("%s joins %s", one, next).isEqualTo(fits);
    if (fits) {
      assertThat(next.ref.isOpen()).isFalse();
      held.set(at, one.as(one.ref, one.from, one.length + next.length));
      held.remove(other);
      joins++;
    }
  }

  private void shorten(int at, Held one, int bytes) {
    if (gen.bool()) {
      one.ref.skip(bytes);
      held.set(at, one.as(one.ref, one.from + bytes, one.length - bytes));
    } else {
      one.ref.trim(bytes);
      held.set(at, one.as(one.ref, one.from, bytes));
    }
  }

  /// Publishes what is being filled; of the rest, gives some away and tries to write the others.
  private void changePermission(int at, Held one) {
    if (one.writable) {
      Pattern.fill(one.ref.target(), one.from);
      one.ref.publish(one.length);
      held.set(at, frozen(one, one.provenance));
      return;
    }
    assertThatThrownBy(one.ref::target).as("work in place").hasMessageContaining("frozen");
    if (gen.oneIn(3)) {
      assertThat(one.ref.tryGive()).isTrue();
      held.set(at, frozen(one, Provenance.GIVEN));
    } else if (one.ref.tryClaim()) {
      assertThat(held).as("claimed beside others").hasSize(1);
      assertThat(one.hold).isEqualTo(Hold.OWNER);
      assertThat(pins).isZero();
      one.ref.publish(one.length);
    }
  }

  private static Held frozen(Held one, Provenance provenance) {
    return new Held(one.ref, one.from, one.length, provenance, one.hold, false, one.account);
  }

  /// Compares every fragment with the list, and the word and the account with the sums.
  void check() {
    long word = folio.wordAcquire();
    int pinned = 0;
    int loans = 0;
    long charged = 0;
    for (Held one : held) {
      PageRef ref = one.ref;
      assertThat(ref.offset()).as("offset of %s", one).isEqualTo(one.from);
      assertThat(ref.length()).as("length of %s", one).isEqualTo(one.length);
      assertThat(ref.provenance()).as("provenance of %s", one).isEqualTo(one.provenance);
      assertThat(ref.isWritable()).as("permission of %s", one).isEqualTo(one.writable);
      assertThat(ref.account()).as("borrower of %s", one).isSameAs(one.account);
      assertThat(ref.cleanup())
          .as("cleanup of %s", one)
          .isEqualTo(one.hold == Hold.PIN ? Cleanup.PIN : Cleanup.REFERENCE);
      pinned += one.hold == Hold.PIN ? 1 : 0;
      loans += one.hold == Hold.LOAN ? 1 : 0;
      charged += one.account == null ? 0 : one.length;
      if (!one.writable) {
        int ends = Math.min(one.length, 16);
        Pattern.verify(ref.bytes().asSlice(0, ends), one.from);
        Pattern.verify(ref.bytes().asSlice(one.length - ends), one.from + one.length - ends);
      }
    }
    assertThat(FolioWord.references(word)).as("references").isEqualTo(held.size() + pins);
    assertThat(FolioWord.pins(word)).as("pins").isEqualTo(pinned + pins);
    assertThat(FolioWord.loans(word)).as("loans").isEqualTo(loans);
    // A range that was shortened after it was charged stays charged in full.
    assertThat(account.charged()).as("charged").isGreaterThanOrEqualTo(charged);
  }

  /// Releases all: what was taken is dropped, by each in its own way.
  void close() {
    held.forEach(one -> one.ref.close());
    for (; pins > 0; pins--) {
      folio.unpin();
    }
    assertThat(folio.wordAcquire()).isEqualTo(FolioWord.AT_REST);
    assertThat(account.charged()).isZero();
  }
}
