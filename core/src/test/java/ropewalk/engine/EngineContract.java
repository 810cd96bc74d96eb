package ropewalk.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.engine.Kind.Running;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Poll;

/// What every engine must do for those who wait for readiness, on both kinds of threads.
/// [FileContract] has the calls on files.
///
/// The time limit is a net under hanging tests, generous on purpose; no test asserts how long
/// anything takes.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class EngineContract {
  /// Waiters at a time where many are wanted; each has a pipe.
  private static final int MANY = 2000;

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

  /// Starts a wait that has to be ended by something, and returns when the thread sleeps.
  Running<Integer> waiting(Kind kind, Fd fd, int events) throws Exception {
    return asleep(kind.start(() -> engine.await(fd, events, Engine.FOREVER)));
  }

  /// A sleeping virtual thread is WAITING; a platform thread that sleeps in a native call is
  /// RUNNABLE for all the VM knows, so it gets a moment, and the test is as good either way: it
  /// must pass at any interleaving.
  static <T> Running<T> asleep(Running<T> running) throws Exception {
    if (running.thread().isVirtual()) {
      while (running.thread().getState() != Thread.State.WAITING && !running.isDone()) {
        Thread.sleep(1);
      }
    } else {
      Thread.sleep(20);
    }
    return running;
  }

  /// Waits until the task has ended, however.
  static void ended(Running<?> running) throws InterruptedException {
    running.thread().join();
  }

  @ParameterizedTest
  @EnumSource
  void wakesWhenAPipeHasBytes(Kind kind) throws Exception {
    try (Ends pipe = Ends.pipe()) {
      Running<Integer> reader = waiting(kind, pipe.near(), Poll.POLLIN);
      assertThat(reader.isDone()).isFalse();
      Ends.put(pipe.far());
      assertThat(reader.get()).isEqualTo(Poll.POLLIN);
    }
  }

  @ParameterizedTest
  @EnumSource
  void wakesWhenAPipeHasRoom(Kind kind) throws Exception {
    try (Ends pipe = Ends.pipe()) {
      Ends.fill(pipe.far());
      Running<Integer> writer = waiting(kind, pipe.far(), Poll.POLLOUT);
      assertThat(writer.isDone()).isFalse();
      Ends.drain(pipe.near());
      assertThat(writer.get()).isEqualTo(Poll.POLLOUT);
    }
  }

  @ParameterizedTest
  @EnumSource
  void returnsAtOnceWhenReady(Kind kind) throws Exception {
    try (Ends pipe = Ends.pipe()) {
      assertThat(kind.start(() -> engine.await(pipe.far(), Poll.POLLOUT, Engine.FOREVER)).get())
          .isEqualTo(Poll.POLLOUT);
    }
  }

  @ParameterizedTest
  @EnumSource
  void canWaitAgainAndAgainOnOneDescriptor(Kind kind) throws Exception {
    try (Ends pipe = Ends.pipe()) {
      Running<Integer> reader =
          kind.start(
              () -> {
                int got = 0;
                while (got < 1000) {
                  engine.await(pipe.near(), Poll.POLLIN, Engine.FOREVER);
                  while (Ends.get(pipe.near())) {
                    got++;
                  }
                }
                return got;
              });
      for (int i = 0; i < 1000; i++) {
        Ends.put(pipe.far());
      }
      assertThat(reader.get()).isEqualTo(1000);
    }
  }

  @ParameterizedTest
  @EnumSource
  void readerAndWriterWaitOnOneSocket(Kind kind) throws Exception {
    try (Ends sockets = Ends.sockets()) {
      Ends.fill(sockets.near());
      Running<Integer> writer = waiting(kind, sockets.near(), Poll.POLLOUT);
      Running<Integer> reader = waiting(kind, sockets.near(), Poll.POLLIN);
      Ends.put(sockets.far());
      assertThat(reader.get()).isEqualTo(Poll.POLLIN);
      assertThat(writer.isDone()).isFalse();

      // The reader comes back while the writer still waits, then it is the writer's turn.
      Ends.drain(sockets.near());
      Running<Integer> again = waiting(kind, sockets.near(), Poll.POLLIN);
      Ends.drain(sockets.far());
      assertThat(writer.get()).isEqualTo(Poll.POLLOUT);
      assertThat(again.isDone()).isFalse();
      Ends.put(sockets.far());
      assertThat(again.get()).isEqualTo(Poll.POLLIN);
    }
  }

  @Test
  void bothKindsOfThreadsWaitOnOneSocket() throws Exception {
    try (Ends sockets = Ends.sockets()) {
      Running<Integer> virtual = waiting(Kind.VIRTUAL, sockets.near(), Poll.POLLIN);
      Running<Integer> platform = waiting(Kind.PLATFORM, sockets.near(), Poll.POLLIN);
      Ends.put(sockets.far());
      assertThat(virtual.get()).isEqualTo(Poll.POLLIN);
      assertThat(platform.get()).isEqualTo(Poll.POLLIN);
    }
  }

  @ParameterizedTest
  @EnumSource
  void manyWaitForTheSame(Kind kind) throws Exception {
    try (Ends pipe = Ends.pipe()) {
      List<Running<Integer>> readers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        readers.add(waiting(kind, pipe.near(), Poll.POLLIN));
      }
      Ends.put(pipe.far());
      for (Running<Integer> reader : readers) {
        assertThat(reader.get()).isEqualTo(Poll.POLLIN);
      }
    }
  }

  @Test
  void thousandsWaitAndNoCarrierIsHeld() throws Exception {
    List<Ends> pipes = new ArrayList<>();
    List<Running<Integer>> readers = new ArrayList<>();
    try {
      for (int i = 0; i < MANY; i++) {
        Ends pipe = Ends.pipe();
        pipes.add(pipe);
        readers.add(
            Kind.VIRTUAL.start(() -> engine.await(pipe.near(), Poll.POLLIN, Engine.FOREVER)));
      }
      for (Running<Integer> reader : readers) {
        asleep(reader);
      }
      // If waiters held carriers, of which there are fewer than waiters, this would not run.
      assertThat(Kind.VIRTUAL.start(() -> 42).get()).isEqualTo(42);
      assertThat(readers).noneMatch(Running::isDone);

      List<Integer> order = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        order.add(i);
      }
      Collections.shuffle(order, new Random(7));
      for (int i : order.subList(0, MANY / 2)) {
        Ends.put(pipes.get(i).far());
      }
      for (int i : order.subList(0, MANY / 2)) {
        assertThat(readers.get(i).get()).isEqualTo(Poll.POLLIN);
      }
      for (int i : order.subList(MANY / 2, MANY)) {
        assertThat(readers.get(i).isDone()).isFalse();
        Ends.put(pipes.get(i).far());
      }
      for (Running<Integer> reader : readers) {
        assertThat(reader.get()).isEqualTo(Poll.POLLIN);
      }
    } finally {
      pipes.forEach(Ends::close);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDeadlineSaysWhatWasWaitedForAndHowLong(Kind kind) throws Exception {
    try (Ends pipe = Ends.pipe()) {
      long deadline = Engine.in(TimeUnit.MILLISECONDS.toNanos(30));
      Running<Integer> reader = kind.start(() -> engine.await(pipe.near(), Poll.POLLIN, deadline));
      assertThatThrownBy(reader::get)
          .cause()
          .isInstanceOf(SocketTimeoutException.class)
          .hasMessageMatching(
              "await\\(fd="
                  + pipe.near().number()
                  + " pipe, events=POLLIN\\): not ready after \\d+ ms");
      // Nothing of it is left: the next wait works.
      Running<Integer> next = waiting(kind, pipe.near(), Poll.POLLIN);
      Ends.put(pipe.far());
      assertThat(next.get()).isEqualTo(Poll.POLLIN);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDeadlineInThePastAsksOnly(Kind kind) throws Exception {
    try (Ends pipe = Ends.pipe()) {
      long past = System.nanoTime() - 1;
      assertThatThrownBy(kind.start(() -> engine.await(pipe.near(), Poll.POLLIN, past))::get)
          .cause()
          .isInstanceOf(SocketTimeoutException.class);
      Ends.put(pipe.far());
      assertThat(kind.start(() -> engine.await(pipe.near(), Poll.POLLIN, past)).get())
          .isEqualTo(Poll.POLLIN);
    }
  }

  @ParameterizedTest
  @EnumSource
  void closingTheDescriptorEndsTheWait(Kind kind) throws Exception {
    try (Ends sockets = Ends.sockets()) {
      Running<Integer> reader = waiting(kind, sockets.near(), Poll.POLLIN);
      Running<Integer> peer = waiting(kind, sockets.far(), Poll.POLLIN);
      sockets.near().close();
      assertThatThrownBy(reader::get).cause().isExactlyInstanceOf(AsynchronousCloseException.class);
      // It is closed for the kernel too, though somebody waited on it.
      assertThat(peer.get() & Poll.POLLHUP).isNotZero();
      assertThatThrownBy(() -> engine.await(sockets.near(), Poll.POLLIN, Engine.FOREVER))
          .isInstanceOf(ClosedChannelException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptClosesTheDescriptorAndKeepsTheStatus(Kind kind) throws Exception {
    try (Ends pipe = Ends.pipe()) {
      Running<Boolean> reader =
          asleep(
              kind.start(
                  () -> {
                    assertThatThrownBy(() -> engine.await(pipe.near(), Poll.POLLIN, Engine.FOREVER))
                        .isExactlyInstanceOf(ClosedByInterruptException.class);
                    return Thread.currentThread().isInterrupted();
                  }));
      reader.thread().interrupt();
      assertThat(reader.get()).isTrue();
      assertThat(pipe.near().isOpen()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptBeforeTheWaitIsNoticed(Kind kind) throws Exception {
    try (Ends pipe = Ends.pipe()) {
      Running<Boolean> reader =
          kind.start(
              () -> {
                Thread.currentThread().interrupt();
                assertThatThrownBy(() -> engine.await(pipe.near(), Poll.POLLIN, Engine.FOREVER))
                    .isExactlyInstanceOf(ClosedByInterruptException.class);
                return Thread.currentThread().isInterrupted();
              });
      assertThat(reader.get()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPeerThatHangsUpIsReadiness(Kind kind) throws Exception {
    try (Ends pipe = Ends.pipe()) {
      Running<Integer> reader = waiting(kind, pipe.near(), Poll.POLLIN);
      pipe.far().close();
      assertThat(reader.get() & Poll.POLLHUP).isNotZero();
    }
    try (Ends pipe = Ends.pipe()) {
      Ends.fill(pipe.far());
      Running<Integer> writer = waiting(kind, pipe.far(), Poll.POLLOUT);
      pipe.near().close();
      assertThat(writer.get() & Poll.POLLERR).isNotZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void closingTheEngineWakesAll(Kind kind) throws Exception {
    List<Ends> pipes = new ArrayList<>();
    List<Running<Integer>> readers = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        pipes.add(Ends.pipe());
        readers.add(waiting(kind, pipes.get(i).near(), Poll.POLLIN));
      }
      engine.close();
      for (Running<Integer> reader : readers) {
        assertThatThrownBy(reader::get)
            .cause()
            .isExactlyInstanceOf(AsynchronousCloseException.class);
      }
      assertThat(pipes).allMatch(pipe -> pipe.near().isOpen());
      assertThatThrownBy(
              kind.start(() -> engine.await(pipes.get(0).near(), Poll.POLLIN, Engine.FOREVER))::get)
          .cause()
          .isInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(() -> engine.blocking(() -> 0)).isInstanceOf(ClosedChannelException.class);
      engine.close();
    } finally {
      pipes.forEach(Ends::close);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aNumberThatIsNoDescriptorIsAnError(Kind kind) throws Exception {
    Fd nothing = new Fd(HostSyscalls.host(), 19_999, "nothing");
    assertThatThrownBy(kind.start(() -> engine.await(nothing, Poll.POLLIN, Engine.FOREVER))::get)
        .cause()
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF))
        .hasMessageContaining("fd=19999 nothing");
  }

  /// Numbers change hands quickly, waits end by deadline as often as by readiness: an event that
  /// was meant for a number's last owner must neither be lost for, nor keep waking, the next.
  @ParameterizedTest
  @EnumSource
  void numbersThatChangeHandsKeepTheirEventsApart(Kind kind) throws Exception {
    AtomicInteger woken = new AtomicInteger();
    List<Running<Void>> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int seed = t;
      threads.add(
          kind.start(
              () -> {
                Random random = new Random(seed);
                for (int i = 0; i < 100; i++) {
                  try (Ends pipe = Ends.pipe()) {
                    boolean ready = random.nextBoolean();
                    Running<Void> peer =
                        Kind.VIRTUAL.start(
                            () -> {
                              if (ready) {
                                Ends.put(pipe.far());
                              }
                              return null;
                            });
                    long deadline = ready ? Engine.FOREVER : Engine.in(random.nextInt(500_000));
                    try {
                      engine.await(pipe.near(), Poll.POLLIN, deadline);
                      assertThat(Ends.get(pipe.near())).isTrue();
                      woken.incrementAndGet();
                    } catch (SocketTimeoutException e) {
                      assertThat(ready).isFalse();
                    }
                    peer.get();
                  }
                }
                return null;
              }));
    }
    for (Running<Void> thread : threads) {
      thread.get();
    }
    assertThat(woken.get()).isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void blockingHandsBackWhatTheKernelSays(Kind kind) throws Exception {
    AtomicInteger interruptions = new AtomicInteger();
    assertThat(kind.start(() -> engine.blocking(() -> 7)).get()).isEqualTo(7);
    assertThat(kind.start(() -> engine.blocking(() -> -Errno.ENOENT)).get())
        .isEqualTo(-Errno.ENOENT);
    assertThat(
            kind.start(
                    () ->
                        engine.blocking(
                            () -> interruptions.incrementAndGet() < 3 ? -Errno.EINTR : 1))
                .get())
        .isEqualTo(1);
    assertThat(interruptions.get()).isEqualTo(3);
    assertThatThrownBy(
            kind.start(
                    () ->
                        engine.blocking(
                            () -> {
                              throw new IOException("no such luck");
                            }))
                ::get)
        .isInstanceOf(ExecutionException.class)
        .cause()
        .hasMessage("no such luck");
  }

  @Test
  void blockingCallsHoldNoCarrier() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    List<Running<Long>> callers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      callers.add(
          asleep(
              Kind.VIRTUAL.start(
                  () ->
                      engine.blocking(
                          () -> {
                            try {
                              release.await();
                            } catch (InterruptedException e) {
                              throw new IOException(e);
                            }
                            return Thread.currentThread().isVirtual() ? 1 : 0;
                          }))));
    }
    assertThat(Kind.VIRTUAL.start(() -> 42).get()).isEqualTo(42);
    assertThat(engine.stats().workers()).isBetween(1, 100);
    callers.get(0).thread().interrupt(); // is kept for later; the call can't be interrupted
    release.countDown();
    for (Running<Long> caller : callers) {
      assertThat(caller.get()).isZero();
    }
  }

  @Test
  void statsAddUpAtRest() throws Exception {
    try (Ends pipe = Ends.pipe()) {
      Running<Integer> reader = waiting(Kind.VIRTUAL, pipe.near(), Poll.POLLIN);
      assertThat(engine.stats().parked()).isPositive();
      assertThat(engine.stats().submitted()).isPositive();
      Ends.put(pipe.far());
      reader.get();
      EngineStats stats = engine.stats();
      assertThat(stats.completed()).isEqualTo(stats.submitted());
    }
  }
}
