package ropewalk.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each call on files does what `java.nio.file` sees, and its errors come as -errno.
class FileCallsTest extends DescriptorAudit {
  private static final Syscalls HOST = HostSyscalls.host();

  @TempDir Path dir;
  private int fd = -1;

  @BeforeEach
  void open() {
    fd = open("data", Open.O_RDWR | Open.O_CREAT | Open.O_CLOEXEC);
    assertThat(fd).isNotNegative();
  }

  @AfterEach
  void close() {
    assertThat(HOST.close(fd)).isZero();
  }

  private int open(String name, int flags) {
    int mode = (flags & Open.O_CREAT) == 0 ? 0 : 0640;
    return HOST.openat2(Open.AT_FDCWD, dir + "/" + name, flags, mode, 0);
  }

  private static MemorySegment text(Arena arena, String text) {
    MemorySegment segment = arena.allocate(text.length());
    for (int i = 0; i < text.length(); i++) {
      segment.set(JAVA_BYTE, i, (byte) text.charAt(i));
    }
    return segment;
  }

  private static String text(MemorySegment segment, long length) {
    byte[] bytes = segment.asSlice(0, length).toArray(JAVA_BYTE);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Test
  void whatIsWrittenIsRead_bothForms() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment hello = text(arena, "hello, world");
      MemorySegment target = arena.allocate(64);
      assertThat(HOST.write(fd, hello)).isEqualTo(12);
      assertThat(HOST.write(fd, hello.address() + 5, 7)).isEqualTo(7);
      assertThat(Files.readString(dir.resolve("data"))).isEqualTo("hello, world, world");
      assertThat(HOST.lseek(fd, 0, FileFlags.SEEK_SET)).isZero();
      assertThat(HOST.read(fd, target)).isEqualTo(19);
      assertThat(text(target, 19)).isEqualTo("hello, world, world");
      assertThat(HOST.read(fd, target.address(), 64)).as("end of file").isZero();
      assertThat(HOST.lseek(fd, -5, FileFlags.SEEK_END)).isEqualTo(14);
      assertThat(HOST.read(fd, target.address(), 64)).isEqualTo(5);
      assertThat(text(target, 5)).isEqualTo("world");
    }
  }

  @Test
  void explicitOffsetsLeaveThePositionAlone() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment abc = text(arena, "abc");
      MemorySegment target = arena.allocate(16);
      assertThat(HOST.pwrite(fd, abc, 5)).isEqualTo(3);
      assertThat(HOST.pwrite(fd, abc.address(), 2, 0)).isEqualTo(2);
      assertThat(HOST.pread(fd, target, 4)).isEqualTo(4);
      assertThat(text(target, 4)).isEqualTo("\0abc");
      assertThat(HOST.pread(fd, target.address(), 16, 6)).isEqualTo(2);
      assertThat(HOST.lseek(fd, 0, FileFlags.SEEK_CUR)).isZero();
    }
  }

  @Test
  void vectorsAreGatheredAndScattered_andOffsetMinusOneMoves() {
    try (Arena arena = Arena.ofConfined();
        Scratch iov = new Scratch(3 * Iovec.SIZE)) {
      MemorySegment word = text(arena, "strands");
      Iovec.set(iov.address(), 0, word.address(), 7);
      Iovec.set(iov.address(), 1, 0, 0);
      Iovec.set(iov.address(), 2, word.address() + 1, 2);
      assertThat(HOST.pwritev2(fd, iov.address(), 3, -1, 0)).isEqualTo(9);
      assertThat(HOST.lseek(fd, 0, FileFlags.SEEK_CUR)).isEqualTo(9);
      assertThat(HOST.pwritev2(fd, iov.address(), 1, 100, 0)).isEqualTo(7);
      MemorySegment target = arena.allocate(9);
      Iovec.set(iov.address(), 0, target.address(), 4);
      Iovec.set(iov.address(), 1, target.address() + 4, 5);
      assertThat(HOST.preadv2(fd, iov.address(), 2, 0, 0)).isEqualTo(9);
      assertThat(text(target, 9)).isEqualTo("strandstr");
      assertThat(Iovec.base(iov.address(), 1)).isEqualTo(target.address() + 4);
      assertThat(Iovec.length(iov.address(), 1)).isEqualTo(5);
      assertThat(HOST.preadv2(fd, iov.address(), 2, 103, 0)).isEqualTo(4);
    }
  }

  @Test
  void sizesHolesAndSync() throws IOException {
    assertThat(HOST.ftruncate(fd, 1 << 20)).isZero();
    assertThat(Files.size(dir.resolve("data"))).isEqualTo(1 << 20);
    assertThat(HOST.fallocate(fd, 0, 0, 1 << 16)).isZero();
    int punch = FileFlags.FALLOC_FL_PUNCH_HOLE | FileFlags.FALLOC_FL_KEEP_SIZE;
    assertThat(HOST.fallocate(fd, punch, 0, 1 << 16)).isZero();
    assertThat(HOST.lseek(fd, 0, FileFlags.SEEK_DATA)).isEqualTo(-Errno.ENXIO);
    assertThat(HOST.fsync(fd)).isZero();
    assertThat(HOST.fdatasync(fd)).isZero();
    assertThat(HOST.fadvise(fd, 0, 0, FileFlags.POSIX_FADV_DONTNEED)).isZero();
  }

  @Test
  void statxTellsWhatNioTells() throws IOException {
    try (Scratch statx = new Scratch(Statx.SIZE)) {
      long at = statx.address();
      assertThat(HOST.ftruncate(fd, 12345)).isZero();
      assertThat(HOST.statx(fd, "", Open.AT_EMPTY_PATH, Statx.STATX_BASIC_STATS, at)).isZero();
      Path file = dir.resolve("data");
      assertThat(Statx.size(at)).isEqualTo(12345);
      assertThat(Statx.isRegular(at)).isTrue();
      assertThat(Statx.isDirectory(at)).isFalse();
      assertThat(Statx.mode(at) & 0777).isEqualTo(0640);
      assertThat(Statx.ino(at)).isEqualTo(Files.getAttribute(file, "unix:ino"));
      assertThat(Statx.nlink(at)).isEqualTo(Files.getAttribute(file, "unix:nlink"));
      assertThat(Statx.uid(at)).isEqualTo(Files.getAttribute(file, "unix:uid"));
      Instant written = Files.getLastModifiedTime(file).toInstant();
      assertThat(Statx.seconds(at, Statx.MTIME)).isEqualTo(written.getEpochSecond());
      assertThat(Statx.nanos(at, Statx.MTIME)).isEqualTo(written.getNano());
      assertThat(HOST.statx(Open.AT_FDCWD, dir.toString(), 0, Statx.STATX_BASIC_STATS, at))
          .isZero();
      assertThat(Statx.isDirectory(at)).isTrue();
    }
  }

  @Test
  void copyFileRangeAndSendfileMoveBytes() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      assertThat(HOST.write(fd, text(arena, "0123456789"))).isEqualTo(10);
      int other = open("other", Open.O_RDWR | Open.O_CREAT);
      assertThat(HOST.copyFileRange(fd, 2, other, 1, 5)).isEqualTo(5);
      assertThat(HOST.sendfile(other, fd, 7, 100)).isEqualTo(3);
      assertThat(HOST.lseek(fd, 4, FileFlags.SEEK_SET)).isEqualTo(4);
      assertThat(HOST.copyFileRange(fd, -1, other, -1, 2)).isEqualTo(2);
      assertThat(HOST.sendfile(other, fd, -1, 1)).isEqualTo(1);
      assertThat(HOST.lseek(fd, 0, FileFlags.SEEK_CUR)).isEqualTo(7);
      assertThat(HOST.close(other)).isZero();
      assertThat(Files.readString(dir.resolve("other"))).isEqualTo("789456");
    }
  }

  @Test
  void namesAreLinkedRenamedAndRemoved() {
    String a = dir.resolve("data").toString();
    String b = dir.resolve("b").toString();
    assertThat(HOST.linkat(Open.AT_FDCWD, a, Open.AT_FDCWD, b, 0)).isZero();
    assertThat(HOST.renameat2(Open.AT_FDCWD, a, Open.AT_FDCWD, b, FileFlags.RENAME_NOREPLACE))
        .isEqualTo(-Errno.EEXIST);
    assertThat(HOST.renameat2(Open.AT_FDCWD, b, Open.AT_FDCWD, b + "2", 0)).isZero();
    assertThat(dir.resolve("b2")).exists();
    assertThat(HOST.unlinkat(Open.AT_FDCWD, b + "2", 0)).isZero();
    assertThat(dir.resolve("b2")).doesNotExist();
    assertThat(HOST.unlinkat(Open.AT_FDCWD, dir.toString(), 0)).isEqualTo(-Errno.EISDIR);
  }

  @Test
  void fcntlDoublesAndTellsFlags() {
    int twin = HOST.fcntl(fd, Fcntl.F_DUPFD_CLOEXEC, 0);
    assertThat(twin).isGreaterThan(2).isNotEqualTo(fd);
    assertThat(HOST.fcntl(twin, Fcntl.F_GETFD, 0)).isEqualTo(Fcntl.FD_CLOEXEC);
    assertThat(HOST.fcntl(twin, Fcntl.F_GETFL, 0) & Open.O_ACCMODE).isEqualTo(Open.O_RDWR);
    assertThat(HOST.fcntl(twin, Fcntl.F_GETFL, 0) & Open.O_LARGEFILE).isNotZero();
    assertThat(HOST.close(twin)).isZero();
  }

  /// What the lease of a cached file rests on: who gives it up learns whether it was there until
  /// then, and the signal has to be set each time.
  @Test
  void aReadLeaseIsRefusedBesideAWriterAndHoldsUpTheNext() {
    int reader = open("data", Open.O_RDONLY);
    assertThat(HOST.fcntl(reader, Fcntl.F_SETLEASE, Fcntl.F_RDLCK))
        .as("beside a writer")
        .isEqualTo(-Errno.EAGAIN);
    assertThat(HOST.close(fd)).isZero();
    try {
      assertThat(HOST.fcntl(reader, Fcntl.F_SETSIG, Fcntl.SIGURG)).isZero();
      int taken = HOST.fcntl(reader, Fcntl.F_SETLEASE, Fcntl.F_RDLCK);
      assumeTrue(taken == 0, () -> "no leases here: " + Errno.name(taken));
      assertThat(HOST.fcntl(reader, Fcntl.F_GETLEASE, 0)).isEqualTo(Fcntl.F_RDLCK);
      assertThat(open("data", Open.O_RDWR | Open.O_NONBLOCK)).isEqualTo(-Errno.EAGAIN);
      assertThat(HOST.fcntl(reader, Fcntl.F_GETLEASE, 0))
          .as("being broken")
          .isEqualTo(Fcntl.F_UNLCK);
      assertThat(HOST.fcntl(reader, Fcntl.F_SETLEASE, Fcntl.F_UNLCK))
          .as("was there until now")
          .isZero();
      assertThat(HOST.fcntl(reader, Fcntl.F_SETLEASE, Fcntl.F_UNLCK))
          .as("is not there any more")
          .isEqualTo(-Errno.EAGAIN);
      assertThat(HOST.fcntl(reader, Fcntl.F_GETSIG, 0)).as("SIGIO again").isZero();
    } finally {
      fd = open("data", Open.O_RDWR);
      assertThat(HOST.close(reader)).isZero();
    }
    assertThat(fd).isNotNegative();
  }

  @Test
  void sealsAreTold() {
    int memfd = HOST.memfdCreate("sealed", Maps.MFD_CLOEXEC | Maps.MFD_ALLOW_SEALING);
    int seals = Fcntl.F_SEAL_WRITE | Fcntl.F_SEAL_SHRINK;
    assertThat(HOST.fcntl(memfd, Fcntl.F_ADD_SEALS, seals)).isZero();
    assertThat(HOST.fcntl(memfd, Fcntl.F_GET_SEALS, 0)).isEqualTo(seals);
    try (Scratch word = new Scratch(8)) {
      assertThat(HOST.write(memfd, word.address(), 8)).isEqualTo(-Errno.EPERM);
    }
    assertThat(HOST.close(memfd)).isZero();
  }

  @Test
  void errorsAreMinusErrno() {
    assertThat(HOST.close(-1)).isEqualTo(-Errno.EBADF);
    assertThat(HOST.read(-1, 0, 0)).isEqualTo(-Errno.EBADF);
    assertThat(HOST.read(fd, 1, 10)).as("end of file comes first").isZero();
    assertThat(HOST.write(fd, 1, 10)).isEqualTo(-Errno.EFAULT);
    assertThat(HOST.lseek(fd, -1, FileFlags.SEEK_SET)).isEqualTo(-Errno.EINVAL);
    assertThat(open("none", Open.O_RDONLY)).isEqualTo(-Errno.ENOENT);
    assertThat(open("none\0", Open.O_RDONLY)).isEqualTo(-Errno.EINVAL);
    assertThat(open("", Open.O_RDWR)).isEqualTo(-Errno.EISDIR);
    assertThat(HOST.ioctl(fd, FileFlags.BLKGETSIZE64, 0)).isEqualTo(-Errno.ENOTTY);
    assertThat(HOST.statx(fd, "x", 0, 0, 0)).isEqualTo(-Errno.ENOTDIR);
  }

  @Test
  void resolveBeneathKeepsInside() {
    int top = open("", Open.O_PATH | Open.O_DIRECTORY);
    assertThat(top).isNotNegative();
    int up = HOST.openat2(top, "../..", Open.O_PATH, 0, Open.RESOLVE_BENEATH);
    int in = HOST.openat2(top, "data", Open.O_RDONLY, 0, Open.RESOLVE_BENEATH);
    assertThat(HOST.close(in)).isZero();
    assertThat(HOST.close(top)).isZero();
    assertThat(up).isEqualTo(-Errno.EXDEV);
  }
}
