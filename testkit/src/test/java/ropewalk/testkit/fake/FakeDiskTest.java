package ropewalk.testkit.fake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ropewalk.linux.Errno;
import ropewalk.linux.FileFlags;
import ropewalk.linux.Open;
import ropewalk.linux.Scratch;
import ropewalk.linux.Syscalls;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// Names, what may be reached, and what a crash leaves.
class FakeDiskTest {
  private static final int SIZE = 3 * 4096;
  private static final int CREATE = Open.O_RDWR | Open.O_CREAT;

  private final Scratch memory = new Scratch(SIZE);

  @AfterEach
  void putAway() {
    memory.close();
  }

  @Test
  void whatWasSyncedSurvivesACrashWhole() {
    Gen.check(
        50,
        gen -> {
          FakeKernel kernel = new FakeKernel(gen.seed());
          int file = write(kernel, "/a", 0);
          assertThat(kernel.calls().fsync(file)).isZero();
          kernel.crash();
          assertThat(kernel.descriptors()).isZero();
          assertThat(read(kernel, "/a")).isEqualTo(SIZE);
          Pattern.verify(memory.segment(), 0);
        });
  }

  @Test
  void whatWasNotSyncedIsOldOrNewSectorBySector() {
    Set<String> outcomes = new HashSet<>();
    Gen.check(
        50,
        gen -> {
          FakeKernel kernel = new FakeKernel(gen.seed());
          int file = write(kernel, "/a", 0);
          kernel.calls().fdatasync(file);
          write(kernel, "/a", Pattern.version(1));
          kernel.crash();
          assertThat(read(kernel, "/a")).isEqualTo(SIZE);
          StringBuilder outcome = new StringBuilder();
          for (int at = 0; at < SIZE; at += 512) {
            var sector = memory.segment().asSlice(at, 512);
            boolean old = Pattern.mismatch(sector, at) < 0;
            boolean fresh = Pattern.mismatch(sector, Pattern.version(1) + at) < 0;
            assertThat(old ^ fresh).as("sector at %d is one or the other", at).isTrue();
            outcome.append(old ? 'o' : 'n');
          }
          outcomes.add(outcome.toString());
        });
    assertThat(outcomes).hasSizeGreaterThan(20);
  }

  @Test
  void aNewNameMayBeLostAndARenameIsNeverHalf() {
    Set<String> outcomes = new HashSet<>();
    Gen.check(
        60,
        gen -> {
          FakeKernel kernel = new FakeKernel(gen.seed());
          Syscalls calls = kernel.calls();
          calls.fsync(write(kernel, "/target", 0));
          calls.fsync(write(kernel, "/beside", 100));
          calls.renameat2(Open.AT_FDCWD, "/beside", Open.AT_FDCWD, "/target", 0);
          calls.openat2(Open.AT_FDCWD, "/later", CREATE, 0600, 0);
          kernel.crash();
          assertThat(read(kernel, "/target")).isEqualTo(SIZE);
          boolean old = Pattern.mismatch(memory.segment(), 0) < 0;
          if (!old) {
            Pattern.verify(memory.segment(), 100);
          }
          boolean later = open(kernel, "/later") >= 0;
          assertThat(old && later).as("journals keep their order").isFalse();
          outcomes.add(old + " " + later);
        });
    assertThat(outcomes).hasSize(3);
  }

  @Test
  void nothingOutsideIsReachedBeneath() {
    FakeKernel kernel = new FakeKernel(1).directory("/served").directory("/served/in");
    write(kernel, "/secret", 0);
    write(kernel, "/served/in/page", 0);
    Syscalls calls = kernel.calls();
    int served = calls.openat2(Open.AT_FDCWD, "/served", Open.O_DIRECTORY, 0, 0);
    int beneath = Open.RESOLVE_BENEATH;
    assertThat(calls.openat2(served, "in/page", 0, 0, beneath)).isPositive();
    assertThat(calls.openat2(served, "in/../in/./page", 0, 0, beneath)).isPositive();
    assertThat(calls.openat2(served, "../secret", 0, 0, beneath)).isEqualTo(-Errno.EXDEV);
    assertThat(calls.openat2(served, "/secret", 0, 0, beneath)).isEqualTo(-Errno.EXDEV);
    assertThat(calls.openat2(served, "../secret", 0, 0, 0)).isPositive();
    assertThat(calls.openat2(served, "in/page/x", 0, 0, 0)).isEqualTo(-Errno.ENOTDIR);
    assertThat(calls.openat2(served, "none", 0, 0, 0)).isEqualTo(-Errno.ENOENT);
    assertThat(calls.openat2(served, "a\0b", 0, 0, 0)).isEqualTo(-Errno.EINVAL);
    assertThat(calls.openat2(served, "x".repeat(256), 0, 0, 0)).isEqualTo(-Errno.ENAMETOOLONG);
    assertThat(calls.openat2(served, "in", Open.O_WRONLY, 0, 0)).isEqualTo(-Errno.EISDIR);
  }

  @Test
  void namesComeAndGo() {
    FakeKernel kernel = new FakeKernel(1).directory("/d");
    Syscalls calls = kernel.calls();
    int file = write(kernel, "/d/a", 0);
    assertThat(calls.linkat(Open.AT_FDCWD, "/d/a", Open.AT_FDCWD, "/d/b", 0)).isZero();
    assertThat(calls.unlinkat(Open.AT_FDCWD, "/d", Open.AT_REMOVEDIR)).isEqualTo(-Errno.ENOTEMPTY);
    assertThat(
            calls.renameat2(
                Open.AT_FDCWD, "/d/a", Open.AT_FDCWD, "/d/b", FileFlags.RENAME_NOREPLACE))
        .isEqualTo(-Errno.EEXIST);
    assertThat(calls.unlinkat(Open.AT_FDCWD, "/d/a", 0)).isZero();
    assertThat(calls.unlinkat(Open.AT_FDCWD, "/d/b", 0)).isZero();
    assertThat(open(kernel, "/d/a")).isEqualTo(-Errno.ENOENT);
    assertThat(calls.pread(file, memory.address(), SIZE, 0)).as("still open").isEqualTo(SIZE);
  }

  private int write(FakeKernel kernel, String path, long from) {
    int file = kernel.calls().openat2(Open.AT_FDCWD, path, CREATE, 0600, 0);
    Pattern.fill(memory.segment(), from);
    assertThat(kernel.calls().pwrite(file, memory.address(), SIZE, 0)).isEqualTo(SIZE);
    return file;
  }

  private static int open(FakeKernel kernel, String path) {
    return kernel.calls().openat2(Open.AT_FDCWD, path, Open.O_RDONLY, 0, 0);
  }

  private long read(FakeKernel kernel, String path) {
    memory.segment().fill((byte) 0);
    return kernel.calls().pread(open(kernel, path), memory.address(), SIZE, 0);
  }
}
