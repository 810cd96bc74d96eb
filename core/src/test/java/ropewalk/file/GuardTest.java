package ropewalk.file;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.engine.Engine;
import ropewalk.linux.Errno;
import ropewalk.linux.Fcntl;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Maps;
import ropewalk.linux.Memory;
import ropewalk.linux.Scratch;
import ropewalk.linux.Statx;
import ropewalk.linux.Syscalls;
import ropewalk.testkit.Pattern;

/// The guards that last: seals, fs-verity, a private reflink. [LeaseTest] has the one that doesn't.
class GuardTest {
  private static final int SIZE = 100_000;

  private static final Path IMAGES = Path.of(System.getProperty("java.io.tmpdir", "/tmp"));

  private static byte[] all(CachedFile file) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(SIZE);
    assertThat(file.read(target, 0)).isEqualTo(SIZE);
    return target.array();
  }

  private static Fd memfd(int seals) throws IOException {
    Syscalls host = HostSyscalls.host();
    int number = host.memfdCreate("guarded", Maps.MFD_CLOEXEC | Maps.MFD_ALLOW_SEALING);
    Fd fd = Fd.of(host, number, "memfd", "memfd_create");
    try (Scratch bytes = new Scratch(SIZE)) {
      Pattern.fill(bytes.segment(), 0);
      assertThat(host.pwrite(number, bytes.address(), SIZE, 0)).isEqualTo(SIZE);
    }
    assertThat(host.fcntl(number, Fcntl.F_ADD_SEALS, seals)).isZero();
    return fd;
  }

  @Test
  void aSealedMemfdNeedsNoLease() throws Exception {
    try (FileRoom room = new FileRoom();
        CachedFile file =
            CachedFile.of(
                room.engine, room.cache, memfd(Fcntl.F_SEAL_WRITE | Fcntl.F_SEAL_SHRINK))) {
      assertThat(all(file)).isEqualTo(Pattern.bytes(0, SIZE));
      assertThat(file.guard()).isEqualTo(Guard.SEALED);
      assertThat(file.unguarded()).isEmpty();
    }
  }

  @Test
  void whoMayStillCutItHasNotSealedIt() throws Exception {
    try (FileRoom room = new FileRoom();
        CachedFile file = CachedFile.of(room.engine, room.cache, memfd(Fcntl.F_SEAL_WRITE))) {
      assertThat(all(file)).isEqualTo(Pattern.bytes(0, SIZE));
      assertThat(file.guard()).isEqualTo(Guard.NONE);
    }
  }

  /// Few kernels have fs-verity built in; the attribute is all that we look at.
  @Test
  void aFileUnderVerityIsRecognized() throws Exception {
    Syscalls verity =
        FakeKernel.after(
            "statx",
            (arguments, _) -> {
              long at = (long) arguments[4] + Statx.ATTRIBUTES;
              long attributes = Memory.ALL.get(JAVA_LONG, at);
              Memory.ALL.set(JAVA_LONG, at, attributes | Statx.STATX_ATTR_VERITY);
            });
    try (FileRoom room = new FileRoom();
        Engine engine = Engine.open(verity, Engine.Choice.EPOLL);
        CachedFile file = CachedFile.open(engine, room.cache, room.files.pattern("f", SIZE))) {
      assertThat(all(file)).isEqualTo(Pattern.bytes(0, SIZE));
      assertThat(file.guard()).isEqualTo(Guard.VERITY);
      assertThat(file.guard()).hasToString("under fs-verity");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"btrfs", "xfs"})
  void aSnapshotStaysAsTheFileWas_onAnImage(String kind) throws Exception {
    FileSystems.onAnImage(kind, IMAGES, GuardTest::snapshot);
  }

  private static void snapshot(Path folder) throws IOException {
    Path path = folder.resolve("f");
    Files.write(path, Pattern.bytes(0, SIZE));
    try (FileRoom room = new FileRoom()) {
      try (CachedFile file = CachedFile.open(room.engine, room.cache, path, CacheOption.SNAPSHOT)) {
        Files.write(path, Pattern.bytes(500, 2 * SIZE));
        assertThat(all(file)).isEqualTo(Pattern.bytes(0, SIZE));
        assertThat(file.size()).isEqualTo(SIZE);
        assertThat(file.guard()).isEqualTo(Guard.SNAPSHOT);
        assertThat(file.revalidate()).isFalse();
        assertThatThrownBy(() -> file.write(ByteBuffer.wrap(new byte[1]), 0))
            .hasMessageContaining("EBADF");
        assertThat(room.cache.stats().bytes()).isPositive();
      }
      assertThat(room.cache.stats().bytes()).as("of no use to anybody else").isZero();
      try (CachedFile file = CachedFile.open(room.engine, room.cache, path)) {
        assertThat(file.size()).isEqualTo(2 * SIZE);
      }
    }
    Files.delete(path);
  }

  @Test
  void whereBlocksAreNotSharedTheErrorSaysSo() throws Exception {
    Syscalls calls = FakeKernel.before("ioctl", _ -> -Errno.EOPNOTSUPP);
    try (FileRoom room = new FileRoom();
        Engine engine = Engine.open(calls, Engine.Choice.EPOLL)) {
      Path path = room.files.pattern("f", SIZE);
      assertThatThrownBy(() -> CachedFile.open(engine, room.cache, path, CacheOption.SNAPSHOT))
          .hasMessageContaining("shares no blocks")
          .hasMessageContaining("EOPNOTSUPP")
          .hasMessageContaining(path.toString());
      assertThatThrownBy(
              () ->
                  CachedFile.open(
                      engine, room.cache, path, CacheOption.SNAPSHOT, StandardOpenOption.WRITE))
          .hasMessageContaining("for reading only");
    }
  }
}
