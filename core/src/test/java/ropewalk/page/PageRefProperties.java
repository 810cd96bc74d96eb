package ropewalk.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import ropewalk.linux.HostSyscalls;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// Any mixture of shares, loans, splits, skips and pins: the word's sums are the handles', the
/// bytes stand still, and what a range is allowed travels with it.
final class PageRefProperties {

  private static final int SIZE = 64 << 10;

  /// A handle, and what the test knows about it without asking.
  private record Held(PageRef ref, int from, int length, Provenance provenance, boolean loan) {}

  @Test
  void invariant2_sumsBytesAndProvenanceSurviveEveryOperation() throws IOException {
    try (FolioPool pool =
        FolioPool.open(HostSyscalls.host(), PoolPlan.of(2 << 20, 2 << 20).withLeaks(Leaks.OFF))) {
      Gen.check(300, gen -> mixture(gen, pool));
    }
  }

  private static void mixture(Gen gen, FolioPool pool) throws IOException {
    FolioClass kind = gen.bool() ? FolioClass.RING : FolioClass.GIFT;
    Account account = pool.account("anybody", gen.edgy(0, 4 * SIZE));
    PageRef first = pool.take(SIZE, kind);
    Folio folio = first.folio();
    Pattern.fill(first.target(), 0);
    first.publish(SIZE);
    List<Held> held = new ArrayList<>();
    held.add(new Held(first, 0, SIZE, Provenance.OWNED, false));
    int pins = 0;
    for (int i = gen.in(1, 80); i > 0 && !held.isEmpty(); i--) {
      int at = gen.in(0, held.size() - 1);
      Held one = held.get(at);
      switch (gen.in(0, 7)) {
        case 0 -> {
          PageRef twin = one.ref.share();
          held.add(new Held(twin, one.from, one.length, one.provenance, one.loan));
        }
        case 1 -> {
          int offset = (int) gen.edgy(0, one.length);
          int length = (int) gen.edgy(0, one.length - offset);
          @Nullable PageRef lent = one.ref.tryLend(offset, length, gen.bool() ? account : null);
          if (lent != null) {
            Provenance carried =
                one.provenance == Provenance.GIVEN ? Provenance.GIVEN : Provenance.LENT;
            held.add(new Held(lent, one.from + offset, length, carried, true));
          }
        }
        case 2 -> {
          int length = (int) gen.edgy(0, one.length);
          PageRef head = one.ref.splitHead(length);
          held.set(
              at,
              new Held(one.ref, one.from + length, one.length - length, one.provenance, one.loan));
          held.add(new Held(head, one.from, length, one.provenance, one.loan));
        }
        case 3 -> {
          int bytes = (int) gen.edgy(0, one.length);
          one.ref.skip(bytes);
          held.set(
              at,
              new Held(one.ref, one.from + bytes, one.length - bytes, one.provenance, one.loan));
        }
        case 4 -> {
          if (kind == FolioClass.GIFT) {
            assertThat(one.ref.tryGive()).isTrue();
            held.set(at, new Held(one.ref, one.from, one.length, Provenance.GIVEN, one.loan));
          }
        }
        case 5 -> {
          one.ref.pin();
          pins++;
        }
        case 6 -> {
          if (pins > 0) {
            folio.unpin();
            pins--;
          }
        }
        default -> {
          one.ref.close();
          held.remove(at);
        }
      }
      check(folio, held, pins, account);
    }
    for (Held one : held) {
      one.ref.close();
    }
    for (; pins > 0; pins--) {
      folio.unpin();
    }
    assertThat(folio.wordAcquire()).as("at rest").isEqualTo(FolioWord.AT_REST);
    assertThat(pool.complaints()).isEmpty();
  }

  private static void check(Folio folio, List<Held> held, int pins, Account account) {
    long word = folio.wordAcquire();
    long loans = held.stream().filter(Held::loan).count();
    assertThat(FolioWord.references(word)).as("references").isEqualTo(held.size() + pins);
    assertThat(FolioWord.loans(word)).as("loans").isEqualTo((int) loans);
    assertThat(FolioWord.pins(word)).as("pins").isEqualTo(pins);
    assertThat(FolioWord.has(word, FolioWord.OWNED)).isEqualTo(loans < held.size());
    long charged = 0;
    for (Held one : held) {
      PageRef ref = one.ref;
      assertThat(ref.length()).isEqualTo(one.length);
      assertThat(ref.provenance()).as("provenance of %s", ref).isEqualTo(one.provenance);
      assertThat(ref.isWritable()).isFalse();
      int ends = Math.min(one.length, 16);
      Pattern.verify(ref.bytes().asSlice(0, ends), one.from);
      Pattern.verify(ref.bytes().asSlice(one.length - ends), one.from + one.length - ends);
      charged += ref.account() == null ? 0 : ref.length();
    }
    assertThat(account.charged()).as("charged").isGreaterThanOrEqualTo(charged);
  }
}
