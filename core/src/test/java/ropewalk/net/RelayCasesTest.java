package ropewalk.net;

import static org.assertj.core.api.Assertions.assertThat;
import static ropewalk.net.RelayRoom.readAll;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ropewalk.engine.Engine;
import ropewalk.linux.Errno;
import ropewalk.linux.Fcntl;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Open;
import ropewalk.linux.Poll;
import ropewalk.linux.PollFd;
import ropewalk.linux.Scratch;
import ropewalk.linux.Splices;
import ropewalk.linux.Syscalls;
import ropewalk.pipe.KernelPipes;
import ropewalk.testkit.Pattern;

/// The contract's cases that a relay can get wrong.
@Timeout(120)
class RelayCasesTest {
  private static final Syscalls HOST = HostSyscalls.host();

  /// No multiple of anything: more than a page, less than a run.
  private static final long PIECE = 5003;

  @TempDir Path folder;

  /// Sees what is asked of the kernel, and what comes back.
  @FunctionalInterface
  private interface Witness {
    void saw(String call, Object[] arguments, long answer);
  }

  private static Witness ofSplice(BiConsumer<Object[], Long> witness) {
    return (call, arguments, answer) -> {
      if (call.equals("splice")) {
        witness.accept(arguments, answer);
      }
    };
  }

  private static Syscalls watched(Witness witness) {
    return watched(witness, Long.MAX_VALUE);
  }

  /// The host, with a witness behind every splice; out of a pipe it moves at most `piece` bytes.
  private static Syscalls watched(Witness witness, long piece) {
    return (Syscalls)
        Proxy.newProxyInstance(
            Syscalls.class.getClassLoader(),
            new Class<?>[] {Syscalls.class},
            (proxy, method, arguments) -> {
              try {
                if (method.getName().equals("splice") && (Long) arguments[4] <= KernelPipes.SIZE) {
                  arguments[4] = Math.min((Long) arguments[4], piece);
                }
                Object answer = method.invoke(HOST, arguments);
                if (answer instanceof Number number) {
                  witness.saw(method.getName(), arguments, number.longValue());
                }
                return answer;
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            });
  }

  /// TCP leaves the bytes in runs of up to eight pages, and the pipe takes a run as one slot. Each
  /// call takes a part out of the middle of one; the next has to go on there.
  @Test
  @Timeout(20)
  @DisplayName("R-58: slots that hold runs of pages are passed on in pieces, each byte once")
  void runsOfPagesInPieces() throws Exception {
    AtomicInteger runs = new AtomicInteger();
    Syscalls syscalls =
        watched(
            ofSplice(
                (arguments, answer) -> {
                  if (answer == KernelPipes.SIZE && hasRoom((Integer) arguments[2])) {
                    runs.incrementAndGet();
                  }
                }),
            PIECE);
    int size = 4 << 20;
    try (RelayRoom room = new RelayRoom(folder, "tcp", Engine.Choice.EPOLL, syscalls, 0)) {
      // Whole runs are queued before the relay looks.
      room.peer.configureBlocking(false);
      ByteBuffer bytes = ByteBuffer.wrap(Pattern.bytes(0, size));
      while (room.peer.write(bytes) > 0) {
        // until the queue is full
      }
      FutureTask<Relayed> relayed = room.start();
      FutureTask<byte[]> reading = RelayRoom.start(() -> readAll(room.other));
      room.peer.configureBlocking(true);
      while (bytes.hasRemaining()) {
        room.peer.write(bytes);
      }
      room.peer.shutdownOutput();
      assertThat(reading.get()).hasSize(size);
      Pattern.verify(reading.get(), 0);
      room.other.shutdownOutput();
      assertThat(relayed.get()).isEqualTo(new Relayed(size, 0, 0, 0, Relayed.Why.ENDED, null));
      assertThat(runs.get()).as("pipes full of bytes, with slots left").isPositive();
    }
  }

  /// Whether the pipe with this write end has a free slot.
  private static boolean hasRoom(int fd) {
    try (Scratch poll = new Scratch(PollFd.SIZE)) {
      PollFd.set(poll.address(), 0, fd, Poll.POLLOUT);
      return HOST.poll(poll.address(), 1, 0) == 1;
    }
  }

  /// Linux 6.5 looked at the flag alone and forgot the socket's own O_NONBLOCK: a full socket then
  /// held the thread, and with it the carrier. So both are asked for, each time.
  @Test
  @DisplayName(
      "R-59: a full socket never holds the thread, whether the kernel looks at flag or descriptor")
  void everyCallIsNonBlockingTwice() throws Exception {
    AtomicInteger full = new AtomicInteger();
    AtomicInteger wrong = new AtomicInteger();
    Syscalls syscalls =
        watched(
            ofSplice(
                (arguments, answer) -> {
                  boolean isFlagged = ((Integer) arguments[5] & Splices.SPLICE_F_NONBLOCK) != 0;
                  for (int fd : new int[] {(Integer) arguments[0], (Integer) arguments[2]}) {
                    // Closed meanwhile, by the other way, is no answer.
                    int flags = HOST.fcntl(fd, Fcntl.F_GETFL, 0);
                    if (!isFlagged || (flags >= 0 && (flags & Open.O_NONBLOCK) == 0)) {
                      wrong.incrementAndGet();
                    }
                  }
                  if (answer == -Errno.EAGAIN) {
                    full.incrementAndGet();
                  }
                }));
    try (RelayRoom room = new RelayRoom(folder, "tcp", Engine.Choice.EPOLL, syscalls, 0)) {
      FutureTask<Relayed> relayed = room.start();
      room.peer.configureBlocking(false);
      ByteBuffer bytes = ByteBuffer.wrap(new byte[32 << 20]);
      int idle = 0;
      while (idle < 50 && bytes.hasRemaining()) {
        if (room.peer.write(bytes) == 0) {
          idle++;
          Thread.sleep(2);
        }
      }
      // The sink is full and the way waits; the thread is free, so others on its carrier run.
      assertThat(RelayRoom.start(() -> 7).get()).isEqualTo(7);
      room.relay.cut();
      assertThat(relayed.get().why()).isEqualTo(Relayed.Why.CUT);
      assertThat(full.get()).isPositive();
      assertThat(wrong.get()).isZero();
    }
  }

  @Test
  void whoIsIdleHoldsNoPipe() throws Exception {
    AtomicInteger opened = new AtomicInteger();
    Syscalls syscalls =
        watched((call, arguments, answer) -> opened.addAndGet(call.equals("pipe2") ? 1 : 0));
    try (RelayRoom room = new RelayRoom(folder, "tcp", Engine.Choice.EPOLL, syscalls, 0)) {
      opened.set(0); // the pool tries a pipe when it is opened
      FutureTask<Relayed> relayed = room.start();
      RelayRoom.send(room.peer, 0, 100);
      assertThat(RelayRoom.read(room.other, 100)).isEqualTo(Pattern.bytes(0, 100));
      while (room.pipes.resting() < opened.get()) {
        Thread.sleep(1); // until both ways have looked, found nothing, and parked
      }
      assertThat(opened.get()).isBetween(1, 2);
      room.relay.cut();
      assertThat(relayed.get().forth()).isEqualTo(100);
    }
  }
}
