package ropewalk.pipe;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.iov.IovIter;
import ropewalk.iov.PipeTargetIter;
import ropewalk.iov.Tally;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Memory;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;

/// Where a write may append (contract R-21): to a page that a write of this pipe took, and to
/// nothing else. The bug was a sender whose next bytes came to lie in the page that it had spliced.
final class AppendTest {
  private static final int PAGE = 4096;
  private static final int SPLICED = 64;

  private FolioPool pool;
  private Pipe pipe;

  @BeforeEach
  void open() throws IOException {
    pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(2 << 20, 1 << 20));
    pipe = Pipe.open(pool, 8);
  }

  @AfterEach
  void close() {
    pipe.close();
    pool.close();
  }

  /// A page of dots whose first 64 bytes are Zs, and only they are published.
  private PageRef page(FolioClass kind) throws IOException {
    PageRef page = pool.take(PAGE, kind);
    page.target().fill((byte) '.');
    page.target().asSlice(0, SPLICED).fill((byte) 'Z');
    page.publish(SPLICED);
    return page;
  }

  private void write(Pipe to, String text) throws IOException {
    IovIter bytes = IovIter.source(MemorySegment.ofArray(text.getBytes(US_ASCII)));
    assertThat(to.write(bytes, Pipe.NONBLOCK, Pipe.FOREVER, new Tally())).isEqualTo(text.length());
  }

  private static void assertUntouched(long address) {
    byte[] memory = Memory.segment(address, PAGE).toArray(ValueLayout.JAVA_BYTE);
    byte[] expected = new byte[PAGE];
    Arrays.fill(expected, (byte) '.');
    Arrays.fill(expected, 0, SPLICED, (byte) 'Z');
    assertThat(memory).isEqualTo(expected);
  }

  @Test
  @DisplayName("R-21: bytes written after a spliced page go into a page of their own")
  void nothingIsAppendedToASplicedPage() throws IOException {
    for (FolioClass kind : FolioClass.values()) {
      PageRef owner = page(kind);
      long address = owner.address();
      pipe.push(owner.lend(0, SPLICED));
      write(pipe, "abcd");
      assertThat(pipe.used()).as("two slots").isEqualTo(2);
      assertUntouched(address);
      Objects.requireNonNull(pipe.poll()).close();
      PageRef appended = Objects.requireNonNull(pipe.poll());
      assertThat(appended.folio()).isNotSameAs(owner.folio());
      appended.close();
      owner.close();
    }
  }

  @Test
  @DisplayName("R-21: nor to a page that was given away with all rights, gift or not")
  void nothingIsAppendedToAGift() throws IOException {
    for (int flags : new int[] {Pipe.PLAIN, Pipe.GIFT}) {
      PageRef gift = page(FolioClass.GIFT);
      long address = gift.address();
      pipe.push(gift, flags, Pipe.FOREVER);
      write(pipe, "abcd");
      assertUntouched(address);
      assertThat(pipe.used()).isEqualTo(2);
      pipe.consume(SPLICED + 4);
    }
  }

  @Test
  @DisplayName("R-21: nor to a page that came through an iterator, a tee or another pipe")
  void nothingIsAppendedToWhatCameFromElsewhere() throws IOException {
    try (Pipe other = Pipe.open(pool, 8)) {
      PageRef owner = page(FolioClass.RING);
      long address = owner.address();
      pipe.push(owner.lend(0, SPLICED));
      assertThat(pipe.tee(other, SPLICED)).isEqualTo(SPLICED);
      write(other, "abcd");
      assertUntouched(address);
      assertThat(other.used()).isEqualTo(2);
      other.consume(SPLICED + 4);
      assertThat(pipe.moveTo(other, SPLICED - 1)).isEqualTo(SPLICED - 1);
      write(other, "abcd");
      assertThat(other.used()).isEqualTo(2);
      write(pipe, "abcd");
      assertThat(pipe.used()).isEqualTo(2);
      assertUntouched(address);
      owner.close();
    }
  }

  @Test
  @DisplayName("R-21: nor to what an iterator filled, whose page has room left")
  void nothingIsAppendedToWhatAnIteratorFilled() throws IOException {
    try (PipeTargetIter iter = PipeTargetIter.of(pipe.slotRing(), pool, FolioClass.RING, 10)) {
      iter.advance(10);
      iter.commit();
    }
    write(pipe, "abcd");
    assertThat(pipe.used()).isEqualTo(2);
    assertThat(pipe.bytes()).isEqualTo(14);
  }

  @Test
  @DisplayName("R-21: to a page of its own a write appends, and those who look at it see no change")
  void aWriteAppendsToItsOwnPage() throws IOException {
    write(pipe, "abcd");
    PageRef first = Objects.requireNonNull(pipe.peek());
    try (PageRef loan = first.lend(0, 4)) {
      write(pipe, "efgh");
      assertThat(pipe.used()).as("one slot").isEqualTo(1);
      assertThat(pipe.bytes()).isEqualTo(8);
      assertThat(loan.length()).isEqualTo(4);
      assertThat(loan.bytes().toArray(ValueLayout.JAVA_BYTE)).isEqualTo("abcd".getBytes(US_ASCII));
    }
  }
}
