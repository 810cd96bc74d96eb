package ropewalk.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.engine.Kind.Running;
import ropewalk.linux.Fd;
import ropewalk.linux.FileFlags;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Open;
import ropewalk.linux.Poll;
import ropewalk.linux.Scratch;
import ropewalk.linux.Syscalls;

/// What only a ring can get wrong.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class RingTest {
  private static final Syscalls HOST = HostSyscalls.host();

  @TempDir Path folder;
  private RingEngine engine;

  @BeforeEach
  void openEngine() throws IOException {
    engine = Rings.openOrSkip(HOST);
  }

  @AfterEach
  void closeEngine() {
    if (engine != null) {
      engine.close();
    }
  }

  /// Proves that the kernel is as hostile as said, too: in the end a request was asked again.
  @Test
  void aRequestThatDiesWithItsThreadIsAskedAgain() throws Exception {
    while (engine.stats().resubmitted() == 0) {
      try (Ends pipe = Ends.pipe()) {
        Running<Integer> reader =
            EngineContract.asleep(
                Kind.VIRTUAL.start(() -> awaitBySomebodyElse(pipe.near(), Poll.POLLIN)));
        Thread.sleep(5); // the other thread has ended for Java, soon it has for the kernel
        Ends.put(pipe.far());
        assertThat(reader.get()).isEqualTo(Poll.POLLIN);
      }
    }
    assertThat(engine.stats().completed()).isEqualTo(engine.stats().submitted());
  }

  /// Waits for `fd` by a request that a thread submitted which is no more.
  private int awaitBySomebodyElse(Fd fd, int events) throws Exception {
    Request request = engine.ring.take();
    request.waiter.begin(fd, events, Engine.FOREVER);
    request.askReadiness(fd.number(), events);
    try {
      Running<Void> submitter =
          Kind.PLATFORM.start(
              () -> {
                engine.ring.submit(request);
                return null;
              });
      EngineContract.ended(submitter);
      return engine.sleepUntilReady(request, fd, events);
    } finally {
      request.waiter.end();
      engine.ring.give(request);
    }
  }

  /// Nobody reaps while the lock is held, so the kernel runs out of room for completions and keeps
  /// a list.
  @Test
  void completionsThatFindNoRoomAreNotLost() throws Exception {
    RingEngine narrow = RingEngine.open(HOST, 2, 4);
    List<Ends> pipes = new ArrayList<>();
    List<Running<Integer>> readers = new ArrayList<>();
    try {
      for (int i = 0; i < 300; i++) {
        Ends pipe = Ends.pipe();
        pipes.add(pipe);
        readers.add(
            Kind.VIRTUAL.start(() -> narrow.await(pipe.near(), Poll.POLLIN, Engine.FOREVER)));
      }
      for (Running<Integer> reader : readers) {
        EngineContract.asleep(reader);
      }
      narrow.ring.lock.lock();
      try {
        for (Ends pipe : pipes) {
          Ends.put(pipe.far());
        }
        while (!narrow.ring.uring.isOverflown()) {
          Thread.sleep(1);
        }
      } finally {
        narrow.ring.lock.unlock();
      }
      for (Running<Integer> reader : readers) {
        assertThat(reader.get()).isEqualTo(Poll.POLLIN);
      }
      assertThat(narrow.ring.uring.lost()).isZero();
    } finally {
      pipes.forEach(Ends::close);
      narrow.close();
    }
  }

  @Test
  void whatIsReadyIsAnsweredOnTheSpot() throws Exception {
    try (Ends pipe = Ends.pipe()) {
      for (int i = 0; i < 100; i++) {
        assertThat(
                Kind.VIRTUAL
                    .start(() -> engine.await(pipe.far(), Poll.POLLOUT, Engine.FOREVER))
                    .get())
            .isEqualTo(Poll.POLLOUT);
      }
      assertThat(engine.stats().inlined()).isEqualTo(100);
      assertThat(engine.stats().parked()).isZero();
    }
  }

  /// Nothing but the ring waits for the disk: no worker, and no carrier either.
  @Test
  void coldReadsGoByTheRing() throws Exception {
    Path cold = Files.write(folder.resolve("cold"), new byte[1 << 20]);
    try (Fd fd =
        Fd.of(
            HOST,
            HOST.openat2(Open.AT_FDCWD, cold.toString(), Open.O_RDWR | Open.O_CLOEXEC, 0, 0),
            "cold",
            "openat2")) {
      engine.fsync(fd, false);
      Kind.VIRTUAL
          .start(
              () -> {
                try (Scratch memory = new Scratch(4096)) {
                  for (int i = 0; i < 64; i++) {
                    HOST.fadvise(fd.number(), 0, 0, FileFlags.POSIX_FADV_DONTNEED);
                    engine.pread(fd, memory.address(), 4096, i * 16384L);
                  }
                }
                engine.fsync(fd, true);
                return null;
              })
          .get();
      EngineStats stats = engine.stats();
      assertThat(stats.handed()).isZero();
      assertThat(stats.submitted()).isPositive();
      assertThat(stats.completed()).isEqualTo(stats.submitted());
    }
  }

  @Test
  void aDescriptorClosedUnderAWaitIsClosedForThePeerAtOnce() throws Exception {
    try (Ends sockets = Ends.sockets()) {
      for (int i = 0; i < 50; i++) {
        Running<Integer> reader =
            EngineContract.asleep(
                Kind.VIRTUAL.start(
                    () -> engine.await(sockets.near(), Poll.POLLIN, Engine.in(1_000_000))));
        EngineContract.ended(reader);
      }
      sockets.near().close();
      assertThat(engine.await(sockets.far(), Poll.POLLIN, Engine.FOREVER) & Poll.POLLHUP)
          .isNotZero();
    }
  }
}
