package ropewalk.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class PatternTest {
  @Test
  void whatIsFilledVerifies() {
    for (int size : Shapes.SIZES) {
      assertThatCode(() -> Pattern.verify(Pattern.bytes(12_345, size), 12_345))
          .doesNotThrowAnyException();
    }
  }

  @Test
  void aShiftByAnyOfTheUsualDistancesShows() {
    byte[] bytes = Pattern.bytes(0, 4 * Shapes.PAGE);
    for (long shift : new long[] {1, 255, 256, 257, 4096, 65_536, 1 << 20, 1 << 23}) {
      assertThatThrownBy(() -> Pattern.verify(bytes, shift))
          .as("shift %d", shift)
          .isInstanceOf(AssertionError.class);
    }
  }

  @Test
  void theFirstWrongByteIsNamed() {
    byte[] bytes = Pattern.bytes(100, 50);
    bytes[17]++;
    bytes[30]++;
    assertThat(Pattern.mismatch(MemorySegment.ofArray(bytes), 100)).isEqualTo(17);
    assertThatThrownBy(() -> Pattern.verify(bytes, 100))
        .hasMessageContaining("byte 17 of 50 (position 117)")
        .hasMessageContaining("2 bytes differ");
  }

  @Test
  void versionsDifferAlmostEverywhere() {
    int same = 0;
    for (long x = 0; x < 1 << 20; x++) {
      if (Pattern.at(Pattern.version(0) + x) == Pattern.at(Pattern.version(1) + x)) {
        same++;
      }
    }
    assertThat(same).isLessThan(1 << 14);
  }

  @Test
  void theLedgerRefusesLostAndDoubledBytes() {
    Ledger ledger = new Ledger("a stream");
    byte[] block = new byte[64];
    ledger.next(MemorySegment.ofArray(block));
    ledger.accepted(40);
    assertThatThrownBy(ledger::settle).hasMessageContaining("accepted 40, arrived 0");
    ledger.arrived(MemorySegment.ofArray(block).asSlice(0, 40));
    ledger.settle();
    assertThatThrownBy(() -> ledger.arrived(MemorySegment.ofArray(block).asSlice(39, 1)))
        .hasMessageContaining("a stream after 40 bytes in order");
    ledger.next(MemorySegment.ofArray(block));
    assertThat(block[0]).isEqualTo(Pattern.at(40));
  }

  @Test
  void theTablesAreWhatTheySay() {
    assertThat(Shapes.RANGES).allMatch(range -> range.length() >= 0);
    assertThat(Shapes.RANGES.getLast().to()).isEqualTo(Shapes.RANGES_SPAN);
    assertThat(Shapes.cuts(3)).containsExactly(0, 1, 2, 3);
    assertThat(Shapes.cuts(Shapes.PAGE + 2)).contains(4095, 4096, 4097).doesNotHaveDuplicates();
  }
}
