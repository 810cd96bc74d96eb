package ropewalk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.file.CachedFile;
import ropewalk.file.NullSink;
import ropewalk.file.PlainFile;
import ropewalk.file.StreamEnd;
import ropewalk.file.ZeroSource;
import ropewalk.iov.Tally;
import ropewalk.net.Listener;
import ropewalk.net.Socket;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.splice.MoveOptions;
import ropewalk.splice.Source;
import ropewalk.testkit.Pattern;

/// A length that is negative here is huge to the kernel, and one that is beyond 2 GiB is negative
/// where somebody keeps it in an int.
class SignednessTest {
  @TempDir Path directory;

  private static Ropewalk open() throws IOException {
    return Ropewalk.builder().cacheBytes(1 << 20).plan(PoolPlan.of(4 << 20, 4 << 20)).open();
  }

  @Test
  @DisplayName("R-31: no source takes a negative limit for a huge one")
  void aNegativeLimitIsAnError() throws Exception {
    Path path = Files.write(directory.resolve("f"), Pattern.bytes(0, 100));
    try (Ropewalk walk = open();
        PlainFile plain = walk.plainFile(path);
        CachedFile cached = walk.file(path);
        StreamEnd device = StreamEnd.open(walk.engine(), walk.pool(), Path.of("/dev/zero"), false);
        Listener listener = walk.listen("unix:" + directory.resolve("s"));
        Socket sender = walk.connect(listener.address().toString());
        Socket receiver = listener.accept();
        Pipe pipe = walk.pipe(4)) {
      sender.channel(new Tally()).write(ByteBuffer.wrap(Pattern.bytes(0, 100)));
      Source zeros = new ZeroSource(walk.pool(), 100);
      for (Source source : List.of(plain, cached, device, receiver, zeros)) {
        for (long limit : new long[] {-1, Long.MIN_VALUE, Integer.MIN_VALUE}) {
          assertThatThrownBy(() -> source.fill(pipe, limit, new Tally()))
              .as(source.toString())
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining("limit=" + limit);
          assertThat(pipe.bytes()).isZero();
        }
        assertThat(source.fill(pipe, 100, new Tally())).isEqualTo(100);
        pipe.consume(100);
      }
    }
  }

  @Test
  @DisplayName("R-31: negative lengths and offsets are errors, and nothing moves")
  void negativeRangesAreErrors() throws Exception {
    Path path = Files.write(directory.resolve("f"), Pattern.bytes(0, 100));
    try (Ropewalk walk = open();
        PlainFile plain = walk.plainFile(path);
        CachedFile cached = walk.file(path);
        Pipe pipe = walk.pipe(4);
        PageRef ref = walk.pool().take(100, FolioClass.RING)) {
      ref.publish(100);
      assertRefused(() -> plain.from(-1, 10));
      assertRefused(() -> plain.from(0, -1));
      assertRefused(() -> plain.to(-1));
      assertRefused(() -> cached.from(-1, 10));
      assertRefused(() -> cached.from(0, -1));
      assertRefused(() -> cached.to(-1));
      assertRefused(() -> cached.read(ByteBuffer.allocate(1), -1));
      assertRefused(() -> cached.write(ByteBuffer.allocate(1), -1));
      assertRefused(() -> new ZeroSource(walk.pool(), -1));
      assertRefused(() -> MoveOptions.DEFAULT.withLimit(-1));
      assertRefused(() -> walk.splice(plain, new NullSink(), -1));
      assertRefused(() -> pipe.consume(-1));
      assertRefused(() -> ref.lend(0, -1));
      assertRefused(() -> ref.skip(-1));
      assertRefused(() -> ref.trim(-1));
      assertThat(ref.length()).isEqualTo(100);
    }
  }

  private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfAny(IllegalArgumentException.class, IndexOutOfBoundsException.class);
  }

  @Test
  @DisplayName("R-31: what is beyond 2 GiB is cut into pieces")
  void aLimitBeyondTwoGiBIsNotNegative() throws Exception {
    long huge = (1L << 31) + 10;
    try (Ropewalk walk = open();
        Pipe pipe = walk.pipe(4)) {
      Source zeros = new ZeroSource(walk.pool(), Long.MAX_VALUE);
      assertThat(zeros.fill(pipe, huge, new Tally())).isPositive();
      pipe.consume(pipe.bytes());
      assertThat(walk.move(zeros, new NullSink(), MoveOptions.DEFAULT.withLimit(huge)).accepted())
          .isEqualTo(huge);
    }
  }
}
