package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.engine.Engine;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;
import ropewalk.linux.Syscalls;
import ropewalk.page.PageRef;
import ropewalk.page.Provenance;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Source;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;
import ropewalk.testkit.Pattern;
import ropewalk.testkit.Shapes;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CachedFileTest {
  private static CachedFile read(FileRoom room, Path path) throws IOException {
    return CachedFile.open(room.engine, room.cache, path);
  }

  private static CachedFile write(FileRoom room, Path path) throws IOException {
    return CachedFile.open(
        room.engine, room.cache, path, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
  }

  @Test
  void lendsEveryByteOfFilesOfAllSizes() throws Exception {
    try (FileRoom room = new FileRoom()) {
      for (int size : Shapes.SIZES) {
        try (CachedFile file = read(room, room.files.pattern("f" + size, size))) {
          assertThat(room.drained(file, Long.MAX_VALUE)).isEqualTo(Pattern.bytes(0, size));
          assertThat(room.drained(file.from(1, 5_000), 999))
              .isEqualTo(Pattern.bytes(1, Math.clamp(size - 1, 0, 5_000)));
        }
      }
      assertThat(room.tally.copiedUser()).isZero();
    }
  }

  @Test
  void invariant4_whatWaitsInAPipeIsTheOldVersionWhole() throws Exception {
    int size = 300_000;
    try (FileRoom room = new FileRoom();
        CachedFile file = write(room, room.files.pattern("f", size));
        Pipe pipe = Pipe.open(16)) {
      while (file.fill(pipe, Long.MAX_VALUE, room.tally) != Source.END) {}
      assertThat(pipe.bytes()).isEqualTo(size);
      for (int at = 0; at < size; at += 1_000) {
        file.write(ByteBuffer.wrap(Pattern.bytes(Pattern.version(1) + at, 1_000)), at);
      }
      file.truncate(10);
      long at = 0;
      for (PageRef ref = pipe.poll(); ref != null; ref = pipe.poll()) {
        assertThat(ref.provenance()).isEqualTo(Provenance.LENT);
        Pattern.verify(ref.bytes(), at);
        at += ref.length();
        ref.close();
      }
      assertThat(at).isEqualTo(size);
    }
  }

  @Test
  void theKernelsOwnSpliceShowsTheNewBytes() throws Exception {
    // What the test above would find without versions: the kernel's pipe holds the file's pages.
    Syscalls host = HostSyscalls.host();
    int size = 32_768;
    try (FileRoom room = new FileRoom()) {
      Path path = room.files.pattern("f", size);
      long pair = host.pipe2(Open.O_CLOEXEC);
      int number = host.openat2(Open.AT_FDCWD, path.toString(), Open.O_CLOEXEC, 0, 0);
      try (Arena arena = Arena.ofConfined();
          CachedFile file = write(room, path)) {
        assertThat(host.splice(number, 0, Syscalls.second(pair), -1, size, 0)).isEqualTo(size);
        file.write(ByteBuffer.wrap(Pattern.bytes(Pattern.version(1), size)), 0);
        MemorySegment got = arena.allocate(size);
        assertThat(host.read(Syscalls.first(pair), got)).isEqualTo(size);
        assertThat(Pattern.mismatch(got, 0)).isNotNegative();
      } finally {
        host.close(number);
        host.close(Syscalls.first(pair));
        host.close(Syscalls.second(pair));
      }
    }
  }

  @Test
  void readsAndWritesMemoryOfEveryKind() throws Exception {
    try (FileRoom room = new FileRoom();
        CachedFile file = write(room, room.files.path("f"));
        Arena arena = Arena.ofConfined()) {
      byte[] bytes = Pattern.bytes(0, 100_000);
      assertThat(file.write(ByteBuffer.wrap(bytes, 0, 50_000), 0)).isEqualTo(50_000);
      MemorySegment rest = arena.allocate(50_000);
      Pattern.fill(rest, 50_000);
      assertThat(file.write(rest, 50_000)).isEqualTo(50_000);
      assertThat(file.size()).isEqualTo(100_000);

      ByteBuffer direct = ByteBuffer.allocateDirect(200_000).position(5).limit(199_999);
      assertThat(file.read(direct, 0)).isEqualTo(100_000);
      assertThat(direct.position()).isEqualTo(100_005);
      byte[] got = new byte[100_000];
      direct.get(5, got);
      assertThat(got).isEqualTo(bytes);
      assertThat(file.read(ByteBuffer.allocate(1), 100_000)).isEqualTo(-1);
      assertThat(Files.readAllBytes(room.files.path("f"))).isEqualTo(bytes);
      file.sync(true);
    }
  }

  @Test
  void aSinkWritesThroughTheCache() throws Exception {
    int size = 250_000;
    try (FileRoom room = new FileRoom()) {
      Path path = room.files.path("to");
      try (PlainFile from = PlainFile.open(room.engine, room.pool, room.files.pattern("f", size));
          CachedFile to = write(room, path)) {
        assertThat(room.move(from, to.to(7))).isEqualTo(size);
        // Each byte once, and the seven at a run's start again when its folio has to grow.
        assertThat(room.tally.copiedUser()).isBetween((long) size, size + 100L);
        assertThat(to.size()).isEqualTo(size + 7);
        assertThat(room.drained(to.from(7, size), Long.MAX_VALUE))
            .isEqualTo(Pattern.bytes(0, size));
      }
      assertThat(Files.readAllBytes(path)).hasSize(size + 7).endsWith(Pattern.bytes(0, size));
    }
  }

  @Test
  void allWhoOpenItSeeOneFile() throws Exception {
    try (FileRoom room = new FileRoom()) {
      Path path = room.files.pattern("f", 1_000);
      try (CachedFile one = read(room, path);
          CachedFile two = write(room, path)) {
        assertThat(room.drained(one.from(0, 10), 10)).isEqualTo(Pattern.bytes(0, 10));
        two.write(ByteBuffer.wrap(Pattern.bytes(77, 10)), 0);
        two.truncate(500);
        assertThat(one.size()).isEqualTo(500);
        assertThat(room.drained(one.from(0, 10), 10)).isEqualTo(Pattern.bytes(77, 10));
      }
    }
  }

  @Test
  void aReaderCantWriteAndNothingIsCachedOfIt() throws Exception {
    try (FileRoom room = new FileRoom();
        CachedFile file = read(room, room.files.pattern("f", 1_000))) {
      assertThatThrownBy(() -> file.write(ByteBuffer.wrap(new byte[10]), 0))
          .hasMessageContaining("EBADF");
      assertThat(room.drained(file, 1_000)).isEqualTo(Pattern.bytes(0, 1_000));
    }
  }

  @Test
  void aStrangersChangeIsFoundOnDemand() throws Exception {
    try (FileRoom room = new FileRoom()) {
      Path path = room.files.pattern("f", 1_000);
      try (CachedFile file = read(room, path)) {
        assertThat(room.drained(file.from(0, 1_000), 1_000)).isEqualTo(Pattern.bytes(0, 1_000));
        assertThat(file.revalidate()).isFalse();
        Files.write(path, Pattern.bytes(50, 2_000));
        assertThat(file.revalidate()).isTrue();
        assertThat(file.size()).isEqualTo(2_000);
        assertThat(room.drained(file.from(0, 2_000), 2_000)).isEqualTo(Pattern.bytes(50, 2_000));
      }
      // And when it is opened again.
      Files.write(path, Pattern.bytes(9, 3_000));
      try (CachedFile file = read(room, path)) {
        assertThat(room.drained(file, 3_000)).isEqualTo(Pattern.bytes(9, 3_000));
      }
    }
  }

  @Test
  void staysWarmWhenItIsOpenedAgain() throws Exception {
    FaultySyscalls counting = FaultySyscalls.over(HostSyscalls.host(), 1);
    try (FileRoom room = new FileRoom(counting.calls(), Engine.Choice.EPOLL)) {
      Path path = room.files.pattern("f", 1_000);
      for (int i = 0; i < 5; i++) {
        try (CachedFile file = read(room, path)) {
          assertThat(room.drained(file, 1_000)).isEqualTo(Pattern.bytes(0, 1_000));
        }
      }
      assertThat(counting.count("preadv2")).isEqualTo(1);
    }
  }

  @Test
  void manyVirtualThreadsMissOnceAndAllGetTheBytes() throws Exception {
    FaultySyscalls counting = FaultySyscalls.over(HostSyscalls.host(), 1);
    int size = 200_000;
    try (FileRoom room = new FileRoom(counting.calls(), Engine.Choice.EPOLL);
        CachedFile file = read(room, room.files.pattern("f", size));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> all = new ArrayList<>();
      MemorySegment[] got = new MemorySegment[50];
      for (int i = 0; i < got.length; i++) {
        MemorySegment mine = MemorySegment.ofArray(new byte[size]);
        got[i] = mine;
        all.add(threads.submit(() -> file.read(mine, 0)));
      }
      for (int i = 0; i < got.length; i++) {
        assertThat(all.get(i).get()).isEqualTo(size);
        Pattern.verify(got[i].toArray(ValueLayout.JAVA_BYTE), 0);
      }
      assertThat(counting.count("preadv2")).isEqualTo(1);
    }
  }

  @Test
  void aClosedFileSaysSoAndItsLoansLive() throws Exception {
    try (FileRoom room = new FileRoom();
        Pipe pipe = Pipe.open(1)) {
      CachedFile file = read(room, room.files.pattern("f", 1_000));
      Source cursor = file.from(500, 10);
      file.fill(pipe, 1_000, room.tally);
      file.close();
      file.close();
      assertThatThrownBy(() -> room.drained(cursor, 1)).isInstanceOf(ClosedChannelException.class);
      pipe.consume(900);
      assertThatThrownBy(() -> file.read(ByteBuffer.allocate(1), 0))
          .isInstanceOf(ClosedChannelException.class);
      room.cache.drop();
      try (PageRef ref = java.util.Objects.requireNonNull(pipe.poll())) {
        Pattern.verify(ref.bytes(), 900);
      }
    }
  }

  @Test
  void refusesWhatIsNoRegularFile() throws Exception {
    try (FileRoom room = new FileRoom()) {
      assertThatThrownBy(() -> read(room, room.files.folder())).hasMessageContaining("directory");
      assertThatThrownBy(() -> read(room, room.files.path("none"))).hasMessageContaining("ENOENT");
      assertThatThrownBy(() -> read(room, Path.of("/dev/zero")))
          .hasMessageContaining("character device");
    }
  }

  @Test
  void nothingLeaksAndNothingWrongIsCachedWhicheverCallFails() throws Exception {
    int size = 150_000;
    for (Fault fault : List.of(Fault.EIO, Fault.ENOSPC, Fault.EMFILE, Fault.EINTR, Fault.SHORT)) {
      int faults =
          FaultySyscalls.sweep(
              HostSyscalls.host(),
              fault,
              faulty -> {
                try (FileRoom room = new FileRoom(HostSyscalls.host(), Engine.Choice.EPOLL);
                    Engine engine = Engine.open(faulty.calls(), Engine.Choice.EPOLL)) {
                  Path path = room.files.pattern("f", size);
                  byte[] fresh = Pattern.bytes(Pattern.version(1), 70_000);
                  try (CachedFile file =
                          CachedFile.open(engine, room.cache, path, StandardOpenOption.WRITE);
                      Pipe pipe = Pipe.open(4)) {
                    file.fill(pipe, size, room.tally);
                    long written = 0;
                    while (written < fresh.length) {
                      ByteBuffer rest =
                          ByteBuffer.wrap(fresh, (int) written, fresh.length - (int) written);
                      written += file.write(rest, 60_000 + written);
                    }
                    file.sync(false);
                  } catch (LinuxException e) {
                    assertThat(e.errno()).isEqualTo(fault.errno());
                  }
                  faulty.calm();
                  try (CachedFile file = CachedFile.open(engine, room.cache, path)) {
                    assertThat(room.drained(file, size)).isEqualTo(Files.readAllBytes(path));
                  }
                } catch (LinuxException e) {
                  // The engine itself, or the file for the second time.
                  assertThat(e.errno()).isEqualTo(fault.errno());
                }
              });
      assertThat(faults).as(fault.name()).isPositive();
    }
  }
}
