package ropewalk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.crypto.Digest;
import ropewalk.file.CachedFile;
import ropewalk.file.NullSink;
import ropewalk.file.PlainFile;
import ropewalk.iov.Tally;
import ropewalk.linux.libcrypto.LibCrypto;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.Pipe;
import ropewalk.splice.MoveException;
import ropewalk.splice.MoveOptions;
import ropewalk.splice.Moved;
import ropewalk.splice.Sink;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// One stream, two sinks: the same bytes in both, and none copied for the second.
class TeeTest {
  private static final int SIZE = 700_001;

  @TempDir Path directory;

  private static Ropewalk open() throws IOException {
    return Ropewalk.builder().cacheBytes(4 << 20).plan(PoolPlan.of(8 << 20, 8 << 20)).open();
  }

  private Path file() throws IOException {
    return Files.write(directory.resolve("file"), Pattern.bytes(0, SIZE));
  }

  /// A file and a digest: the processor reads each byte once for the digest, and copies none.
  @Test
  void aFileAndADigest() throws Exception {
    Path target = directory.resolve("target");
    try (Ropewalk walk = open();
        Digest sha256 = Digest.open("sha256");
        CachedFile source = walk.file(file());
        PlainFile copy = PlainFile.create(walk.engine(), walk.pool(), target);
        Sink tee = walk.tee(copy, walk.digest(sha256))) {
      Moved moved = walk.move(source, tee);
      copy.commit(false);
      assertThat(moved.route()).isEqualTo("lend+tee(write,digest)");
      assertThat(moved.accepted()).isEqualTo(SIZE);
      assertThat(moved.copiedUser()).isEqualTo(LibCrypto.find().isPresent() ? 0 : SIZE);
      assertThat(sha256.bytesRead()).isEqualTo(SIZE);
      Pattern.verify(Files.readAllBytes(target), 0);
      byte[] expected = MessageDigest.getInstance("SHA-256").digest(Pattern.bytes(0, SIZE));
      assertThat(sha256.finishHex()).isEqualTo(HexFormat.of().formatHex(expected));
    }
  }

  /// Takes a few bytes at a time, and fails or takes nothing after `failsAfter`.
  private static final class Moody implements Sink {
    private final Gen gen;
    private final long failsAfter;
    private final java.io.ByteArrayOutputStream got = new java.io.ByteArrayOutputStream();

    Moody(Gen gen, long failsAfter) {
      this.gen = gen;
      this.failsAfter = failsAfter;
    }

    @Override
    public long drain(Pipe pipe, long limit, boolean more, Tally tally) throws IOException {
      if (got.size() >= failsAfter) {
        throw new IOException("full after " + got.size());
      }
      var first = pipe.peek();
      if (first == null) {
        return 0;
      }
      int length = (int) Math.min(Math.min(first.length(), limit), failsAfter - got.size());
      length = gen.in(1, length);
      byte[] bytes = new byte[length];
      first.bytes().asByteBuffer().get(bytes);
      got.write(bytes);
      pipe.consume(length);
      return length;
    }

    @Override
    public String wayOut() {
      return "moody";
    }

    @Override
    public void close() {}
  }

  /// Whatever is short or fails, on whichever side: the main sink's count is the result, and the
  /// branch has exactly as much, or less and an error.
  @Test
  void shortAndFailingSides() throws IOException {
    Path path = file();
    try (Ropewalk walk = open();
        CachedFile source = walk.file(path)) {
      Gen.check(
          200,
          gen -> {
            long size = gen.in(1, 20_000);
            Moody main = new Moody(gen, gen.in(0, 3) == 0 ? gen.in(0, (int) size) : size + 1);
            Moody branch = new Moody(gen, gen.in(0, 3) == 0 ? gen.in(0, (int) size) : size + 1);
            try (Sink tee = walk.tee(main, branch)) {
              long accepted;
              try {
                accepted = walk.move(source.from(0, size), tee, MoveOptions.DEFAULT).accepted();
                assertThat(accepted).isEqualTo(size);
                assertThat(branch.got.size()).isEqualTo((int) accepted);
              } catch (MoveException e) {
                accepted = e.soFar().accepted();
                assertThat(main.got.size() < size || branch.got.size() < size).isTrue();
              }
              assertThat(main.got.size()).isEqualTo((int) accepted);
              assertThat(branch.got.size()).isLessThanOrEqualTo((int) accepted);
              Pattern.verify(main.got.toByteArray(), 0);
              Pattern.verify(branch.got.toByteArray(), 0);
            }
          });
    }
  }

  @Test
  void aBranchThatFailsAtTheEndFailsTheMove() throws IOException {
    try (Ropewalk walk = open();
        CachedFile source = walk.file(file());
        Sink tee = walk.tee(new NullSink(), new Moody(Gen.seeded(1), 10))) {
      assertThatThrownBy(() -> walk.move(source.from(0, 11), tee))
          .isInstanceOf(MoveException.class)
          .hasMessageContaining("full after 10");
    }
  }
}
