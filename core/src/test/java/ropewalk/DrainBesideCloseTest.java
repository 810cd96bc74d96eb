package ropewalk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.engine.Engine;
import ropewalk.file.StreamEnd;
import ropewalk.iov.Tally;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Scratch;
import ropewalk.linux.Syscalls;
import ropewalk.net.Listener;
import ropewalk.net.Socket;
import ropewalk.page.FolioClass;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.pipe.KernelPipe;
import ropewalk.pipe.Pipe;
import ropewalk.splice.Sink;
import ropewalk.testkit.Pattern;

/// A pipe that is closed while a sink's system call reads out of its pages.
///
/// ```
///   sink:    gather ── pwritev2 ···(the kernel is about to copy)··· consume
///   closer:                closeSink()
///   tenant:                         takes whatever is free, and writes into it
/// ```
///
/// What the sink got has to be what was in the pipe: the kernel's pages are not another's before
/// the call is over (invariant 1). Afterwards all is released.
@Timeout(60)
final class DrainBesideCloseTest {
  private static final int PAGE = 4096;
  private static final int SIZE = 3 * PAGE;

  @TempDir Path directory;

  private final AtomicReference<@Nullable Runnable> meanwhile = new AtomicReference<>();

  /// A sink, the call by which it takes bytes, and how what it got is read.
  enum End {
    FILE("pwritev2"),
    DIRECT("pwritev2"),
    STREAM("pwritev2"),
    CACHED(""),
    SOCKET("sendmsg"),
    GIVEN("vmsplice"),
    GIVEN_ON("splice");

    private final String call;

    End(String call) {
      this.call = call;
    }

    boolean isGiven() {
      return this == GIVEN || this == GIVEN_ON;
    }
  }

  private static void onAnotherThread(Runnable what) {
    Thread other = Thread.ofPlatform().start(what);
    try {
      other.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// Those to whom every free page of a class goes, and who write into it.
  private record Tenants(Ropewalk walk, FolioClass kind, List<PageRef> taken)
      implements AutoCloseable {
    Tenants(Ropewalk walk, FolioClass kind) {
      this(walk, kind, new ArrayList<>());
    }

    void moveIn() {
      for (int bytes = 1 << 20; bytes >= PAGE; bytes >>= 1) {
        for (PageRef ref = walk.pool().tryTake(bytes, kind);
            ref != null;
            ref = walk.pool().tryTake(bytes, kind)) {
          ref.target().fill((byte) 0x55);
          taken.add(ref);
        }
      }
    }

    @Override
    public void close() {
      taken.forEach(PageRef::close);
    }
  }

  private static void fill(Ropewalk walk, Pipe pipe, FolioClass kind) throws IOException {
    for (int i = 0; i < SIZE / PAGE; i++) {
      PageRef page = walk.pool().take(PAGE, kind);
      Pattern.fill(page.target(), (long) i * PAGE);
      page.publish(PAGE);
      if (kind == FolioClass.GIFT) {
        pipe.push(page.lend(0, PAGE));
        page.close();
      } else {
        pipe.push(page);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("invariants 1, 4: pages are not reused while a system call reads them")
  void aCloseLeavesWhatTheKernelReads(End end) throws Exception {
    Syscalls kernel =
        Otherwise.host(
            (name, arguments) -> {
              Runnable todo =
                  name.equals(end.call) || end.call.isEmpty() ? meanwhile.getAndSet(null) : null;
              if (todo != null) {
                todo.run();
              }
              return null;
            });
    FolioClass kind = end.isGiven() ? FolioClass.GIFT : FolioClass.RING;
    Path target = Files.write(directory.resolve("target"), new byte[2 * SIZE]);
    try (Ropewalk walk =
            Ropewalk.builder()
                .syscalls(kernel)
                .engine(Engine.Choice.EPOLL)
                .cacheBytes(1 << 20)
                .plan(PoolPlan.of(2 << 20, 4 << 20))
                .open();
        KernelPipe stream = KernelPipe.open(HostSyscalls.host());
        Listener listener = walk.listen("unix:" + directory.resolve("s"));
        Socket sender = walk.connect(listener.address().toString());
        Socket receiver = listener.accept();
        Pipe pipe = Pipe.open(8);
        Tenants others = new Tenants(walk, kind)) {
      assumeTrue(!end.isGiven() || walk.pool().mayGive(), "this kernel does not keep given pages");
      fill(walk, pipe, kind);
      try (Sink sink = sink(end, walk, target, stream, sender)) {
        meanwhile.set(
            () ->
                onAnotherThread(
                    () -> {
                      pipe.closeSink();
                      others.moveIn();
                    }));
        Tally tally = new Tally();
        long drained =
            end.isGiven()
                ? sink.give(pipe, SIZE, false, tally)
                : sink.drain(pipe, SIZE, false, tally);
        assertThat(meanwhile.get()).as("the call was made").isNull();
        assertThat(drained).isBetween(1L, (long) SIZE);
        assertThat(pipe.bytes()).as("and nothing is left").isZero();
        Pattern.verify(got(end, (int) drained, target, stream, receiver), 0);
      }
    }
  }

  private static Sink sink(End end, Ropewalk walk, Path target, KernelPipe stream, Socket sender)
      throws IOException {
    return switch (end) {
      case FILE -> walk.plainFile(target, StandardOpenOption.WRITE);
      case DIRECT -> walk.direct(target, StandardOpenOption.WRITE);
      case CACHED -> walk.file(target, StandardOpenOption.READ, StandardOpenOption.WRITE);
      case STREAM ->
          StreamEnd.inherited(walk.engine(), walk.pool(), stream.source().number(), "stream");
      case SOCKET, GIVEN, GIVEN_ON -> sender;
    };
  }

  private static byte[] got(End end, int length, Path target, KernelPipe stream, Socket receiver)
      throws IOException {
    if (end == End.FILE || end == End.DIRECT || end == End.CACHED) {
      return Arrays.copyOf(Files.readAllBytes(target), length);
    }
    try (Scratch scratch = new Scratch(SIZE)) {
      if (end == End.STREAM) {
        assertThat(HostSyscalls.host().read(stream.sink().number(), scratch.address(), length))
            .isEqualTo(length);
      } else {
        for (long at = 0; at < length; ) {
          at += receiver.receive(scratch.segment().asSlice(at, length - at));
        }
      }
      return scratch.segment().asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    }
  }
}
