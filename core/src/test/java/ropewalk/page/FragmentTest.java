package ropewalk.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.linux.HostSyscalls;
import ropewalk.testkit.Pattern;

/// What a fragment carries, through split, join, share, pin and release; by example.
final class FragmentTest {

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

  private PageRef published(FolioClass kind) throws IOException {
    PageRef ref = pool.take(PAGE, kind);
    Pattern.fill(ref.target(), 0);
    ref.publish(PAGE);
    return ref;
  }

  @Test
  void joinUndoesSplit() throws IOException {
    Account peer = pool.account("peer", PAGE);
    try (PageRef owner = published(FolioClass.RING)) {
      PageRef tail = Objects.requireNonNull(owner.tryLend(0, PAGE, peer));
      PageRef head = tail.splitHead(100);
      assertThat(peer.charged()).isEqualTo(PAGE);
      assertThat(head.tryJoin(tail)).isTrue();
      assertThat(tail.isOpen()).as("taken").isFalse();
      assertThat(head.length()).isEqualTo(PAGE);
      assertThat(peer.charged()).isEqualTo(PAGE);
      assertThat(FolioWord.references(owner.folio().wordAcquire())).isEqualTo(2);
      Pattern.verify(head.bytes(), 0);
      head.close();
      assertThat(peer.charged()).isZero();
    }
  }

  @Test
  void aRangeThatIsBeingFilledIsSplitAndJoinedToo() throws IOException {
    try (PageRef tail = pool.take(PAGE, FolioClass.RING)) {
      try (PageRef head = tail.splitHead(10)) {
        PageRef middle = tail.splitHead(10);
        assertThat(head.tryJoin(middle)).isTrue();
        head.target().fill((byte) 1);
        head.publish(20);
        assertThat(head.tryJoin(tail)).as("frozen and writable").isFalse();
        assertThat(tail.isWritable()).isTrue();
      }
    }
  }

  @Test
  @DisplayName("R-28: what differs in anything that is carried is not joined")
  void r28_unlikeFragmentsAreNotJoined() throws IOException {
    Account peer = pool.account("peer", PAGE);
    try (PageRef owner = published(FolioClass.GIFT);
        PageRef other = published(FolioClass.GIFT);
        PageRef head = owner.splitHead(100);
        PageRef lent = owner.lend(0, 50);
        PageRef charged = Objects.requireNonNull(owner.tryLend(0, 50, peer));
        PageRef pinned = Objects.requireNonNull(owner.tryPinned(0, 50));
        PageRef lentHead = head.lend(0, 100);
        PageRef gap = owner.lend(1, 10);
        PageRef elsewhere = other.lend(100, 10)) {
      assertThat(head.tryJoin(lent)).as("owned + lent").isFalse();
      assertThat(lentHead.tryJoin(owner)).as("lent + owned").isFalse();
      assertThat(lentHead.tryJoin(charged)).as("another borrower").isFalse();
      assertThat(lentHead.tryJoin(pinned)).as("reference + pin").isFalse();
      assertThat(lentHead.tryJoin(gap)).as("a gap").isFalse();
      assertThat(lentHead.tryJoin(elsewhere)).as("another folio").isFalse();
      assertThat(lentHead.tryJoin(lentHead)).as("itself").isFalse();
      try (PageRef given = owner.lend(0, 50)) {
        assertThat(given.tryGive()).isTrue();
        assertThat(lentHead.tryJoin(given)).as("lent + given").isFalse();
      }
      assertThat(lentHead.length()).isEqualTo(100);
      assertThat(peer.charged()).isEqualTo(50);
    }
  }

  @Test
  @DisplayName("R-42: what was pinned is unpinned, what was referenced is released")
  void r42_theCleanupIsTheOneOfTheTake() throws IOException {
    try (PageRef owner = published(FolioClass.RING)) {
      PageRef pinned = Objects.requireNonNull(owner.tryPinned(0, PAGE));
      PageRef lent = owner.lend(0, PAGE);
      assertThat(pinned.cleanup()).isEqualTo(Cleanup.PIN);
      assertThat(lent.cleanup()).isEqualTo(Cleanup.REFERENCE);
      assertThat(owner.cleanup()).isEqualTo(Cleanup.REFERENCE);
      PageRef half = pinned.splitHead(100);
      PageRef twin = pinned.share();
      assertThat(half.cleanup()).isEqualTo(Cleanup.PIN);
      assertThat(twin.cleanup()).isEqualTo(Cleanup.PIN);
      assertSums(owner, 5, 1, 3);
      half.close();
      pinned.close();
      assertSums(owner, 3, 1, 1);
      lent.close();
      assertSums(owner, 2, 0, 1);
      assertThat(owner.trySteal()).as("a device reads it").isFalse();
      twin.close();
      assertSums(owner, 1, 0, 0);
    }
  }

  @Test
  void aPinnedHandleOutlivesItsOwnerAndEndsOnAnyThread() throws Exception {
    PageRef owner = published(FolioClass.RING);
    PageRef pinned = Objects.requireNonNull(owner.tryPinned(0, PAGE));
    owner.close();
    Pattern.verify(pinned.bytes(), 0);
    assertThat(pinned.trySteal()).isFalse();
    assertThat(pinned.tryClaim()).isFalse();
    Thread.ofPlatform().start(pinned::close).join();
    assertThat(pool.complaints()).isEmpty();
  }

  @Test
  @DisplayName("R-45: a send that fails at any step drops each pin once")
  void r45_failedSendsConserveThePins() throws IOException {
    try (PageRef owner = published(FolioClass.RING)) {
      owner.pin();
      int caught = 0;
      // Twice as many failures as the kernel's bug needed to take somebody else's pin away.
      for (int i = 0; i < 2048; i++) {
        PageRef pinned = Objects.requireNonNull(owner.tryPinned(0, PAGE));
        pinned.close(); // the path that failed cleans up
        try {
          pinned.close(); // and so does its caller
        } catch (IllegalStateException second) {
          caught++;
        }
      }
      assertThat(caught).isEqualTo(2048);
      assertSums(owner, 2, 0, 1);
      assertThat(owner.trySteal()).as("our own pin is still there").isFalse();
      owner.unpin();
      assertThatThrownBy(owner::unpin).hasMessageContaining("unpin refused");
    }
  }

  @Test
  @DisplayName("R-44: more pins on zeros than the kernel's count could hold leave theirs at none")
  void r44_zerosAreNeverPinned() {
    try (PageRef zeros = pool.zeros(PAGE)) {
      Folio folio = zeros.folio();
      for (int i = 0; i <= 1 << 21; i++) {
        if (zeros.tryPin() || folio.tryPinForWrite()) {
          throw new AssertionError("pinned: " + zeros);
        }
      }
      assertThat(zeros.tryPinned(0, 1)).isNull();
      assertThat(folio.isPinned()).isFalse();
      assertSums(zeros, 2, 1, 0);
      assertThatThrownBy(folio::markDirty).hasMessageContaining("dirty refused");
    }
  }

  @Test
  @DisplayName("R-44: zero folios are told by asking, for there are several")
  void r44_severalZeroFoliosExist() throws IOException {
    try (FolioPool another = FolioPool.open(HostSyscalls.host(), PoolPlan.of(2 << 20, 0));
        PageRef here = pool.zeros(1);
        PageRef there = another.zeros(1)) {
      assertThat(here.folio()).isNotSameAs(there.folio());
      assertThat(here.folio().isZero()).isTrue();
      assertThat(there.folio().isZero()).isTrue();
    }
  }

  @Test
  @DisplayName("R-06: a borrower never sees what its lender wrote later")
  void r06_theLendersLaterBytesAreElsewhere() throws IOException {
    PageRef lender = published(FolioClass.RING);
    PageRef lent = lender.lend(0, PAGE);
    assertThat(lender.claimOrVersion()).isFalse();
    lender.close();
    for (int i = 0; i < (2 << 20) / PAGE - 1; i++) {
      try (PageRef secret = pool.take(PAGE, FolioClass.RING)) {
        assertThat(secret.folio()).isNotSameAs(lent.folio());
        secret.target().fill((byte) -1);
      }
    }
    Pattern.verify(lent.bytes(), 0);
    assertThat(lent.trySteal()).as("the last loan is not ownership").isFalse();
    lent.close();
  }

  @Test
  @DisplayName("R-03: at the limit a share or loan is refused, and nothing wraps")
  void r03_theLimitIsARefusal() throws IOException {
    try (FolioPool plain =
            FolioPool.open(HostSyscalls.host(), PoolPlan.of(2 << 20, 0).withLeaks(Leaks.OFF));
        PageRef owner = plain.take(PAGE, FolioClass.RING)) {
      owner.publish(PAGE);
      Folio folio = owner.folio();
      for (int i = 1; i < FolioWord.REFERENCES_MAX; i++) {
        assertThat(folio.tryGet()).isTrue();
      }
      assertThat(owner.tryShare()).isNull();
      assertThat(owner.tryLend(0, 1)).isNull();
      assertThat(owner.tryPinned(0, 1)).isNull();
      assertThat(FolioWord.references(folio.wordAcquire())).isEqualTo(FolioWord.REFERENCES_MAX);
      for (int i = 1; i < FolioWord.REFERENCES_MAX; i++) {
        folio.put();
      }
    }
  }

  @Test
  void aWriterWaitsForATransientReadAndVersionsForALoan() throws Exception {
    try (PageRef owner = published(FolioClass.RING)) {
      Folio folio = owner.folio();
      assertThat(folio.tryRead()).isTrue();
      assertThat(owner.claim()).isEqualTo(Claim.WAIT);
      Thread reader = Thread.ofPlatform().start(folio::endRead);
      boolean claimed = owner.claimOrVersion();
      reader.join();
      if (!claimed) { // the reader had no processor for longer than a writer waits
        assertThat(owner.claimOrVersion()).isTrue();
      }
      assertThatThrownBy(owner::claim).hasMessageContaining("writable already");
      owner.publish(PAGE);
      try (PageRef lent = owner.lend(0, 1)) {
        assertThat(owner.claim()).isEqualTo(Claim.VERSION);
        assertThat(owner.claimOrVersion()).isFalse();
        assertThat(lent.claim()).as("a borrower").isEqualTo(Claim.VERSION);
      }
    }
  }

  @Test
  void aWriterDoesNotWaitForAReaderThatNeverEnds() throws IOException {
    try (PageRef owner = published(FolioClass.RING)) {
      assertThat(owner.folio().tryRead()).isTrue();
      assertThat(owner.claimOrVersion()).isFalse();
      owner.folio().endRead();
    }
  }

  @Test
  void oneBadPageCondemnsItsFolioToEveryNewLook() throws IOException {
    PageRef owner = published(FolioClass.GIFT);
    PageRef lent = owner.lend(0, PAGE);
    owner.folio().poison();
    for (PageRef ref : new PageRef[] {owner, lent}) {
      assertThat(ref.tryLend(0, 1)).isNull();
      assertThat(ref.tryPinned(0, 1)).isNull();
      assertThat(ref.tryPin()).isFalse();
      assertThat(ref.tryGive()).isFalse();
      assertThat(ref.trySteal()).isFalse();
      assertThat(ref.claim()).isEqualTo(Claim.VERSION);
    }
    assertThat(owner.folio().tryRead()).isFalse();
    lent.close();
    assertThat(owner.claim()).as("alone with it").isEqualTo(Claim.VERSION);
    owner.close();
    assertThat(pool.stats().quarantined()).isEqualTo(PAGE);
  }

  @Test
  void aPartIsShared() throws IOException {
    Account peer = pool.account("peer", PAGE);
    try (PageRef owner = published(FolioClass.RING);
        PageRef lent = Objects.requireNonNull(owner.tryLend(0, 1000, peer));
        PageRef part = Objects.requireNonNull(lent.tryShare(100, 50))) {
      Pattern.verify(part.bytes(), 100);
      assertThat(part.length()).isEqualTo(50);
      assertThat(part.provenance()).isEqualTo(Provenance.LENT);
      assertThat(peer.charged()).isEqualTo(1050);
      assertThatThrownBy(() -> lent.tryShare(1000, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  private static void assertSums(PageRef ref, int references, int loans, int pins) {
    long word = ref.folio().wordAcquire();
    assertThat(FolioWord.references(word)).as("references").isEqualTo(references);
    assertThat(FolioWord.loans(word)).as("loans").isEqualTo(loans);
    assertThat(FolioWord.pins(word)).as("pins").isEqualTo(pins);
  }
}
