package ropewalk.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Open;
import ropewalk.linux.Poll;
import ropewalk.linux.Scratch;
import ropewalk.linux.Syscalls;
import ropewalk.testkit.HeapMeter;

/// In steady state waiting and reading allocate nothing on the Java heap. Counted on platform
/// threads, which alone have a counter; the ways of virtual threads are called directly.
final class EngineAllocationTest {
  private static final Syscalls HOST = HostSyscalls.host();
  private static final int ROUNDS = 20_000;

  /// Room for what the virtual machine itself allocates in the thread's name meanwhile; an object a
  /// round would be more.
  private static final double BYTES_PER_ROUND_MAX = 1.0;

  @TempDir Path folder;

  /// One short-lived object, which the compiler removes or not, by what else this process has done
  /// before: which tests came first.
  private static final double BYTES_PER_PARK_MAX = 33;

  @Test
  void awaitingAllocatesNothing() throws Exception {
    for (Engine.Choice choice : new Engine.Choice[] {Engine.Choice.EPOLL, Engine.Choice.AUTO}) {
      try (Engine engine = Engine.open(HOST, choice);
          Ends pipe = Ends.pipe()) {
        Fd fd = pipe.far();
        assertThat(
                HeapMeter.bytesPerRound(
                    ROUNDS, () -> engine.await(fd, Poll.POLLOUT, Engine.FOREVER)))
            .as("platform threads, " + engine.name())
            .isLessThan(BYTES_PER_ROUND_MAX);
        EngineFrame frame = (EngineFrame) engine;
        assertThat(
                HeapMeter.bytesPerRound(
                    ROUNDS,
                    () -> frame.parkUntilReady(fd, fd.number(), Poll.POLLOUT, Engine.FOREVER)))
            .as("virtual threads, " + engine.name())
            .isLessThan(BYTES_PER_PARK_MAX);
      }
    }
  }

  @Test
  void readingAllocatesNothing() throws Exception {
    Path file = Files.write(folder.resolve("file"), new byte[4096]);
    try (Engine engine = Engine.open(HOST, Engine.Choice.AUTO);
        Scratch memory = new Scratch(4096);
        Fd fd = open(file)) {
      assertThat(HeapMeter.bytesPerRound(ROUNDS, () -> engine.pread(fd, memory.address(), 4096, 0)))
          .isLessThan(BYTES_PER_ROUND_MAX);
      Attempts attempts = new Attempts(HOST);
      try {
        assertThat(
                HeapMeter.bytesPerRound(
                    ROUNDS,
                    () -> attempts.make(FileCall.READ, fd.number(), memory.address(), 4096, 0)))
            .isLessThan(BYTES_PER_ROUND_MAX);
      } finally {
        attempts.close();
      }
    }
  }

  private static Fd open(Path file) throws IOException {
    return Fd.of(
        HOST,
        HOST.openat2(Open.AT_FDCWD, file.toString(), Open.O_RDONLY | Open.O_CLOEXEC, 0, 0),
        "file",
        "openat2");
  }
}
