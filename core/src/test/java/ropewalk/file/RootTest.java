package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.file.Root.Found;
import ropewalk.testkit.Pattern;

/// Nothing outside, and nothing but files and directories inside.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RootTest {
  private static Path publicFolder(FileRoom room) throws IOException {
    Path shared = Files.createDirectories(room.files.path("shared/sub/deep"));
    room.files.pattern("shared/file", 100);
    room.files.pattern("shared/sub/inner", 200);
    room.files.pattern("secret", 300);
    assertThat(shared).exists();
    return room.files.path("shared");
  }

  private static Class<?> found(Root root, String path) throws IOException {
    Found found = root.find(path);
    switch (found) {
      case Found.File file -> file.fd().close();
      case Found.Directory directory -> directory.fd().close();
      default -> {}
    }
    return found.getClass();
  }

  @Test
  void findsFilesAndDirectories() throws Exception {
    try (FileRoom room = new FileRoom();
        Root root = Root.open(room.engine, publicFolder(room))) {
      for (String path :
          new String[] {"file", "./file", "sub/../file", "sub//inner", "sub/./inner"}) {
        assertThat(found(root, path)).as(path).isEqualTo(Found.File.class);
      }
      for (String path : new String[] {"", ".", "sub", "sub/", "sub/deep/..", "sub/.."}) {
        assertThat(found(root, path)).as(path).isEqualTo(Found.Directory.class);
      }
      for (String path :
          new String[] {"none", "sub/none", "file/", "file/x", "a\0b", "x".repeat(300)}) {
        assertThat(found(root, path)).as(path).isEqualTo(Found.Missing.class);
      }
      if (root.find("file") instanceof Found.File file) {
        assertThat(file.status().size()).isEqualTo(100);
        try (PlainFile plain = PlainFile.of(room.engine, room.pool, file.fd())) {
          assertThat(room.drained(plain, 1_000)).isEqualTo(Pattern.bytes(0, 100));
        }
      }
    }
  }

  @Test
  void nothingLeadsOut() throws Exception {
    try (FileRoom room = new FileRoom();
        Root root = Root.open(room.engine, publicFolder(room))) {
      Path shared = room.files.path("shared");
      Files.createSymbolicLink(shared.resolve("absolute"), room.files.path("secret"));
      Files.createSymbolicLink(shared.resolve("relative"), Path.of("../secret"));
      Files.createSymbolicLink(shared.resolve("outfolder"), Path.of(".."));
      Files.createSymbolicLink(shared.resolve("backin"), Path.of("../shared/file"));
      Files.createSymbolicLink(shared.resolve("loop"), Path.of("loop"));
      Files.createSymbolicLink(shared.resolve("magic"), Path.of("/proc/self/root/etc/passwd"));
      for (String path :
          new String[] {
            "..", "../secret", "sub/../../secret", "/etc/passwd", "//etc/passwd", "absolute",
            "relative", "outfolder", "outfolder/secret", "outfolder/shared/file", "backin", "loop",
            "magic"
          }) {
        assertThat(found(root, path)).as(path).isEqualTo(Found.Forbidden.class);
      }
    }
  }

  @Test
  void linksThatStayInsideAreFollowed() throws Exception {
    try (FileRoom room = new FileRoom();
        Root root = Root.open(room.engine, publicFolder(room))) {
      Path shared = room.files.path("shared");
      Files.createSymbolicLink(shared.resolve("tofile"), Path.of("sub/inner"));
      Files.createSymbolicLink(shared.resolve("sub/up"), Path.of("../file"));
      Files.createSymbolicLink(shared.resolve("tofolder"), Path.of("sub"));
      Files.createSymbolicLink(shared.resolve("dangling"), Path.of("nowhere"));
      assertThat(found(root, "tofile")).isEqualTo(Found.File.class);
      assertThat(found(root, "sub/up")).isEqualTo(Found.File.class);
      assertThat(found(root, "tofolder")).isEqualTo(Found.Directory.class);
      assertThat(found(root, "tofolder/inner")).isEqualTo(Found.File.class);
      assertThat(found(root, "dangling")).isEqualTo(Found.Missing.class);
    }
  }

  @Test
  void nothingButFilesAndDirectoriesIsOpened() throws Exception {
    try (FileRoom room = new FileRoom();
        Root root = Root.open(room.engine, publicFolder(room));
        Root devices = Root.open(room.engine, Path.of("/dev"));
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      Path fifo = room.files.path("shared/fifo");
      assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
      server.bind(UnixDomainSocketAddress.of(room.files.path("shared/socket")));
      assertThat(root.find("fifo")).isEqualTo(new Found.Other("FIFO"));
      assertThat(root.find("socket")).isEqualTo(new Found.Other("socket"));
      assertThat(devices.find("null")).isEqualTo(new Found.Other("character device"));
    }
  }

  @Test
  void theRootIsADirectory() throws Exception {
    try (FileRoom room = new FileRoom()) {
      assertThatThrownBy(() -> Root.open(room.engine, room.files.pattern("f", 1)))
          .hasMessageContaining("ENOTDIR");
      Root root = Root.open(room.engine, room.files.folder());
      root.close();
      assertThatThrownBy(() -> root.find("f"))
          .isInstanceOf(java.nio.channels.ClosedChannelException.class);
    }
  }
}
