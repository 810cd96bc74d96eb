package ropewalk.testkit.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import ropewalk.linux.EpollEvent;
import ropewalk.linux.Errno;
import ropewalk.linux.Open;
import ropewalk.linux.Poll;
import ropewalk.linux.Scratch;
import ropewalk.linux.SockAddr;
import ropewalk.linux.Sockets;
import ropewalk.linux.Syscalls;
import ropewalk.testkit.Fault;
import ropewalk.testkit.FaultySyscalls;
import ropewalk.testkit.Pattern;

/// Live pages, sockets, events and waiting.
class FakeKernelTest {
  private static final int PAGE = 4096;

  private final FakeKernel kernel = new FakeKernel(1);
  private final Syscalls calls = kernel.calls();
  private final Scratch memory = new Scratch(8 * PAGE);

  @AfterEach
  void putAway() {
    memory.close();
  }

  @Test
  void aLaterWriteShowsInThePipeUnlessSpliceCopies() {
    assertThat(throughAPipe(new FakeKernel(1))).as("live").isEqualTo((byte) 'n');
    assertThat(throughAPipe(new FakeKernel(1).spliceCopies())).as("copied").isEqualTo((byte) 'o');
  }

  private byte throughAPipe(FakeKernel kernel) {
    Syscalls calls = kernel.calls();
    int file = calls.openat2(Open.AT_FDCWD, "/f", Open.O_RDWR | Open.O_CREAT, 0600, 0);
    long pipe = calls.pipe2(0);
    memory.segment().fill((byte) 'o');
    calls.pwrite(file, memory.address(), PAGE, 0);
    assertThat(calls.splice(file, 0, Syscalls.second(pipe), -1, PAGE, 0)).isEqualTo(PAGE);
    memory.segment().fill((byte) 'n');
    calls.pwrite(file, memory.address(), PAGE, 0);
    calls.read(Syscalls.first(pipe), memory.segment().asSlice(0, 1));
    return memory.segment().get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0);
  }

  @Test
  void aConnectionIsMadeUsedAndEnded() {
    int listener = calls.socket(Sockets.AF_INET, Sockets.SOCK_STREAM, 0);
    int length =
        SockAddr.set(memory.address(), new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    assertThat(calls.bind(listener, memory.address(), length)).isZero();
    assertThat(calls.listen(listener, 8)).isZero();
    int near = calls.socket(Sockets.AF_INET, Sockets.SOCK_STREAM, 0);
    memory.segment().set(java.lang.foreign.ValueLayout.JAVA_INT, PAGE, SockAddr.SIZE);
    assertThat(calls.getsockname(listener, memory.address(), memory.address() + PAGE)).isZero();
    assertThat(SockAddr.inet(memory.address()).getPort()).isPositive();
    assertThat(calls.connect(near, memory.address(), length)).isZero();
    int far = calls.accept4(listener, 0, 0, 0);
    assertThat(far).isPositive();

    Pattern.fill(memory.segment().asSlice(0, PAGE), 5);
    assertThat(calls.send(near, memory.address(), PAGE, 0)).isEqualTo(PAGE);
    MemorySegment got = memory.segment().asSlice(PAGE, PAGE);
    assertThat(calls.recv(far, got, Sockets.MSG_WAITALL)).isEqualTo(PAGE);
    Pattern.verify(got, 5);

    calls.shutdown(near, Sockets.SHUT_WR);
    assertThat(calls.recv(far, got, 0)).as("end of the stream").isZero();
    assertThat(calls.send(near, memory.address(), 1, 0)).isEqualTo(-Errno.EPIPE);
    assertThat(calls.send(far, memory.address(), 3, 0)).as("the other way is open").isEqualTo(3);
    calls.close(near);
    assertThat(calls.recv(far, got, 0)).as("unread bytes").isEqualTo(-Errno.ECONNRESET);
  }

  @Test
  void nobodyListensNobodyAnswers() {
    int socket = calls.socket(Sockets.AF_INET, Sockets.SOCK_STREAM, 0);
    int length =
        SockAddr.set(memory.address(), new InetSocketAddress(InetAddress.getLoopbackAddress(), 9));
    assertThat(calls.connect(socket, memory.address(), length)).isEqualTo(-Errno.ECONNREFUSED);
    int unix = calls.socket(Sockets.AF_UNIX, Sockets.SOCK_STREAM, 0);
    length = SockAddr.setUnix(memory.address(), "/none");
    assertThat(calls.connect(unix, memory.address(), length)).isEqualTo(-Errno.ENOENT);
  }

  @Test
  void aWaitingThreadIsWokenByAnother() throws InterruptedException {
    long pipe = calls.pipe2(0);
    int epoll = calls.epollCreate1(0);
    EpollEvent.set(memory.address(), 0, Poll.EPOLLIN | Poll.EPOLLONESHOT, 77);
    calls.epollCtl(epoll, Poll.EPOLL_CTL_ADD, Syscalls.first(pipe), memory.address());
    AtomicInteger hits = new AtomicInteger(-1);
    Thread waiter =
        Thread.ofVirtual()
            .start(() -> hits.set(calls.epollWait(epoll, memory.address() + PAGE, 8, -1)));
    assertThat(calls.write(Syscalls.second(pipe), memory.address(), 1)).isOne();
    waiter.join();
    assertThat(hits).hasValue(1);
    assertThat(EpollEvent.data(memory.address() + PAGE, 0)).isEqualTo(77);
    assertThat(calls.epollWait(epoll, memory.address(), 8, 0)).as("told once").isZero();
  }

  @Test
  void anInterruptedWaitAnswersEintr() throws InterruptedException {
    long pipe = calls.pipe2(0);
    AtomicInteger answer = new AtomicInteger();
    Thread reader =
        Thread.ofPlatform()
            .start(() -> answer.set((int) calls.read(Syscalls.first(pipe), memory.address(), 1)));
    reader.interrupt();
    reader.join();
    assertThat(answer).hasValue(-Errno.EINTR);
  }

  @Test
  void aSchedulerMakesProgressOrTheDeadlockIsReported() {
    long pipe = calls.pipe2(0);
    List<Runnable> todo = new ArrayList<>();
    kernel.whenWaiting(
        () -> {
          if (todo.isEmpty()) {
            return false;
          }
          todo.removeFirst().run();
          return true;
        });
    todo.add(() -> calls.write(Syscalls.second(pipe), memory.address(), 5));
    assertThat(calls.read(Syscalls.first(pipe), memory.address(), 8)).isEqualTo(5);
    assertThat(calls.poll(memory.address(), 0, 60_000)).as("time passes at once").isZero();
    assertThatThrownBy(() -> calls.read(Syscalls.first(pipe), memory.address(), 8))
        .hasMessageContaining("would wait for ever");
  }

  @Test
  void theOrderOfEventsIsTheSeeds() {
    Set<List<Long>> orders = new HashSet<>();
    for (long seed = 0; seed < 20; seed++) {
      assertThat(order(seed)).isEqualTo(order(seed));
      orders.add(order(seed));
    }
    assertThat(orders).hasSizeGreaterThan(3);
  }

  private List<Long> order(long seed) {
    Syscalls calls = new FakeKernel(seed).calls();
    int epoll = calls.epollCreate1(0);
    for (int i = 0; i < 4; i++) {
      EpollEvent.set(memory.address(), 0, Poll.EPOLLIN, i);
      calls.epollCtl(epoll, Poll.EPOLL_CTL_ADD, calls.eventfd(1, 0), memory.address());
    }
    int hits = calls.epollWait(epoll, memory.address(), 8, 0);
    List<Long> order = new ArrayList<>();
    for (int i = 0; i < hits; i++) {
      order.add(EpollEvent.data(memory.address(), i));
    }
    return order;
  }

  @Test
  void whatIsMissingSaysSo() {
    assertThat(calls.ioUringSetup(8, memory.address())).isEqualTo(-Errno.ENOSYS);
    assertThat(calls.read(99, memory.address(), 1)).isEqualTo(-Errno.EBADF);
  }

  @Test
  void faultsWorkOverTheFakeToo() {
    FaultySyscalls faulty = FaultySyscalls.over(calls, 3).often(Fault.SHORT, 1.0);
    int file = faulty.calls().openat2(Open.AT_FDCWD, "/f", Open.O_RDWR | Open.O_CREAT, 0600, 0);
    assertThat(faulty.calls().pwrite(file, memory.address(), PAGE, 0)).isBetween(1L, PAGE - 1L);
    long pair = calls.socketpair(Sockets.AF_UNIX, Sockets.SOCK_STREAM, 0);
    assertThat(faulty.calls().send(Syscalls.first(pair), memory.address(), PAGE, 0))
        .isBetween(1L, PAGE - 1L);
    assertThat(faulty.done(Fault.SHORT)).isEqualTo(2);
  }
}
