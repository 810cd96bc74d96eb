package ropewalk.file;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.cache.Backing;
import ropewalk.engine.Engine;
import ropewalk.linux.Errno;
import ropewalk.linux.Fcntl;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Iovec;
import ropewalk.linux.Memory;
import ropewalk.linux.Open;
import ropewalk.linux.Scratch;
import ropewalk.linux.Statx;
import ropewalk.linux.Syscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// The cache's own file descriptors, through the kernel's cache and past it, do the same:
/// [CachedFileProperties] plays on both, here is what only one of them can get wrong.
class DirectBackingTest {
  private static final int RUN = 1 << 16;

  private static OpenOption[] options(boolean isDirect, OpenOption... more) {
    OpenOption[] all = Arrays.copyOf(more, more.length + (isDirect ? 1 : 0));
    if (isDirect) {
      all[more.length] = CacheOption.DIRECT;
    }
    return all;
  }

  @ParameterizedTest
  @CsvSource({"true, 1", "true, 4095", "true, 70001", "true, 131072", "false, 70001"})
  void theEndOfTheFileMayBeAnywhere(boolean isDirect, int size) throws Exception {
    try (FileRoom room = new FileRoom()) {
      Path path = room.files.pattern("f", size);
      try (CachedFile file =
          CachedFile.open(
              room.engine,
              room.cache,
              path,
              options(isDirect, StandardOpenOption.READ, StandardOpenOption.WRITE))) {
        assertThat(room.drained(file.from(0, size), Long.MAX_VALUE))
            .isEqualTo(Pattern.bytes(0, size));
        file.write(ByteBuffer.wrap(Pattern.bytes(900, 333)), size - 1L);
        file.write(ByteBuffer.wrap(Pattern.bytes(5, 1)), 3L * RUN + 17);
        file.truncate(3L * RUN + 100);
      }
      byte[] bytes = Arrays.copyOf(Pattern.bytes(0, size), 3 * RUN + 100);
      System.arraycopy(Pattern.bytes(900, 333), 0, bytes, size - 1, 333);
      bytes[3 * RUN + 17] = Pattern.bytes(5, 1)[0];
      assertThat(Files.readAllBytes(path)).isEqualTo(bytes);
    }
  }

  /// A disk would refuse what is askew, and so does this kernel; one that copies in secret doesn't.
  @Test
  void nothingThatIsAskewIsAskedOfTheDisk() throws Exception {
    Syscalls calls =
        FakeKernel.before(
            "preadv2",
            arguments -> {
              int mode = HostSyscalls.host().fcntl((int) arguments[0], Fcntl.F_GETFL, 0);
              assertThat(mode & Open.O_DIRECT).as("past the kernel's cache").isNotZero();
              assertThat((long) arguments[3] % 512).as("offset").isZero();
              for (int i = 0; i < (int) arguments[2]; i++) {
                assertThat(Iovec.base((long) arguments[1], i) % 512).as("memory").isZero();
                assertThat(Iovec.length((long) arguments[1], i) % 512).as("length").isZero();
              }
              return null;
            });
    int size = 3 * RUN + 777;
    try (FileRoom room = new FileRoom();
        Engine engine = Engine.open(calls, Engine.Choice.EPOLL);
        CachedFile file =
            CachedFile.open(
                engine, room.cache, room.files.pattern("f", size), CacheOption.DIRECT)) {
      assertThat(room.drained(file, Long.MAX_VALUE)).isEqualTo(Pattern.bytes(0, size));
      assertThat(file.guard()).as("reads alone, so a lease is had").isNotNull();
    }
  }

  /// What the cache asks of either: any range, in pieces, short counts and all.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void isAnArray(boolean isDirect) {
    Gen.check(
        40,
        gen -> {
          try (FileRoom room = new FileRoom()) {
            int size = (int) gen.edgy(0, 2 * RUN);
            Path path = room.files.pattern("f", size);
            try (Fd fd = open(path)) {
              Guarding guarding = Guarding.of(fd);
              FileBacking backing =
                  isDirect
                      ? DirectBacking.of(room.engine, room.cache, fd, guarding, false, true)
                      : new FileBacking(room.engine, fd, guarding, false, true);
              PageRef folio = room.pool.take(2 * RUN, FolioClass.GIFT);
              try {
                play(gen, backing, folio, Pattern.bytes(0, size));
              } finally {
                folio.close();
                backing.close();
              }
            }
          }
        });
  }

  private static Fd open(Path path) throws IOException {
    Syscalls host = HostSyscalls.host();
    long number = host.openat2(Open.AT_FDCWD, path.toString(), Open.O_RDWR | Open.O_CLOEXEC, 0, 0);
    return Fd.of(host, number, "file " + path, "openat2", "path", path);
  }

  /// Memory is where its offset is, as in the cache.
  private static void play(Gen gen, Backing backing, PageRef folio, byte[] content)
      throws IOException {
    byte[] model = content;
    for (int i = 0; i < 20; i++) {
      int at = (int) gen.edgy(0, 2 * RUN - 1);
      int length = (int) gen.edgy(1, 2 * RUN - at);
      if (gen.bool()) {
        byte[] fresh = Pattern.bytes(Pattern.version(i), length);
        for (int j = 0; j < length; j++) {
          folio.target().set(java.lang.foreign.ValueLayout.JAVA_BYTE, at + j, fresh[j]);
        }
        for (int done = 0; done < length; ) {
          done += (int) move(gen, backing, folio, at + done, length - done, true);
        }
        byte[] after = Arrays.copyOf(model, Math.max(model.length, at + length));
        System.arraycopy(fresh, 0, after, at, length);
        model = after;
      } else if (gen.oneIn(5)) {
        backing.truncate(at);
        model = Arrays.copyOf(model, at);
      } else {
        int from = at & -4096;
        long got = 0;
        while (from + got < model.length) {
          long more =
              move(gen, backing, folio, from + (int) got, 2 * RUN - from - (int) got, false);
          assertThat(more).isPositive();
          got += more;
        }
        byte[] bytes =
            folio.target().asSlice(from, got).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        assertThat(bytes)
            .isEqualTo(Arrays.copyOfRange(model, Math.min(from, model.length), model.length));
      }
      assertThat(backing.stamp().size()).isEqualTo(model.length);
    }
  }

  /// One call, in one piece or in two at a page's border.
  private static long move(
      Gen gen, Backing backing, PageRef folio, int at, int length, boolean isWrite)
      throws IOException {
    try (Scratch iov = new Scratch(2L * Iovec.SIZE)) {
      int cut = (int) ((at + gen.in(1, length)) & -4096L) - at;
      int count = cut > 0 && cut < length ? 2 : 1;
      Iovec.set(iov.address(), 0, folio.address() + at, count == 2 ? cut : length);
      if (count == 2) {
        Iovec.set(iov.address(), 1, folio.address() + at + cut, length - cut);
      }
      return isWrite
          ? backing.pwritev(iov.address(), count, at)
          : backing.preadv(iov.address(), count, at);
    }
  }

  @Test
  void blocksLargerThanAFolioAreRefused() throws Exception {
    Syscalls calls =
        FakeKernel.after(
            "statx",
            (arguments, _) -> {
              if (((int) arguments[3] & Statx.STATX_DIOALIGN) != 0) {
                long at = (long) arguments[4];
                int mask = Statx.mask(at) | Statx.STATX_DIOALIGN;
                Memory.ALL.set(JAVA_INT, at + Statx.MASK, mask);
                Memory.ALL.set(JAVA_INT, at + Statx.DIO_MEM_ALIGN, 512);
                Memory.ALL.set(JAVA_INT, at + Statx.DIO_OFFSET_ALIGN, 1 << 14);
              }
            });
    try (FileRoom room = new FileRoom();
        Engine engine = Engine.open(calls, Engine.Choice.EPOLL)) {
      Path path = room.files.pattern("f", 100);
      assertThatThrownBy(() -> CachedFile.open(engine, room.cache, path, CacheOption.DIRECT))
          .hasMessageContaining("blocks of 16384 bytes");
    }
  }

  @Test
  void aFileSystemThatRefusesIsNamed() throws Exception {
    Syscalls calls =
        FakeKernel.before(
            "fcntl", arguments -> (int) arguments[1] == Fcntl.F_SETFL ? -Errno.EINVAL : null);
    try (FileRoom room = new FileRoom();
        Engine engine = Engine.open(calls, Engine.Choice.EPOLL)) {
      Path path = room.files.pattern("f", 100);
      assertThatThrownBy(() -> CachedFile.open(engine, room.cache, path, CacheOption.DIRECT))
          .hasMessageContaining("refuses direct I/O");
    }
  }
}
