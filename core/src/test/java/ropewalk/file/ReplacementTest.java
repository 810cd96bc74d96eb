package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import ropewalk.engine.Engine;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.LinuxException;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;
import ropewalk.testkit.Pattern;

/// A target is whole or not there, whatever happens on the way.
class ReplacementTest {
  private static PlainFile create(FileRoom room, Path target) throws IOException {
    return PlainFile.create(room.engine, room.pool, target);
  }

  private static void writeTo(FileRoom room, PlainFile target, int size) throws IOException {
    Path source = room.files.pattern("s" + size, size);
    try (PlainFile from = PlainFile.open(room.engine, room.pool, source)) {
      room.move(from, target);
    } finally {
      Files.delete(source);
    }
  }

  private static List<String> names(FileRoom room) throws IOException {
    try (Stream<Path> paths = Files.list(room.files.folder())) {
      return paths.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void appearsWholeAtCommit() throws Exception {
    for (boolean isDurable : new boolean[] {false, true}) {
      try (FileRoom room = new FileRoom()) {
        Path target = room.files.path("target");
        try (PlainFile file = create(room, target)) {
          writeTo(room, file, 100_000);
          assertThat(target).doesNotExist();
          file.commit(isDurable);
          assertThat(Files.readAllBytes(target)).isEqualTo(Pattern.bytes(0, 100_000));
          assertThatThrownBy(() -> file.commit(false)).isInstanceOf(IllegalStateException.class);
        }
        assertThat(names(room)).containsExactly("target");
      }
    }
  }

  @Test
  void isGoneWithoutCommitAndTheOldOneStays() throws Exception {
    try (FileRoom room = new FileRoom()) {
      Path target = room.files.pattern("target", 50);
      try (PlainFile file = create(room, target)) {
        writeTo(room, file, 100_000);
        assertThat(names(room)).hasSize(2);
      }
      assertThat(names(room)).containsExactly("target");
      assertThat(Files.readAllBytes(target)).isEqualTo(Pattern.bytes(0, 50));
    }
  }

  @Test
  void keepsPermissionsAndFollowsLinks() throws Exception {
    try (FileRoom room = new FileRoom()) {
      Path target = room.files.pattern("target", 50);
      Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-r-----"));
      Path link = Files.createSymbolicLink(room.files.path("link"), Path.of("target"));
      try (PlainFile file = create(room, link)) {
        writeTo(room, file, 10);
        file.commit(false);
      }
      assertThat(Files.isSymbolicLink(link)).isTrue();
      assertThat(Files.readAllBytes(target)).isEqualTo(Pattern.bytes(0, 10));
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
          .isEqualTo("rw-r-----");
    }
  }

  @Test
  void takesNamesOfAnyLength() throws Exception {
    try (FileRoom room = new FileRoom()) {
      for (int length : new int[] {1, 239, 240, 241, 255}) {
        Path target = room.files.path("x".repeat(length));
        try (PlainFile file = create(room, target)) {
          file.commit(false);
        }
        assertThat(target).exists();
      }
    }
  }

  @Test
  void refusesWhatCantBeReplaced() throws Exception {
    try (FileRoom room = new FileRoom()) {
      Path dangling = Files.createSymbolicLink(room.files.path("dangling"), Path.of("nowhere"));
      assertThatThrownBy(() -> create(room, dangling)).hasMessageContaining("links to nothing");
      assertThatThrownBy(() -> create(room, room.files.folder())).hasMessageContaining("directory");
      assertThatThrownBy(() -> create(room, Path.of("/dev/null"))).hasMessageContaining("device");
      assertThatThrownBy(() -> create(room, room.files.path("no/such/folder")))
          .hasMessageContaining("ENOENT");
      assertThat(names(room)).containsExactly("dangling");
    }
  }

  @Test
  void noHalfTargetWhicheverCallFails() throws Exception {
    for (Fault fault : List.of(Fault.EIO, Fault.ENOSPC, Fault.EMFILE, Fault.EINTR)) {
      int faults =
          FaultySyscalls.sweep(
              HostSyscalls.host(),
              fault,
              faulty -> {
                try (FileRoom room = new FileRoom(HostSyscalls.host(), Engine.Choice.EPOLL);
                    Engine engine = Engine.open(faulty.calls(), Engine.Choice.EPOLL)) {
                  Path target = room.files.pattern("target", 50);
                  boolean isCommitted = false;
                  try (PlainFile file = PlainFile.create(engine, room.pool, target)) {
                    writeTo(room, file, 100_000);
                    file.commit(true);
                    isCommitted = true;
                  } catch (LinuxException e) {
                    assertThat(e.errno()).isEqualTo(fault.errno());
                  }
                  assertThat(names(room)).containsExactly("target");
                  byte[] bytes = Files.readAllBytes(target);
                  assertThat(bytes.length)
                      .isIn(isCommitted ? List.of(100_000) : List.of(50, 100_000));
                  assertThat(bytes).isEqualTo(Pattern.bytes(0, bytes.length));
                } catch (LinuxException e) {
                  assertThat(e.call()).as("only the engine's own").isIn("epoll_create1", "eventfd");
                }
              });
      assertThat(faults).as(fault.name()).isGreaterThan(1);
    }
  }
}
