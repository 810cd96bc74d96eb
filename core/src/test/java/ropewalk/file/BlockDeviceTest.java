package ropewalk.file;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.engine.Engine;
import ropewalk.linux.FileFlags;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Memory;
import ropewalk.linux.Statx;
import ropewalk.linux.Syscalls;
import ropewalk.testkit.OnHost;
import ropewalk.testkit.Pattern;

/// Block devices as files: their inode says that they are empty, so their size is asked of the
/// device.
class BlockDeviceTest {
  private static final int SIZE = 3 * (1 << 16) + 4096;

  /// A kernel that has block devices where there are regular files: statx says so, with size 0, and
  /// BLKGETSIZE64 tells the size.
  private static Syscalls blocks() {
    Syscalls host = HostSyscalls.host();
    return (Syscalls)
        Proxy.newProxyInstance(
            Syscalls.class.getClassLoader(),
            new Class<?>[] {Syscalls.class},
            (_, method, arguments) -> {
              if (method.getName().equals("ioctl")
                  && (long) arguments[1] == FileFlags.BLKGETSIZE64) {
                long size = host.lseek((int) arguments[0], 0, FileFlags.SEEK_END);
                Memory.ALL.set(JAVA_LONG, (long) arguments[2], size);
                return size < 0 ? (int) size : 0;
              }
              Object answer;
              try {
                answer = method.invoke(host, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              if (method.getName().equals("statx") && answer.equals(0)) {
                long at = (long) arguments[4];
                if (Statx.isRegular(at)) {
                  Memory.ALL.set(JAVA_SHORT, at + Statx.MODE, (short) (Statx.S_IFBLK | 0660));
                  Memory.ALL.set(JAVA_LONG, at + Statx.SIZE_OF_FILE, 0L);
                  Memory.ALL.set(JAVA_LONG, at + Statx.BLOCKS, 0L);
                }
              }
              return answer;
            });
  }

  @Test
  @DisplayName("R-10: a block device is as long as the device, plainly, cached and directly")
  void sizeIsTheDevices() throws Exception {
    try (FileRoom room = new FileRoom();
        Engine engine = Engine.open(blocks(), Engine.Choice.EPOLL)) {
      all(room, engine, room.files.pattern("disk", SIZE), SIZE);
    }
  }

  /// A real one: an image behind a loop device.
  @Test
  @DisplayName("R-10: a loop device is read and written in all three ways")
  void onALoopDevice() throws Exception {
    OnHost.root();
    OnHost.program("losetup");
    try (FileRoom room = new FileRoom()) {
      Path image = room.files.pattern("image", SIZE);
      Path disk = loop(image);
      try {
        all(room, room.engine, disk, SIZE);
        write(room, disk);
      } finally {
        run("losetup", "-d", disk.toString());
      }
      assertThat(Files.size(image)).isEqualTo(SIZE);
      byte[] bytes = Pattern.bytes(0, SIZE);
      System.arraycopy(Pattern.bytes(77, 100), 0, bytes, SIZE - 100, 100);
      System.arraycopy(Pattern.bytes(99, 1_000), 0, bytes, 70_000, 1_000);
      assertThat(Files.readAllBytes(image)).isEqualTo(bytes);
    }
  }

  private static void all(FileRoom room, Engine engine, Path disk, int size) throws Exception {
    try (PlainFile plain = PlainFile.open(engine, room.pool, disk)) {
      assertThat(plain.size()).isEqualTo(size);
      assertThat(plain.remaining()).isEqualTo(size);
      assertThat(room.drained(plain, Long.MAX_VALUE)).isEqualTo(Pattern.bytes(0, size));
    }
    try (CachedFile cached = CachedFile.open(engine, room.cache, disk)) {
      assertThat(cached.size()).isEqualTo(size);
      assertThat(room.drained(cached, Long.MAX_VALUE)).isEqualTo(Pattern.bytes(0, size));
      assertThat(cached.guard()).isEqualTo(Guard.NONE);
      assertThat(cached.unguarded()).contains("a device has no leases");
    }
    try (DirectFile direct = DirectFile.open(engine, room.pool, disk, DirectOptions.DEFAULT)) {
      assertThat(direct.size()).isEqualTo(size);
      assertThat(room.drained(direct, Long.MAX_VALUE)).isEqualTo(Pattern.bytes(0, size));
    }
  }

  private static void write(FileRoom room, Path disk) throws Exception {
    try (CachedFile cached =
        CachedFile.open(room.engine, room.cache, disk, StandardOpenOption.WRITE)) {
      assertThat(cached.write(ByteBuffer.wrap(Pattern.bytes(77, 100)), SIZE - 100)).isEqualTo(100);
      assertThat(cached.size()).isEqualTo(SIZE);
      cached.sync(true);
    }
    try (DirectFile direct =
        DirectFile.open(
            room.engine, room.pool, disk, DirectOptions.DEFAULT, StandardOpenOption.WRITE)) {
      assertThat(direct.write(ByteBuffer.wrap(Pattern.bytes(99, 1_000)), 70_000)).isEqualTo(1_000);
      direct.sync(true);
    }
  }

  /// The image behind the next free loop device. It may fail only for want of one.
  private static Path loop(Path image) throws Exception {
    Process process =
        new ProcessBuilder("losetup", "--find", "--show", image.toString())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assumeTrue(process.waitFor() == 0, "no loop device: " + output);
    return Path.of(output.strip());
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }
}
