package ropewalk.splice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import ropewalk.engine.Engine;
import ropewalk.file.PlainFile;
import ropewalk.iov.IovIter;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Iovec;
import ropewalk.linux.Open;
import ropewalk.linux.Scratch;
import ropewalk.linux.Sockets;
import ropewalk.linux.Splices;
import ropewalk.linux.Syscalls;
import ropewalk.page.FolioPool;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.KernelPipe;
import ropewalk.pipe.Pipe;
import ropewalk.pipe.PipeEnd;
import ropewalk.testkit.Pattern;
import ropewalk.testkit.TempFiles;

/// Rows of the table of results (contract 2b) that a random program can't meet, because only one of
/// the two sides can come into that state: what the kernel answers there, and what stands in its
/// place with us. A signal, which both can have, is in `VerbsWaitTest`.
final class OneSidedRowsTest {

  private static final Syscalls HOST = HostSyscalls.host();
  private static final int PAGE = 4096;

  private final TempFiles files = new TempFiles();
  private FolioPool pool;
  private Engine engine;
  private Verbs verbs;
  private Pipe pipe;
  private Operand source;
  private Operand sink;
  private KernelPipe kernel;
  private int in;
  private int out;

  @BeforeEach
  void open() throws IOException {
    pool = FolioPool.open(HOST, PoolPlan.of(4 << 20, 0));
    engine = Engine.open(HOST, Engine.Choice.AUTO);
    verbs = new Verbs(pool);
    pipe = Pipe.open(pool, 16);
    source = Operand.of(PipeEnd.ofSource(pipe, Open.O_NONBLOCK));
    sink = Operand.of(PipeEnd.ofSink(pipe, Open.O_NONBLOCK));
    kernel = KernelPipe.open(HOST);
    in = kernel.source().number();
    out = kernel.sink().number();
  }

  @AfterEach
  void close() {
    kernel.close();
    pipe.close();
    verbs.close();
    engine.close();
    files.close();
    pool.close();
  }

  /// A descriptor as routes see it, with an offset or, at -1, without.
  private record Bare(Fd fd, long position) implements End {
    @Override
    public Kind kind() {
      return Kind.CHARACTER;
    }

    @Override
    public void advance(long bytes) {
      throw new AssertionError(bytes + " bytes went");
    }

    @Override
    public boolean isNonBlocking() {
      return true;
    }
  }

  private long route(Fd from, long offIn, Fd to, long offOut) throws IOException {
    return SpliceCall.splice(
        engine,
        new Bare(from, offIn),
        new Bare(to, offOut),
        8,
        Splices.SPLICE_F_NONBLOCK,
        SpliceCall.Wait.BOTH);
  }

  /// The kernel's ENODATA is for a page that was cut off its file before its bytes had come. Ours
  /// have always come: the row has no place with us, and neither side loses what it counted.
  @Test
  @DisplayName("2b, ENODATA: a file cut short under a pipe takes none of the bytes in the pipe")
  void whatWasSplicedStaysThoughTheFileIsCut() throws IOException {
    Path path = files.pattern("file", 2L * PAGE);
    try (PlainFile file =
        PlainFile.open(engine, pool, path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      Operand disk = Operand.of(file, Open.O_RDWR);
      int fd = HOST.openat2(Open.AT_FDCWD, path.toString(), Open.O_RDWR, 0, 0);
      try (Scratch memory = new Scratch(2L * PAGE)) {
        assertThat(HOST.splice(fd, 0, in, -1, 2L * PAGE, 0)).isEqualTo(2L * PAGE);
        assertThat(verbs.splice(disk, 0, source, -1, 2L * PAGE, 0)).isEqualTo(2L * PAGE);
        assertThat(HOST.ftruncate(fd, 0)).isZero();
        assertThat(HOST.read(out, memory.address(), 2L * PAGE)).isEqualTo(2L * PAGE);
        byte[] bytes = new byte[2 * PAGE];
        IovIter target = IovIter.target(MemorySegment.ofArray(bytes));
        assertThat(verbs.vmsplice(sink, target, 0)).isEqualTo(2L * PAGE);
        Pattern.verify(bytes, 0);
        assertThat(HOST.splice(fd, 0, in, -1, PAGE, 0)).as("and behind it is the end").isZero();
        assertThat(verbs.splice(disk, 0, source, -1, PAGE, 0)).isZero();
      } finally {
        HOST.close(fd);
      }
    }
  }

  /// EXDEV (a write into a pipe of notifications) needs a kernel with watch queues; a pipe of ours
  /// never is one, and its mode can't be asked for.
  @Test
  @DisplayName("2b, EXDEV: a pipe of notifications takes no bytes, and no pipe of ours is one")
  void pipesOfNotificationsTakeNoBytes() {
    assertThatThrownBy(() -> PipeEnd.ofSource(pipe, Open.O_EXCL))
        .isInstanceOf(IllegalArgumentException.class);
    long pair = HOST.pipe2(Open.O_EXCL | Open.O_CLOEXEC);
    if (pair < 0) {
      assertThat(pair).as("ENOPKG: this kernel has no watch queues").isEqualTo(-65);
      return;
    }
    try (Scratch memory = new Scratch(Iovec.SIZE + 8)) {
      Iovec.set(memory.address(), 0, memory.address() + Iovec.SIZE, 8);
      int watched = Syscalls.second(pair);
      assertThat(HOST.write(watched, memory.address(), 8)).isEqualTo(-Errno.EXDEV);
      assertThat(HOST.vmsplice(watched, memory.address(), 1, 0)).isEqualTo(-Errno.EBADF);
    } finally {
      HOST.close(Syscalls.first(pair));
      HOST.close(Syscalls.second(pair));
    }
  }

  /// Sockets and counters are no operands of ours: only a [Positional] or a pipe is. It is the
  /// routes that meet them, and they decline, so that the next is asked.
  @Test
  @DisplayName("2b: ends without positions, or that can't be spliced: EINVAL, and a route declines")
  void endsThatCanNotBeSpliced() throws IOException {
    long pair = HOST.socketpair(Sockets.AF_UNIX, Sockets.SOCK_STREAM | Sockets.SOCK_NONBLOCK, 0);
    try (Scratch memory = new Scratch(8);
        Fd socket = new Fd(HOST, Syscalls.first(pair), "socket");
        Fd peer = new Fd(HOST, Syscalls.second(pair), "its peer");
        Fd counter = new Fd(HOST, HOST.eventfd(1, 0), "counter")) {
      int flags = Splices.SPLICE_F_NONBLOCK;
      assertThat(HOST.write(peer.number(), memory.address(), 8)).isEqualTo(8);
      assertThat(HOST.splice(socket.number(), 0, in, -1, 8, flags)).isEqualTo(-Errno.EINVAL);
      assertThat(route(socket, 0, kernel.source(), -1)).as("no pread").isEqualTo(Strand.DECLINED);
      assertThat(HOST.sendfile(counter.number(), socket.number(), -1, 8))
          .as("sendfile: no lseek, and the target is no pipe")
          .isEqualTo(-Errno.EINVAL);
      assertThat(HOST.write(in, memory.address(), 8)).isEqualTo(8);
      assertThat(HOST.splice(out, -1, socket.number(), 0, 8, flags)).isEqualTo(-Errno.EINVAL);
      assertThat(route(kernel.sink(), -1, socket, 0)).as("no pwrite").isEqualTo(Strand.DECLINED);
      assertThat(HOST.splice(out, -1, counter.number(), -1, 8, flags)).isEqualTo(-Errno.EINVAL);
      assertThat(route(kernel.sink(), -1, counter, -1)).as("no op").isEqualTo(Strand.DECLINED);
      assertThat(HOST.read(out, memory.address(), 8)).as("none took a byte").isEqualTo(8);
    }
  }
}
