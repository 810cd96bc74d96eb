package ropewalk.iov;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.testkit.Pattern;

/// The three answers of prefault (contract rows 0.9 and 0.14): there, not there, and here is the
/// page itself.
final class PrefaultTest {

  private static final int PAGE = Lab.PAGE;

  private Lab lab;

  @BeforeEach
  void open() {
    lab = new Lab();
  }

  @AfterEach
  void close() {
    lab.close();
  }

  @Test
  void bytesOfAClosedArenaAreMissing() {
    Arena gone = Arena.ofConfined();
    MemorySegment there = MemorySegment.ofArray(new byte[10]);
    IovIter iter = IovIter.source(there, gone.allocate(20), there);
    assertThat(iter.prefault(40)).isEqualTo(Prefault.READY);
    gone.close();
    assertThat(iter.prefault(10)).isEqualTo(Prefault.READY);
    assertThat(iter.prefault(11)).isEqualTo(new Prefault.Missing(1));
    assertThat(iter.prefault(Long.MAX_VALUE)).isEqualTo(new Prefault.Missing(30));
    assertThat(iter.position()).isZero();
    byte[] out = new byte[40];
    Tally tally = new Tally();
    assertThat(Copy.outOf(iter, MemorySegment.ofArray(out), 0, 40, tally)).isEqualTo(10);
    assertThat(tally.copiedUser()).isEqualTo(10);
    assertThat(iter.position()).isEqualTo(10);
    assertThatThrownBy(() -> Copy.outOf(iter, MemorySegment.ofArray(out), 0, 30, tally))
        .isInstanceOf(IllegalStateException.class);
    assertThat(iter.position()).isEqualTo(10);
  }

  @Test
  void bytesConfinedByAnotherThreadAreMissing() throws InterruptedException {
    try (Arena mine = Arena.ofConfined()) {
      IovIter iter = IovIter.target(mine.allocate(5));
      Prefault[] seen = new Prefault[1];
      Thread other = Thread.ofPlatform().start(() -> seen[0] = iter.prefault(5));
      other.join();
      assertThat(seen[0]).isEqualTo(new Prefault.Missing(5));
      assertThat(iter.prefault(5)).isEqualTo(Prefault.READY);
    }
  }

  @Test
  void behindTheLastFreeSlotNothingIsThere() {
    try (RingDouble ring = new RingDouble(2);
        PipeTargetIter iter = PipeTargetIter.of(ring, lab.pool, FolioClass.RING, 10L * PAGE)) {
      assertThat(iter.prefault(2 * PAGE)).isEqualTo(Prefault.READY);
      assertThat(iter.prefault(2 * PAGE + 3)).isEqualTo(new Prefault.Missing(3));
      assertThat(iter.pages(99)).isEqualTo(2);
      byte[] bytes = new byte[4 * PAGE];
      assertThat(Copy.into(iter, MemorySegment.ofArray(bytes), 0, bytes.length, new Tally()))
          .as("short, and no waiting")
          .isEqualTo(2 * PAGE);
      assertThat(iter.prefault(1)).isEqualTo(new Prefault.Missing(1));
      assertThat(iter.single()).isZero();
      assertThatThrownBy(() -> iter.advance(1)).hasMessageContaining("room for 0");
      iter.commit();
      assertThat(ring.used()).isEqualTo(2);
    }
  }

  @Test
  @DisplayName("a whole page for a whole page is stolen, with its bytes, and nothing is copied")
  void aWholePageIsStolen() {
    try (RingDouble ring = new RingDouble(4)) {
      ring.append(published(0, PAGE, 0));
      ring.append(published(0, 2 * PAGE, PAGE));
      PipeSourceIter iter = PipeSourceIter.of(ring);
      stolen(iter.prefault(PAGE, 8 * PAGE), 0);
      assertThat(iter.position()).isEqualTo(PAGE);
      assertThat(iter.count()).isEqualTo(2 * PAGE);
      assertThat(ring.used()).isEqualTo(1);
      assertThatThrownBy(() -> iter.revert(1)).as("gone for good").isNotNull();
      stolen(iter.prefault(2 * PAGE, 0), PAGE);
      assertThat(ring.used()).isZero();
      assertThat(iter.count()).isZero();
    }
  }

  @Test
  @DisplayName("no page is stolen that is not whole, not alone, or not for a whole page")
  void whatIsNotStolen() {
    try (RingDouble ring = new RingDouble(4)) {
      PageRef page = published(0, PAGE, 0);
      PageRef loan = page.lend(0, 10);
      ring.append(page);
      ring.append(published(0, PAGE, PAGE));
      ring.append(published(1, PAGE - 1, 2 * PAGE));
      PipeSourceIter iter = PipeSourceIter.of(ring);
      assertThat(iter.prefault(PAGE, 0)).as("lent").isEqualTo(Prefault.READY);
      iter.advance(PAGE);
      assertThat(iter.prefault(PAGE, 0)).as("not the first slot").isEqualTo(Prefault.READY);
      iter.revert(PAGE);
      loan.close();
      assertThat(iter.prefault(PAGE - 1, 0)).as("not whole").isEqualTo(Prefault.READY);
      assertThat(iter.prefault(PAGE, 5)).as("not to a whole one").isEqualTo(Prefault.READY);
      assertThat(iter.prefault(2 * PAGE, 0)).as("of two slots").isEqualTo(Prefault.READY);
      assertThat(iter.prefault(0, 0)).as("nothing").isEqualTo(Prefault.READY);
      assertThat(iter.prefault(9 * PAGE, 0)).as("more than is there").isEqualTo(Prefault.READY);
      iter.truncate(PAGE - 1);
      assertThat(iter.prefault(PAGE, 0)).as("beyond the count").isEqualTo(Prefault.READY);
      iter.reexpand(3 * PAGE - 1);
      iter.advance(1);
      assertThat(iter.prefault(PAGE, 0)).as("from its middle").isEqualTo(Prefault.READY);
      assertThat(ring.used()).isEqualTo(3);
    }
  }

  @Test
  @DisplayName("a refused theft changes nothing: the iterator still goes back")
  void aRefusedTheftChangesNothing() {
    try (RingDouble ring = new RingDouble(4)) {
      PageRef second = published(0, PAGE, PAGE);
      ring.append(published(0, PAGE, 0));
      PageRef loan = second.lend(0, 1);
      ring.append(second);
      PipeSourceIter iter = PipeSourceIter.of(ring);
      iter.advance(PAGE);
      assertThat(iter.prefault(PAGE, 0)).isEqualTo(Prefault.READY);
      assertThat(ring.used()).isEqualTo(2);
      iter.revert(PAGE);
      byte[] out = new byte[2 * PAGE];
      Copy.outOf(iter, MemorySegment.ofArray(out), 0, out.length, new Tally());
      Pattern.verify(out, 0);
      loan.close();
    }
  }

  @Test
  @DisplayName("onto itself: a page that was moved is passed over, neither copied nor counted")
  void samePageIsNotCopied() {
    PageRef page = published(0, PAGE, 0);
    Tally tally = new Tally();
    IovIter source = IovIter.source(List.of(page));
    MemorySegment same = ropewalk.linux.Memory.segment(page.address(), PAGE);
    assertThat(Copy.between(source, IovIter.target(same), PAGE, tally)).isEqualTo(PAGE);
    assertThat(source.count()).isZero();
    assertThat(tally.copiedUser()).isZero();
    source.revert(PAGE);
    assertThat(Copy.outOf(source, same, 0, PAGE, tally)).isEqualTo(PAGE);
    assertThat(tally.copiedUser()).isZero();
    byte[] array = new byte[8];
    Copy.bytes(MemorySegment.ofArray(array), 0, MemorySegment.ofArray(new byte[8]), 0, 8, tally);
    assertThat(tally.copiedUser()).as("two arrays are two places").isEqualTo(8);
    Pattern.verify(page.bytes(), 0);
    page.close();
  }

  /// A page of our own that holds the pattern from `from` on.
  private static void stolen(Prefault answer, long from) {
    if (!(answer instanceof Prefault.Stolen(PageRef page))) {
      throw new AssertionError("not stolen: " + answer);
    }
    assertThat(page.isWritable()).isTrue();
    Pattern.verify(page.target(), from);
    page.close();
  }

  private PageRef published(int skew, int length, long from) {
    PageRef ref = lab.folioRun(skew, length);
    Pattern.fill(ref.target(), from);
    ref.publish(length);
    return ref;
  }
}
