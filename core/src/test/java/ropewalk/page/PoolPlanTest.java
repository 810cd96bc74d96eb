package ropewalk.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The sum that sizes the pool, and what the machine says about itself.
final class PoolPlanTest {

  private static final long MIB = 1 << 20;
  private static final long GIB = 1 << 30;

  @TempDir Path root;

  private void file(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void machine(String memTotal, String memlock, String cgroup) throws IOException {
    file("proc/meminfo", "MemTotal:       " + memTotal + " kB\nMemFree: 1 kB\n");
    file(
        "proc/self/limits",
        "Limit                     Soft Limit           Hard Limit           Units     \n"
            + "Max locked memory         "
            + memlock
            + "              8388608              bytes     \n");
    file("proc/self/cgroup", cgroup);
  }

  @Test
  void readsVersion2AndTheTightestGroupAbove() throws IOException {
    machine("24000000", "8388608", "0::/system.slice/house.service\n");
    file("sys/fs/cgroup/system.slice/house.service/memory.max", "max\n");
    file("sys/fs/cgroup/system.slice/memory.max", "536870912\n");
    assertThat(Ceilings.read(root)).isEqualTo(new Ceilings(24_000_000L << 10, 512 * MIB, 8 * MIB));
  }

  @Test
  void readsVersion1() throws IOException {
    machine("24000000", "65536", "5:cpu,memory:/docker/abc\n1:name=systemd:/docker/abc\n");
    file("sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "268435456\n");
    file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    assertThat(Ceilings.read(root)).isEqualTo(new Ceilings(24_000_000L << 10, 256 * MIB, 65_536));
  }

  @Test
  void aContainerThatSeesItsGroupAsTheTop() throws IOException {
    machine("24000000", "unlimited", "0::/\n");
    file("sys/fs/cgroup/memory.max", "1073741824\n");
    assertThat(Ceilings.read(root))
        .isEqualTo(new Ceilings(24_000_000L << 10, GIB, Ceilings.UNLIMITED));
  }

  @Test
  void whatIsNotThereSetsNoLimit() throws IOException {
    assertThat(Ceilings.read(root))
        .isEqualTo(new Ceilings(Ceilings.UNLIMITED, Ceilings.UNLIMITED, Ceilings.UNLIMITED));
    machine("nonsense", "nonsense", "nonsense\n");
    assertThat(Ceilings.read(root).memory()).isGreaterThan(1L << 50);
  }

  @Test
  void aGroupOutsideOfItsMountIsNotFollowed() throws IOException {
    machine("24000000", "8388608", "0::/../../../etc\n");
    file("etc/memory.max", "4096\n");
    assertThat(Ceilings.read(root).container()).isEqualTo(Ceilings.UNLIMITED);
  }

  @Test
  void aRoomyMachineGetsTheSumOfTheTerms() {
    PoolPlan plan = PoolPlan.standard(new Ceilings(64 * GIB, Ceilings.UNLIMITED, GIB), 64 * MIB);
    long sum = plan.terms().stream().mapToLong(PoolPlan.Term::bytes).sum();
    assertThat(plan.total()).isBetween(sum, sum + 4 * MIB).isBetween(64 * MIB, 256 * MIB);
    assertThat(plan.clamps()).isEmpty();
    assertThat(plan.registered()).isEqualTo(8 * MIB).isLessThan(plan.bytes(FolioClass.RING));
    assertThat(plan.explain()).contains("pipes: 32 connections of 16 slots of 64 KiB", "in all");
  }

  @Test
  void aContainerShortensAllTermsAndSaysSo() {
    PoolPlan plan = PoolPlan.standard(new Ceilings(64 * GIB, 512 * MIB, GIB), 64 * MIB);
    assertThat(plan.total()).isBetween(60 * MIB, 68 * MIB);
    assertThat(plan.clamps()).singleElement().asString().contains("the container's limit");
    assertThat(plan.explain()).contains("an eighth of 512 MiB");
    assertThat(plan.reserve()).isPositive().isLessThan(plan.bytes(FolioClass.GIFT) / 4);
  }

  @Test
  void theLeastPlanStillHoldsOneOfTheLargestOfEach() {
    PoolPlan plan = PoolPlan.standard(new Ceilings(16 * MIB, Ceilings.UNLIMITED, 0), 0);
    for (FolioClass kind : FolioClass.values()) {
      assertThat(plan.bytes(kind) - plan.reserve()).isGreaterThanOrEqualTo(FolioPool.FOLIO_MAX);
    }
    assertThat(plan.registered()).isZero();
  }

  @Test
  void theRegisteredPartKeepsWithinTheLockLimit() {
    PoolPlan plan = PoolPlan.standard(new Ceilings(64 * GIB, Ceilings.UNLIMITED, 8 * MIB), 0);
    assertThat(plan.registered()).isEqualTo(4 * MIB);
    assertThat(plan.clamps()).singleElement().asString().contains("lock limit of 8192 KiB");
  }

  @Test
  void thisMachineHasAPlan() {
    PoolPlan plan = PoolPlan.standard();
    assertThat(plan.total()).isPositive().isLessThanOrEqualTo(256 * MIB);
    assertThat(plan.explain()).isNotBlank();
  }
}
