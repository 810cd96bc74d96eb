package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.engine.Engine;
import ropewalk.linux.Errno;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.LinuxException;
import ropewalk.page.Provenance;
import ropewalk.pipe.Pipe;
import ropewalk.splice.End;
import ropewalk.splice.Source;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;
import ropewalk.testkit.Shapes;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PlainFileTest {
  private static PlainFile read(FileRoom room, Path path) throws IOException {
    return PlainFile.open(room.engine, room.pool, path);
  }

  private static PlainFile write(FileRoom room, Path path) throws IOException {
    return PlainFile.open(
        room.engine, room.pool, path, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
  }

  @Test
  void bringsEveryByteOfFilesOfAllSizes() throws Exception {
    try (FileRoom room = new FileRoom()) {
      for (int size : Shapes.SIZES) {
        try (PlainFile file = read(room, room.files.pattern("f" + size, size))) {
          assertThat(file.remaining()).isEqualTo(size);
          assertThat(room.drained(file, Long.MAX_VALUE)).isEqualTo(Pattern.bytes(0, size));
          assertThat(file.remaining()).isZero();
        }
      }
      assertThat(room.tally.copiedUser()).isZero();
      assertThat(room.tally.copiedKernel())
          .isEqualTo(Shapes.SIZES.stream().mapToLong(it -> it).sum());
    }
  }

  @Test
  void foliosAreMegabytesAndOurs() throws Exception {
    int size = (2 << 20) + 5_000;
    try (FileRoom room = new FileRoom();
        PlainFile file = read(room, room.files.pattern("f", size));
        Pipe pipe = Pipe.open(1)) {
      List<Integer> lengths = new ArrayList<>();
      while (file.fill(pipe, Long.MAX_VALUE, room.tally) != Source.END) {
        try (var ref = Objects.requireNonNull(pipe.poll())) {
          assertThat(ref.provenance()).isEqualTo(Provenance.OWNED);
          lengths.add(ref.length());
        }
      }
      assertThat(lengths).containsExactly(1 << 20, 1 << 20, 5_000);
    }
  }

  @Test
  void cursorsAreBoundedAndIndependent() throws Exception {
    try (FileRoom room = new FileRoom();
        PlainFile file = read(room, room.files.pattern("f", 10_000))) {
      Source one = file.from(100, 5_000);
      Source two = file.from(9_990, 1_000);
      assertThat(room.drained(one, 7)).isEqualTo(Pattern.bytes(100, 5_000));
      assertThat(room.drained(two, Long.MAX_VALUE)).isEqualTo(Pattern.bytes(9_990, 10));
      assertThat(room.drained(file, Long.MAX_VALUE)).isEqualTo(Pattern.bytes(0, 10_000));
      assertThat(room.drained(file.from(20_000, 5), 5)).isEmpty();
    }
  }

  @Test
  void bringsAgainWhatWasNotAccepted() throws Exception {
    try (FileRoom room = new FileRoom();
        PlainFile file = read(room, room.files.pattern("f", 1_000));
        Pipe pipe = Pipe.open(1)) {
      assertThat(file.fill(pipe, 600, room.tally)).isEqualTo(600);
      pipe.consume(600);
      file.unread(250);
      assertThat(room.drained(file, Long.MAX_VALUE)).isEqualTo(Pattern.bytes(350, 650));
      assertThatThrownBy(() -> file.unread(1_001)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void showsTheKernelWhereItStands() throws Exception {
    try (FileRoom room = new FileRoom();
        PlainFile file = read(room, room.files.pattern("f", 1_000))) {
      End end = Objects.requireNonNull(file.from(100, 50).sourceEnd());
      assertThat(end.kind()).isEqualTo(End.Kind.FILE);
      assertThat(end.position()).isEqualTo(100);
      assertThat(end.bound()).isEqualTo(50);
      end.advance(20);
      assertThat(end.position()).isEqualTo(120);
      assertThat(end.bound()).isEqualTo(30);
    }
  }

  @Test
  void r15_everyByteArrivesOnceThroughShortAndInterruptedCalls() {
    Gen.check(
        30,
        gen -> {
          FaultySyscalls faulty =
              FaultySyscalls.over(HostSyscalls.host(), gen.seed())
                  .often(Fault.SHORT, 0.5)
                  .often(Fault.EINTR, 0.1);
          int size = (int) gen.edgy(0, 300_000);
          try (FileRoom room = new FileRoom(faulty.calls(), Engine.Choice.EPOLL)) {
            Path target = room.files.path("to");
            try (PlainFile from = read(room, room.files.pattern("from", size));
                PlainFile to = write(room, target)) {
              assertThat(room.move(from, to)).isEqualTo(size);
            }
            assertThat(Files.readAllBytes(target)).isEqualTo(Pattern.bytes(0, size));
          }
        });
  }

  @Test
  void writesFromAnOffsetAndLeavesTheRest() throws Exception {
    try (FileRoom room = new FileRoom()) {
      Path path = room.files.pattern("f", 100);
      try (PlainFile file = write(room, path);
          Pipe pipe = Pipe.open(2)) {
        pipe.push(room.page(Pattern.bytes(5_000, 10)));
        pipe.push(room.page(Pattern.bytes(5_010, 10)));
        assertThat(file.to(90).drain(pipe, 15, false, room.tally)).isEqualTo(15);
        assertThat(pipe.bytes()).isEqualTo(5);
      }
      byte[] all = Files.readAllBytes(path);
      assertThat(all)
          .hasSize(105)
          .startsWith(Pattern.bytes(0, 90))
          .endsWith(Pattern.bytes(5_000, 15));
    }
  }

  @Test
  void aFullDiskLeavesInThePipeWhatWasNotAccepted() throws Exception {
    FaultySyscalls faulty = FaultySyscalls.over(HostSyscalls.host(), 1);
    try (FileRoom room = new FileRoom(faulty.calls(), Engine.Choice.EPOLL);
        PlainFile file = write(room, room.files.path("f"));
        Pipe pipe = Pipe.open(2)) {
      pipe.push(room.page(Pattern.bytes(0, 100)));
      faulty.fail(Fault.ENOSPC, "", 1);
      assertThatThrownBy(() -> file.drain(pipe, 100, false, room.tally))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOSPC))
          .hasMessageContaining("fd=");
      assertThat(pipe.bytes()).isEqualTo(100);
      assertThat(file.drain(pipe, 100, false, room.tally)).isEqualTo(100);
    }
  }

  @Test
  void r09_aFileThatIsCutShortEndsThere() throws Exception {
    try (FileRoom room = new FileRoom()) {
      Path path = room.files.pattern("f", 200_000);
      try (PlainFile file = read(room, path);
          Pipe pipe = Pipe.open(1)) {
        assertThat(file.fill(pipe, 1_000, room.tally)).isEqualTo(1_000);
        pipe.consume(1_000);
        try (PlainFile other = write(room, path)) {
          other.truncate(1_500);
        }
        assertThat(room.drained(file, Long.MAX_VALUE)).isEqualTo(Pattern.bytes(1_000, 500));
      }
    }
  }

  @Test
  void aSmallPoolIsUsedInSmallPieces() throws Exception {
    try (FileRoom room = new FileRoom(HostSyscalls.host(), Engine.Choice.EPOLL, 2 << 20, 1 << 20);
        PlainFile file = read(room, room.files.pattern("f", 3 << 20))) {
      // Whoever holds the larger half leaves the rest for smaller folios.
      try (var held = room.pool.take(1 << 20, ropewalk.page.FolioClass.RING);
          var more = room.pool.take(512 << 10, ropewalk.page.FolioClass.RING)) {
        assertThat(held.length() + more.length()).isGreaterThanOrEqualTo(1536 << 10);
        assertThat(room.drained(file, Long.MAX_VALUE)).isEqualTo(Pattern.bytes(0, 3 << 20));
      }
    }
  }

  @Test
  void refusesWhatIsNoRegularFileWithoutWaiting() throws Exception {
    try (FileRoom room = new FileRoom()) {
      Path fifo = room.files.path("fifo");
      assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
      assertThatThrownBy(() -> read(room, fifo)).hasMessageContaining("FIFO");
      assertThatThrownBy(() -> read(room, room.files.folder())).hasMessageContaining("directory");
      assertThatThrownBy(() -> read(room, Path.of("/dev/null")))
          .hasMessageContaining("character device");
      assertThatThrownBy(() -> read(room, room.files.path("none")))
          .hasMessageContaining("ENOENT")
          .hasMessageContaining(room.files.path("none").toString());
    }
  }

  @Test
  void aClosedFileSaysSo() throws Exception {
    try (FileRoom room = new FileRoom();
        Pipe pipe = Pipe.open(1)) {
      PlainFile file = read(room, room.files.pattern("f", 10));
      file.close();
      file.close();
      assertThatThrownBy(() -> file.fill(pipe, 1, room.tally))
          .isInstanceOf(ClosedChannelException.class);
    }
  }

  @Test
  void nothingLeaksWhicheverCallFails() throws Exception {
    for (Fault fault : List.of(Fault.EIO, Fault.ENOSPC, Fault.EMFILE, Fault.EINTR, Fault.SHORT)) {
      int faults =
          FaultySyscalls.sweep(
              HostSyscalls.host(),
              fault,
              faulty -> {
                try (FileRoom room = new FileRoom(HostSyscalls.host(), Engine.Choice.EPOLL);
                    Engine engine = Engine.open(faulty.calls(), Engine.Choice.EPOLL)) {
                  Path source = room.files.pattern("from", 150_000);
                  try (PlainFile from = PlainFile.open(engine, room.pool, source);
                      PlainFile to =
                          PlainFile.open(
                              engine,
                              room.pool,
                              room.files.path("to"),
                              StandardOpenOption.WRITE,
                              StandardOpenOption.CREATE)) {
                    room.move(from, to);
                    to.sync(true);
                  }
                } catch (LinuxException e) {
                  assertThat(e.errno()).isEqualTo(fault.errno());
                }
              });
      assertThat(faults).as(fault.name()).isGreaterThan(1);
    }
  }
}
