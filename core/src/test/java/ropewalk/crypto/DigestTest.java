package ropewalk.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.Ropewalk;
import ropewalk.file.NullSink;
import ropewalk.iov.Tally;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.splice.Moved;
import ropewalk.testkit.Pattern;

class DigestTest {
  @TempDir Path directory;

  private static Ropewalk open() throws Exception {
    return Ropewalk.builder().cacheBytes(1 << 20).plan(PoolPlan.of(4 << 20, 4 << 20)).open();
  }

  private static String expected(String name, byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance(name).digest(bytes));
  }

  @Test
  void onTheWayItReadsExactlyWhatGoesOn() throws Exception {
    try (Ropewalk walk = open()) {
      for (int size : new int[] {0, 1, 4095, 4096, 65_537, 3_000_001}) {
        byte[] bytes = Pattern.bytes(0, size);
        Path path = Files.write(directory.resolve("file"), bytes);
        try (Digest sha = Digest.open("sha256");
            Digest md5 = Digest.open("MD5");
            var source = walk.digest(walk.plainFile(path), sha, md5);
            NullSink sink = new NullSink()) {
          Moved moved = walk.move(source, sink);
          assertThat(moved.accepted()).isEqualTo(size);
          assertThat(moved.route()).isEqualTo("read+digest+drop");
          assertThat(sha.finishHex()).isEqualTo(expected("SHA-256", bytes));
          assertThat(md5.finishHex()).isEqualTo(expected("MD5", bytes));
        }
      }
    }
  }

  @Test
  void bothLibrariesAgreeAndOnlyTheHeapOneCopies() throws Exception {
    try (FolioPool pool =
            FolioPool.open(ropewalk.linux.HostSyscalls.host(), PoolPlan.of(2 << 20, 2 << 20));
        Digest best = Digest.open("sha-512");
        Digest heap = new HeapDigest("sha512", MessageDigest.getInstance("SHA-512"));
        PageRef page = pool.take(8192, FolioClass.RING)) {
      Pattern.fill(page.target(), 0);
      page.publish(8191);
      Tally bestTally = new Tally();
      Tally heapTally = new Tally();
      best.update(page, bestTally);
      heap.update(page, heapTally);
      assertThat(best.finishHex()).isEqualTo(heap.finishHex());
      assertThat(heapTally.copiedUser()).isEqualTo(8191);
      assertThat(bestTally.copiedUser()).isEqualTo(best instanceof NativeDigest ? 0 : 8191);
    }
  }

  @Test
  void anUnknownNameSaysWhichThereAre() {
    assertThatThrownBy(() -> Digest.open("sha257"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sha257")
        .hasMessageContaining("sha256");
  }
}
