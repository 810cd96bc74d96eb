package ropewalk.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ropewalk.iov.IovIter;
import ropewalk.iov.Tally;
import ropewalk.linux.Fcntl;
import ropewalk.linux.FileFlags;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Memory;
import ropewalk.linux.Open;
import ropewalk.linux.Poll;
import ropewalk.linux.PollFd;
import ropewalk.linux.Scratch;
import ropewalk.linux.Syscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Pattern;

/// What docs/decisions.md says our pipes do otherwise than the kernel's: each difference as a test,
/// with the kernel beside it where it can be made to show its way.
///
/// That bytes in a pipe stay what they were when their file is written, the first of them, is shown
/// by `VerbsTest`.
@Timeout(60)
final class DecidedTest {

  private static final Syscalls HOST = HostSyscalls.host();
  private static final int PAGE = 4096;

  private FolioPool pool;
  private Pipe pipe;

  @BeforeEach
  void open() throws IOException {
    pool = FolioPool.open(HOST, PoolPlan.of(2 << 20, 0));
    pipe = Pipe.open(pool, 2);
  }

  @AfterEach
  void close() {
    pipe.close();
    pool.close();
  }

  private PageRef page(long from) throws IOException {
    PageRef page = pool.take(PAGE, FolioClass.RING);
    Pattern.fill(page.target(), from);
    page.publish(PAGE);
    return page;
  }

  @Test
  @DisplayName(
      "decided: what nobody can read is gone when the reader closes, not when the writer does")
  void whatNobodyCanReadIsGoneAtOnce() throws IOException {
    PipeEnd source = PipeEnd.ofSource(pipe, Open.O_NONBLOCK);
    PipeEnd sink = PipeEnd.ofSink(pipe, Open.O_NONBLOCK);
    PageRef owner = page(0);
    pipe.push(owner.lend(0, PAGE));
    pipe.push(page(PAGE));
    assertThat(source.ready()).as("full").isZero();
    assertThat(owner.tryClaim()).as("frozen by the loan").isFalse();

    sink.close();
    assertThat(pipe.bytes()).isZero();
    assertThat(source.ready()).isEqualTo(Poll.POLLOUT | Poll.POLLERR);
    assertThat(pool.stats().inUse()).as("the owner's page alone").isEqualTo(PAGE);
    assertThat(owner.tryClaim()).as("the loan is over, though the writer stays").isTrue();
    owner.close();
    source.close();

    try (KernelPipe kernel = KernelPipe.open(HOST);
        Scratch scratch = new Scratch(2L * PAGE)) {
      int writer = kernel.source().number();
      assertThat(HOST.fcntl(writer, Fcntl.F_SETPIPE_SZ, 2L * PAGE)).isEqualTo(2 * PAGE);
      assertThat(HOST.write(writer, scratch.address(), 2L * PAGE)).isEqualTo(2L * PAGE);
      kernel.sink().close();
      assertThat(HOST.ioctl(writer, FileFlags.FIONREAD, scratch.address())).isZero();
      assertThat(Memory.ALL.get(ValueLayout.JAVA_INT, scratch.address()))
          .as("the kernel keeps it for the writer")
          .isEqualTo(2 * PAGE);
      PollFd.set(scratch.address(), 0, writer, Poll.POLLOUT);
      assertThat(HOST.poll(scratch.address(), 1, 0)).isEqualTo(1);
      assertThat(PollFd.revents(scratch.address(), 0))
          .as("and is still full")
          .isEqualTo(Poll.POLLERR);
    }
  }

  /// One of the two ways in which references go from pipe to pipe.
  private interface Splicing {
    long run(Pipe target) throws IOException;
  }

  /// Starts `splicing` into a pipe whose lock is held here, so that it stands between its look at
  /// the source and its look at the target; does `meanwhile`, lets go, and answers what it
  /// answered.
  private static long raced(Splicing splicing, Runnable meanwhile) throws Exception {
    try (Pipe target = Pipe.open(2)) {
      FutureTask<Long> task = new FutureTask<>(() -> splicing.run(target));
      Thread splicer = Thread.ofPlatform().daemon().unstarted(task);
      target.turnstile.lock.lock();
      try {
        splicer.start();
        while (!target.turnstile.lock.hasQueuedThread(splicer)) {
          Thread.onSpinWait();
        }
        meanwhile.run();
      } finally {
        target.turnstile.lock.unlock();
      }
      return task.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  @DisplayName(
      "decided: a splice between pipes that was raced and must not wait answers EAGAIN, not 0")
  void aRacedSpliceIsNotTheEnd() throws Exception {
    for (boolean moves : new boolean[] {true, false}) {
      Splicing splicing =
          target ->
              moves
                  ? pipe.moveTo(target, PAGE, Pipe.NONBLOCK, Pipe.FOREVER)
                  : pipe.tee(target, PAGE, Pipe.NONBLOCK, Pipe.FOREVER);
      pipe.push(page(0));
      long answer = raced(splicing, () -> Objects.requireNonNull(pipe.poll()).close());
      assertThat(answer).as("bytes were there, and others took them").isEqualTo(Pipe.NOT_NOW);
    }
    pipe.push(page(0));
    long atEnd =
        raced(
            target -> pipe.moveTo(target, PAGE, Pipe.NONBLOCK, Pipe.FOREVER),
            () -> {
              Objects.requireNonNull(pipe.poll()).close();
              pipe.closeSource();
            });
    assertThat(atEnd).as("and if nothing will follow, it is the end").isEqualTo(-1);
  }

  @Test
  @DisplayName(
      "decided: EAGAIN while somebody else has the front in hand, where the kernel would wait")
  void whatIsInHandIsNotThereForOthers() throws IOException {
    try (Hold hold = new Hold(1);
        Pipe other = Pipe.open(pool, 2)) {
      pipe.push(page(0));
      pipe.push(page(PAGE));
      assertThat(hold.take(pipe, PAGE)).isEqualTo(PAGE);
      byte[] bytes = new byte[2 * PAGE];
      assertThat(pipe.read(target(bytes), Pipe.NONBLOCK, Pipe.FOREVER, new Tally()))
          .as("the second page would come before the first")
          .isEqualTo(Pipe.NOT_NOW);
      assertThat(pipe.moveTo(other, PAGE, Pipe.NONBLOCK, Pipe.FOREVER)).isEqualTo(Pipe.NOT_NOW);
      assertThat(pipe.tee(other, PAGE, Pipe.NONBLOCK, Pipe.FOREVER)).isEqualTo(Pipe.NOT_NOW);
      assertThat(pipe.peek()).isNull();
      pipe.closeSource();
      assertThat(pipe.read(target(bytes), Pipe.NONBLOCK, Pipe.FOREVER, new Tally()))
          .as("not the end either: it may come back")
          .isEqualTo(Pipe.NOT_NOW);

      hold.giveBack();
      assertThat(pipe.read(target(bytes), Pipe.NONBLOCK, Pipe.FOREVER, new Tally()))
          .isEqualTo(2L * PAGE);
      Pattern.verify(bytes, 0);
      assertThat(pipe.read(target(bytes), Pipe.NONBLOCK, Pipe.FOREVER, new Tally())).isZero();
    }
  }

  private static IovIter target(byte[] bytes) {
    return IovIter.target(MemorySegment.ofArray(bytes));
  }
}
