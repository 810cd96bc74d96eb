package ropewalk.linux.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ropewalk.linux.DescriptorAudit;
import ropewalk.linux.Errno;
import ropewalk.linux.Fd;
import ropewalk.linux.HostSyscalls;
import ropewalk.linux.Iovec;
import ropewalk.linux.Kernel;
import ropewalk.linux.LinuxException;
import ropewalk.linux.Mapping;
import ropewalk.linux.Memory;
import ropewalk.linux.Open;
import ropewalk.linux.Poll;
import ropewalk.linux.Scratch;
import ropewalk.linux.Sockets;
import ropewalk.linux.Syscalls;

/// Requests go through the two queues and come back with the number they were given.
class UringTest extends DescriptorAudit {
  private static final Syscalls HOST = HostSyscalls.host();

  /// One second: nothing here waits for it, it only turns a hang into a failure.
  private static final long PATIENCE = 1_000_000_000L;

  private Uring ring;

  @BeforeEach
  void open() throws LinuxException {
    try {
      ring = Uring.open(HOST, 8, 0);
    } catch (LinuxException e) {
      assumeTrue(false, "this system forbids io_uring: " + e.getMessage());
      throw e;
    }
  }

  @AfterEach
  void close() {
    if (ring != null) {
      ring.close();
    }
  }

  /// Takes `count` completions: results by number.
  private Map<Long, Integer> complete(int count) {
    Map<Long, Integer> results = new HashMap<>();
    while (results.size() < count) {
      long cqe = ring.peekCqe();
      if (cqe == 0) {
        assertThat(ring.await(1, PATIENCE)).isZero();
        continue;
      }
      results.put(Cqe.userData(cqe), Cqe.result(cqe));
      ring.advance(1);
    }
    return results;
  }

  @Test
  void nopsComeBackInOrder_manyTimesAroundTheRing() {
    long next = 0;
    long expected = 0;
    for (int round = 0; round < 100; round++) {
      for (int i = 0; i < 5; i++) {
        Sqe.nop(ring.nextSqe(), next++);
      }
      assertThat(ring.pending()).isEqualTo(5);
      assertThat(ring.submit()).isEqualTo(5);
      assertThat(ring.ready()).isEqualTo(5);
      assertThat(Cqe.userData(ring.peekCqe(4))).isEqualTo(next - 1);
      assertThat(ring.peekCqe(5)).isZero();
      for (int i = 0; i < 5; i++) {
        assertThat(Cqe.userData(ring.peekCqe())).isEqualTo(expected++);
        assertThat(Cqe.result(ring.peekCqe())).isZero();
        ring.advance(1);
      }
      assertThat(ring.peekCqe()).isZero();
    }
    assertThat(ring.dropped()).isZero();
    assertThat(ring.lost()).isZero();
  }

  @Test
  void aFullSubmissionQueueSaysSo() {
    for (int i = 0; i < ring.sqEntries(); i++) {
      Sqe.nop(ring.nextSqe(), i);
    }
    assertThat(ring.nextSqe()).isZero();
    assertThat(ring.room()).isZero();
    assertThat(ring.submit()).isEqualTo(ring.sqEntries());
    assertThat(ring.room()).isEqualTo(ring.sqEntries());
    assertThat(ring.submit()).as("nothing to do, no call").isZero();
  }

  @Test
  void overflowIsKeptByTheKernelAndNoneIsLost() {
    int total = ring.cqEntries() + 3 * ring.sqEntries();
    for (int i = 0; i < total; i++) {
      long sqe = ring.nextSqe();
      if (sqe == 0) {
        assertThat(ring.submit()).isEqualTo(ring.sqEntries());
        sqe = ring.nextSqe();
      }
      Sqe.nop(sqe, i);
    }
    assertThat(ring.submit()).isEqualTo(ring.sqEntries());
    assertThat(ring.isOverflown()).isTrue();
    assertThat(ring.ready()).isEqualTo(ring.cqEntries());
    long expected = 0;
    while (expected < total) {
      int ready = ring.ready();
      for (int i = 0; i < ready; i++) {
        assertThat(Cqe.userData(ring.peekCqe(i))).isEqualTo(expected++);
      }
      ring.advance(ready);
      assertThat(ring.flush()).isZero();
    }
    assertThat(ring.isOverflown()).isFalse();
    assertThat(ring.lost()).isZero();
  }

  @Test
  void filesAreWrittenAndRead_plainVectoredAndFixed() throws LinuxException {
    try (Mapping file = Mapping.memfd(HOST, "uring-test", 1 << 16, 0);
        Mapping memory = Mapping.anonymous(HOST, 1 << 16, 0);
        Scratch iov = new Scratch(2 * Iovec.SIZE)) {
      int number = file.fd().orElseThrow().number();
      long at = memory.address();
      memory.segment().asSlice(0, 100).fill((byte) 'a');
      memory.segment().asSlice(100, 50).fill((byte) 'b');
      Sqe.write(ring.nextSqe(), number, at, 150, 0, 1);
      Sqe.nop(ring.nextSqe(), 9);
      assertThat(ring.submit()).isEqualTo(2);
      assertThat(complete(2)).containsEntry(1L, 150);
      assertThat(file.segment().get(JAVA_BYTE, 149)).isEqualTo((byte) 'b');

      Iovec.set(iov.address(), 0, at + 1000, 99);
      Iovec.set(iov.address(), 1, at + 2000, 51);
      Sqe.readv(ring.nextSqe(), number, iov.address(), 2, 0, 0, 2);
      Sqe.fsync(ring.nextSqe(), number, true, 3);
      assertThat(ring.submit()).isEqualTo(2);
      assertThat(complete(2)).containsEntry(2L, 150).containsEntry(3L, 0);
      assertThat(memory.segment().get(JAVA_BYTE, 2000)).isEqualTo((byte) 'a');
      assertThat(memory.segment().get(JAVA_BYTE, 2001)).isEqualTo((byte) 'b');

      Registered registered = new Registered(ring);
      Iovec.set(iov.address(), 0, at, 8192);
      assertThat(registered.registerBuffers(iov.address(), 1)).isZero();
      assertThat(registered.registerFiles(-1, number)).isZero();
      long sqe = ring.nextSqe();
      Sqe.readFixed(sqe, 1, at + 4096, 10, 95, 0, 4);
      Sqe.setFlags(sqe, Sqe.IOSQE_FIXED_FILE);
      Sqe.readFixed(ring.nextSqe(), number, at + 8190, 10, 0, 0, 5);
      assertThat(ring.submit()).isEqualTo(2);
      assertThat(complete(2)).containsEntry(4L, 10).containsEntry(5L, -Errno.EFAULT);
      assertThat(memory.segment().get(JAVA_BYTE, 4100)).isEqualTo((byte) 'a');
      assertThat(memory.segment().get(JAVA_BYTE, 4101)).isEqualTo((byte) 'b');
      assertThat(registered.updateFile(1, -1)).isEqualTo(1);
      assertThat(registered.unregisterFiles()).isZero();
      assertThat(registered.unregisterBuffers()).isZero();
    }
  }

  @Test
  void pollFiresWhenReady_andCancelEndsIt() throws LinuxException {
    try (Fd event = Fd.of(HOST, HOST.eventfd(0, Poll.EFD_NONBLOCK), "event", "eventfd");
        Scratch one = new Scratch(8)) {
      Sqe.pollAdd(ring.nextSqe(), event.number(), Poll.POLLIN, 1);
      Sqe.pollAdd(ring.nextSqe(), event.number(), Poll.POLLIN, 2);
      assertThat(ring.submit()).isEqualTo(2);
      assertThat(ring.await(1, 0)).isEqualTo(-Errno.ETIME);
      assertThat(ring.peekCqe()).isZero();

      Sqe.asyncCancel(ring.nextSqe(), 2, 0, 3);
      Sqe.asyncCancel(ring.nextSqe(), 99, 0, 4);
      assertThat(ring.submit()).isEqualTo(2);
      assertThat(complete(3))
          .containsEntry(2L, -Errno.ECANCELED)
          .containsEntry(3L, 0)
          .containsEntry(4L, -Errno.ENOENT);

      Memory.ALL.set(JAVA_LONG, one.address(), 1L);
      assertThat(HOST.write(event.number(), one.address(), 8)).isEqualTo(8);
      assertThat(complete(1)).containsEntry(1L, Poll.POLLIN);

      assertThat(HOST.read(event.number(), one.address(), 8)).isEqualTo(8);
      Sqe.pollAddMulti(ring.nextSqe(), event.number(), Poll.POLLIN, 5);
      assertThat(ring.submit()).isEqualTo(1);
      for (int i = 0; i < 3; i++) {
        Memory.ALL.set(JAVA_LONG, one.address(), 1L);
        assertThat(HOST.write(event.number(), one.address(), 8)).isEqualTo(8);
        assertThat(ring.await(1, PATIENCE)).isZero();
        assertThat(Cqe.hasMore(ring.peekCqe())).isTrue();
        ring.advance(1);
      }
      Sqe.pollRemove(ring.nextSqe(), 5, 6);
      assertThat(ring.submitAndWait(2)).isEqualTo(1);
      assertThat(complete(2)).containsEntry(5L, -Errno.ECANCELED).containsEntry(6L, 0);
    }
  }

  @Test
  void timeoutsAndMessagesBetweenRings() throws LinuxException {
    try (Scratch time = new Scratch(16);
        Uring other = Uring.open(HOST, 2, 16, 0)) {
      assertThat(other.cqEntries()).isEqualTo(16);
      Memory.ALL.set(JAVA_LONG, time.address() + 8, 1_000_000L);
      Sqe.timeout(ring.nextSqe(), time.address(), 0, 0, 1);
      Sqe.msgRing(ring.nextSqe(), other.fd().number(), 42, 77, 2);
      assertThat(ring.submitAndWait(2)).isEqualTo(2);
      assertThat(complete(2)).containsEntry(1L, -Errno.ETIME).containsEntry(2L, 0);
      assertThat(other.await(1, PATIENCE)).isZero();
      assertThat(Cqe.userData(other.peekCqe())).isEqualTo(77);
      assertThat(Cqe.result(other.peekCqe())).isEqualTo(42);
      other.advance(1);
    }
  }

  @Test
  void socketsAndPipes() throws LinuxException {
    long sockets = HOST.socketpair(Sockets.AF_UNIX, Sockets.SOCK_STREAM, 0);
    long pipe = HOST.pipe2(Open.O_CLOEXEC);
    try (Fd left = new Fd(HOST, Syscalls.first(sockets), "socket");
        Fd right = new Fd(HOST, Syscalls.second(sockets), "socket");
        Fd out = new Fd(HOST, Syscalls.first(pipe), "pipe");
        Fd in = new Fd(HOST, Syscalls.second(pipe), "pipe");
        Scratch memory = new Scratch(256)) {
      memory.segment().asSlice(0, 64).fill((byte) 'x');
      long at = memory.address();
      Sqe.recv(ring.nextSqe(), right.number(), at + 128, 64, 0, 1);
      Sqe.send(ring.nextSqe(), left.number(), at, 64, Sockets.MSG_NOSIGNAL, 2);
      Sqe.write(ring.nextSqe(), in.number(), at, 10, -1, 3);
      assertThat(ring.submit()).isEqualTo(3);
      assertThat(complete(3)).containsEntry(1L, 64).containsEntry(2L, 64).containsEntry(3L, 10);
      assertThat(memory.segment().get(JAVA_BYTE, 128 + 63)).isEqualTo((byte) 'x');
      Sqe.splice(ring.nextSqe(), out.number(), -1, left.number(), -1, 10, 0, 4);
      assertThat(ring.submit()).isEqualTo(1);
      assertThat(complete(1)).containsEntry(4L, 10);
      Sqe.recv(ring.nextSqe(), right.number(), at, 64, 0, 5);
      Sqe.close(ring.nextSqe(), -1, 6);
      assertThat(ring.submit()).isEqualTo(2);
      assertThat(complete(2)).containsEntry(5L, 10).containsEntry(6L, -Errno.EBADF);
    }
  }

  @Test
  void theProbeKnowsTheOldRequests() throws LinuxException {
    Set<Opcode> opcodes = new Registered(ring).opcodes();
    assertThat(Kernel.probe(HOST).opcodes())
        .containsAll(opcodes.stream().map(Opcode::number).toList());
    assertThat(opcodes)
        .contains(Opcode.NOP, Opcode.READ, Opcode.WRITE, Opcode.POLL_ADD, Opcode.ASYNC_CANCEL);
  }

  @Test
  void aClosedRingIsRefusedInJava() {
    ring.close();
    ring.close();
    assertThatThrownBy(ring::nextSqe).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(ring::peekCqe).isInstanceOf(IllegalStateException.class);
    assertThat(ring.await(0, 0)).isEqualTo(-Errno.EBADF);
  }

  @Test
  void badSizesAreTheKernelsToRefuse() {
    assertThatThrownBy(() -> Uring.open(HOST, 0, 0))
        .isInstanceOfSatisfying(
            LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
        .hasMessage("io_uring_setup(entries=0, flags=0x0): EINVAL (22)");
  }
}
