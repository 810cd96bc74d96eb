package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import ropewalk.page.PageRef;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Source;

/// `zero:` and `null:`.
class OddEndsTest {
  @Test
  void r11_zerosAreExactlyAsManyAndAllTheSamePages() throws Exception {
    try (FileRoom room = new FileRoom();
        Pipe pipe = Pipe.open(8)) {
      int length = (64 << 10) * 3 + 17;
      ZeroSource zeros = new ZeroSource(room.pool, length);
      assertThat(zeros.remaining()).isEqualTo(length);
      assertThat(zeros.fill(pipe, Long.MAX_VALUE, room.tally)).isEqualTo(length);
      assertThat(zeros.fill(pipe, Long.MAX_VALUE, room.tally)).isEqualTo(Source.END);
      long address = Objects.requireNonNull(pipe.peek()).address();
      long bytes = 0;
      for (PageRef ref = pipe.poll(); ref != null; ref = pipe.poll()) {
        assertThat(ref.address()).isEqualTo(address);
        assertThat(ref.bytes().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
            .containsOnly((byte) 0);
        bytes += ref.length();
        ref.close();
      }
      assertThat(bytes).isEqualTo(length);
      assertThat(room.tally.copiedUser() + room.tally.copiedKernel()).isZero();
    }
  }

  @Test
  void zerosStopAtAFullPipeAndComeAgain() throws Exception {
    try (FileRoom room = new FileRoom();
        Pipe pipe = Pipe.open(2)) {
      ZeroSource zeros = new ZeroSource(room.pool, Long.MAX_VALUE);
      assertThat(zeros.remaining()).isNegative();
      assertThat(zeros.fill(pipe, 1 << 30, room.tally)).isEqualTo(128 << 10);
      assertThat(zeros.fill(pipe, 1 << 30, room.tally)).isZero();
      zeros.unread(5);
      assertThat(zeros.fill(pipe, 0, room.tally)).isZero();
    }
    try (FileRoom room = new FileRoom();
        Pipe pipe = Pipe.open(2)) {
      ZeroSource none = new ZeroSource(room.pool, 0);
      assertThat(none.fill(pipe, 10, room.tally)).isEqualTo(Source.END);
      assertThat(none.fill(pipe, 0, room.tally)).isZero();
    }
  }

  @Test
  void nullTakesAllAndKeepsNothing() throws Exception {
    try (FileRoom room = new FileRoom();
        Pipe pipe = Pipe.open(4);
        NullSink sink = new NullSink()) {
      pipe.push(room.page(new byte[1000]));
      pipe.push(room.page(new byte[500]));
      assertThat(sink.drain(pipe, 1200, false, room.tally)).isEqualTo(1200);
      assertThat(sink.drain(pipe, 1200, false, room.tally)).isEqualTo(300);
      assertThat(sink.drain(pipe, 1200, false, room.tally)).isZero();
      assertThat(room.move(new ZeroSource(room.pool, 10 << 20), sink)).isEqualTo(10 << 20);
    }
  }
}
