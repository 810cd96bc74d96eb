package ropewalk.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.iov.IovIter;
import ropewalk.iov.PipeSourceIter;
import ropewalk.linux.Memory;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.Provenance;
import ropewalk.testkit.Pattern;

/// Pages that a write takes over (contract 0.9 to 0.17): by a type that takes a run at a time, by
/// one that takes stretches of them, and by one that takes none and copies.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class OfferedPagesTest {
  private static final int RUN = Run.SIZE;
  private static final int IGNORES = 0;
  private static final int BY_RUNS = RUN;
  private static final int BY_EXTENTS = 16 * RUN;

  /// What is in the file before, from this place in the pattern on.
  private static final int OLD = 0;

  /// What is written.
  private static final long NEW = Pattern.version(1);

  private CacheRoom room;

  @BeforeEach
  void open() throws Exception {
    room = new CacheRoom(64 * RUN, 8 << 20, Pattern.bytes(OLD, 4 * RUN));
  }

  @AfterEach
  void close() {
    room.close();
  }

  /// *Gives* a published page of the new bytes that starts where its folio does.
  private PageRef page(FolioClass kind, int length) throws Exception {
    return page(kind, length, NEW);
  }

  private PageRef page(FolioClass kind, int length, long from) throws Exception {
    PageRef page = room.pool.take(length, kind);
    page.trim(length);
    Pattern.fill(page.target(), from);
    page.publish(length);
    return page;
  }

  private long give(long at, PageRef... pages) throws Exception {
    return room.map.write(room.holder, at, PipeSourceIter.gift(pages), room.tally);
  }

  /// The file from `at` on is the new bytes, for whoever reads it in whichever way.
  private void verify(long at, int length) throws Exception {
    Pattern.verify(room.read(at, length), NEW);
    byte[] file = room.backing.bytes();
    Pattern.verify(Arrays.copyOfRange(file, (int) at, (int) at + length), NEW);
  }

  private long address(long at) throws Exception {
    List<PageRef> lent = room.lend(at, 1);
    long address = lent.getFirst().address();
    CacheRoom.release(lent);
    return address;
  }

  @ParameterizedTest
  @ValueSource(ints = {BY_RUNS, BY_EXTENTS})
  @DisplayName(
      "0.12: a page of 64 KiB is the version of its run, and nobody copies it in user space")
  void aRunIsTakenOver(int offerMax) throws Exception {
    room.backing.offerMax = offerMax;
    PageRef page = page(FolioClass.GIFT, RUN);
    long address = page.address();
    assertThat(give(RUN, page)).isEqualTo(RUN);
    assertThat(room.tally.copiedUser()).isZero();
    assertThat(room.tally.copiedKernel()).as("pwritev, as each write through").isEqualTo(RUN);
    assertThat(room.tally.stolen()).isEqualTo(RUN);
    assertThat(address(RUN)).isEqualTo(address);
    assertThat(room.cache.offersTaken.sum()).isEqualTo(1);
    verify(RUN, RUN);
    assertThat(room.backing.reads).as("nothing was read for it").isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {BY_RUNS, BY_EXTENTS})
  @DisplayName("0.15: a gift to a file that is written back is copied by nobody at all")
  void nobodyCopiesWhatIsWrittenBackLater(int offerMax) throws Exception {
    room.backing.offerMax = offerMax;
    Holder back = room.open(Writing.BACK);
    PageRef page = page(FolioClass.GIFT, RUN);
    PageRef last = page(FolioClass.GIFT, RUN - 100, NEW + RUN);
    long address = page.address();
    long written = room.map.write(back, 4 * RUN, PipeSourceIter.gift(page, last), room.tally);
    assertThat(written).isEqualTo(2 * RUN - 100);
    assertThat(room.tally.copiedUser()).isZero();
    assertThat(room.tally.copiedKernel()).isZero();
    assertThat(room.tally.stolen()).isEqualTo(written);
    assertThat(room.backing.writes).isZero();
    assertThat(address(4 * RUN)).isEqualTo(address);
    room.map.flush(back);
    verify(4 * RUN, (int) written);
    assertThat(address(4 * RUN)).as("still the same page").isEqualTo(address);
    room.map.close(back);
    room.cache.release(back);
  }

  @Test
  @DisplayName("0.12: what is dirty is copied over, so that a write that fails can bring it back")
  void dirtyRunsAreNotGivenUp() throws Exception {
    room.backing.offerMax = BY_EXTENTS;
    Holder back = room.open(Writing.BACK);
    byte[] dirty = Pattern.bytes(99, 100);
    room.map.write(
        back,
        10,
        IovIter.source(java.lang.foreign.MemorySegment.ofArray(dirty)),
        new ropewalk.iov.Tally());
    room.backing.writesUntilFailure = 0;
    PageRef page = page(FolioClass.GIFT, RUN);
    assertThatThrownBy(() -> give(0, page)).hasMessageContaining("ENOSPC");
    assertThat(page.isOpen()).isTrue();
    Pattern.verify(room.read(10, 100), 99);
    assertThat(give(0, page)).isEqualTo(RUN);
    verify(0, RUN);
    room.map.close(back);
    room.cache.release(back);
  }

  @Test
  @DisplayName("0.17: a page of four runs is written by one call and is four versions")
  void anExtentIsTakenOver() throws Exception {
    room.backing.offerMax = BY_EXTENTS;
    PageRef page = page(FolioClass.GIFT, 4 * RUN);
    long address = page.address();
    assertThat(give(2 * RUN, page)).isEqualTo(4 * RUN);
    assertThat(room.backing.writes).isEqualTo(1);
    assertThat(room.tally.copiedUser()).isZero();
    for (int i = 0; i < 4; i++) {
      assertThat(address((2L + i) * RUN)).isEqualTo(address + (long) i * RUN);
    }
    verify(2 * RUN, 4 * RUN);
    room.write(3 * RUN + 5, Pattern.bytes(77, 10));
    Pattern.verify(room.read(3 * RUN + 5, 10), 77);
    assertThat(room.cache.stats().versions())
        .as("a part of a folio that others hold is no place to write")
        .isEqualTo(1);
    Pattern.verify(room.read(2 * RUN, RUN), NEW);
  }

  @Test
  @DisplayName(
      "0.16: a type that takes no pages copies and is right; one that takes runs only, too")
  void whoeverTakesNothingCopies() throws Exception {
    room.backing.offerMax = IGNORES;
    PageRef first = page(FolioClass.GIFT, RUN);
    assertThat(give(0, first)).isEqualTo(RUN);
    assertThat(first.isOpen()).as("released").isFalse();
    assertThat(room.tally.copiedUser()).isEqualTo(RUN);
    verify(0, RUN);

    room.backing.offerMax = BY_RUNS;
    PageRef large = page(FolioClass.GIFT, 2 * RUN);
    assertThat(give(RUN, large)).isEqualTo(2 * RUN);
    assertThat(large.isOpen()).isFalse();
    assertThat(room.tally.copiedUser()).isEqualTo(3 * RUN);
    assertThat(room.tally.stolen()).isZero();
    verify(RUN, 2 * RUN);
  }

  @Test
  @DisplayName("0.12: a page that is there already, and on loan, is no race to be lost")
  void whatIsThereIsReplaced() throws Exception {
    room.backing.offerMax = BY_EXTENTS;
    List<PageRef> old = room.lend(RUN, 2 * RUN);
    assertThat(old).isNotEmpty();
    assertThat(give(0, page(FolioClass.GIFT, 4 * RUN))).isEqualTo(4 * RUN);
    assertThat(room.tally.stolen()).isEqualTo(4 * RUN);
    Pattern.verify(CacheRoom.bytes(old), OLD + RUN);
    verify(0, 4 * RUN);
    CacheRoom.release(old);
  }

  @Test
  @DisplayName(
      "0.11: nothing is zeroed: what the page has is what the run has, and no more is seen")
  void nothingIsZeroed() throws Exception {
    room.backing.offerMax = BY_EXTENTS;
    int length = RUN - 1000;
    PageRef page = room.pool.take(RUN, FolioClass.GIFT);
    Pattern.fill(page.target(), NEW);
    page.publish(length);
    long address = page.address();
    assertThat(give(4 * RUN, page)).isEqualTo(length);
    assertThat(room.tally.stolen()).isEqualTo(length);
    Pattern.verify(Memory.segment(address, RUN), NEW);
    assertThat(room.map.size()).isEqualTo(4 * RUN + length);
    verify(4 * RUN, length);
    room.map.truncate(room.holder, 5 * RUN);
    assertThat(room.read(4 * RUN + length, RUN))
        .as("what lay behind")
        .hasSize(1000)
        .containsOnly(0);
  }

  @Test
  @DisplayName("0.9: a short page is taken over at a new end of the file, and copied anywhere else")
  void shortPages() throws Exception {
    room.backing.offerMax = BY_EXTENTS;
    assertThat(give(0, page(FolioClass.GIFT, RUN - 4096))).isEqualTo(RUN - 4096);
    assertThat(room.tally.stolen()).as("the run has more").isZero();
    Pattern.verify(room.read(RUN - 4096, 4096), OLD + RUN - 4096);
    assertThat(give(3 * RUN, page(FolioClass.GIFT, RUN - 1))).isEqualTo(RUN - 1);
    assertThat(room.tally.stolen()).as("one byte of the run stays").isZero();
    assertThat(give(5, page(FolioClass.GIFT, RUN))).as("askew").isEqualTo(RUN);
    assertThat(room.tally.stolen()).isZero();
    assertThat(give(4 * RUN, page(FolioClass.GIFT, 3 * RUN + 7))).isEqualTo(3 * RUN + 7);
    assertThat(room.tally.stolen()).isEqualTo(3 * RUN + 7);
    verify(4 * RUN, 3 * RUN + 7);
    assertThat(give(4 * RUN, page(FolioClass.GIFT, 2 * RUN + 7))).isEqualTo(2 * RUN + 7);
    assertThat(room.tally.stolen()).as("within the file").isEqualTo(3 * RUN + 7);
    assertThat(give(6 * RUN, page(FolioClass.GIFT, RUN + 7))).isEqualTo(RUN + 7);
    assertThat(room.tally.stolen()).as("just to its end").isEqualTo(4 * RUN + 14);
    verify(6 * RUN, RUN + 7);
    verify(4 * RUN, 2 * RUN);
  }

  @Test
  @DisplayName("0.10: what anybody else knows is copied, stays his, and the counts balance")
  void whatOthersKnowIsCopied() throws Exception {
    room.backing.offerMax = BY_EXTENTS;
    PageRef lent = page(FolioClass.GIFT, RUN);
    PageRef loan = lent.lend(0, 10);
    assertThat(give(0, lent)).isEqualTo(RUN);
    PageRef pinned = page(FolioClass.RING, RUN);
    var folio = pinned.folio();
    pinned.pin();
    assertThat(give(RUN, pinned)).isEqualTo(RUN);
    PageRef given = page(FolioClass.GIFT, RUN);
    assertThat(given.tryGive()).isTrue();
    assertThat(give(2 * RUN, given)).isEqualTo(RUN);
    assertThat(room.tally.stolen()).isZero();
    assertThat(room.tally.copiedUser()).isEqualTo(3 * RUN);
    for (int i = 0; i < 3; i++) {
      verify((long) i * RUN, RUN);
    }
    room.write(0, Pattern.bytes(5, 100));
    Pattern.verify(loan.bytes(), NEW);
    loan.close();
    folio.unpin();
  }

  @Test
  @DisplayName(
      "0.11: small bytes in a large folio are copied: the cache would hold more than it counts")
  void noPageIsTakenOverForItsCorner() throws Exception {
    room.backing.offerMax = BY_EXTENTS;
    PageRef page = room.pool.take(4 * RUN, FolioClass.GIFT);
    Pattern.fill(page.target(), NEW);
    page.publish(RUN);
    assertThat(give(0, page)).isEqualTo(RUN);
    assertThat(room.tally.stolen()).isZero();
    assertThat(room.cache.offersRefused.sum()).isEqualTo(1);
    verify(0, RUN);
  }

  @Test
  @DisplayName("a stolen page of the ring class is cached and lent, and never given")
  void ringPagesAreNeverGiven() throws Exception {
    room.backing.offerMax = BY_EXTENTS;
    assertThat(give(0, page(FolioClass.RING, RUN))).isEqualTo(RUN);
    assertThat(room.tally.stolen()).isEqualTo(RUN);
    List<PageRef> lent = room.lend(0, RUN);
    assertThat(lent.getFirst().provenance()).isEqualTo(Provenance.LENT);
    assertThat(lent.getFirst().tryGive()).isFalse();
    CacheRoom.release(lent);
  }

  @Test
  @DisplayName("pages of other kinds are taken over up to a bound, which falls with their last run")
  void extentsHaveABound() throws Exception {
    room.backing.offerMax = BY_EXTENTS;
    // A quarter of a ring slab of 8 MiB: two pages of 1 MiB, and no third.
    for (int i = 0; i < 3; i++) {
      assertThat(give((long) i * 16 * RUN, page(FolioClass.RING, 16 * RUN))).isEqualTo(16 * RUN);
    }
    assertThat(room.tally.stolen()).isEqualTo(32 * RUN);
    assertThat(room.tally.copiedUser()).isEqualTo(16 * RUN);
    room.map.truncate(room.holder, RUN);
    give(16 * RUN, page(FolioClass.RING, 16 * RUN));
    assertThat(room.tally.stolen()).as("one extent has left").isEqualTo(48 * RUN);
    give(32 * RUN, page(FolioClass.RING, 16 * RUN));
    assertThat(room.tally.stolen()).as("the first is held by its first run").isEqualTo(48 * RUN);
    List<PageRef> loan = room.lend(0, 1);
    room.write(0, Pattern.bytes(NEW, RUN));
    CacheRoom.release(loan);
    give(32 * RUN, page(FolioClass.RING, 16 * RUN));
    assertThat(room.tally.stolen()).as("and that was written anew").isEqualTo(64 * RUN);
  }

  @Test
  @DisplayName("a write that fails has taken nothing over: the bytes are where they were")
  void aFailedWriteGivesBack() throws Exception {
    room.backing.offerMax = BY_EXTENTS;
    Pattern.verify(room.read(0, 4 * RUN), OLD);
    room.backing.writesUntilFailure = 0;
    PageRef page = page(FolioClass.GIFT, 4 * RUN);
    assertThatThrownBy(() -> give(0, page)).hasMessageContaining("ENOSPC");
    assertThat(page.isOpen()).isTrue();
    assertThat(page.length()).isEqualTo(4 * RUN);
    Pattern.verify(page.bytes(), NEW);
    Pattern.verify(room.read(0, 4 * RUN), OLD);

    room.backing.writable = asked -> Math.min(asked, 100_000);
    room.backing.writesUntilFailure = 1;
    assertThat(give(0, page)).isEqualTo(100_000);
    assertThat(page.length()).as("what was written is gone").isEqualTo(4 * RUN - 100_000);
    Pattern.verify(page.bytes(), NEW + 100_000);
    byte[] all = room.read(0, 4 * RUN);
    assertThat(all).isEqualTo(room.backing.bytes());
    Pattern.verify(Arrays.copyOf(all, 100_000), NEW);
    assertThat(room.tally.stolen()).isZero();
    page.close();
  }

  @Test
  @DisplayName("a write whose second page fails reports the first, and keeps the second")
  void shortAfterTheFirstPage() throws Exception {
    room.backing.offerMax = BY_EXTENTS;
    room.backing.writesUntilFailure = 1;
    PageRef first = page(FolioClass.GIFT, RUN);
    PageRef second = page(FolioClass.GIFT, RUN);
    assertThat(give(4 * RUN, first, second)).isEqualTo(RUN);
    assertThat(first.isOpen()).as("it is the cache's").isTrue();
    assertThat(second.isOpen()).isTrue();
    assertThat(room.map.size()).isEqualTo(5 * RUN);
    verify(4 * RUN, RUN);
    second.close();
  }
}
