package ropewalk.iov;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.linux.Memory;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// The shapes of a pipe: what is taken out, what is put in, and when (contract rows 0.5 to 0.8).
final class PipeShapesTest {

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
  @DisplayName(
      "commit releases exactly the slots that are used up, and shortens the one it ends in")
  void commitReleasesExactly() {
    Gen.check(
        300,
        gen -> {
          List<Integer> cuts = Cuts.random(gen);
          int total = Cuts.sum(cuts);
          try (RingDouble ring = new RingDouble(cuts.size())) {
            fill(ring, cuts);
            PipeSourceIter iter = PipeSourceIter.of(ring);
            long gone = 0;
            while (gone < total) {
              long n = gen.edgy(1, total - gone);
              byte[] out = new byte[(int) n];
              Copy.outOf(iter, MemorySegment.ofArray(out), 0, n, new Tally());
              Pattern.verify(out, gone);
              long back = gen.oneIn(3) ? gen.in(0, n) : 0;
              iter.revert(back);
              gone += n - back;
              if (gen.bool()) {
                iter.commit();
                assertThat(bytes(ring)).isEqualTo(total - gone);
                assertThatThrownBy(() -> iter.revert(1)).hasMessageContaining("beyond the start");
              } else {
                long uncommitted = iter.position() - (total - bytes(ring));
                iter.revert(uncommitted);
                iter.advance(uncommitted);
              }
              assertThat(iter.position()).isEqualTo(gone);
            }
            iter.commit();
            assertThat(bytes(ring)).isZero();
          }
        });
  }

  @Test
  @DisplayName(
      "a ring that keeps its empty slots until it must drop them loses and doubles nothing")
  void lazyRing() {
    LazyRing lazy = new LazyRing();
    fill(lazy.ring, List.of(0, 0, 10, 0, 20, 0, 0, 30));
    PipeSourceIter iter = PipeSourceIter.of(lazy);
    byte[] out = new byte[60];
    int at = 0;
    for (int n : new int[] {0, 3, 7, 5, 0, 15, 1, 29}) {
      at += (int) Copy.outOf(iter, MemorySegment.ofArray(out), at, n, new Tally());
      iter.commit();
    }
    assertThat(at).isEqualTo(60);
    Pattern.verify(out, 0);
    lazy.ring.close();
  }

  @Test
  @DisplayName("what comes later is reached by reexpand")
  void appendedLater() {
    try (RingDouble ring = new RingDouble(8)) {
      fill(ring, List.of(10));
      PipeSourceIter iter = PipeSourceIter.of(ring);
      iter.advance(10);
      assertThatThrownBy(() -> iter.reexpand(1)).hasMessageContaining("beyond the end");
      ring.append(published(7, 10));
      iter.reexpand(7);
      byte[] out = new byte[7];
      assertThat(Copy.outOf(iter, MemorySegment.ofArray(out), 0, 7, new Tally())).isEqualTo(7);
      Pattern.verify(out, 10);
    }
  }

  @Test
  @DisplayName("what is filled is seen by readers when it is committed, and not before")
  void committedWhenCommitted() {
    try (RingDouble ring = new RingDouble(8);
        PipeTargetIter iter = PipeTargetIter.of(ring, lab.pool, FolioClass.RING, 9L * PAGE)) {
      byte[] bytes = Pattern.bytes(0, 3 * PAGE);
      Copy.into(iter, MemorySegment.ofArray(bytes), 0, PAGE + 100, new Tally());
      assertThat(ring.used()).isZero();
      iter.revert(50);
      iter.commit();
      assertThat(ring.used()).isEqualTo(2);
      assertThat(bytes(ring)).isEqualTo(PAGE + 50);
      Copy.into(iter, MemorySegment.ofArray(bytes), PAGE + 50, 200, new Tally());
      iter.commit();
      assertThat(ring.used()).as("a committed page is not filled further").isEqualTo(3);
      byte[] out = new byte[PAGE + 250];
      PipeSourceIter reader = PipeSourceIter.of(ring);
      Copy.outOf(reader, MemorySegment.ofArray(out), 0, out.length, new Tally());
      Pattern.verify(out, 0);
    }
  }

  @Test
  @DisplayName("fresh pages show nobody what others have left in them")
  void advanceFillsZeros() {
    for (int i = 0; i < 40; i++) { // leave something in the pool's pages
      PageRef old = lab.folioRun(0, PAGE);
      old.target().fill((byte) 0x5a);
      old.close();
    }
    try (RingDouble ring = new RingDouble(8);
        PipeTargetIter iter = PipeTargetIter.of(ring, lab.pool, FolioClass.RING, 3L * PAGE)) {
      iter.advance(PAGE + 9);
      iter.commit();
      for (PageRef slot : ring.slots) {
        assertThat(slot.bytes().mismatch(MemorySegment.ofArray(new byte[slot.length()])))
            .isEqualTo(-1);
      }
    }
  }

  @Test
  @DisplayName("R-04: a page that I/O targets is neither committed nor filled anew")
  void pinnedPages() throws IOException {
    try (RingDouble ring = new RingDouble(8);
        PipeTargetIter iter = PipeTargetIter.of(ring, lab.pool, FolioClass.RING, 3L * PAGE);
        Extraction batch = new Extraction(lab.pool, 4, new Tally())) {
      iter.extract(batch, PAGE);
      assertThatThrownBy(iter::commit).hasMessageContaining("still targets");
      long target = batch.address(0);
      iter.revert(PAGE - 100); // so much arrived
      Memory.segment(target, PAGE).fill((byte) 7); // the device goes on all the same
      Copy.into(iter, MemorySegment.ofArray(Pattern.bytes(100, 50)), 0, 50, new Tally());
      Memory.segment(target + 100, PAGE - 100).fill((byte) 8);
      batch.release();
      iter.commit();
      assertThat(ring.used()).isEqualTo(2);
      assertThat(ring.slots.get(0).length()).isEqualTo(100);
      Pattern.verify(ring.slots.get(1).bytes(), 100);
    }
  }

  @Test
  @DisplayName("a ring whose reader has gone: an error, nothing kept")
  void readerGone() {
    try (RingDouble ring = new RingDouble(8);
        PipeTargetIter iter = PipeTargetIter.of(ring, lab.pool, FolioClass.RING, 3L * PAGE)) {
      iter.advance(2 * PAGE);
      ring.closed = true;
      assertThatThrownBy(iter::commit).isInstanceOf(IllegalStateException.class);
      assertThat(ring.used()).isZero();
    }
  }

  private void fill(RingDouble ring, List<Integer> cuts) {
    long at = 0;
    for (int cut : cuts) {
      ring.append(published(cut, at));
      at += cut;
    }
  }

  private PageRef published(int length, long from) {
    PageRef ref = lab.folioRun(3, length);
    Pattern.fill(ref.target(), from);
    ref.publish(length);
    return ref;
  }

  private static long bytes(RingDouble ring) {
    return ring.slots.stream().mapToLong(PageRef::length).sum();
  }

  /// Drops an empty slot only when a later byte is consumed.
  private static final class LazyRing implements SlotRing {

    final RingDouble ring = new RingDouble(16);

    @Override
    public int used() {
      return ring.used();
    }

    @Override
    public int free() {
      return ring.free();
    }

    @Override
    public @Nullable PageRef slot(int index) {
      return ring.slot(index);
    }

    @Override
    public boolean append(PageRef page) {
      return ring.append(page);
    }

    @Override
    public void consume(long bytes) {
      long left = bytes;
      while (left > 0) {
        PageRef first = ring.slots.getFirst();
        int n = (int) Math.min(left, first.length());
        left -= n;
        if (n < first.length()) {
          first.skip(n);
        } else {
          ring.slots.removeFirst().close();
        }
      }
    }

    @Override
    public @Nullable PageRef trySteal() {
      return ring.trySteal();
    }
  }
}
