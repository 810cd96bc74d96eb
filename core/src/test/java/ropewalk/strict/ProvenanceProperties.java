package ropewalk.strict;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.Ropewalk;
import ropewalk.engine.Denied;
import ropewalk.engine.Engine;
import ropewalk.file.CachedFile;
import ropewalk.net.ZeroCopy;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Gen;

/// Whatever is done to a borrowed range on its way from the cache to a wire, nobody writes it, and
/// what was handed over is what arrives. [Ropery] says what is done.
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProvenanceProperties {
  /// Over the dropping link each arrival waits for TCP to send again.
  private static final int FAR_RUNS = Integer.getInteger("ropewalk.provenance.far", 5);

  private static final int RUNS = Integer.getInteger("ropewalk.provenance.runs", 160);

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  @DisplayName("R-28: what is borrowed stays so through every operation of the real send path")
  void whatIsBorrowedIsNeverWritten(Engine.Choice choice) throws Exception {
    Ropery.Counts counts = new Ropery.Counts();
    try (Ropewalk walk = open(choice);
        CachedFile file = file(walk);
        Wire unix = new SocketWire(walk, "unix:" + folder.resolve("s"));
        Wire tcp = new SocketWire(walk, "tcp://127.0.0.1:0");
        Wire udp = new DatagramWire(walk, ZeroCopy.AUTO)) {
      Gen.check(
          RUNS,
          gen -> {
            try (Ropery ropery =
                new Ropery(gen, walk.pool(), file, List.of(unix, tcp, udp), counts)) {
              for (int i = gen.in(1, 200); i > 0; i--) {
                ropery.step();
              }
            }
          });
      if (walk.pool().mayGive()) {
        assertThat(counts.given).as("given").isPositive();
      }
    }
    System.out.println(choice + ": " + counts);
    assertThat(counts.joins).as("joins").isPositive();
    assertThat(counts.tees).as("tees").isPositive();
    assertThat(counts.splits).as("splits").isPositive();
    assertThat(counts.claims).as("claims").isPositive();
    assertThat(counts.refusals).as("refusals").isGreaterThan(counts.claims);
    assertThat(counts.merges).as("merges").isPositive();
  }

  /// The same where the kernel holds the pages themselves for as long as it takes.
  @ParameterizedTest
  @EnumSource(names = {"EPOLL", "IO_URING"})
  @DisplayName("R-28: what is lent to a socket is not written before it is back")
  void whatIsLentIsNeverWritten(Engine.Choice choice) throws Exception {
    Ropery.Counts counts = new Ropery.Counts();
    try (Ropewalk walk = open(choice);
        CachedFile file = file(walk);
        FarWire far = new FarWire(walk);
        Wire udp = new DatagramWire(walk, ZeroCopy.ALWAYS)) {
      Gen.check(
          FAR_RUNS,
          gen -> {
            try (Ropery ropery =
                new Ropery(gen, walk.pool(), file, List.of(far, far, udp), counts)) {
              for (int i = gen.in(100, 200); i > 0; i--) {
                ropery.step();
              }
            }
          });
      assertThat(far.lent()).as("lent").isPositive();
    }
    System.out.println(choice + ", lent: " + counts);
  }

  private static Ropewalk open(Engine.Choice choice) throws IOException {
    return Ropewalk.builder()
        .engine(Denied.granted(choice))
        .cacheBytes(1 << 20)
        .plan(PoolPlan.of(4 << 20, 8 << 20))
        .open();
  }

  private CachedFile file(Ropewalk walk) throws IOException {
    return walk.file(
        Files.createFile(folder.resolve("file")),
        StandardOpenOption.READ,
        StandardOpenOption.WRITE);
  }
}
