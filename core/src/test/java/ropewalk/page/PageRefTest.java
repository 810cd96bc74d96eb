package ropewalk.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ropewalk.linux.HostSyscalls;
import ropewalk.testkit.Pattern;

/// One reference and what may be done with it.
final class PageRefTest {

  private static final int PAGE = 4096;

  private FolioPool pool;

  @BeforeEach
  void open() throws IOException {
    pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(2 << 20, 2 << 20).withLeaks(Leaks.ALL));
  }

  @AfterEach
  void close() {
    pool.close();
  }

  private PageRef published(int bytes, FolioClass kind) throws IOException {
    PageRef ref = pool.take(bytes, kind);
    Pattern.fill(ref.target().asSlice(0, bytes), 0);
    ref.publish(bytes);
    return ref;
  }

  @Test
  void takeGivesAWholeWritableFolio() throws IOException {
    try (PageRef ref = pool.take(5000, FolioClass.RING)) {
      assertThat(ref.length()).isEqualTo(2 * PAGE).isEqualTo(ref.folio().size());
      assertThat(ref.address()).isEqualTo(ref.folio().address());
      assertThat(ref.address() % PAGE).isZero();
      assertThat(ref.provenance()).isEqualTo(Provenance.OWNED);
      assertThat(ref.isWritable()).isTrue();
      assertThat(ref.tryLend(0, 1)).as("lending needs up-to-date").isNull();
    }
  }

  @Test
  void publishShrinksAndFreezes() throws IOException {
    try (PageRef ref = published(1000, FolioClass.RING)) {
      assertThat(ref.length()).isEqualTo(1000);
      Pattern.verify(ref.bytes(), 0);
      assertThat(ref.bytes().isReadOnly()).isTrue();
      assertThatThrownBy(ref::target).hasMessageContaining("frozen");
      assertThatThrownBy(() -> ref.publish(1)).hasMessageContaining("frozen");
    }
  }

  @Test
  void publishOfMoreThanThereIsIsRefused() throws IOException {
    try (PageRef ref = pool.take(PAGE, FolioClass.RING)) {
      assertThatThrownBy(() -> ref.publish(PAGE + 1)).hasMessageContaining("4097");
      assertThatThrownBy(() -> ref.publish(-1)).isInstanceOf(IllegalArgumentException.class);
      assertThat(ref.isWritable()).isTrue();
    }
  }

  @Test
  void invariant2_aSecondReleaseIsCaughtAndDropsNothing() throws IOException {
    PageRef ref = published(PAGE, FolioClass.RING);
    PageRef second = ref.share();
    ref.close();
    for (int i = 0; i < 1000; i++) { // many lives later: with leaks=all handles have one only
      pool.take(1, FolioClass.RING).close();
    }
    assertThatThrownBy(ref::close).hasMessageContaining("released PageRef");
    assertThatThrownBy(ref::length).hasMessageContaining("released PageRef");
    assertThatThrownBy(() -> ref.lend(0, 1)).hasMessageContaining("released PageRef");
    assertThatThrownBy(ref::trySteal).hasMessageContaining("released PageRef");
    assertThatThrownBy(ref::tryPin).hasMessageContaining("released PageRef");
    Pattern.verify(second.bytes(), 0);
    second.close();
  }

  @Test
  void invariant2_aPooledHandleCatchesASecondReleaseSoonAfterTheFirst() throws IOException {
    try (FolioPool lean =
        FolioPool.open(HostSyscalls.host(), PoolPlan.of(2 << 20, 0).withLeaks(Leaks.OFF))) {
      for (int i = 0; i < 10 * Handles.QUARANTINE; i++) {
        PageRef ref = lean.take(1, FolioClass.RING);
        int generation = ref.generation();
        ref.close();
        assertThat(ref.generation()).isEqualTo(generation + 1);
        List<PageRef> others = new ArrayList<>();
        for (int j = 0; j < Handles.QUARANTINE; j++) {
          others.add(lean.take(1, FolioClass.RING));
        }
        assertThat(others).as("nobody has it yet").doesNotContain(ref);
        assertThatThrownBy(ref::close).hasMessageContaining("released PageRef");
        others.forEach(PageRef::close);
      }
    }
  }

  @Test
  void invariant4_aLentFolioIsNeitherStolenNorClaimed() throws IOException {
    try (PageRef owner = published(PAGE, FolioClass.RING)) {
      PageRef lent = owner.lend(100, 200);
      assertThat(lent.provenance()).isEqualTo(Provenance.LENT);
      assertThat(lent.isWritable()).isFalse();
      Pattern.verify(lent.bytes(), 100);
      assertThat(owner.trySteal()).isFalse();
      assertThat(owner.tryClaim()).isFalse();
      lent.close();
      assertThat(owner.tryClaim()).isTrue();
      assertThat(owner.tryLend(0, 1)).as("lend while claimed").isNull();
      assertThat(owner.tryShare()).as("get while claimed").isNull();
      owner.publish(PAGE);
      owner.lend(0, 1).close();
    }
  }

  @Test
  void invariant4_theLastLoanIsNotOwnership() throws IOException {
    PageRef owner = published(PAGE, FolioClass.RING);
    PageRef lent = owner.lend(0, PAGE);
    owner.close();
    assertThat(FolioWord.references(lent.folio().wordAcquire())).isEqualTo(1);
    assertThat(lent.trySteal()).isFalse();
    assertThat(lent.tryClaim()).isFalse();
    lent.close();
  }

  @Test
  void twoOwnersNeitherOfThemWrites() throws IOException {
    PageRef one = published(PAGE, FolioClass.RING);
    PageRef two = one.share();
    assertThat(one.trySteal()).isFalse();
    assertThat(one.tryClaim()).isFalse();
    two.close();
    assertThat(one.trySteal()).isTrue();
    assertThat(one.isWritable()).isTrue();
    one.close();
  }

  @Test
  void aDirtyFolioIsClaimedButNotStolen() throws IOException {
    try (PageRef ref = published(PAGE, FolioClass.GIFT)) {
      ref.folio().markDirty();
      assertThat(ref.trySteal()).isFalse();
      assertThat(ref.tryClaim()).isTrue();
      ref.publish(PAGE);
      assertThat(ref.folio().startWriteback()).isTrue();
      assertThat(ref.folio().startWriteback()).as("one writeback at a time").isFalse();
      assertThat(ref.tryClaim()).as("stable while it is written").isFalse();
      ref.folio().endWriteback();
      assertThat(ref.trySteal()).isTrue();
    }
  }

  @Test
  void invariant3_aPinnedFolioIsNeitherStolenNorRecycled() throws IOException {
    PageRef ref = published(PAGE, FolioClass.RING);
    Folio folio = ref.folio();
    ref.pin();
    assertThat(folio.isPinned()).isTrue();
    assertThat(ref.trySteal()).isFalse();
    assertThat(ref.tryClaim()).isFalse();
    ref.close();
    assertThat(FolioWord.references(folio.wordAcquire())).as("kept by the pin").isEqualTo(1);
    assertThat(pool.complaints()).anyMatch(line -> line.contains("pins=1"));
    folio.addPin();
    folio.unpin();
    folio.unpin();
    assertThat(folio.wordAcquire()).isEqualTo(FolioWord.AT_REST);
  }

  @Test
  void unpinWithoutPinIsCaught() throws IOException {
    try (PageRef ref = published(PAGE, FolioClass.RING)) {
      assertThatThrownBy(ref::unpin)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("unpin")
          .hasMessageContaining("pins=0");
      assertThatThrownBy(() -> ref.folio().addPin()).hasMessageContaining("addPin");
    }
  }

  @Test
  void unpinMayComeFromAnyThread() throws Exception {
    try (PageRef ref = pool.take(PAGE, FolioClass.RING)) {
      ref.pin();
      Thread.ofVirtual().start(ref::unpin).join();
      assertThat(ref.folio().isPinned()).isFalse();
    }
  }

  @Test
  void invariant3_zerosAreNeverPinnedNorWritten() {
    try (PageRef zeros = pool.zeros(10_000)) {
      assertThat(zeros.bytes().mismatch(zeros.bytes().asSlice(0))).isEqualTo(-1);
      assertThat(zeros.folio().isZero()).isTrue();
      assertThat(zeros.bytes().get(ValueLayout.JAVA_BYTE, 9_999)).isZero();
      assertThat(zeros.tryPin()).isFalse();
      assertThat(zeros.trySteal()).isFalse();
      assertThat(zeros.tryClaim()).isFalse();
      assertThat(zeros.tryGive()).isFalse();
      assertThatThrownBy(() -> zeros.folio().markDirty()).hasMessageContaining("ZERO");
      zeros.lend(1, 2).close();
    }
    assertThatThrownBy(() -> pool.zeros(FolioPool.ZEROS_MAX + 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aWritableRangeIsDividedAndPublishedInParts() throws IOException {
    PageRef rest = pool.take(2 * PAGE, FolioClass.RING);
    PageRef head = rest.splitHead(1000);
    Pattern.fill(head.target(), 0);
    head.publish(1000);
    PageRef lent = head.lend(0, 1000);
    head.close();
    assertThat(rest.isWritable()).as("the rest is still being filled").isTrue();
    assertThat(rest.offset()).isEqualTo(1000);
    Pattern.fill(rest.target(), 1000);
    Pattern.verify(lent.bytes(), 0);
    rest.publish(rest.length());
    Pattern.verify(rest.bytes(), 1000);
    assertThat(rest.trySteal()).as("its head is on loan").isFalse();
    lent.close();
    rest.close();
  }

  @Test
  void aWritableRangeHasOneHolder() throws IOException {
    try (PageRef ref = pool.take(PAGE, FolioClass.RING)) {
      assertThat(ref.tryShare()).isNull();
      assertThatThrownBy(ref::share).hasMessageContaining("refused");
    }
  }

  @Test
  void provenanceTravelsWithTheRange() throws IOException {
    PageRef owned = published(PAGE, FolioClass.GIFT);
    PageRef lent = owned.lend(0, 2000);
    PageRef again = lent.lend(0, 1000);
    PageRef head = lent.splitHead(500);
    PageRef twin = head.share();
    assertThat(new Provenance[] {again.provenance(), head.provenance(), twin.provenance()})
        .containsOnly(Provenance.LENT);
    assertThat(owned.share())
        .satisfies(
            ref -> {
              assertThat(ref.provenance()).isEqualTo(Provenance.OWNED);
              ref.close();
            });
    assertThat(twin.tryGive()).isTrue();
    PageRef fromGiven = twin.splitHead(10);
    PageRef lentFromGiven = twin.lend(0, 10);
    assertThat(fromGiven.provenance()).isEqualTo(Provenance.GIVEN);
    assertThat(lentFromGiven.provenance()).isEqualTo(Provenance.GIVEN);
    for (PageRef ref : new PageRef[] {owned, lent, again, head, twin, fromGiven, lentFromGiven}) {
      ref.close();
    }
  }

  @Test
  void onlyGiftFoliosAreGiven() throws IOException {
    try (PageRef ring = published(PAGE, FolioClass.RING)) {
      assertThat(ring.tryGive()).isFalse();
    }
  }

  @Test
  void aGivenFolioIsNeverWrittenInPlaceAndLosesItsBackingAtTheLastRelease() throws IOException {
    PageRef ref = published(PAGE, FolioClass.GIFT);
    Folio folio = ref.folio();
    assertThat(ref.tryGive()).isTrue();
    assertThat(ref.trySteal()).isFalse();
    assertThat(ref.tryClaim()).isFalse();
    PageRef late = ref.lend(0, PAGE);
    ref.close();
    Pattern.verify(late.bytes(), 0);
    assertThat(pool.stats().dropped()).as("not before the last reference").isZero();
    late.close();
    assertThat(pool.stats().dropped()).isEqualTo(1);
    assertThat(folio.isGiven()).isFalse();
    List<PageRef> taken = new ArrayList<>();
    do {
      taken.add(pool.take(PAGE, FolioClass.GIFT));
    } while (taken.getLast().folio() != folio);
    PageRef again = taken.getLast();
    assertThat(again.target().get(ValueLayout.JAVA_BYTE, 100)).as("fresh pages").isZero();
    taken.forEach(PageRef::close);
  }

  @Test
  void aPoisonedFolioIsNotLookedAtAndNeverUsedAgain() throws IOException {
    PageRef ref = published(PAGE, FolioClass.RING);
    Folio folio = ref.folio();
    folio.poison();
    assertThat(ref.tryLend(0, 1)).isNull();
    assertThat(folio.tryRead()).isFalse();
    assertThat(ref.tryPin()).isFalse();
    ref.close();
    assertThat(folio.isPoisoned()).isTrue();
    assertThat(pool.stats().quarantined()).isEqualTo(PAGE);
    assertThat(pool.stats().ringFree()).isEqualTo((2 << 20) - PAGE);
    assertThat(pool.stats().inUse()).isZero();
  }

  @Test
  void aTransientReadHoldsTheWriterOff() throws IOException {
    try (PageRef ref = published(PAGE, FolioClass.RING)) {
      assertThat(ref.folio().tryRead()).isTrue();
      assertThat(ref.tryClaim()).isFalse();
      ref.folio().endRead();
      assertThat(ref.tryClaim()).isTrue();
      assertThat(ref.folio().tryRead()).isFalse();
      ref.publish(PAGE);
    }
    try (PageRef ref = published(PAGE, FolioClass.RING)) {
      assertThatThrownBy(() -> ref.folio().endRead()).hasMessageContaining("endRead");
    }
  }

  @Test
  void loansAreChargedDividedMovedAndRefusedOverTheLimit() throws IOException {
    Account peer = pool.account("peer", 1000);
    Account queue = pool.account("queue", 500);
    try (PageRef owner = published(PAGE, FolioClass.RING)) {
      PageRef lent = Objects.requireNonNull(owner.tryLend(0, 800, peer));
      assertThat(owner.tryLend(0, 201, peer)).as("over the limit").isNull();
      assertThat(peer.charged()).isEqualTo(800);
      PageRef head = lent.splitHead(300);
      assertThat(peer.charged()).as("divided, not doubled").isEqualTo(800);
      assertThat(lent.moveCharge(queue)).isTrue();
      assertThat(peer.charged()).isEqualTo(300);
      assertThat(queue.charged()).isEqualTo(500);
      assertThat(head.moveCharge(queue)).as("over the other's limit").isFalse();
      assertThat(peer.charged()).isEqualTo(300);
      assertThat(pool.stats().charged()).isEqualTo(800);
      lent.close();
      head.close();
      assertThat(peer.charged() + queue.charged() + pool.stats().charged()).isZero();
    }
  }

  @Test
  void skipTrimAndSplitStayWithinTheRange() throws IOException {
    try (PageRef ref = published(100, FolioClass.RING)) {
      assertThatThrownBy(() -> ref.skip(101)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> ref.skip(-1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> ref.trim(101)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> ref.splitHead(101)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> ref.lend(50, 51)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> ref.lend(Integer.MAX_VALUE, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> ref.lend(1, -1)).isInstanceOf(IndexOutOfBoundsException.class);
      ref.skip(40);
      ref.trim(30);
      Pattern.verify(ref.bytes(), 40);
      assertThat(ref.length()).isEqualTo(30);
    }
  }
}
