package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.cache.Reading;
import ropewalk.engine.Engine;
import ropewalk.linux.Errno;
import ropewalk.linux.Fcntl;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Open;
import ropewalk.linux.Syscalls;
import ropewalk.pipe.KernelPipes;
import ropewalk.pipe.Pipe;
import ropewalk.splice.MoveOptions;
import ropewalk.splice.Moved;
import ropewalk.splice.Prices;
import ropewalk.splice.Source;
import ropewalk.splice.Splice;
import ropewalk.testkit.Pattern;

/// The read lease that a cached file takes while it reads: who writes meanwhile, how long he waits,
/// and what is said if there is none.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LeaseTest {
  private static final int SIZE = 200_000;

  /// Leases are for local files of our own.
  private static void assumeLeases(FileRoom room) throws IOException {
    try (CachedFile file = CachedFile.open(room.engine, room.cache, room.files.pattern("l", 1))) {
      assertThat(file.read(ByteBuffer.allocate(1), 0)).isEqualTo(1);
      assumeTrue(file.guard() == Guard.LEASE, file::toString);
    }
  }

  private static void awaitBreak(int number) throws InterruptedException {
    while (HostSyscalls.host().fcntl(number, Fcntl.F_GETLEASE, 0) == Fcntl.F_RDLCK) {
      Thread.sleep(1);
    }
  }

  private static byte[] all(CachedFile file) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(SIZE);
    assertThat(file.read(target, 0)).isEqualTo(SIZE);
    return target.array();
  }

  @Test
  void anotherProcessWaitsToWriteUntilTheReadIsOver() throws Exception {
    AtomicReference<@Nullable Process> stranger = new AtomicReference<>();
    try (FileRoom room = new FileRoom()) {
      assumeLeases(room);
      Path path = room.files.pattern("f", SIZE);
      Path other = room.files.pattern("other", SIZE, 1_000_000);
      Syscalls calls =
          FakeKernel.before(
              "preadv2",
              arguments -> {
                if (stranger.get() == null) {
                  Process process =
                      new ProcessBuilder(
                              "dd",
                              "if=" + other,
                              "of=" + path,
                              "bs=" + SIZE,
                              "count=1",
                              "conv=notrunc")
                          .redirectErrorStream(true)
                          .start();
                  stranger.set(process);
                  awaitBreak((int) arguments[0]);
                  assertThat(process.isAlive()).as("waits in open(2)").isTrue();
                }
                return null;
              });
      try (Engine engine = Engine.open(calls, Engine.Choice.EPOLL);
          CachedFile file = CachedFile.open(engine, room.cache, path)) {
        byte[] got = all(file);
        assertThat(got).as("before he wrote").isEqualTo(Pattern.bytes(0, SIZE));
        assertThat(file.guard()).isEqualTo(Guard.LEASE);
        assertThat(file.unguarded()).isEmpty();
        Process process = java.util.Objects.requireNonNull(stranger.get());
        // The kernel would make him wait for 45 seconds, were the lease not given up.
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(file.revalidate()).isTrue();
        assertThat(all(file)).isEqualTo(Pattern.bytes(1_000_000, SIZE));
        assertThat(file.guard()).isEqualTo(Guard.LEASE);
      } finally {
        Process process = stranger.get();
        if (process != null) {
          process.destroyForcibly().waitFor();
        }
      }
    }
  }

  @Test
  void aWriterOfOurOwnHouseWaitsToo() throws Exception {
    AtomicReference<@Nullable CompletableFuture<CachedFile>> writer = new AtomicReference<>();
    try (FileRoom room = new FileRoom()) {
      assumeLeases(room);
      Path path = room.files.pattern("f", SIZE);
      Syscalls calls =
          FakeKernel.before(
              "preadv2",
              arguments -> {
                if (writer.get() == null) {
                  writer.set(CompletableFuture.supplyAsync(() -> opened(room, path)));
                  awaitBreak((int) arguments[0]);
                }
                return null;
              });
      try (Engine engine = Engine.open(calls, Engine.Choice.EPOLL);
          CachedFile file = CachedFile.open(engine, room.cache, path)) {
        assertThat(all(file)).isEqualTo(Pattern.bytes(0, SIZE));
        assertThat(file.guard()).isEqualTo(Guard.LEASE);
        try (CachedFile written = java.util.Objects.requireNonNull(writer.get()).get()) {
          written.write(ByteBuffer.wrap(new byte[10]), 0);
          assertThat(written.guard()).isEqualTo(Guard.NONE);
          assertThat(written.unguarded()).contains("for writing ourselves");
        }
      }
    }
  }

  private static CachedFile opened(FileRoom room, Path path) {
    try {
      return CachedFile.open(
          room.engine, room.cache, path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void besideAWriterThereIsNoneAndTheFileSaysSo() throws Exception {
    try (FileRoom room = new FileRoom()) {
      assumeLeases(room);
      Path path = room.files.pattern("f", SIZE);
      try (CachedFile file = CachedFile.open(room.engine, room.cache, path)) {
        try (FileChannel _ = FileChannel.open(path, StandardOpenOption.WRITE)) {
          assertThat(all(file)).isEqualTo(Pattern.bytes(0, SIZE));
          assertThat(file.guard()).isEqualTo(Guard.NONE);
          assertThat(file.unguarded()).contains("somebody has it open for writing");
        }
        room.cache.drop();
        assertThat(all(file)).isEqualTo(Pattern.bytes(0, SIZE));
        assertThat(file.guard()).as("read again, with nobody there").isEqualTo(Guard.LEASE);
      }
    }
  }

  @Test
  void aLeaseThatTheKernelHasBrokenProvesNothing() throws Exception {
    Syscalls calls =
        FakeKernel.before(
            "fcntl",
            arguments -> {
              boolean isEnd =
                  (int) arguments[1] == Fcntl.F_SETLEASE && (long) arguments[2] == Fcntl.F_UNLCK;
              if (isEnd) {
                HostSyscalls.host().fcntl((int) arguments[0], Fcntl.F_SETLEASE, Fcntl.F_UNLCK);
                return -Errno.EAGAIN;
              }
              return null;
            });
    try (FileRoom room = new FileRoom()) {
      assumeLeases(room);
      Path path = room.files.pattern("f", SIZE);
      try (Engine engine = Engine.open(calls, Engine.Choice.EPOLL);
          CachedFile file = CachedFile.open(engine, room.cache, path)) {
        assertThat(all(file)).isEqualTo(Pattern.bytes(0, SIZE));
        assertThat(file.guard()).isEqualTo(Guard.NONE);
      }
    }
  }

  @Test
  void aMoveSaysWhatHeld() throws Exception {
    try (FileRoom room = new FileRoom()) {
      assumeLeases(room);
      Path path = room.files.pattern("f", SIZE);
      try (CachedFile file = CachedFile.open(room.engine, room.cache, path);
          Pipe pipe = Pipe.open(1)) {
        assertThat(file.assurance()).as("nothing was brought").isEmpty();
        assertThat(file.fill(pipe, 10, room.tally)).isEqualTo(10);
        assertThat(file.assurance()).isEqualTo("read under a lease");
        pipe.consume(10);
        Files.write(path, Pattern.bytes(7, 4 * SIZE));
        file.revalidate();
        assertThat(file.fill(pipe, 10, room.tally)).isEqualTo(10);
        assertThat(file.assurance()).isEqualTo("changed by others on the way");
        assertThat(file.from(0, 10).assurance()).isEmpty();
        Source fresh = file.from(0, 10);
        assertThat(room.drained(fresh, 10)).isEqualTo(Pattern.bytes(7, 10));
        assertThat(fresh.assurance()).isEqualTo("read under a lease");
        Moved moved =
            new Splice(
                    room.engine, new KernelPipes(room.engine.syscalls(), 1 << 16, 1), Prices.NONE)
                .move(file.from(0, SIZE), new NullSink(), MoveOptions.DEFAULT);
        assertThat(moved.ticket().assurance()).isEqualTo("read under a lease");
        assertThat(moved).asString().endsWith("stable, read under a lease]");
      }
    }
  }

  /// The kernel's own signal for a lease ends the process: no lease without another one set.
  @Test
  void noLeaseIsTakenWhoseSignalIsNotSetAndItIsSetEachTime() throws Exception {
    List<Integer> commands = new ArrayList<>();
    AtomicInteger answer = new AtomicInteger();
    Syscalls calls =
        FakeKernel.before(
            "fcntl",
            arguments -> {
              int command = (int) arguments[1];
              if (command == Fcntl.F_SETSIG || command == Fcntl.F_SETLEASE) {
                commands.add(command);
              }
              return command == Fcntl.F_SETSIG && answer.get() != 0 ? answer.get() : null;
            });
    try (FileRoom room = new FileRoom()) {
      assumeLeases(room);
      Path path = room.files.pattern("f", SIZE);
      try (Fd fd = open(calls, path)) {
        Lease lease = new Lease(fd);
        assertThat(lease.begin().end()).isTrue();
        assertThat(lease.begin().end()).isTrue();
        assertThat(commands)
            .containsExactly(
                Fcntl.F_SETSIG,
                Fcntl.F_SETLEASE,
                Fcntl.F_SETLEASE,
                Fcntl.F_SETSIG,
                Fcntl.F_SETLEASE,
                Fcntl.F_SETLEASE);
        commands.clear();
        answer.set(-Errno.EINVAL);
        assertThat(lease.begin()).isSameAs(Reading.UNGUARDED);
        assertThat(commands).containsExactly(Fcntl.F_SETSIG);
        assertThat(lease.whyNot()).contains("EINVAL");
      }
    }
  }

  private static Fd open(Syscalls calls, Path path) throws IOException {
    long number =
        calls.openat2(Open.AT_FDCWD, path.toString(), Open.O_RDONLY | Open.O_CLOEXEC, 0, 0);
    return Fd.of(calls, number, "file " + path, "openat2", "path", path);
  }

  @Test
  void readingsSideBySideShareOneAndNobodyJoinsBesideOneWhoWaits() throws Exception {
    try (FileRoom room = new FileRoom()) {
      assumeLeases(room);
      Path path = room.files.pattern("f", SIZE);
      try (Fd fd = open(HostSyscalls.host(), path)) {
        Lease lease = new Lease(fd);
        Reading one = lease.begin();
        Reading two = lease.begin();
        assertThat(one.end()).isTrue();
        assertThat(one.end()).as("asked again").isTrue();
        assertThat(lease.whyNot()).isEmpty();
        Reading three = lease.begin();
        int refused =
            HostSyscalls.host()
                .openat2(Open.AT_FDCWD, path.toString(), Open.O_WRONLY | Open.O_NONBLOCK, 0, 0);
        assertThat(refused).isEqualTo(-Errno.EAGAIN);
        assertThat(lease.begin()).isSameAs(Reading.UNGUARDED);
        assertThat(lease.whyNot()).contains("waits to open it");
        // One of the two has to wait for what the other one learns.
        CompletableFuture<Boolean> early = CompletableFuture.supplyAsync(two::end);
        assertThat(three.end()).isTrue();
        assertThat(early.get()).isTrue();
        assertThat(lease.begin().end()).as("a new one").isTrue();
      }
    }
  }

  @Test
  void whoMayNotHaveOneReadsAllTheSame() throws Exception {
    for (int errno : new int[] {Errno.EACCES, Errno.EINVAL, Errno.EOPNOTSUPP}) {
      AtomicInteger asked = new AtomicInteger();
      Syscalls calls =
          FakeKernel.before(
              "fcntl",
              arguments -> {
                if ((int) arguments[1] != Fcntl.F_SETLEASE) {
                  return null;
                }
                asked.incrementAndGet();
                return -errno;
              });
      try (FileRoom room = new FileRoom();
          Engine engine = Engine.open(calls, Engine.Choice.EPOLL);
          CachedFile file = CachedFile.open(engine, room.cache, room.files.pattern("f", SIZE))) {
        assertThat(all(file)).isEqualTo(Pattern.bytes(0, SIZE));
        room.cache.drop();
        assertThat(all(file)).isEqualTo(Pattern.bytes(0, SIZE));
        assertThat(asked).as("asked once and never again").hasValue(1);
        assertThat(file.guard()).isEqualTo(Guard.NONE);
        assertThat(file.unguarded()).contains(Errno.name(-errno));
      }
    }
  }

  @Test
  void withoutAGuardNoneIsTaken() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    Syscalls calls =
        FakeKernel.before(
            "fcntl",
            arguments -> {
              if ((int) arguments[1] == Fcntl.F_SETLEASE) {
                asked.incrementAndGet();
              }
              return null;
            });
    try (FileRoom room = new FileRoom();
        Engine engine = Engine.open(calls, Engine.Choice.EPOLL);
        CachedFile file =
            CachedFile.open(
                engine,
                room.cache,
                room.files.pattern("f", SIZE),
                StandardOpenOption.READ,
                CacheOption.UNGUARDED)) {
      assertThat(all(file)).isEqualTo(Pattern.bytes(0, SIZE));
      assertThat(asked).hasValue(0);
      assertThat(file.guard()).isEqualTo(Guard.NONE);
      assertThat(file.unguarded()).contains("without a guard");
    }
  }

  @Test
  void noSignalReachesUs() throws Exception {
    try (FileRoom room = new FileRoom()) {
      assumeLeases(room);
      Path path = room.files.pattern("f", SIZE);
      try (Fd fd = open(HostSyscalls.host(), path)) {
        for (int i = 0; i < 20; i++) {
          Reading reading = new Lease(fd).begin();
          // Breaks it, and would end this process if the signal were the kernel's own.
          int refused =
              HostSyscalls.host()
                  .openat2(Open.AT_FDCWD, path.toString(), Open.O_RDWR | Open.O_NONBLOCK, 0, 0);
          assertThat(refused).isEqualTo(-Errno.EAGAIN);
          assertThat(reading.end()).isTrue();
        }
        Files.write(path, new byte[1]);
      }
    }
  }
}
