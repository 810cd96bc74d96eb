package ropewalk.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.linux.Abi;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Maps;
import ropewalk.linux.Syscalls;

/// How much of the pool is huge, as the kernel tells it.
final class HugePagesTest {

  private static final List<String> SMAPS =
      List.of(
          "7f0000000000-7f0000200000 rw-p 00000000 00:00 0",
          "Rss:                2048 kB",
          "AnonHugePages:      2048 kB",
          "VmFlags: rd wr mr mw me ac",
          "7f0000200000-7f0000600000 rw-p 00000000 00:00 0",
          "AnonHugePages:      4096 kB",
          "7f0000600000-7f0000700000 r--p 00000000 08:01 1234    /usr/lib/a-b.so",
          "AnonHugePages:         0 kB",
          "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0    [vsyscall]",
          "AnonHugePages:         8 kB");

  @Test
  void onlyMappingsInsideCount() {
    assertThat(HugePages.sum(SMAPS, 0x7f0000200000L, 4 << 20)).isEqualTo(4 << 20);
    assertThat(HugePages.sum(SMAPS, 0x7f0000000000L, 6 << 20)).isEqualTo(6 << 20);
    assertThat(HugePages.sum(SMAPS, 0x7f0000100000L, 1 << 20)).as("partly").isZero();
    assertThat(HugePages.sum(List.of(), 0, 1L << 40)).isZero();
  }

  @Test
  void bothSlabsAreHugeWhereTheKernelHasSome() throws IOException {
    boolean onAsking =
        Files.exists(Path.of("/sys/kernel/mm/transparent_hugepage/enabled"))
            && !Files.readString(Path.of("/sys/kernel/mm/transparent_hugepage/enabled"))
                .contains("[never]");
    for (FolioClass kind : FolioClass.values()) {
      try (FolioPool pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(4 << 20, 4 << 20))) {
        assertThat(pool.hugeBytes()).as("nothing was touched").isZero();
        try (PageRef taken = pool.take(2 << 20, kind)) {
          taken.target().fill((byte) 1);
          // The kernel may be out of huge pages at the moment; more than was touched it can't have.
          assertThat(pool.hugeBytes()).isIn(onAsking ? List.of(0L, 2L << 20) : List.of(0L));
        }
      }
    }
  }

  @Test
  @DisplayName(
      "R-38: a page that is in flight keeps its bytes when it leaves the middle of a huge one")
  void aPartOfAHugePageKeepsItsBytesInFlight() {
    Syscalls host = HostSyscalls.host();
    boolean base = GiftProof.holds(host, Abi.pageSize());
    assumeTrue(base, "this kernel does not keep given pages");
    // Where it didn't hold the pool would take base pages and nothing would be lost but speed.
    assertThat(GiftProof.holdsInHugePages(host, Abi.pageSize()))
        .isEqualTo(Abi.pageSize() == 4096 && host.madvise(0, 0, Maps.MADV_HUGEPAGE) >= 0);
  }
}
