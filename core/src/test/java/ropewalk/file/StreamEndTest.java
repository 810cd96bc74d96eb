package ropewalk.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import ropewalk.engine.Engine;
import ropewalk.linux.Fcntl;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Open;
import ropewalk.linux.Syscalls;
import ropewalk.pipe.Pipe;
import ropewalk.splice.End;
import ropewalk.splice.Source;
import ropewalk.testkit.Pattern;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StreamEndTest {
  private static final Syscalls HOST = HostSyscalls.host();

  /// A pipe whose ends block, as the shell makes them.
  private record ShellPipe(int readEnd, int writeEnd) implements AutoCloseable {
    static ShellPipe open() {
      long pair = HOST.pipe2(Open.O_CLOEXEC);
      return new ShellPipe(Syscalls.first(pair), Syscalls.second(pair));
    }

    @Override
    public void close() {
      HOST.close(readEnd);
      HOST.close(writeEnd);
    }
  }

  private static <T> FutureTask<T> start(boolean isVirtual, java.util.concurrent.Callable<T> call) {
    FutureTask<T> task = new FutureTask<>(call);
    var _ = isVirtual ? Thread.ofVirtual().start(task) : Thread.ofPlatform().daemon().start(task);
    return task;
  }

  @ParameterizedTest
  @CsvSource({"true, AUTO", "true, EPOLL", "false, AUTO", "false, EPOLL"})
  void anInheritedPipeIsMovedWholeAndStaysBlocking(boolean isVirtual, Engine.Choice choice)
      throws Exception {
    int size = 1 << 20;
    try (FileRoom room = new FileRoom(HOST, choice);
        ShellPipe shell = ShellPipe.open();
        StreamEnd in = StreamEnd.inherited(room.engine, room.pool, shell.readEnd(), "stdin")) {
      FutureTask<Long> writer =
          start(
              isVirtual,
              () -> {
                try (StreamEnd out =
                        StreamEnd.inherited(room.engine, room.pool, shell.writeEnd(), "stdout");
                    PlainFile file =
                        PlainFile.open(room.engine, room.pool, room.files.pattern("f", size))) {
                  assertThat(out.kind()).isEqualTo(End.Kind.PIPE);
                  return room.move(file, out);
                } finally {
                  HOST.close(shell.writeEnd());
                }
              });
      FutureTask<byte[]> reader = start(isVirtual, () -> room.drained(in, 10_000));
      assertThat(writer.get()).isEqualTo(size);
      Pattern.verify(reader.get(), 0);
      assertThat(HOST.fcntl(shell.readEnd(), Fcntl.F_GETFL, 0) & Open.O_NONBLOCK).isZero();
      assertThat(in.isNonBlocking()).isFalse();
    }
  }

  @Test
  void closingItLeavesTheNumberOpen() throws Exception {
    try (FileRoom room = new FileRoom();
        ShellPipe shell = ShellPipe.open()) {
      StreamEnd.inherited(room.engine, room.pool, shell.readEnd(), "stdin").close();
      assertThat(HOST.fcntl(shell.readEnd(), Fcntl.F_GETFD, 0)).isNotNegative();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aWaitHoldsNoMemoryAndEndsWithTheClose(boolean isVirtual) throws Exception {
    try (FileRoom room = new FileRoom();
        ShellPipe shell = ShellPipe.open();
        Pipe pipe = Pipe.open(1)) {
      StreamEnd in = StreamEnd.inherited(room.engine, room.pool, shell.readEnd(), "stdin");
      FutureTask<Long> reader = start(isVirtual, () -> in.fill(pipe, 10, room.tally));
      Thread.sleep(50);
      assertThat(room.pool.complaints()).isEmpty();
      in.close();
      assertThatThrownBy(reader::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(AsynchronousCloseException.class);
    }
  }

  @Test
  void redirectedFilesShareTheirPosition() throws Exception {
    try (FileRoom room = new FileRoom()) {
      Path path = room.files.pattern("f", 100_000);
      int shells = HOST.openat2(Open.AT_FDCWD, path.toString(), Open.O_CLOEXEC, 0, 0);
      try (StreamEnd in = StreamEnd.inherited(room.engine, room.pool, shells, "stdin");
          Pipe pipe = Pipe.open(1)) {
        assertThat(in.kind()).isEqualTo(End.Kind.FILE);
        assertThat(in.position()).isEqualTo(-1);
        assertThat(in.fill(pipe, 100, room.tally)).isEqualTo(100);
        assertThat(HOST.lseek(shells, 0, 1)).isEqualTo(100);
        pipe.consume(100);
        assertThat(room.drained(in, Long.MAX_VALUE)).isEqualTo(Pattern.bytes(100, 99_900));
      } finally {
        HOST.close(shells);
      }
    }
  }

  @Test
  void appendsWhereTheShellAppends() throws Exception {
    try (FileRoom room = new FileRoom()) {
      Path path = room.files.pattern("f", 10);
      int flags = Open.O_WRONLY | Open.O_APPEND | Open.O_CLOEXEC;
      int shells = HOST.openat2(Open.AT_FDCWD, path.toString(), flags, 0, 0);
      try (StreamEnd out = StreamEnd.inherited(room.engine, room.pool, shells, "stdout");
          Pipe pipe = Pipe.open(1)) {
        pipe.push(room.page(Pattern.bytes(10, 20)));
        assertThat(out.drain(pipe, 20, false, room.tally)).isEqualTo(20);
      } finally {
        HOST.close(shells);
      }
      assertThat(Files.readAllBytes(path)).isEqualTo(Pattern.bytes(0, 30));
    }
  }

  @Test
  void aFifoOfOursIsNonBlockingAndEnds() throws Exception {
    try (FileRoom room = new FileRoom()) {
      Path fifo = room.files.path("fifo");
      assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
      FutureTask<Boolean> writer =
          start(
              false,
              () -> {
                try (OutputStream out = Files.newOutputStream(fifo)) {
                  out.write(Pattern.bytes(0, 200_000));
                }
                return true;
              });
      try (StreamEnd in = StreamEnd.open(room.engine, room.pool, fifo, false)) {
        assertThat(in.isNonBlocking()).isTrue();
        assertThat(in.kind()).isEqualTo(End.Kind.PIPE);
        Pattern.verify(room.drained(in, Long.MAX_VALUE), 0);
      }
      assertThat(writer.get()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "EPOLL"})
  void devicesAreStreams(Engine.Choice choice) throws Exception {
    try (FileRoom room = new FileRoom(HOST, choice);
        StreamEnd zero = StreamEnd.open(room.engine, room.pool, Path.of("/dev/zero"), false);
        StreamEnd none = StreamEnd.open(room.engine, room.pool, Path.of("/dev/null"), true);
        Pipe pipe = Pipe.open(1)) {
      assertThat(zero.kind()).isEqualTo(End.Kind.CHARACTER);
      assertThat(zero.fill(pipe, 5_000, room.tally)).isEqualTo(5_000);
      assertThat(none.drain(pipe, 5_000, false, room.tally)).isEqualTo(5_000);
      try (StreamEnd empty = StreamEnd.open(room.engine, room.pool, Path.of("/dev/null"), false)) {
        assertThat(empty.fill(pipe, 5_000, room.tally)).isEqualTo(Source.END);
      }
      assertThatThrownBy(() -> StreamEnd.open(room.engine, room.pool, room.files.folder(), false))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("directory");
    }
  }

  @Test
  void aBrokenPipeIsAnErrorWithItsName() throws Exception {
    try (FileRoom room = new FileRoom();
        ShellPipe shell = ShellPipe.open();
        StreamEnd out = StreamEnd.inherited(room.engine, room.pool, shell.writeEnd(), "stdout");
        Pipe pipe = Pipe.open(1)) {
      HOST.close(shell.readEnd());
      pipe.push(room.page(new byte[10]));
      assertThatThrownBy(() -> out.drain(pipe, 10, false, room.tally))
          .hasMessageContaining("stdout")
          .hasMessageContaining("EPIPE");
      assertThat(pipe.bytes()).isEqualTo(10);
    }
  }
}
