package ropewalk.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ropewalk.engine.Engine;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Syscalls;
import ropewalk.page.FolioClass;
import ropewalk.page.FolioPool;
import ropewalk.page.PageRef;
import ropewalk.page.PoolPlan;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;
import ropewalk.testkit.Gen;
import ropewalk.testkit.Pattern;

/// A relay between sockets that the kernel doesn't splice, as some kernels and sandboxes don't: by
/// way of pages, with the same results.
@Timeout(120)
class RelayPagesTest {
  private static final int FORTH = 300_001;
  private static final int BACK = 200_003;
  private static final long START_BACK = Pattern.version(1);

  @TempDir Path folder;

  /// Splices that were refused.
  private final AtomicInteger refused = new AtomicInteger();

  /// Which splices are refused: those out of a socket, those into one, or all.
  enum Refusal {
    SOURCE(Errno.EINVAL),
    SINK(Errno.EOPNOTSUPP),
    BOTH(Errno.ENOSYS);

    private final int errno;

    Refusal(int errno) {
      this.errno = errno;
    }

    boolean hits(Object[] arguments, PipeNumbers pipes) {
      boolean intoSocket = pipes.isSink((int) arguments[0]);
      return this == BOTH || (this == SINK) == intoSocket;
    }
  }

  /// The numbers of the read ends of pipes that are open.
  static final class PipeNumbers {
    private final Set<Integer> sinks = ConcurrentHashMap.newKeySet();

    void opened(long pair) {
      if (pair >= 0) {
        sinks.add(Syscalls.first(pair));
      }
    }

    void closed(int number) {
      sinks.remove(number);
    }

    boolean isSink(int number) {
      return sinks.contains(number);
    }
  }

  /// The host's kernel with these splices refused.
  private Syscalls refusing(Refusal refusal) {
    Syscalls host = HostSyscalls.host();
    PipeNumbers pipes = new PipeNumbers();
    return (Syscalls)
        Proxy.newProxyInstance(
            Syscalls.class.getClassLoader(),
            new Class<?>[] {Syscalls.class},
            (proxy, method, arguments) -> {
              Object[] given = arguments == null ? new Object[0] : arguments;
              if (method.getName().equals("splice") && refusal.hits(given, pipes)) {
                refused.incrementAndGet();
                return (long) -refusal.errno;
              }
              if (method.getName().equals("close")) {
                pipes.closed((int) given[0]);
              }
              try {
                Object answer = method.invoke(host, given);
                if (method.getName().equals("pipe2")) {
                  pipes.opened((long) answer);
                }
                return answer;
              } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
              }
            });
  }

  private void relay(Syscalls calls, String scheme, Engine.Choice choice) throws Exception {
    try (RelayRoom room = new RelayRoom(folder, scheme, choice, calls, 0)) {
      refused.set(0); // the pool proves by splices that it may give
      FutureTask<Relayed> relaying = room.start();
      FutureTask<byte[]> there = RelayRoom.start(() -> RelayRoom.readAll(room.other));
      FutureTask<byte[]> here = RelayRoom.start(() -> RelayRoom.readAll(room.peer));
      FutureTask<Void> back =
          RelayRoom.start(
              () -> {
                RelayRoom.send(room.other, START_BACK, BACK);
                room.other.shutdownOutput();
                return null;
              });
      RelayRoom.send(room.peer, 0, FORTH);
      room.peer.shutdownOutput();
      back.get();
      assertThat(relaying.get()).isEqualTo(new Relayed(FORTH, BACK, 0, 0, Relayed.Why.ENDED, null));
      Pattern.verify(there.get(), 0);
      Pattern.verify(here.get(), START_BACK);
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R-32: what isn't spliced is relayed by pages, each byte once")
  void whatIsRefusedIsCopied(Refusal refusal) throws Exception {
    for (String scheme : new String[] {"tcp", "unix"}) {
      for (Engine.Choice choice :
          new Engine.Choice[] {Engine.Choice.EPOLL, Engine.Choice.IO_URING}) {
        relay(refusing(refusal), scheme, choice);
        assertThat(refused.get()).as("asked once each way").isEqualTo(2);
      }
    }
  }

  @Test
  @DisplayName("R-15: short counts, signals and full sinks at every turn of a relay by pages")
  void manyHarmlessFaults() {
    Gen.check(
        30,
        gen -> {
          Refusal refusal = gen.pick(Refusal.values());
          FaultySyscalls faulty =
              FaultySyscalls.over(refusing(refusal), gen.in(1, 1 << 30))
                  .often(Fault.SHORT, gen.in(0, 60) / 100.0)
                  .often(Fault.EINTR, gen.in(0, 30) / 100.0)
                  .often(Fault.EAGAIN, gen.in(0, 30) / 100.0);
          relay(faulty.calls(), gen.bool() ? "tcp" : "unix", gen.pick(Engine.Choice.values()));
        });
  }

  @Test
  void withoutAPageThereIsNoneAndNobodyWaits() throws Exception {
    try (FolioPool pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(1 << 20, 0))) {
      List<PageRef> all = new ArrayList<>();
      for (PageRef ref = pool.tryTake(64 << 10, FolioClass.RING);
          ref != null;
          ref = pool.tryTake(64 << 10, FolioClass.RING)) {
        all.add(ref);
      }
      assertThat(RelayPages.tryOpen(HostSyscalls.host(), pool)).isNull();
      all.forEach(PageRef::close);
    }
  }

  @Test
  void aClosedDescriptorIsToldAndNotCalled() throws Exception {
    try (FolioPool pool = FolioPool.open(HostSyscalls.host(), PoolPlan.of(1 << 20, 0));
        RelayPages pages = Objects.requireNonNull(RelayPages.tryOpen(HostSyscalls.host(), pool))) {
      Fd closed = new Fd(HostSyscalls.host(), HostSyscalls.host().eventfd(0, 0), "closed");
      closed.close();
      assertThat(pages.receive(closed)).isEqualTo(-RelayWay.CLOSED);
    }
  }
}
