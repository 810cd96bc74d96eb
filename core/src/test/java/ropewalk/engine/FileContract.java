package ropewalk.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.engine.Kind.Running;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.FileFlags;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Iovec;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Open;
import ropewalk.linux.Poll;
import ropewalk.linux.Scratch;
import ropewalk.linux.Syscalls;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// What every engine must do with files, on both kinds of threads.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class FileContract {
  private static final Syscalls HOST = HostSyscalls.host();
  private static final int BYTES = 1 << 20;

  @TempDir Path folder;
  Engine engine;

  abstract Engine open() throws IOException;

  @BeforeEach
  void openEngine() throws IOException {
    engine = open();
  }

  @AfterEach
  void closeEngine() {
    if (engine != null) {
      engine.close();
    }
  }

  private Fd file(String name, int flags) throws IOException {
    String path = folder.resolve(name).toString();
    return Fd.of(
        HOST,
        HOST.openat2(Open.AT_FDCWD, path, flags | Open.O_CLOEXEC, createMode(flags), 0),
        "file " + name,
        "openat2",
        "path",
        path);
  }

  private static int createMode(int flags) {
    return (flags & Open.O_CREAT) != 0 ? 0600 : 0;
  }

  private Path written(String name, int bytes) throws IOException {
    byte[] content = new byte[bytes];
    Pattern.fill(MemorySegment.ofArray(content), 0);
    return Files.write(folder.resolve(name), content);
  }

  private static byte[] bytes(Scratch memory, int length) {
    return memory.segment().asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
  }

  @ParameterizedTest
  @EnumSource
  void readsWhatTheFileHolds(Kind kind) throws Exception {
    byte[] content = Files.readAllBytes(written("source", BYTES));
    try (Fd fd = file("source", Open.O_RDONLY);
        Scratch memory = new Scratch(BYTES)) {
      kind.start(
              () -> {
                Gen gen = Gen.seeded(1);
                long done = 0;
                while (done < BYTES) {
                  long length = gen.in(1, Math.min(300_000, BYTES - done));
                  long got = engine.pread(fd, memory.address() + done, length, done);
                  assertThat(got).isBetween(1L, length);
                  done += got;
                }
                assertThat(engine.pread(fd, memory.address(), 1, BYTES)).isZero();
                return null;
              })
          .get();
      assertThat(bytes(memory, BYTES)).isEqualTo(content);
    }
  }

  @ParameterizedTest
  @EnumSource
  void readsAColdFile(Kind kind) throws Exception {
    byte[] content = Files.readAllBytes(written("cold", BYTES));
    try (Fd fd = file("cold", Open.O_RDWR)) {
      engine.fsync(fd, false);
      assertThat(HOST.fadvise(fd.number(), 0, 0, FileFlags.POSIX_FADV_DONTNEED)).isZero();
      List<Running<byte[]>> readers = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        int from = i * (BYTES / 16);
        readers.add(
            kind.start(
                () -> {
                  try (Scratch memory = new Scratch(BYTES / 16)) {
                    long done = 0;
                    while (done < memory.bytes()) {
                      done +=
                          engine.pread(
                              fd, memory.address() + done, memory.bytes() - done, from + done);
                    }
                    return bytes(memory, BYTES / 16);
                  }
                }));
      }
      int at = 0;
      for (Running<byte[]> reader : readers) {
        for (byte b : reader.get()) {
          assertThat(b).isEqualTo(content[at++]);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void writesWhatItIsGiven(Kind kind) throws Exception {
    try (Fd fd = file("target", Open.O_RDWR | Open.O_CREAT);
        Scratch memory = new Scratch(BYTES)) {
      Pattern.fill(memory.segment(), 0);
      kind.start(
              () -> {
                Gen gen = Gen.seeded(2);
                long done = 0;
                while (done < BYTES) {
                  long length = gen.in(1, Math.min(300_000, BYTES - done));
                  long put = engine.pwrite(fd, memory.address() + done, length, done);
                  assertThat(put).isBetween(1L, length);
                  done += put;
                }
                engine.fsync(fd, true);
                engine.fsync(fd, false);
                return null;
              })
          .get();
      assertThat(Files.readAllBytes(folder.resolve("target"))).isEqualTo(bytes(memory, BYTES));
    }
  }

  @ParameterizedTest
  @EnumSource
  void vectorsAreGatheredAndScattered(Kind kind) throws Exception {
    int[] lengths = {1, 4095, 10_000, 3};
    int total = 14_099;
    try (Fd fd = file("vector", Open.O_RDWR | Open.O_CREAT);
        Scratch source = new Scratch(total);
        Scratch target = new Scratch(total);
        Scratch iovs = new Scratch(8L * Iovec.SIZE)) {
      Pattern.fill(source.segment(), 0);
      long at = 0;
      for (int i = 0; i < lengths.length; i++) {
        Iovec.set(iovs.address(), i, source.address() + at, lengths[i]);
        Iovec.set(iovs.address(), 4 + i, target.address() + at, lengths[i]);
        at += lengths[i];
      }
      kind.start(
              () -> {
                long put;
                long got;
                // A double may cut these short; whole ones are wanted here, and come in time.
                do {
                  put = engine.pwritev(fd, iovs.address(), 4, 7);
                } while (put < total);
                do {
                  got = engine.preadv(fd, iovs.address() + 4L * Iovec.SIZE, 4, 7);
                } while (got < total);
                return null;
              })
          .get();
      assertThat(bytes(target, total)).isEqualTo(bytes(source, total));
    }
  }

  @ParameterizedTest
  @EnumSource
  void directReadsWork(Kind kind) throws Exception {
    byte[] content = Files.readAllBytes(written("direct", BYTES));
    long opened =
        HOST.openat2(
            Open.AT_FDCWD,
            folder.resolve("direct").toString(),
            Open.O_RDONLY | Open.O_DIRECT | Open.O_CLOEXEC,
            0,
            0);
    assumeTrue(opened >= 0, "this file system has no O_DIRECT: " + Errno.name(-opened));
    try (Fd fd = new Fd(HOST, (int) opened, "direct");
        Scratch memory = new Scratch(BYTES + 4096)) {
      long aligned = (memory.address() + 4095) & -4096L;
      kind.start(
              () -> {
                long done = 0;
                while (done < BYTES) {
                  done += engine.pread(fd, aligned + done, BYTES - done, done) & -4096L;
                }
                return null;
              })
          .get();
      long offset = aligned - memory.address();
      assertThat(memory.segment().asSlice(offset, BYTES).mismatch(MemorySegment.ofArray(content)))
          .isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void errorsSayWhatWasAsked(Kind kind) throws Exception {
    written("readonly", 10);
    try (Fd fd = file("readonly", Open.O_RDONLY);
        Ends pipe = Ends.pipe();
        Scratch memory = new Scratch(16)) {
      assertThatThrownBy(kind.start(() -> engine.pwrite(fd, memory.address(), 16, 3))::get)
          .cause()
          .isInstanceOf(LinuxException.class)
          .hasMessage(
              "pwrite(fd=" + fd.number() + " file readonly, length=16, offset=3): EBADF (9)");
      assertThatThrownBy(kind.start(() -> engine.pread(pipe.near(), memory.address(), 16, 3))::get)
          .cause()
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ESPIPE));
      assertThatThrownBy(
              kind.start(
                      () -> {
                        engine.fsync(pipe.near(), false);
                        return null;
                      })
                  ::get)
          .cause()
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
      assertThatThrownBy(() -> engine.pread(fd, memory.address(), 16, -1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("pread: must not be negative: offset=-1, length=16");
    }
  }

  @ParameterizedTest
  @EnumSource
  void filesAreAlwaysReady(Kind kind) throws Exception {
    written("ready", 10);
    try (Fd fd = file("ready", Open.O_RDONLY)) {
      assertThat(kind.start(() -> engine.await(fd, Poll.POLLIN, Engine.FOREVER)).get())
          .isEqualTo(Poll.POLLIN);
    }
  }

  /// A file call finishes although its thread is interrupted, and the status is still there
  /// afterwards.
  @ParameterizedTest
  @EnumSource
  void interruptsWaitForFileCalls(Kind kind) throws Exception {
    byte[] content = Files.readAllBytes(written("interrupted", 4096));
    try (Fd fd = file("interrupted", Open.O_RDWR);
        Scratch memory = new Scratch(4096)) {
      HOST.fsync(fd.number());
      HOST.fadvise(fd.number(), 0, 0, FileFlags.POSIX_FADV_DONTNEED);
      assertThat(
              kind.start(
                      () -> {
                        Thread.currentThread().interrupt();
                        long done = 0;
                        while (done < 4096) {
                          done += engine.pread(fd, memory.address() + done, 4096 - done, done);
                        }
                        return Thread.currentThread().isInterrupted();
                      })
                  .get())
          .isTrue();
      assertThat(bytes(memory, 4096)).isEqualTo(content);
      assertThat(fd.isOpen()).isTrue();
    }
  }

  @Test
  void closingTheEngineWaitsForFileCalls() throws Exception {
    written("closing", BYTES);
    try (Fd fd = file("closing", Open.O_RDWR)) {
      List<Running<Long>> readers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        int from = i;
        readers.add(
            Kind.VIRTUAL.start(
                () -> {
                  long got = 0;
                  try (Scratch memory = new Scratch(65536)) {
                    for (int round = 0; ; round++) {
                      HOST.fadvise(fd.number(), 0, 0, FileFlags.POSIX_FADV_DONTNEED);
                      got +=
                          engine.pread(fd, memory.address(), 65536, ((from + round) % 16) * 65536L);
                    }
                  } catch (IOException closed) {
                    return got;
                  }
                }));
      }
      Thread.sleep(20);
      engine.close();
      for (Running<Long> reader : readers) {
        assertThat(reader.get()).isNotNegative();
      }
    }
  }
}
